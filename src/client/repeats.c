/*
 * Chains in a table of buckets, and one list through all entries by their last use. Indices begin
 * at 1: 0 is none, in the list its head.
 */
#include "client/repeats.h"

#include <stdlib.h>

struct entry {
    uint64_t hash;
    int64_t at; /* when it was sent */
    uint32_t next_in_bucket;
    uint32_t newer;
    uint32_t older;
};

struct repeats {
    uint32_t count_max;
    uint32_t count;
    uint32_t mask;
    int64_t keep_ms;
    uint32_t *buckets;
    struct entry
        *entries; /* [0] ties the ends of the list: newer is the oldest, older the newest */
};

bool repeats_open(uint32_t count_max, int64_t keep_ms, struct repeats **out, gos_error *err)
{
    uint32_t bucket_count = 16;
    while (bucket_count < count_max && bucket_count < UINT32_C(1) << 31)
        bucket_count *= 2;
    struct repeats *repeats = calloc(1, sizeof *repeats);
    if (repeats) {
        repeats->buckets = calloc(bucket_count, sizeof *repeats->buckets);
        repeats->entries = calloc((size_t)count_max + 1, sizeof *repeats->entries);
    }
    if (!repeats || !repeats->buckets || !repeats->entries) {
        repeats_close(repeats);
        return gos_fail(err, GOS_OUT_OF_MEMORY, "", "no memory for %u exposures", count_max);
    }
    repeats->count_max = count_max;
    repeats->mask = bucket_count - 1;
    repeats->keep_ms = keep_ms;
    *out = repeats;
    return true;
}

void repeats_close(struct repeats *repeats)
{
    if (!repeats)
        return;
    free(repeats->buckets);
    free(repeats->entries);
    free(repeats);
}

void repeats_clear(struct repeats *repeats)
{
    memset(repeats->buckets, 0, ((size_t)repeats->mask + 1) * sizeof *repeats->buckets);
    repeats->entries[0] = (struct entry){0};
    repeats->count = 0;
}

static void list_leave(struct repeats *repeats, uint32_t index)
{
    struct entry *entries = repeats->entries;
    entries[entries[index].newer].older = entries[index].older;
    entries[entries[index].older].newer = entries[index].newer;
}

static void list_join(struct repeats *repeats, uint32_t index)
{
    struct entry *entries = repeats->entries;
    entries[index].newer = 0;
    entries[index].older = entries[0].older;
    entries[entries[0].older].newer = index;
    entries[0].older = index;
}

static uint32_t *bucket_of(struct repeats *repeats, uint64_t hash)
{
    return &repeats->buckets[hash & repeats->mask];
}

static void bucket_leave(struct repeats *repeats, uint32_t index)
{
    uint32_t *at = bucket_of(repeats, repeats->entries[index].hash);
    while (*at != index)
        at = &repeats->entries[*at].next_in_bucket;
    *at = repeats->entries[index].next_in_bucket;
}

/* A place for one more: a fresh one, or that of the longest unused. */
static uint32_t entry_take(struct repeats *repeats)
{
    if (repeats->count < repeats->count_max)
        return ++repeats->count;
    uint32_t oldest = repeats->entries[0].newer;
    list_leave(repeats, oldest);
    bucket_leave(repeats, oldest);
    return oldest;
}

bool repeats_note(struct repeats *repeats, uint64_t hash, int64_t now_ms)
{
    struct entry *entries = repeats->entries;
    uint32_t index = *bucket_of(repeats, hash);
    while (index && entries[index].hash != hash)
        index = entries[index].next_in_bucket;
    if (index) {
        bool is_repeat = repeats->keep_ms == 0 || now_ms - entries[index].at < repeats->keep_ms;
        if (!is_repeat)
            entries[index].at = now_ms;
        list_leave(repeats, index);
        list_join(repeats, index);
        return is_repeat;
    }
    index = entry_take(repeats);
    uint32_t *bucket = bucket_of(repeats, hash);
    entries[index].hash = hash;
    entries[index].at = now_ms;
    entries[index].next_in_bucket = *bucket;
    *bucket = index;
    list_join(repeats, index);
    return false;
}
