/*
 * Random bytes and keyed secrets, by libsodium. Not part of the embeddable libraries: they take
 * what they need of chance from their caller.
 */
#ifndef BASE_SECRET_H
#define BASE_SECRET_H

#include "base/uuid.h"
#include "gosset/base.h"

enum { SECRET_HASH_BYTES = 32, SECRET_HASH_TEXT_BYTES = 65, PASSWORD_HASH_BYTES = 128 };

#define SECRET_BASE64_BYTES(bytes) (((bytes) + 2) / 3 * 4 + 1)

/* Must succeed once before the others are called; safe to repeat and to race. */
bool secret_start(gos_error *err);
void secret_random(void *out, size_t bytes);
/* A new version 7 UUID. */
struct uuid secret_uuid(int64_t now_ms);
/* `chars` random lower-case letters and digits without look-alikes, 5 bits each, and a NUL. */
void secret_token(char *out, size_t chars);
/* BLAKE2b-256 of a high-entropy secret such as an API key, as hex. */
void secret_hash(gos_str secret, char out[SECRET_HASH_TEXT_BYTES]);
/* Keyed BLAKE2b-256, to sign what a client carries. */
void secret_sign(gos_str message, const uint8_t key[32], uint8_t out[SECRET_HASH_BYTES]);
/* HMAC-SHA256, for others to check. */
void secret_sign_sha256(gos_str message, gos_str key, uint8_t out[SECRET_HASH_BYTES]);
/* Base64 with padding, and a NUL: `out` has SECRET_BASE64_BYTES(bytes). */
void secret_base64(const void *data, size_t bytes, char *out);
/* Returns the length, or -1: it is no base64, or does not fit. */
long secret_unbase64(gos_str text, void *out, size_t bytes_max);
bool secret_equal(const void *a, const void *b, size_t bytes); /* in constant time */
/* Argon2id for passwords people choose. */
bool secret_password_hash(gos_str password, char out[PASSWORD_HASH_BYTES], gos_error *err);
bool secret_password_check(gos_str password, const char *hash);

#endif
