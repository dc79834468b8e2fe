/*
 * Each layer is four times as large as the one before. A hash has all its bits in one block of the
 * layer, which is a cache line: a question costs one access to memory for each layer.
 * Source: Putze, Sanders, Singler (2007), Cache-, Hash- and Space-Efficient Bloom Filters.
 */
#include "roster/id_set.h"

enum {
    LAYERS_MAX = 5, /* 256 KiB, 1, 4, 16 and 64 MiB: 56 million hashes as they should be */
    LAYER_BYTES_FIRST = 256 << 10,
    BLOCK_WORDS = 8,
    BITS_EACH = 5,
    BITS_FOR_ONE = 12, /* one of 170 is taken for known, of those that share a layer */
    BIT_OF_BLOCK = 9   /* bits of the hash that name a bit of the block */
};

struct layer {
    uint64_t *words;
    uint64_t block_mask;
    uint64_t count, count_max;
};

struct id_set {
    gos_arena *arena; /* holds this struct */
    uint64_t count;
    uint32_t layer_count;
    struct layer layers[LAYERS_MAX];
};

struct id_set *id_set_open(void)
{
    gos_arena *arena = gos_arena_open(SIZE_MAX / 2);
    struct id_set *set = arena ? gos_arena_take(arena, sizeof *set, NULL) : NULL;
    if (!set) {
        gos_arena_close(arena);
        return NULL;
    }
    set->arena = arena;
    return set;
}

void id_set_close(struct id_set *set)
{
    if (set)
        gos_arena_close(set->arena);
}

static bool layer_open(struct id_set *set)
{
    size_t bytes = (size_t)LAYER_BYTES_FIRST << (2 * set->layer_count);
    struct layer layer = {.words = gos_arena_take(set->arena, bytes, NULL),
                          .block_mask = bytes / (BLOCK_WORDS * sizeof(uint64_t)) - 1,
                          .count_max = bytes * 8 / BITS_FOR_ONE};
    if (!layer.words)
        return false;
    set->layers[set->layer_count++] = layer;
    return true;
}

/* The bits are named by the hash's lower end, the block by its upper. */
static uint64_t *block_of(const struct layer *layer, uint64_t hash)
{
    return layer->words + (hash >> 40 & layer->block_mask) * BLOCK_WORDS;
}

bool id_set_add(struct id_set *set, uint64_t hash)
{
    struct layer *last = set->layer_count ? &set->layers[set->layer_count - 1] : NULL;
    if (!last || (last->count >= last->count_max && set->layer_count < LAYERS_MAX)) {
        if (!layer_open(set))
            return false;
        last = &set->layers[set->layer_count - 1];
    }
    uint64_t *block = block_of(last, hash);
    for (int i = 0; i < BITS_EACH; i++, hash >>= BIT_OF_BLOCK)
        block[hash >> 6 & (BLOCK_WORDS - 1)] |= UINT64_C(1) << (hash & 63);
    last->count++;
    set->count++;
    return true;
}

static bool layer_may_have(const struct layer *layer, uint64_t hash)
{
    const uint64_t *block = block_of(layer, hash);
    uint64_t missing = 0;
    for (int i = 0; i < BITS_EACH; i++, hash >>= BIT_OF_BLOCK)
        missing |= ~block[hash >> 6 & (BLOCK_WORDS - 1)] & UINT64_C(1) << (hash & 63);
    return missing == 0;
}

bool id_set_may_have(const struct id_set *set, uint64_t hash)
{
    for (uint32_t i = set->layer_count; i-- > 0;) {
        if (layer_may_have(&set->layers[i], hash))
            return true;
    }
    return false;
}

uint64_t id_set_count(const struct id_set *set)
{
    return set->count;
}
