/*
 * Ids come into `recent`; when it is large, it becomes `leaving`, and the thread moves its ids from
 * the log to the table. The filter knows all that is in the table or ever was in one of the two.
 */
#include "roster/ids.h"

#include "roster/id_log.h"
#include "roster/id_merge.h"
#include "roster/id_set.h"
#include "roster/id_table.h"
#include "roster/key.h"

#include <time.h>

enum {
    RECENT_MAX = 750000, /* 16 MiB of memory, and as much again while they leave */
    SCAN_KEYS = 1 << 16,
    KEYS_AT_ONCE = 1024,
    RENEW_COUNT_MIN = 1000000,
    PAUSE_SECONDS = 5 /* after a failure */
};

struct ids {
    gos_arena *arena; /* holds this struct */
    struct kv *kv;
    pthread_t thread;
    atomic_bool is_stopping;
    pthread_mutex_t *write_lock; /* for all that follows */
    pthread_cond_t wakes;        /* the thread */
    pthread_cond_t settled;
    struct id_log log;
    struct id_table *recent;
    struct id_table *leaving;   /* NULL: none */
    uint64_t leaving_end;       /* its entries of the log are those before */
    struct id_set *filter;      /* NULL: not filled yet */
    struct id_set *next_filter; /* being filled; NULL: none */
    bool is_partial;            /* `next_filter` lacks something, for want of memory */
    bool wants_filter;
    uint64_t settling_wanted, settling_done; /* how often */
};

struct id_batch {
    struct ids *ids;
    gos_arena *arena;
    struct id_table *taken;
    struct id_hash *items;
    size_t count;
    struct text entry;
};

static uint64_t filter_hash(struct id_hash hash)
{
    return hash.words[1];
}

static void filter_add(struct ids *ids, uint64_t hash)
{
    if (ids->filter && !id_set_add(ids->filter, hash)) {
        id_set_close(ids->filter);
        ids->filter = NULL;
    }
    if (ids->next_filter && !ids->is_partial)
        ids->is_partial = !id_set_add(ids->next_filter, hash);
}

bool ids_batch_begin(struct ids *ids, size_t count, gos_arena *arena, struct id_batch **out,
                     gos_error *err)
{
    struct id_batch *batch = gos_arena_take(arena, sizeof *batch, err);
    if (!batch || !id_table_reserve(ids->recent, count, err))
        return false;
    *batch = (struct id_batch){.ids = ids, .arena = arena};
    batch->taken = id_table_take(arena, count, err);
    batch->items =
        batch->taken ? gos_arena_array(arena, count + 1, sizeof *batch->items, err) : NULL;
    text_init(&batch->entry, arena);
    *out = batch;
    return batch->items != NULL;
}

/* The filter comes first: it is the smallest, and says of most that they are new. */
static bool is_known(struct id_batch *batch, struct id_hash hash, gos_str key, bool *out,
                     gos_error *err)
{
    struct ids *ids = batch->ids;
    gos_str found = {NULL, 0};
    *out = id_table_has(batch->taken, hash);
    if (*out || (ids->filter && !id_set_may_have(ids->filter, filter_hash(hash))))
        return true;
    *out = id_table_has(ids->recent, hash) || (ids->leaving && id_table_has(ids->leaving, hash));
    if (*out)
        return true;
    bool done = kv_get(ids->kv, NULL, KV_EVENT_IDS, key, batch->arena, &found, err);
    *out = found.data != NULL;
    return done;
}

bool ids_batch_take(struct id_batch *batch, gos_str key, uint16_t day, bool *out_is_known,
                    gos_error *err)
{
    struct id_hash hash = id_hash_of(key);
    if (!is_known(batch, hash, key, out_is_known, err))
        return false;
    if (*out_is_known)
        return true;
    id_table_add(batch->taken, hash);
    batch->items[batch->count++] = hash;
    id_log_put(&batch->entry, key, day);
    return text_ok(&batch->entry, err);
}

bool ids_batch_put(struct id_batch *batch, struct kv_batch *write, gos_error *err)
{
    if (batch->count == 0)
        return true;
    struct key key = key_number(batch->ids->log.next);
    kv_append(write, KV_ID_LOG, key_str(&key), text_str(&batch->entry));
    return text_ok(&batch->entry, err);
}

