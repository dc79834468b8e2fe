/*
 * A table of small rows, chosen by the token's hash: a full row gives up what was used longest ago.
 * `lock` is held for moments only. `change_lock` is taken first by all that writes to the catalog,
 * so that no session begins for a member who is just being disabled.
 */
#include "api/sessions.h"

#include "base/hash.h"
#include "base/secret.h"
#include "base/text.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

enum { ROW_COUNT = 1024, ROW_SLOTS = 8, LOAD_ARENA_BYTES = 64 << 20 };

struct session_slot {
    char hash[SECRET_HASH_TEXT_BYTES]; /* empty: free */
    struct uuid member_id;
    enum role role;
    int64_t used_at;
    int64_t flushed_at;
    int64_t expires_at;
    char email[CALLER_NAME_BYTES];
};

struct sessions {
    struct sessions_options options;
    pthread_mutex_t change_lock;
    pthread_mutex_t lock;
    struct session_slot slots[ROW_COUNT][ROW_SLOTS];
};

static struct session_slot *row_of(struct sessions *sessions, gos_str hash)
{
    return sessions->slots[hash_xxh3(hash, 0) % ROW_COUNT];
}

static bool slot_holds(const struct sessions *sessions, const struct session_slot *slot,
                       int64_t now_ms)
{
    return slot->hash[0] && now_ms < slot->expires_at &&
           now_ms - slot->used_at < sessions->options.idle_ms;
}

static struct session_slot *slot_find(struct sessions *sessions, gos_str hash)
{
    struct session_slot *row = row_of(sessions, hash);
    for (int i = 0; i < ROW_SLOTS; i++) {
        if (row[i].hash[0] && secret_equal(row[i].hash, hash.data, SECRET_HASH_TEXT_BYTES - 1))
            return &row[i];
    }
    return NULL;
}

/* A free slot, else the one that was used longest ago. */
static struct session_slot *slot_choose(struct sessions *sessions, gos_str hash)
{
    struct session_slot *row = row_of(sessions, hash);
    struct session_slot *oldest = row;
    for (int i = 0; i < ROW_SLOTS; i++) {
        if (!row[i].hash[0])
            return &row[i];
        if (row[i].used_at < oldest->used_at)
            oldest = &row[i];
    }
    return oldest;
}

static void slot_put(struct sessions *sessions, const struct session *session)
{
    pthread_mutex_lock(&sessions->lock);
    struct session_slot *slot = slot_choose(sessions, session->hash);
    *slot = (struct session_slot){.member_id = session->member_id,
                                  .used_at = session->used_at,
                                  .flushed_at = session->used_at,
                                  .expires_at = session->expires_at};
    role_find(session->role, &slot->role);
    snprintf(slot->hash, sizeof slot->hash, "%.*s", GOS_ARG(session->hash));
    snprintf(slot->email, sizeof slot->email, "%.*s", GOS_ARG(session->email));
    pthread_mutex_unlock(&sessions->lock);
}

static bool sessions_load(struct sessions *sessions, int64_t now_ms, gos_error *err)
{
    struct session *list;
    uint32_t count;
    gos_arena *arena = gos_arena_open(LOAD_ARENA_BYTES);
    if (!arena)
        return gos_fail(err, GOS_OUT_OF_MEMORY, "", "no memory for the sessions");
    bool done = catalog_prune_sessions(sessions->options.catalog, now_ms,
                                       now_ms - sessions->options.idle_ms, err) &&
                catalog_list_sessions(sessions->options.catalog, arena, &list, &count, err);
    /* The last used come first and must not be displaced by older ones. */
    for (uint32_t i = done ? count : 0; i > 0; i--)
        slot_put(sessions, &list[i - 1]);
    gos_arena_close(arena);
    return done;
}

bool sessions_open(const struct sessions_options *options, int64_t now_ms, struct sessions **out,
                   gos_error *err)
{
    struct sessions *sessions = calloc(1, sizeof *sessions);
    if (!sessions)
        return gos_fail(err, GOS_OUT_OF_MEMORY, "", "no memory for the sessions");
    sessions->options = *options;
    pthread_mutex_init(&sessions->change_lock, NULL);
    pthread_mutex_init(&sessions->lock, NULL);
    if (!sessions_load(sessions, now_ms, err)) {
        sessions_close(sessions);
        return false;
    }
    *out = sessions;
    return true;
}

void sessions_close(struct sessions *sessions)
{
    if (!sessions)
        return;
    pthread_mutex_destroy(&sessions->change_lock);
    pthread_mutex_destroy(&sessions->lock);
    free(sessions);
}

