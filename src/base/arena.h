/* What this program knows of arenas beyond the public header: pieces that grow, another limit, and
 * for tests counting and failing allocations. */
#ifndef BASE_ARENA_H
#define BASE_ARENA_H

#include "gosset/base.h"

/*
 * Makes the newest piece, of `bytes`, longer where it stands; what is added is zero. False, with
 * nothing changed, when it is not the newest or its block is full: then take another and copy.
 */
bool arena_extend(gos_arena *arena, void *piece, size_t bytes, size_t bytes_wanted);

/* From now on the arena holds this much, which may be less than before, but not than it holds. */
void arena_allow(gos_arena *arena, size_t bytes_max);

/*
 * From now on the n-th piece or block asked for by this thread fails as if memory had run out,
 * once; 0 makes none fail. A test runs its subject with n = 1, 2, ... until nothing failed any
 * more.
 */
void arena_fail_at(uint64_t n);
/* Pieces and blocks that this thread asked for since arena_fail_at was last called. */
uint64_t arena_asked_count(void);
/* Blocks that this thread took from the machine, ever: a test of "allocates nothing" compares two.
 */
uint64_t arena_block_count(void);

#endif
