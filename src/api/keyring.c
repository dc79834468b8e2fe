/* An open-addressed table from key hash to caller, replaced whole when the keys change. */
#include "api/keyring.h"

#include "base/hash.h"
#include "base/json.h"
#include "base/secret.h"
#include "base/text.h"
#include "base/time.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>

enum { KEYRING_ARENA_BYTES = 64 * 1024 * 1024, KEY_CHARS = 40, KEY_CHARS_MIN = 16 };

struct slot {
    char hash[SECRET_HASH_TEXT_BYTES]; /* empty: free */
    struct caller caller;
    const gos_str *origins; /* in the table's arena */
    uint32_t origin_count;  /* 0: any */
    _Atomic int64_t used_ms;
    _Atomic int64_t flushed_ms;
    _Atomic int64_t next_us; /* when the requests so far would have come at the allowed pace */
};

struct keyring {
    struct catalog *catalog;
    int64_t requests_per_second;
    pthread_rwlock_t lock;
    struct slot *slots;
    size_t slot_count; /* a power of two */
    size_t key_count;
    gos_arena *arena; /* of the slots' origins */
};

static size_t slot_start(const char *hash, size_t slot_count)
{
    return (size_t)hash_xxh3(gos_str_from(hash), 0) & (slot_count - 1);
}

static struct slot *slot_find(struct slot *slots, size_t slot_count, const char *hash)
{
    size_t i = slot_count ? slot_start(hash, slot_count) : 0;
    while (slot_count && slots[i].hash[0]) {
        if (secret_equal(slots[i].hash, hash, SECRET_HASH_TEXT_BYTES))
            return &slots[i];
        i = (i + 1) & (slot_count - 1);
    }
    return NULL;
}

static bool origins_read(const struct api_key *key, gos_arena *arena, struct slot *slot,
                         gos_error *err)
{
    const struct json *list;
    if (key->origins.len == 0)
        return true;
    if (!json_read(key->origins, arena, &list, err))
        return false;
    gos_str *origins = gos_arena_array(arena, list->count + 1, sizeof *origins, err);
    for (uint32_t i = 0; origins && i < list->count; i++)
        origins[i] = list->items[i].text;
    slot->origins = origins;
    slot->origin_count = list->count;
    return origins != NULL;
}

static bool slots_add(struct slot *slots, size_t slot_count, const struct api_key *key,
                      gos_arena *arena, gos_error *err)
{
    char hash[SECRET_HASH_TEXT_BYTES];
    snprintf(hash, sizeof hash, "%.*s", GOS_ARG(key->hash));
    size_t i = slot_start(hash, slot_count);
    while (slots[i].hash[0])
        i = (i + 1) & (slot_count - 1);
    memcpy(slots[i].hash, hash, sizeof hash);
    struct caller *caller = &slots[i].caller;
    caller->key_id = key->id;
    scope_find(key->scope, &caller->scope);
    snprintf(caller->environment, sizeof caller->environment, "%.*s", GOS_ARG(key->environment));
    snprintf(caller->name, sizeof caller->name, "%.*s", GOS_ARG(key->name));
    return origins_read(key, arena, &slots[i], err);
}

/* What was counted of a key goes on counting. */
static void counts_carry(struct slot *to, size_t to_count, struct slot *from, size_t from_count)
{
    for (size_t i = 0; i < to_count; i++) {
        struct slot *old = to[i].hash[0] ? slot_find(from, from_count, to[i].hash) : NULL;
        if (!old)
            continue;
        atomic_store(&to[i].used_ms, atomic_load(&old->used_ms));
        atomic_store(&to[i].flushed_ms, atomic_load(&old->flushed_ms));
        atomic_store(&to[i].next_us, atomic_load(&old->next_us));
    }
}

static void keyring_swap(struct keyring *keyring, struct slot *slots, size_t slot_count,
                         size_t key_count, gos_arena *arena)
{
    pthread_rwlock_wrlock(&keyring->lock);
    struct slot *old = keyring->slots;
    gos_arena *old_arena = keyring->arena;
    counts_carry(slots, slot_count, old, keyring->slot_count);
    keyring->slots = slots;
    keyring->slot_count = slot_count;
    keyring->key_count = key_count;
    keyring->arena = arena;
    pthread_rwlock_unlock(&keyring->lock);
    free(old);
    gos_arena_close(old_arena);
}

