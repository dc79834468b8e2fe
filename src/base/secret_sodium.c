/* Random bytes and keyed secrets by libsodium. */
#include "base/secret.h"

#include <assert.h>
#include <sodium.h>

static_assert(PASSWORD_HASH_BYTES >= crypto_pwhash_STRBYTES, "a password's hash must fit");

bool secret_start(gos_error *err)
{
    if (sodium_init() < 0)
        return gos_fail(err, GOS_INTERNAL, "", "libsodium finds no source of random bytes");
    return true;
}

void secret_random(void *out, size_t bytes)
{
    randombytes_buf(out, bytes);
}

struct uuid secret_uuid(int64_t now_ms)
{
    uint8_t random[10];
    randombytes_buf(random, sizeof random);
    return uuid_make(now_ms, random);
}

void secret_token(char *out, size_t chars)
{
    /* 32 of them, so that a byte's low bits choose evenly: no 0, 1, l, o. */
    static const char LETTERS[] = "23456789abcdefghijkmnpqrstuvwxyz";
    static_assert(sizeof LETTERS == 33, "five bits name one letter");
    randombytes_buf(out, chars);
    for (size_t i = 0; i < chars; i++)
        out[i] = LETTERS[(unsigned char)out[i] & 31];
    out[chars] = 0;
}

void secret_hash(gos_str secret, char out[SECRET_HASH_TEXT_BYTES])
{
    uint8_t hash[SECRET_HASH_BYTES];
    crypto_generichash(hash, sizeof hash, (const uint8_t *)secret.data, secret.len, NULL, 0);
    sodium_bin2hex(out, SECRET_HASH_TEXT_BYTES, hash, sizeof hash);
}

void secret_sign(gos_str message, const uint8_t key[32], uint8_t out[SECRET_HASH_BYTES])
{
    crypto_generichash(out, SECRET_HASH_BYTES, (const uint8_t *)message.data, message.len, key, 32);
}

bool secret_equal(const void *a, const void *b, size_t bytes)
{
    return sodium_memcmp(a, b, bytes) == 0;
}

bool secret_password_hash(gos_str password, char out[PASSWORD_HASH_BYTES], gos_error *err)
{
    if (crypto_pwhash_str(out, password.data, password.len, crypto_pwhash_OPSLIMIT_INTERACTIVE,
                          crypto_pwhash_MEMLIMIT_INTERACTIVE) != 0)
        return gos_fail(err, GOS_OUT_OF_MEMORY, "", "no memory to hash a password");
    return true;
}

bool secret_password_check(gos_str password, const char *hash)
{
    return crypto_pwhash_str_verify(hash, password.data, password.len) == 0;
}

void secret_sign_sha256(gos_str message, gos_str key, uint8_t out[SECRET_HASH_BYTES])
{
    crypto_auth_hmacsha256_state state;
    crypto_auth_hmacsha256_init(&state, (const unsigned char *)key.data, key.len);
    crypto_auth_hmacsha256_update(&state, (const unsigned char *)message.data, message.len);
    crypto_auth_hmacsha256_final(&state, out);
}

void secret_base64(const void *data, size_t bytes, char *out)
{
    sodium_bin2base64(out, SECRET_BASE64_BYTES(bytes), data, bytes, sodium_base64_VARIANT_ORIGINAL);
}

long secret_unbase64(gos_str text, void *out, size_t bytes_max)
{
    size_t len;
    if (sodium_base642bin(out, bytes_max, text.data, text.len, NULL, &len, NULL,
                          sodium_base64_VARIANT_ORIGINAL) != 0)
        return -1;
    return (long)len;
}
