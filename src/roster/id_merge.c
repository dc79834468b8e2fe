/*
 * Ids are brought into the order of their hashes, which is that of the table where there is one
 * environment: a memory table takes neighbours much faster than what is scattered.
 */
#include "roster/id_merge.h"

#include "roster/id_log.h"
#include "roster/key.h"

enum {
    KEYS_AT_ONCE = 4096,
    BUCKET_SHIFT = 48,
    BUCKET_COUNT = 1 << 16,
    HASH_BYTES = 16,
    DAY_BYTES = 2
};
#define ARENA_BYTES ((size_t)1 << 30)

struct gathered {
    gos_arena *arena;
    struct id_entry *entries;
    size_t count, capacity;
};

static bool gather(void *context, const struct id_entry *entry, gos_error *err)
{
    struct gathered *all = context;
    if (all->count == all->capacity) {
        size_t capacity = all->capacity ? all->capacity * 2 : KEYS_AT_ONCE;
        struct id_entry *entries = gos_arena_array(all->arena, capacity, sizeof *entries, err);
        if (!entries)
            return false;
        if (all->count)
            memcpy(entries, all->entries, all->count * sizeof *entries);
        all->entries = entries;
        all->capacity = capacity;
    }
    struct id_entry *kept = &all->entries[all->count];
    *kept = *entry;
    kept->key = gos_arena_text(all->arena, entry->key, err);
    all->count += kept->key.data != NULL;
    return kept->key.data != NULL;
}

/* The first bytes of the hash, with which keys end. */
static uint64_t order_of(gos_str key)
{
    uint64_t order = 0;
    const char *hash = key.data + key.len - HASH_BYTES;
    for (int i = 0; key.len >= HASH_BYTES && i < 8; i++)
        order = order << 8 | (unsigned char)hash[i];
    return order;
}

static void bucket_sort(struct id_entry *entries, size_t count)
{
    for (size_t i = 1; i < count; i++) {
        struct id_entry entry = entries[i];
        uint64_t order = order_of(entry.key);
        size_t to = i;
        for (; to > 0 && order_of(entries[to - 1].key) > order; to--)
            entries[to] = entries[to - 1];
        entries[to] = entry;
    }
}

static struct id_entry *in_order(struct gathered *all, gos_error *err)
{
    uint32_t *ends = gos_arena_array(all->arena, BUCKET_COUNT + 1, sizeof *ends, err);
    struct id_entry *sorted =
        ends ? gos_arena_array(all->arena, all->count + 1, sizeof *sorted, err) : NULL;
    if (!sorted)
        return NULL;
    for (size_t i = 0; i < all->count; i++)
        ends[(order_of(all->entries[i].key) >> BUCKET_SHIFT) + 1]++;
    for (uint32_t i = 0; i < BUCKET_COUNT; i++)
        ends[i + 1] += ends[i];
    for (size_t i = 0; i < all->count; i++)
        sorted[ends[order_of(all->entries[i].key) >> BUCKET_SHIFT]++] = all->entries[i];
    for (uint32_t i = 0; i < BUCKET_COUNT; i++) {
        uint32_t start = i ? ends[i - 1] : 0;
        bucket_sort(sorted + start, ends[i] - start);
    }
    return sorted;
}

static bool write_some(struct kv *kv, pthread_mutex_t *write_lock, const struct id_entry *entries,
                       size_t count, gos_error *err)
{
    struct kv_batch batch;
    pthread_mutex_lock(write_lock);
    bool done = kv_heal(kv, err);
    if (done) {
        kv_batch_init(&batch, kv);
        for (size_t i = 0; i < count; i++)
            kv_append(&batch, KV_EVENT_IDS, entries[i].key, (gos_str){entries[i].day, DAY_BYTES});
        done = kv_write(&batch, err);
        kv_batch_deinit(&batch);
    }
    pthread_mutex_unlock(write_lock);
    return done;
}

bool id_merge(struct kv *kv, pthread_mutex_t *write_lock, uint64_t first, uint64_t end,
              const atomic_bool *is_stopping, gos_error *err)
{
    struct gathered all = {.arena = gos_arena_open(ARENA_BYTES)};
    if (!all.arena)
        return gos_fail(err, GOS_OUT_OF_MEMORY, "", "no memory to move event ids");
    bool done = id_log_read(kv, first, end, gather, &all, err);
    struct id_entry *sorted = done ? in_order(&all, err) : NULL;
    done = sorted != NULL;
    for (size_t i = 0; done && i < all.count; i += KEYS_AT_ONCE) {
        size_t left = all.count - i;
        done =
            !atomic_load(is_stopping) &&
            write_some(kv, write_lock, sorted + i, left < KEYS_AT_ONCE ? left : KEYS_AT_ONCE, err);
    }
    gos_arena_close(all.arena);
    return done;
}