/* Fills slots for the keys that hold; *out_held says how many. */
static bool slots_fill(const struct api_key *keys, uint32_t count, gos_arena *arena,
                       struct slot **out_slots, size_t *out_slot_count, size_t *out_held,
                       gos_error *err)
{
    bool done = true;
    size_t slot_count = 16;
    while (slot_count < (size_t)count * 2)
        slot_count *= 2;
    struct slot *slots = calloc(slot_count, sizeof *slots);
    if (!slots)
        return gos_fail(err, GOS_OUT_OF_MEMORY, "", "no memory for the keys");
    *out_held = 0;
    for (uint32_t i = 0; done && i < count; i++) {
        if (keys[i].revoked_at != TIME_NONE)
            continue;
        done = slots_add(slots, slot_count, &keys[i], arena, err);
        ++*out_held;
    }
    if (!done)
        free(slots);
    *out_slots = slots;
    *out_slot_count = slot_count;
    return done;
}

bool keyring_load(struct keyring *keyring, gos_error *err)
{
    struct api_key *keys;
    struct slot *slots = NULL;
    uint32_t count;
    size_t slot_count = 0;
    size_t held = 0;
    gos_arena *arena = gos_arena_open(KEYRING_ARENA_BYTES);
    if (!arena)
        return gos_fail(err, GOS_OUT_OF_MEMORY, "", "no memory for the keys");
    bool done = catalog_list_keys(keyring->catalog, GOS_LIT(""), arena, &keys, &count, err) &&
                slots_fill(keys, count, arena, &slots, &slot_count, &held, err);
    if (done)
        keyring_swap(keyring, slots, slot_count, held, arena);
    else
        gos_arena_close(arena);
    return done;
}

bool keyring_open(struct catalog *catalog, struct keyring **out, gos_error *err)
{
    struct keyring *keyring = calloc(1, sizeof *keyring);
    if (!keyring)
        return gos_fail(err, GOS_OUT_OF_MEMORY, "", "no memory for the keys");
    keyring->catalog = catalog;
    pthread_rwlock_init(&keyring->lock, NULL);
    if (!keyring_load(keyring, err)) {
        keyring_close(keyring);
        return false;
    }
    *out = keyring;
    return true;
}

void keyring_close(struct keyring *keyring)
{
    if (!keyring)
        return;
    pthread_rwlock_destroy(&keyring->lock);
    free(keyring->slots);
    gos_arena_close(keyring->arena);
    free(keyring);
}

/* The slot of a key while the lock is held, or NULL. */
static struct slot *slot_of_key(struct keyring *keyring, gos_str key)
{
    char hash[SECRET_HASH_TEXT_BYTES];
    secret_hash(key, hash);
    return slot_find(keyring->slots, keyring->slot_count, hash);
}

static bool key_is_possible(gos_str key)
{
    return key.len >= KEY_CHARS_MIN && key.len < KEY_TEXT_BYTES;
}

bool keyring_find(struct keyring *keyring, gos_str key, struct caller *out)
{
    if (!key_is_possible(key))
        return false;
    pthread_rwlock_rdlock(&keyring->lock);
    struct slot *slot = slot_of_key(keyring, key);
    if (slot)
        *out = slot->caller;
    pthread_rwlock_unlock(&keyring->lock);
    return slot != NULL;
}

void keyring_limit(struct keyring *keyring, int64_t requests_per_second)
{
    keyring->requests_per_second = requests_per_second;
}

static bool origin_is_allowed(const struct slot *slot, gos_str origin)
{
    bool allowed = origin.len == 0 || slot->origin_count == 0;
    for (uint32_t i = 0; i < slot->origin_count && !allowed; i++)
        allowed = gos_str_equal(slot->origins[i], origin);
    return allowed;
}

