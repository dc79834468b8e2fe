/* Bucketing: where a unit falls. Sealed by spec/bucketing.json: a change moves every unit. */
#ifndef EVAL_POINT_H
#define EVAL_POINT_H

#include "eval/ruleset.h"

/* The seed that a salt gives: XXH3-64 of its bytes with seed 0. */
uint64_t point_seed(gos_str salt);
/* XXH3-64 of the unit's UTF-8 bytes with that seed, 0 to 2^64 - 1. */
uint64_t point_of(uint64_t seed, gos_str unit);
/* The number of a row of hashes.def, or NONE; and back. 0 is gosset's own. */
uint32_t point_hash_find(gos_str name);
const char *point_hash_name(uint8_t hash);
/* The point by any row, from the salt itself; a split may be hashed otherwise than a percentage. */
uint64_t point_foreign(uint8_t hash, gos_str salt, gos_str unit, bool is_split);
/* The salt's text as a seed of a foreign hash, and back. */
static inline uint64_t point_salt_seed(struct text_ref salt)
{
    return (uint64_t)salt.at << 32 | salt.len;
}
static inline gos_str point_salt(const gos_ruleset *rules, uint64_t seed)
{
    return ruleset_text(rules, (struct text_ref){(uint32_t)(seed >> 32), (uint32_t)seed});
}
/* The point by a seed that was compiled for this hash. */
static inline uint64_t point_by(const gos_ruleset *rules, uint8_t hash, uint64_t seed, gos_str unit,
                                bool is_split)
{
    return __builtin_expect(hash == 0, 1)
               ? point_of(seed, unit)
               : point_foreign(hash, point_salt(rules, seed), unit, is_split);
}
/* The highest 32 bits of a point. */
static inline uint32_t point_slot(uint64_t point)
{
    return (uint32_t)(point >> 32);
}
/* The variant whose range holds the slot; the last range ends at UINT32_MAX. */
uint32_t ranges_find(const gos_ruleset *rules, struct span ranges, uint32_t slot);

#endif
