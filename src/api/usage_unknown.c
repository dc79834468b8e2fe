/* A small table behind a lock: asking for what is not there is rare, or a flood that is bounded. */
#include "api/usage_unknown.h"

#include "base/hash.h"
#include "base/limits.h"
#include "catalog/types.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

enum { UNKNOWN_SLOTS = 2048 };
_Static_assert(UNKNOWN_SLOTS > (int)USAGE_UNKNOWN_MAX, "a look-up ends at a free slot");

struct unknown_key {
    int64_t count; /* 0: free */
    int64_t first_at, last_at;
    uint8_t environment_len, key_len;
    char environment[KEY_BYTES_MAX], key[KEY_BYTES_MAX];
};

struct unknown_keys {
    pthread_mutex_t lock;
    size_t used;
    struct unknown_key slots[UNKNOWN_SLOTS];
};

bool unknown_keys_open(struct unknown_keys **out)
{
    struct unknown_keys *keys = calloc(1, sizeof *keys);
    if (keys)
        pthread_mutex_init(&keys->lock, NULL);
    *out = keys;
    return keys != NULL;
}

void unknown_keys_close(struct unknown_keys *keys)
{
    if (!keys)
        return;
    pthread_mutex_destroy(&keys->lock);
    free(keys);
}

static bool is_same(const struct unknown_key *slot, gos_str environment, gos_str key)
{
    return gos_str_equal((gos_str){slot->key, slot->key_len}, key) &&
           gos_str_equal((gos_str){slot->environment, slot->environment_len}, environment);
}

static struct unknown_key *slot_of(struct unknown_keys *keys, gos_str environment, gos_str key)
{
    for (uint64_t i = hash_xxh3(key, hash_xxh3(environment, 0));; i++) {
        struct unknown_key *slot = &keys->slots[i % UNKNOWN_SLOTS];
        if (slot->count == 0 || is_same(slot, environment, key))
            return slot;
    }
}

static void slot_fill(struct unknown_key *slot, gos_str environment, gos_str key, int64_t now_ms)
{
    slot->first_at = now_ms;
    slot->environment_len = (uint8_t)environment.len;
    slot->key_len = (uint8_t)key.len;
    memcpy(slot->environment, environment.data, environment.len);
    memcpy(slot->key, key.data, key.len);
}

bool unknown_keys_count(struct unknown_keys *keys, gos_str environment, gos_str key, int64_t now_ms)
{
    if (key.len == 0 || key.len > KEY_BYTES_MAX || environment.len > KEY_BYTES_MAX)
        return false;
    pthread_mutex_lock(&keys->lock);
    struct unknown_key *slot = slot_of(keys, environment, key);
    bool counted = slot->count > 0 || keys->used < USAGE_UNKNOWN_MAX;
    if (counted && slot->count == 0) {
        slot_fill(slot, environment, key, now_ms);
        keys->used++;
    }
    if (counted) {
        slot->count++;
        slot->last_at = now_ms;
    }
    pthread_mutex_unlock(&keys->lock);
    return counted;
}

size_t unknown_keys_take(struct unknown_keys *keys, gos_arena *arena, struct flag_usage *rows)
{
    size_t count = 0;
    pthread_mutex_lock(&keys->lock);
    for (size_t i = 0; keys->used > 0 && i < UNKNOWN_SLOTS; i++) {
        const struct unknown_key *slot = &keys->slots[i];
        if (slot->count == 0)
            continue;
        rows[count] = (struct flag_usage){
            .environment =
                gos_arena_text(arena, (gos_str){slot->environment, slot->environment_len}, NULL),
            .key = gos_arena_text(arena, (gos_str){slot->key, slot->key_len}, NULL),
            .is_unknown = true,
            .first_at = slot->first_at,
            .last_at = slot->last_at,
            .count = slot->count};
        count += rows[count].environment.data && rows[count].key.data;
    }
    if (keys->used > 0)
        memset(keys->slots, 0, sizeof keys->slots);
    keys->used = 0;
    pthread_mutex_unlock(&keys->lock);
    return count;
}
