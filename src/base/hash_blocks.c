/* Padding shared by the MD5 family (RFC 1321, FIPS 180-4). */
#include "base/hash_blocks.h"

void hash_blocks(gos_str text, bool big_endian, hash_block *block, uint32_t *state)
{
    size_t whole = text.len - text.len % HASH_BLOCK_BYTES;
    for (size_t i = 0; i < whole; i += HASH_BLOCK_BYTES)
        block(state, (const uint8_t *)text.data + i);

    uint8_t last[2 * HASH_BLOCK_BYTES] = {0};
    size_t rest = text.len - whole;
    if (rest)
        memcpy(last, text.data + whole, rest);
    last[rest] = 0x80;
    size_t bytes = rest + 9 <= HASH_BLOCK_BYTES ? HASH_BLOCK_BYTES : 2 * HASH_BLOCK_BYTES;
    uint64_t bits = (uint64_t)text.len * 8;
    for (size_t i = 0; i < 8; i++)
        last[bytes - 8 + i] = (uint8_t)(bits >> (big_endian ? 56 - 8 * i : 8 * i));
    for (size_t i = 0; i < bytes; i += HASH_BLOCK_BYTES)
        block(state, last + i);
}

void hash_words(const uint32_t *state, size_t words, bool big_endian, uint8_t *out)
{
    for (size_t i = 0; i < words * 4; i++) {
        size_t shift = 8 * (big_endian ? 3 - i % 4 : i % 4);
        out[i] = (uint8_t)(state[i / 4] >> shift);
    }
}
