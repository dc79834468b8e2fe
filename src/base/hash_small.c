/* MurmurHash3 x86_32 and FNV-1a, both in the public domain: what imported definitions bucket by. */
#include "base/hash.h"

static uint32_t rotate_left(uint32_t value, unsigned bits)
{
    return value << bits | value >> (32 - bits);
}

static uint32_t murmur3_scramble(uint32_t k)
{
    k *= 0xcc9e2d51u;
    return rotate_left(k, 15) * 0x1b873593u;
}

/* Appleby, MurmurHash3_x86_32. Blocks are little-endian on every machine. */
uint32_t hash_murmur3_32(gos_str text, uint32_t seed)
{
    const uint8_t *b = (const uint8_t *)text.data;
    uint32_t hash = seed;
    size_t i = 0;
    for (; i + 4 <= text.len; i += 4) {
        uint32_t k = (uint32_t)b[i] | (uint32_t)b[i + 1] << 8 | (uint32_t)b[i + 2] << 16 |
                     (uint32_t)b[i + 3] << 24;
        hash = rotate_left(hash ^ murmur3_scramble(k), 13) * 5 + 0xe6546b64u;
    }
    uint32_t tail = 0;
    for (size_t k = text.len; k > i; k--)
        tail = tail << 8 | b[k - 1];
    hash ^= murmur3_scramble(tail) ^ (uint32_t)text.len;
    hash = (hash ^ hash >> 16) * 0x85ebca6bu;
    hash = (hash ^ hash >> 13) * 0xc2b2ae35u;
    return hash ^ hash >> 16;
}

/* Fowler, Noll, Vo: http://www.isthe.com/chongo/tech/comp/fnv/ */
uint32_t hash_fnv1a_32(gos_str text)
{
    uint32_t hash = 0x811c9dc5u;
    for (size_t i = 0; i < text.len; i++)
        hash = (hash ^ (uint8_t)text.data[i]) * 0x01000193u;
    return hash;
}

uint64_t hash_fnv1a_64(gos_str text)
{
    uint64_t hash = UINT64_C(0xcbf29ce484222325);
    for (size_t i = 0; i < text.len; i++)
        hash = (hash ^ (uint8_t)text.data[i]) * UINT64_C(0x100000001b3);
    return hash;
}