/* The generic cell rate algorithm: each request moves `next_us` on by one interval, and may run at
 * most a second ahead of the clock. One that is further ahead is of a clock that was put back. */
static bool pace_allows(struct slot *slot, int64_t requests_per_second, int64_t now_us)
{
    if (requests_per_second <= 0)
        return true;
    int64_t interval_us = 1000000 / requests_per_second;
    int64_t next = atomic_load(&slot->next_us);
    for (;;) {
        bool is_of_now = next > now_us && next - now_us <= 2000000;
        int64_t moved = (is_of_now ? next : now_us) + (interval_us ? interval_us : 1);
        if (moved - now_us > 1000000)
            return false;
        if (atomic_compare_exchange_weak(&slot->next_us, &next, moved))
            return true;
    }
}

enum keyring_verdict keyring_use(struct keyring *keyring, gos_str key, gos_str origin,
                                 int64_t now_ms, struct caller *out)
{
    enum keyring_verdict verdict = KEY_UNKNOWN;
    if (!key_is_possible(key))
        return verdict;
    pthread_rwlock_rdlock(&keyring->lock);
    struct slot *slot = slot_of_key(keyring, key);
    if (slot && !origin_is_allowed(slot, origin))
        verdict = KEY_WRONG_ORIGIN;
    else if (slot)
        verdict = pace_allows(slot, keyring->requests_per_second, now_ms * 1000) ? KEY_ADMITTED
                                                                                 : KEY_TOO_OFTEN;
    if (verdict == KEY_ADMITTED) {
        atomic_store(&slot->used_ms, now_ms);
        *out = slot->caller;
    }
    pthread_rwlock_unlock(&keyring->lock);
    return verdict;
}

bool keyring_flush(struct keyring *keyring, gos_error *err)
{
    bool done = true;
    pthread_rwlock_rdlock(&keyring->lock);
    for (size_t i = 0; done && i < keyring->slot_count; i++) {
        struct slot *slot = &keyring->slots[i];
        int64_t used = atomic_load(&slot->used_ms);
        if (!slot->hash[0] || used <= atomic_load(&slot->flushed_ms))
            continue;
        done = catalog_touch_key(keyring->catalog, slot->caller.key_id, used, err);
        if (done)
            atomic_store(&slot->flushed_ms, used);
    }
    pthread_rwlock_unlock(&keyring->lock);
    return done;
}

size_t keyring_count(struct keyring *keyring)
{
    pthread_rwlock_rdlock(&keyring->lock);
    size_t count = keyring->key_count;
    pthread_rwlock_unlock(&keyring->lock);
    return count;
}

bool keyring_add(struct keyring *keyring, const struct api_key *key, gos_str given,
                 char out_key[KEY_TEXT_BYTES], gos_error *err)
{
    enum scope scope;
    if (!scope_find(key->scope, &scope))
        return gos_fail(err, GOS_BAD_INPUT, "/scope",
                        "scope is \"%.*s\"; admin, server and client are allowed",
                        GOS_ARG(key->scope));
    if (given.len > 0 && (given.len < KEY_CHARS_MIN || given.len >= KEY_TEXT_BYTES))
        return gos_fail(err, GOS_BAD_INPUT, "/key", "a key has %d to %d characters, not %zu",
                        KEY_CHARS_MIN, KEY_TEXT_BYTES - 1, given.len);
    char secret[KEY_CHARS + 1], hash[SECRET_HASH_TEXT_BYTES], prefix[16];
    secret_token(secret, KEY_CHARS);
    snprintf(out_key, KEY_TEXT_BYTES, "%s%.*s", given.len > 0 ? "" : "gos_",
             (int)(given.len > 0 ? given.len : KEY_CHARS), given.len > 0 ? given.data : secret);
    secret_hash(gos_str_from(out_key), hash);
    snprintf(prefix, sizeof prefix, "%.8s", out_key);
    struct api_key row = *key;
    row.hash = gos_str_from(hash);
    row.prefix = gos_str_from(prefix);
    return catalog_add_key(keyring->catalog, &row, err) && keyring_load(keyring, err);
}
