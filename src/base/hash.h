/* Hashes as data in, numbers out. Sealed by vectors in spec/hash.json. */
#ifndef BASE_HASH_H
#define BASE_HASH_H

#include "gosset/base.h"

/* XXH3, 64 bits. */
uint64_t hash_xxh3(gos_str text, uint64_t seed);
/* XXH3, 128 bits, for identities that must not collide. */
void hash_xxh3_128(gos_str text, uint64_t out[2]);
/* For definitions imported from other systems. */
uint32_t hash_murmur3_32(gos_str text, uint32_t seed);
uint32_t hash_fnv1a_32(gos_str text);
uint64_t hash_fnv1a_64(gos_str text);
void hash_sha1(gos_str text, uint8_t out[20]);
void hash_sha256(gos_str text, uint8_t out[32]);
void hash_md5(gos_str text, uint8_t out[16]);

#endif
