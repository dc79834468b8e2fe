/*
 * Two sets: `current` answers, `next` is being filled by the thread that reads the table and by
 * those who take ids meanwhile. When all is in it, it becomes current with the next batch.
 */
#include "roster/ids.h"

#include "base/hash.h"
#include "roster/id_set.h"
#include "roster/key.h"

#include <pthread.h>
#include <stdatomic.h>

enum { SCAN_KEYS = 1 << 18, KEYS_AT_ONCE = 1024, RENEW_COUNT_MIN = 1000000 };

struct ids {
    gos_arena *arena; /* holds this struct */
    struct kv *kv;
    struct id_set *current; /* NULL: not yet; the writer's */
    pthread_t thread;
    bool is_filling; /* the thread is to be joined; the writer's */
    atomic_bool is_stopping;
    atomic_bool is_filled; /* the thread has ended; */
    bool is_whole;         /* and this says how */
    pthread_mutex_t lock;  /* for what follows */
    struct id_set *next;
    bool is_partial; /* `next` lacks something, for want of memory */
};

struct id_batch {
    uint64_t (*slots)[2]; /* 0, 0: free */
    uint64_t mask;
};

static bool next_add(struct ids *ids, const uint64_t *hashes, uint32_t count)
{
    pthread_mutex_lock(&ids->lock);
    for (uint32_t i = 0; i < count && !ids->is_partial; i++)
        ids->is_partial = !id_set_add(ids->next, hashes[i]);
    bool done = !ids->is_partial;
    pthread_mutex_unlock(&ids->lock);
    return done;
}

/* The next keys behind `from`, which becomes the last of them. *out_more: there may be others. */
static bool scan_some(struct ids *ids, struct key *from, bool *out_more)
{
    struct kv_cursor cursor;
    gos_str key, value;
    uint64_t hashes[KEYS_AT_ONCE];
    uint32_t count = 0, total = 0;
    bool done = true;
    kv_cursor_init(&cursor, ids->kv, NULL, KV_EVENT_IDS, (gos_str){"", 0}, key_str(from));
    for (; done && total < SCAN_KEYS && kv_cursor_at(&cursor, &key, &value); total++) {
        hashes[count++] = hash_xxh3(key, 0);
        if (count == KEYS_AT_ONCE || total + 1 == SCAN_KEYS) {
            done = key.len <= sizeof from->data && next_add(ids, hashes, count);
            count = 0;
        }
        if (done && total + 1 == SCAN_KEYS) {
            memcpy(from->data, key.data, key.len);
            from->len = key.len;
        }
        kv_cursor_next(&cursor);
    }
    *out_more = total == SCAN_KEYS;
    return kv_cursor_deinit(&cursor, NULL) && done && next_add(ids, hashes, count);
}

static void *scan(void *context)
{
    struct ids *ids = context;
    struct key from = {0};
    bool more = true, done = true;
    while (done && more && !atomic_load(&ids->is_stopping))
        done = scan_some(ids, &from, &more);
    ids->is_whole = done && !more;
    atomic_store(&ids->is_filled, true);
    return NULL;
}

/* Whether it begins or not, all goes on: without a filter the table is asked. */
static void fill(struct ids *ids)
{
    ids->next = id_set_open();
    ids->is_partial = false;
    atomic_store(&ids->is_filled, false);
    ids->is_filling = ids->next && pthread_create(&ids->thread, NULL, scan, ids) == 0;
    if (!ids->is_filling) {
        id_set_close(ids->next);
        ids->next = NULL;
    }
}

/* Takes what the thread has filled, when it has ended. */
static void filled_take(struct ids *ids)
{
    if (!ids->is_filling || !atomic_load(&ids->is_filled))
        return;
    pthread_join(ids->thread, NULL);
    ids->is_filling = false;
    if (ids->is_whole && !ids->is_partial) {
        id_set_close(ids->current);
        ids->current = ids->next;
    } else {
        id_set_close(ids->next);
    }
    ids->next = NULL;
}

bool ids_open(struct kv *kv, struct ids **out, gos_error *err)
{
    gos_arena *arena = gos_arena_open(sizeof(struct ids));
    struct ids *ids = arena ? gos_arena_take(arena, sizeof *ids, NULL) : NULL;
    if (!ids) {
        gos_arena_close(arena);
        return gos_fail(err, GOS_OUT_OF_MEMORY, "", "no memory for event ids");
    }
    *ids = (struct ids){.arena = arena, .kv = kv};
    pthread_mutex_init(&ids->lock, NULL);
    fill(ids);
    *out = ids;
    return true;
}

void ids_close(struct ids *ids)
{
    if (!ids)
        return;
    atomic_store(&ids->is_stopping, true);
    if (ids->is_filling)
        pthread_join(ids->thread, NULL);
    id_set_close(ids->current);
    id_set_close(ids->next);
    pthread_mutex_destroy(&ids->lock);
    gos_arena_close(ids->arena);
}

void ids_renew(struct ids *ids)
{
    filled_take(ids);
    uint64_t held = ids->current ? id_set_count(ids->current) : 0;
    if (ids->is_filling || held < RENEW_COUNT_MIN ||
        held / 2 < kv_keys_estimated(ids->kv, KV_EVENT_IDS))
        return;
    fill(ids);
}

bool ids_batch_begin(struct ids *ids, size_t count, gos_arena *arena, struct id_batch **out,
                     gos_error *err)
{
    size_t slots = 2;
    filled_take(ids);
    while (slots < count * 2)
        slots *= 2;
    struct id_batch *batch = gos_arena_take(arena, sizeof *batch, err);
    if (!batch)
        return false;
    batch->slots = gos_arena_array(arena, slots, sizeof *batch->slots, err);
    batch->mask = slots - 1;
    *out = batch;
    return batch->slots != NULL;
}

/* Whether the batch had it already. */
static bool batch_take(struct id_batch *batch, gos_str key)
{
    uint64_t hash[2];
    hash_xxh3_128(key, hash);
    hash[0] |= 1;
    uint64_t i = hash[1] & batch->mask;
    while (batch->slots[i][0]) {
        if (batch->slots[i][0] == hash[0] && batch->slots[i][1] == hash[1])
            return true;
        i = (i + 1) & batch->mask;
    }
    batch->slots[i][0] = hash[0];
    batch->slots[i][1] = hash[1];
    return false;
}

/* What it holds of batches that fail in the end does no harm: such ids are looked up. */
static void sets_add(struct ids *ids, uint64_t hash)
{
    if (ids->current && !id_set_add(ids->current, hash)) {
        id_set_close(ids->current);
        ids->current = NULL;
    }
    if (ids->is_filling)
        next_add(ids, &hash, 1);
}

bool ids_take(struct ids *ids, struct id_batch *batch, gos_str key, gos_arena *arena,
              bool *out_is_known, gos_error *err)
{
    uint64_t hash = hash_xxh3(key, 0);
    bool may_be_stored = !ids->current || id_set_may_have(ids->current, hash);
    *out_is_known = batch_take(batch, key);
    if (*out_is_known)
        return true;
    if (may_be_stored) {
        gos_str found;
        if (!kv_get(ids->kv, NULL, KV_EVENT_IDS, key, arena, &found, err))
            return false;
        *out_is_known = found.data != NULL;
    }
    if (!*out_is_known)
        sets_add(ids, hash);
    return true;
}
