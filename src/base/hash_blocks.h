/* The padding that MD5, SHA-1 and SHA-256 share: 64-byte blocks, 0x80, zeros, the length in bits.
 */
#ifndef BASE_HASH_BLOCKS_H
#define BASE_HASH_BLOCKS_H

#include "gosset/base.h"

enum { HASH_BLOCK_BYTES = 64 };

typedef void hash_block(uint32_t *state, const uint8_t block[HASH_BLOCK_BYTES]);

/* Feeds the whole text and its padding to `block`. */
void hash_blocks(gos_str text, bool big_endian, hash_block *block, uint32_t *state);
/* Writes `words` words of the state as bytes. */
void hash_words(const uint32_t *state, size_t words, bool big_endian, uint8_t *out);

static inline uint32_t hash_load(const uint8_t *b, bool big_endian)
{
    if (big_endian)
        return (uint32_t)b[0] << 24 | (uint32_t)b[1] << 16 | (uint32_t)b[2] << 8 | b[3];
    return (uint32_t)b[3] << 24 | (uint32_t)b[2] << 16 | (uint32_t)b[1] << 8 | b[0];
}

static inline uint32_t hash_rotate_left(uint32_t value, unsigned bits)
{
    return value << bits | value >> (32 - bits);
}

#endif
