/* Bucketing: where a unit falls. Sealed by spec/bucketing.json: a change moves every unit. */
#ifndef EVAL_POINT_H
#define EVAL_POINT_H

#include "eval/ruleset.h"

/* The seed that a salt gives: XXH3-64 of its bytes with seed 0. */
uint64_t point_seed(gos_str salt);
/* XXH3-64 of the unit's UTF-8 bytes with that seed, 0 to 2^64 - 1. */
uint64_t point_of(uint64_t seed, gos_str unit);
/* The highest 32 bits of a point. */
static inline uint32_t point_slot(uint64_t point)
{
    return (uint32_t)(point >> 32);
}
/* The variant whose range holds the slot; the last range ends at UINT32_MAX. */
uint32_t ranges_find(const gos_ruleset *rules, struct span ranges, uint32_t slot);

#endif
