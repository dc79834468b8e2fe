/*
 * A map from 2^32 slots to owners, as ranges. Slots move only from an owner that must give some up
 * to one that needs them, so a change moves the fewest slots possible.
 */
#ifndef EVAL_SLOT_MAP_H
#define EVAL_SLOT_MAP_H

#include "eval/build.h"

#define SLOT_COUNT (UINT64_C(1) << 32)
/* The owner of what nobody has. */
#define SLOT_FREE NONE

struct slot_range {
    uint64_t end; /* the slot behind its last one */
    uint32_t owner;
};

struct slot_map {
    gos_arena *arena;
    struct slot_range *ranges; /* in order, the last ends at SLOT_COUNT */
    struct slot_range *spare;
    uint32_t count;
    uint32_t capacity;
    bool failed;
};

/* Everything is free. */
void slot_map_init(struct slot_map *map, gos_arena *arena);
uint64_t slot_map_owned(const struct slot_map *map, uint32_t owner);
/* Moves up to `slots` from one owner to another: the highest, or the lowest. */
void slot_map_move(struct slot_map *map, uint32_t from, uint32_t to, uint64_t slots,
                   bool highest_first);
/* Takes from the free, lowest first, or gives back, highest first, until it owns so many. */
void slot_map_set(struct slot_map *map, uint32_t owner, uint64_t slots);

/*
 * Shares of the slots by weight, exactly SLOT_COUNT in sum; what rounding leaves over goes to the
 * largest remainders, to the earlier of equal ones. The weights must not all be 0.
 */
void slot_shares(const int64_t *weights, uint32_t count, uint64_t *out_slots);
/* All owners at once: first all give back, then all take, both in the order of `owners`. */
void slot_map_change(struct slot_map *map, const uint64_t *slots, uint32_t owner_count);

#endif
