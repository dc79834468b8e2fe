/*
 * How many assignments each variant has, kept exactly: a batch sums its changes in a hash table and
 * writes each count once.
 */
#include "base/hash.h"
#include "roster/bytes.h"
#include "roster/store.h"

enum { SLOTS_FIRST = 64 };

struct count {
    struct key *key; /* NULL: free */
    int64_t change;
};

struct counts {
    struct count *slots;
    uint32_t capacity; /* a power of two */
    uint32_t used;
};

static struct count *slot_of(const struct counts *counts, const struct key *key)
{
    uint64_t at = hash_xxh3(key_str(key), 0);
    for (;; at++) {
        struct count *slot = &counts->slots[at & (counts->capacity - 1)];
        if (!slot->key || gos_str_equal(key_str(slot->key), key_str(key)))
            return slot;
    }
}

/* Keeps at least half of the slots free. */
static bool counts_grow(struct commit *commit)
{
    struct counts *old = commit->counts;
    if (old && (old->used + 1) * 2 <= old->capacity)
        return true;
    struct counts *counts = gos_arena_take(commit->arena, sizeof *counts, commit->err);
    if (!counts)
        return false;
    counts->capacity = old ? old->capacity * 2 : SLOTS_FIRST;
    counts->used = old ? old->used : 0;
    counts->slots =
        gos_arena_array(commit->arena, counts->capacity, sizeof *counts->slots, commit->err);
    if (!counts->slots)
        return false;
    for (uint32_t i = 0; old && i < old->capacity; i++) {
        if (old->slots[i].key)
            *slot_of(counts, old->slots[i].key) = old->slots[i];
    }
    commit->counts = counts;
    return true;
}

bool counts_add(struct commit *commit, gos_str environment, const struct uuid *experiment_id,
                gos_str variant, int64_t change)
{
    if (!counts_grow(commit))
        return false;
    struct key key = key_count(environment, experiment_id, variant);
    struct count *slot = slot_of(commit->counts, &key);
    if (!slot->key) {
        slot->key = gos_arena_take(commit->arena, sizeof *slot->key, commit->err);
        if (!slot->key)
            return false;
        *slot->key = key;
        commit->counts->used++;
    }
    slot->change += change;
    return true;
}

static bool count_write(struct commit *commit, const struct count *count)
{
    gos_str value;
    if (!kv_get(commit->store->kv, &commit->batch, KV_META, key_str(count->key), commit->arena,
                &value, commit->err))
        return false;
    struct bytes bytes = bytes_of(value.data ? value : (gos_str){"", 1});
    int64_t sum = (int64_t)bytes_number(&bytes) + count->change;
    struct text out;
    text_init(&out, commit->arena);
    bytes_put_number(&out, sum > 0 ? (uint64_t)sum : 0);
    if (!text_ok(&out, commit->err))
        return false;
    kv_put(&commit->batch, KV_META, key_str(count->key), text_str(&out));
    return true;
}

bool counts_write(struct commit *commit)
{
    for (uint32_t i = 0; commit->counts && i < commit->counts->capacity; i++) {
        const struct count *count = &commit->counts->slots[i];
        if (count->key && count->change != 0 && !count_write(commit, count))
            return false;
    }
    return true;
}