void ids_batch_done(struct id_batch *batch)
{
    struct ids *ids = batch->ids;
    if (batch->count == 0)
        return;
    ids->log.next++;
    for (size_t i = 0; i < batch->count; i++) {
        id_table_add(ids->recent, batch->items[i]);
        filter_add(ids, filter_hash(batch->items[i]));
    }
    if (id_table_count(ids->recent) >= RECENT_MAX)
        pthread_cond_signal(&ids->wakes);
}

/* Adds hashes to the filter that is being filled, a few at a time; false when it is of no use. */
static bool next_filter_add(struct ids *ids, const uint64_t *hashes, size_t count)
{
    bool done = true;
    for (size_t i = 0; done && i < count;) {
        pthread_mutex_lock(ids->write_lock);
        for (size_t end = i + KEYS_AT_ONCE; i < count && i < end && !ids->is_partial; i++)
            ids->is_partial = !id_set_add(ids->next_filter, hashes[i]);
        done = !ids->is_partial;
        pthread_mutex_unlock(ids->write_lock);
    }
    return done;
}

/*
 * Reads the hashes of the next keys behind `from`, which becomes the last of them. The cursor keeps
 * the store open, so nobody may be waited for while it stands.
 */
static bool scan_some(struct ids *ids, struct key *from, uint64_t *hashes, size_t *out_count)
{
    struct kv_cursor cursor;
    gos_str key, value;
    size_t count = 0;
    kv_cursor_init(&cursor, ids->kv, NULL, KV_EVENT_IDS, (gos_str){"", 0}, key_str(from));
    while (count < SCAN_KEYS && kv_cursor_at(&cursor, &key, &value)) {
        hashes[count++] = filter_hash(id_hash_of(key));
        if (count == SCAN_KEYS && key.len <= sizeof from->data) {
            memcpy(from->data, key.data, key.len);
            from->len = key.len;
        }
        kv_cursor_next(&cursor);
    }
    *out_count = count;
    return kv_cursor_deinit(&cursor, NULL);
}

static bool scan_all(struct ids *ids)
{
    gos_arena *arena = gos_arena_open((SCAN_KEYS + 1) * sizeof(uint64_t));
    uint64_t *hashes = arena ? gos_arena_array(arena, SCAN_KEYS, sizeof *hashes, NULL) : NULL;
    struct key from = {0};
    size_t count = SCAN_KEYS;
    bool done = hashes != NULL;
    while (done && count == SCAN_KEYS)
        done = !atomic_load(&ids->is_stopping) && scan_some(ids, &from, hashes, &count) &&
               next_filter_add(ids, hashes, count);
    gos_arena_close(arena);
    return done;
}

static bool recent_fill(void *context, const struct id_entry *entry, gos_error *err)
{
    struct ids *ids = context;
    if (!id_table_reserve(ids->recent, 1, err))
        return false;
    id_table_add(ids->recent, id_hash_of(entry->key));
    return true;
}

static void next_filter_add_table(struct ids *ids, const struct id_table *table)
{
    struct id_hash hash;
    for (size_t at = 0; table && !ids->is_partial && id_table_next(table, &at, &hash);)
        ids->is_partial = !id_set_add(ids->next_filter, filter_hash(hash));
}

/* Begins under the lock, so that ids that come meanwhile go to the new filter too. */
static void filter_renew(struct ids *ids)
{
    ids->wants_filter = false;
    ids->next_filter = id_set_open();
    ids->is_partial = !ids->next_filter;
    next_filter_add_table(ids, ids->recent);
    next_filter_add_table(ids, ids->leaving);
    pthread_mutex_unlock(ids->write_lock);
    bool done = scan_all(ids);
    pthread_mutex_lock(ids->write_lock);
    if (done && !ids->is_partial) {
        id_set_close(ids->filter);
        ids->filter = ids->next_filter;
    } else {
        id_set_close(ids->next_filter);
    }
    ids->next_filter = NULL;
}

