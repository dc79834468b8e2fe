/* SHA-1 (FIPS 180-4): only where imported definitions demand it, never for secrets. */
#include "base/hash.h"
#include "base/hash_blocks.h"

static uint32_t mix(size_t round, uint32_t b, uint32_t c, uint32_t d)
{
    if (round == 0)
        return (b & c) | (~b & d);
    return round == 2 ? (b & c) | (b & d) | (c & d) : b ^ c ^ d;
}

static void sha1_block(uint32_t *state, const uint8_t block[HASH_BLOCK_BYTES])
{
    static const uint32_t ADDED[4] = {0x5a827999u, 0x6ed9eba1u, 0x8f1bbcdcu, 0xca62c1d6u};
    uint32_t w[80];
    for (size_t i = 0; i < 16; i++)
        w[i] = hash_load(block + i * 4, true);
    for (size_t i = 16; i < 80; i++)
        w[i] = hash_rotate_left(w[i - 3] ^ w[i - 8] ^ w[i - 14] ^ w[i - 16], 1);
    uint32_t a = state[0], b = state[1], c = state[2], d = state[3], e = state[4];
    for (size_t i = 0; i < 80; i++) {
        uint32_t sum = hash_rotate_left(a, 5) + mix(i / 20, b, c, d) + e + ADDED[i / 20] + w[i];
        e = d;
        d = c;
        c = hash_rotate_left(b, 30);
        b = a;
        a = sum;
    }
    state[0] += a;
    state[1] += b;
    state[2] += c;
    state[3] += d;
    state[4] += e;
}

void hash_sha1(gos_str text, uint8_t out[20])
{
    uint32_t state[5] = {0x67452301u, 0xefcdab89u, 0x98badcfeu, 0x10325476u, 0xc3d2e1f0u};
    hash_blocks(text, true, sha1_block, state);
    hash_words(state, 5, true, out);
}