/* Derived from the token, so that nothing more must be kept: only who knows one knows the other. */
static void csrf_write(gos_str token, char out[SESSION_CSRF_BYTES])
{
    char text[SESSION_TOKEN_BYTES + 8], hash[SECRET_HASH_TEXT_BYTES];
    snprintf(text, sizeof text, "csrf %.*s", GOS_ARG(token));
    secret_hash(gos_str_from(text), hash);
    snprintf(out, SESSION_CSRF_BYTES, "%.32s", hash);
}

static void use_fill(const struct session_slot *slot, struct session_use *out)
{
    out->expires_at = slot->expires_at;
    out->caller.key_id = slot->member_id;
    out->caller.role = slot->role;
    out->caller.scope = slot->role == ROLE_ADMIN ? SCOPE_ADMIN : SCOPE_SERVER;
    memcpy(out->caller.name, slot->email, sizeof slot->email);
}

bool sessions_use(struct sessions *sessions, gos_str token, int64_t now_ms, struct session_use *out)
{
    char hash[SECRET_HASH_TEXT_BYTES];
    *out = (struct session_use){0};
    if (token.len != SESSION_TOKEN_BYTES - 1)
        return false;
    secret_hash(token, hash);
    pthread_mutex_lock(&sessions->lock);
    struct session_slot *slot = slot_find(sessions, gos_str_from(hash));
    bool holds = slot && slot_holds(sessions, slot, now_ms);
    if (holds) {
        slot->used_at = now_ms > slot->used_at ? now_ms : slot->used_at;
        use_fill(slot, out);
    }
    pthread_mutex_unlock(&sessions->lock);
    if (holds)
        csrf_write(token, out->csrf);
    return holds;
}

/* The hash of the member's session that was used longest ago, if there are as many as may be. */
static bool surplus_find(struct sessions *sessions, const struct uuid *member_id,
                         char out[SECRET_HASH_TEXT_BYTES])
{
    const struct session_slot *oldest = NULL;
    size_t count = 0;
    pthread_mutex_lock(&sessions->lock);
    for (size_t i = 0; i < (size_t)ROW_COUNT * ROW_SLOTS; i++) {
        const struct session_slot *slot = &sessions->slots[i / ROW_SLOTS][i % ROW_SLOTS];
        if (!slot->hash[0] || !uuid_equal(&slot->member_id, member_id))
            continue;
        count++;
        if (!oldest || slot->used_at < oldest->used_at)
            oldest = slot;
    }
    bool found = count >= SESSIONS_PER_MEMBER_MAX;
    if (found)
        memcpy(out, oldest->hash, SECRET_HASH_TEXT_BYTES);
    pthread_mutex_unlock(&sessions->lock);
    return found;
}

/* Ends one session here and in the catalog; the change lock is held. */
static bool session_drop(struct sessions *sessions, gos_str hash, gos_error *err)
{
    pthread_mutex_lock(&sessions->lock);
    struct session_slot *slot = slot_find(sessions, hash);
    if (slot)
        *slot = (struct session_slot){0};
    pthread_mutex_unlock(&sessions->lock);
    return catalog_end_session(sessions->options.catalog, hash, err);
}

static bool member_still_holds(struct sessions *sessions, const struct member *member,
                               gos_error *err)
{
    struct member now;
    bool found = false;
    gos_arena *arena = gos_arena_open(64 * 1024);
    if (!arena)
        return gos_fail(err, GOS_OUT_OF_MEMORY, "", "no memory for a session");
    bool done =
        catalog_find_member(sessions->options.catalog, member->email, arena, &now, &found, err);
    bool same = done && found && !now.is_disabled && gos_str_equal(now.role, member->role) &&
                gos_str_equal(now.password, member->password);
    gos_arena_close(arena);
    if (done && !same)
        return gos_fail(err, GOS_UNAUTHORIZED, "", "the user was changed just now; log in again");
    return done;
}

static bool session_make(struct sessions *sessions, const struct member *member, int64_t now_ms,
                         char out_token[SESSION_TOKEN_BYTES], gos_error *err)
{
    char hash[SECRET_HASH_TEXT_BYTES], surplus[SECRET_HASH_TEXT_BYTES];
    if (!member_still_holds(sessions, member, err))
        return false;
    if (surplus_find(sessions, &member->id, surplus) &&
        !session_drop(sessions, gos_str_from(surplus), err))
        return false;
    secret_token(out_token, SESSION_TOKEN_BYTES - 1);
    secret_hash(gos_str_from(out_token), hash);
    struct session session = {.hash = gos_str_from(hash),
                              .member_id = member->id,
                              .email = member->email,
                              .role = member->role,
                              .created_at = now_ms,
                              .used_at = now_ms,
                              .expires_at = now_ms + sessions->options.life_ms};
    if (!catalog_add_session(sessions->options.catalog, &session, err))
        return false;
    slot_put(sessions, &session);
    return true;
}