/* Moves the recent ids, or those that a failure left behind. False: try again later. */
static bool settle(struct ids *ids)
{
    gos_error err;
    if (!ids->leaving) {
        struct id_table *empty = id_table_open();
        if (!empty)
            return false;
        ids->leaving = ids->recent;
        ids->leaving_end = ids->log.next;
        ids->recent = empty;
    }
    uint64_t first = ids->log.first, end = ids->leaving_end;
    pthread_mutex_unlock(ids->write_lock);
    bool done = id_merge(ids->kv, ids->write_lock, first, end, &ids->is_stopping, &err);
    pthread_mutex_lock(ids->write_lock);
    if (!done || !id_log_trim(ids->kv, first, end, &err))
        return false;
    ids->log.first = end;
    id_table_close(ids->leaving);
    ids->leaving = NULL;
    return true;
}

static void pause_after_failure(struct ids *ids)
{
    struct timespec until;
    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_sec += PAUSE_SECONDS;
    pthread_cond_timedwait(&ids->wakes, ids->write_lock, &until);
}

static void *run(void *context)
{
    struct ids *ids = context;
    pthread_mutex_lock(ids->write_lock);
    while (!atomic_load(&ids->is_stopping)) {
        if (ids->wants_filter) {
            filter_renew(ids);
        } else if (ids->settling_wanted > ids->settling_done || ids->leaving ||
                   id_table_count(ids->recent) >= RECENT_MAX) {
            uint64_t wanted = ids->settling_wanted;
            bool is_left_over = ids->leaving != NULL;
            bool done = settle(ids);
            if (!done || !is_left_over)
                ids->settling_done = wanted;
            pthread_cond_broadcast(&ids->settled);
            if (!done && !atomic_load(&ids->is_stopping))
                pause_after_failure(ids);
        } else {
            pthread_cond_wait(&ids->wakes, ids->write_lock);
        }
    }
    ids->settling_done = UINT64_MAX;
    pthread_cond_broadcast(&ids->settled);
    pthread_mutex_unlock(ids->write_lock);
    return NULL;
}

static void ids_free(struct ids *ids)
{
    id_table_close(ids->recent);
    id_table_close(ids->leaving);
    id_set_close(ids->filter);
    pthread_cond_destroy(&ids->wakes);
    pthread_cond_destroy(&ids->settled);
    gos_arena_close(ids->arena);
}

bool ids_open(struct kv *kv, pthread_mutex_t *write_lock, struct ids **out, gos_error *err)
{
    gos_arena *arena = gos_arena_open(sizeof(struct ids));
    struct ids *ids = arena ? gos_arena_take(arena, sizeof *ids, NULL) : NULL;
    if (!ids) {
        gos_arena_close(arena);
        return gos_fail(err, GOS_OUT_OF_MEMORY, "", "no memory for event ids");
    }
    *ids = (struct ids){.arena = arena,
                        .kv = kv,
                        .write_lock = write_lock,
                        .recent = id_table_open(),
                        .wants_filter = true};
    pthread_cond_init(&ids->wakes, NULL);
    pthread_cond_init(&ids->settled, NULL);
    bool done = ids->recent || gos_fail(err, GOS_OUT_OF_MEMORY, "", "no memory for event ids");
    done = done && id_log_open(kv, &ids->log, err) &&
           id_log_read(kv, ids->log.first, ids->log.next, recent_fill, ids, err);
    if (done && pthread_create(&ids->thread, NULL, run, ids) != 0)
        done = gos_fail(err, GOS_OUT_OF_MEMORY, "", "no thread for event ids");
    if (!done) {
        ids_free(ids);
        return false;
    }
    *out = ids;
    return true;
}

void ids_close(struct ids *ids)
{
    if (!ids)
        return;
    pthread_mutex_lock(ids->write_lock);
    atomic_store(&ids->is_stopping, true);
    pthread_cond_broadcast(&ids->wakes);
    pthread_mutex_unlock(ids->write_lock);
    pthread_join(ids->thread, NULL);
    ids_free(ids);
}

void ids_settle(struct ids *ids)
{
    uint64_t wanted = ++ids->settling_wanted;
    pthread_cond_signal(&ids->wakes);
    while (ids->settling_done < wanted)
        pthread_cond_wait(&ids->settled, ids->write_lock);
}

void ids_renew(struct ids *ids)
{
    uint64_t held = ids->filter ? id_set_count(ids->filter) : 0;
    ids->settling_wanted++;
    ids->wants_filter =
        held >= RENEW_COUNT_MIN && held / 2 > kv_keys_estimated(ids->kv, KV_EVENT_IDS);
    pthread_cond_signal(&ids->wakes);
}
