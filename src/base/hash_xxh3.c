/* XXH3 by libxxhash, compiled in: the short inputs of bucketing cost no call. */
#include "base/hash.h"

#define XXH_INLINE_ALL
#include <xxhash.h>

uint64_t hash_xxh3(gos_str text, uint64_t seed)
{
    return XXH3_64bits_withSeed(text.data, text.len, seed);
}

void hash_xxh3_128(gos_str text, uint64_t out[2])
{
    XXH128_hash_t hash = XXH3_128bits(text.data, text.len);
    out[0] = hash.low64;
    out[1] = hash.high64;
}
