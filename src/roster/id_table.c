/* Open addressing with linear probing, at a load of at most three quarters. */
#include "roster/id_table.h"

#include "base/hash.h"

#include <assert.h>

enum { SLOTS_FIRST = 16 };

struct id_table {
    gos_arena *arena;      /* holds this struct */
    gos_arena *memory;     /* of the slots */
    struct id_hash *slots; /* the first word 0: free */
    size_t slot_count;
    size_t count;
};

struct id_hash id_hash_of(gos_str key)
{
    struct id_hash hash;
    hash_xxh3_128(key, hash.words);
    hash.words[0] |= 1;
    return hash;
}

struct id_table *id_table_open(void)
{
    gos_arena *arena = gos_arena_open(sizeof(struct id_table));
    struct id_table *table = arena ? gos_arena_take(arena, sizeof *table, NULL) : NULL;
    if (!table) {
        gos_arena_close(arena);
        return NULL;
    }
    table->arena = arena;
    return table;
}

void id_table_close(struct id_table *table)
{
    if (!table)
        return;
    gos_arena_close(table->memory);
    gos_arena_close(table->arena);
}

/* The slot that has the hash, or the free one where it belongs. */
static struct id_hash *probe(const struct id_table *table, struct id_hash hash)
{
    size_t mask = table->slot_count - 1;
    size_t i = hash.words[1] & mask;
    while (table->slots[i].words[0] &&
           (table->slots[i].words[0] != hash.words[0] || table->slots[i].words[1] != hash.words[1]))
        i = (i + 1) & mask;
    return &table->slots[i];
}

/* A power of two that leaves a quarter free. */
static size_t slots_for(size_t count)
{
    size_t slots = SLOTS_FIRST;
    while (slots / 4 * 3 < count)
        slots *= 2;
    return slots;
}

struct id_table *id_table_take(gos_arena *arena, size_t count, gos_error *err)
{
    struct id_table *table = gos_arena_take(arena, sizeof *table, err);
    if (!table)
        return NULL;
    table->slot_count = slots_for(count);
    table->slots = gos_arena_array(arena, table->slot_count, sizeof *table->slots, err);
    return table->slots ? table : NULL;
}

bool id_table_reserve(struct id_table *table, size_t more, gos_error *err)
{
    size_t wanted = slots_for(table->count + more);
    if (wanted <= table->slot_count)
        return true;
    gos_arena *memory = gos_arena_open(wanted * sizeof *table->slots);
    struct id_hash *slots = memory ? gos_arena_array(memory, wanted, sizeof *slots, NULL) : NULL;
    if (!slots) {
        gos_arena_close(memory);
        return gos_fail(err, GOS_OUT_OF_MEMORY, "", "no memory for %zu event ids", wanted);
    }
    struct id_table old = *table;
    table->memory = memory;
    table->slots = slots;
    table->slot_count = wanted;
    for (size_t i = 0; i < old.slot_count; i++) {
        if (old.slots[i].words[0])
            *probe(table, old.slots[i]) = old.slots[i];
    }
    gos_arena_close(old.memory);
    return true;
}

bool id_table_add(struct id_table *table, struct id_hash hash)
{
    assert(table->count < table->slot_count);
    struct id_hash *slot = probe(table, hash);
    if (slot->words[0])
        return false;
    *slot = hash;
    table->count++;
    return true;
}

bool id_table_has(const struct id_table *table, struct id_hash hash)
{
    return table->count > 0 && probe(table, hash)->words[0] != 0;
}

size_t id_table_count(const struct id_table *table)
{
    return table->count;
}

bool id_table_next(const struct id_table *table, size_t *at, struct id_hash *out)
{
    while (*at < table->slot_count) {
        *out = table->slots[(*at)++];
        if (out->words[0])
            return true;
    }
    return false;
}