bool sessions_begin(struct sessions *sessions, const struct member *member, int64_t now_ms,
                    char out_token[SESSION_TOKEN_BYTES], gos_error *err)
{
    pthread_mutex_lock(&sessions->change_lock);
    bool done = session_make(sessions, member, now_ms, out_token, err);
    pthread_mutex_unlock(&sessions->change_lock);
    return done;
}

bool sessions_end(struct sessions *sessions, gos_str token, gos_error *err)
{
    char hash[SECRET_HASH_TEXT_BYTES];
    secret_hash(token, hash);
    pthread_mutex_lock(&sessions->change_lock);
    bool done = session_drop(sessions, gos_str_from(hash), err);
    pthread_mutex_unlock(&sessions->change_lock);
    return done;
}

static void member_drop(struct sessions *sessions, const struct uuid *member_id)
{
    pthread_mutex_lock(&sessions->lock);
    for (size_t i = 0; i < (size_t)ROW_COUNT * ROW_SLOTS; i++) {
        struct session_slot *slot = &sessions->slots[i / ROW_SLOTS][i % ROW_SLOTS];
        if (slot->hash[0] && uuid_equal(&slot->member_id, member_id))
            *slot = (struct session_slot){0};
    }
    pthread_mutex_unlock(&sessions->lock);
}

bool sessions_put_member(struct sessions *sessions, const struct member *member, gos_str actor,
                         int64_t now_ms, gos_error *err)
{
    pthread_mutex_lock(&sessions->change_lock);
    bool done = catalog_put_member(sessions->options.catalog, member, true, actor, now_ms, err);
    if (done)
        member_drop(sessions, &member->id);
    pthread_mutex_unlock(&sessions->change_lock);
    return done;
}

bool sessions_delete_member(struct sessions *sessions, const struct member *member, gos_str actor,
                            int64_t now_ms, gos_error *err)
{
    pthread_mutex_lock(&sessions->change_lock);
    bool done = catalog_delete_member(sessions->options.catalog, member, actor, now_ms, err);
    if (done)
        member_drop(sessions, &member->id);
    pthread_mutex_unlock(&sessions->change_lock);
    return done;
}

/* Copies one slot out and marks it as written; false when there is nothing to write. */
static bool slot_take_news(struct sessions *sessions, size_t i, int64_t now_ms, int64_t *out_used,
                           char out_hash[SECRET_HASH_TEXT_BYTES])
{
    pthread_mutex_lock(&sessions->lock);
    struct session_slot *slot = &sessions->slots[i / ROW_SLOTS][i % ROW_SLOTS];
    bool is_news = slot->hash[0] && slot->used_at > slot->flushed_at;
    memcpy(out_hash, slot->hash, SECRET_HASH_TEXT_BYTES);
    *out_used = slot->used_at;
    if (is_news)
        slot->flushed_at = slot->used_at;
    if (slot->hash[0] && !slot_holds(sessions, slot, now_ms))
        *slot = (struct session_slot){0};
    pthread_mutex_unlock(&sessions->lock);
    return is_news;
}

bool sessions_flush(struct sessions *sessions, int64_t now_ms, gos_error *err)
{
    bool done = true;
    char hash[SECRET_HASH_TEXT_BYTES];
    int64_t used;
    for (size_t i = 0; done && i < (size_t)ROW_COUNT * ROW_SLOTS; i++) {
        if (slot_take_news(sessions, i, now_ms, &used, hash))
            done = catalog_touch_session(sessions->options.catalog, gos_str_from(hash), used, err);
    }
    return done && catalog_prune_sessions(sessions->options.catalog, now_ms,
                                          now_ms - sessions->options.idle_ms, err);
}

size_t sessions_count(struct sessions *sessions, int64_t now_ms)
{
    size_t count = 0;
    pthread_mutex_lock(&sessions->lock);
    for (size_t i = 0; i < (size_t)ROW_COUNT * ROW_SLOTS; i++)
        count += slot_holds(sessions, &sessions->slots[i / ROW_SLOTS][i % ROW_SLOTS], now_ms);
    pthread_mutex_unlock(&sessions->lock);
    return count;
}
