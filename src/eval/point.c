/* Bucketing: where a unit falls. */
#include "eval/point.h"

#include "base/hash.h"

enum { SCANNED_RANGES_MAX = 8 };

uint64_t point_seed(gos_str salt)
{
    return hash_xxh3(salt, 0);
}

uint64_t point_of(uint64_t seed, gos_str unit)
{
    return hash_xxh3(unit, seed);
}

uint32_t ranges_find(const gos_ruleset *rules, struct span ranges, uint32_t slot)
{
    const struct range *range = ruleset_ranges(rules) + ranges.first;
    uint32_t low = 0, high = ranges.count - 1;
    assert(ranges.count > 0);
    while (high - low > SCANNED_RANGES_MAX) {
        uint32_t middle = low + (high - low) / 2;
        if (range[middle].last < slot)
            low = middle + 1;
        else
            high = middle;
    }
    while (low < high && range[low].last < slot)
        low++;
    return range[low].variant;
}
