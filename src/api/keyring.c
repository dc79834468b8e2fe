/* An open-addressed table from key hash to caller, replaced whole when the keys change. */
#include "api/keyring.h"

#include "base/hash.h"
#include "base/secret.h"
#include "base/text.h"
#include "base/time.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

enum { KEYRING_ARENA_BYTES = 64 * 1024 * 1024, KEY_CHARS = 40, KEY_CHARS_MIN = 16 };

struct slot {
    char hash[SECRET_HASH_TEXT_BYTES]; /* empty: free */
    struct caller caller;
};

struct keyring {
    struct catalog *catalog;
    pthread_rwlock_t lock;
    struct slot *slots;
    size_t slot_count; /* a power of two */
    size_t key_count;
};

static const char *const scope_words[] = {"none", "client", "server", "admin"};

bool scope_find(gos_str word, enum scope *out)
{
    for (int i = SCOPE_CLIENT; i <= SCOPE_ADMIN; i++) {
        if (gos_str_equal(word, gos_str_from(scope_words[i]))) {
            *out = (enum scope)i;
            return true;
        }
    }
    return false;
}

const char *scope_word(enum scope scope)
{
    return scope_words[scope];
}

static size_t slot_start(const char *hash, size_t slot_count)
{
    return (size_t)hash_xxh3(gos_str_from(hash), 0) & (slot_count - 1);
}

static void slots_add(struct slot *slots, size_t slot_count, const struct api_key *key)
{
    char hash[SECRET_HASH_TEXT_BYTES];
    snprintf(hash, sizeof hash, "%.*s", GOS_ARG(key->hash));
    size_t i = slot_start(hash, slot_count);
    while (slots[i].hash[0])
        i = (i + 1) & (slot_count - 1);
    memcpy(slots[i].hash, hash, sizeof hash);
    struct caller *caller = &slots[i].caller;
    caller->key_id = key->id;
    scope_find(key->scope, &caller->scope);
    snprintf(caller->environment, sizeof caller->environment, "%.*s", GOS_ARG(key->environment));
    snprintf(caller->name, sizeof caller->name, "%.*s", GOS_ARG(key->name));
}

static void keyring_swap(struct keyring *keyring, struct slot *slots, size_t slot_count,
                         size_t key_count)
{
    pthread_rwlock_wrlock(&keyring->lock);
    struct slot *old = keyring->slots;
    keyring->slots = slots;
    keyring->slot_count = slot_count;
    keyring->key_count = key_count;
    pthread_rwlock_unlock(&keyring->lock);
    free(old);
}

bool keyring_load(struct keyring *keyring, gos_error *err)
{
    gos_arena *arena = gos_arena_open(KEYRING_ARENA_BYTES);
    if (!arena)
        return gos_fail(err, GOS_OUT_OF_MEMORY, "", "no memory for the keys");
    struct api_key *keys;
    uint32_t count;
    bool done = catalog_list_keys(keyring->catalog, GOS_LIT(""), arena, &keys, &count, err);
    size_t slot_count = 16;
    while (done && slot_count < (size_t)count * 2)
        slot_count *= 2;
    struct slot *slots = done ? calloc(slot_count, sizeof *slots) : NULL;
    if (done && !slots)
        done = gos_fail(err, GOS_OUT_OF_MEMORY, "", "no memory for the keys");
    size_t held = 0;
    for (uint32_t i = 0; done && i < count; i++) {
        if (keys[i].revoked_at == TIME_NONE) {
            slots_add(slots, slot_count, &keys[i]);
            held++;
        }
    }
    if (done)
        keyring_swap(keyring, slots, slot_count, held);
    gos_arena_close(arena);
    return done;
}

bool keyring_open(struct catalog *catalog, struct keyring **out, gos_error *err)
{
    struct keyring *keyring = calloc(1, sizeof *keyring);
    if (!keyring)
        return gos_fail(err, GOS_OUT_OF_MEMORY, "", "no memory for the keys");
    keyring->catalog = catalog;
    pthread_rwlock_init(&keyring->lock, NULL);
    if (!keyring_load(keyring, err)) {
        keyring_close(keyring);
        return false;
    }
    *out = keyring;
    return true;
}

void keyring_close(struct keyring *keyring)
{
    if (!keyring)
        return;
    pthread_rwlock_destroy(&keyring->lock);
    free(keyring->slots);
    free(keyring);
}

bool keyring_find(struct keyring *keyring, gos_str key, struct caller *out)
{
    if (key.len < KEY_CHARS_MIN || key.len >= KEY_TEXT_BYTES)
        return false;
    char hash[SECRET_HASH_TEXT_BYTES];
    secret_hash(key, hash);
    bool found = false;
    pthread_rwlock_rdlock(&keyring->lock);
    size_t i = slot_start(hash, keyring->slot_count);
    while (!found && keyring->slots[i].hash[0]) {
        found = secret_equal(keyring->slots[i].hash, hash, SECRET_HASH_TEXT_BYTES);
        if (found)
            *out = keyring->slots[i].caller;
        i = (i + 1) & (keyring->slot_count - 1);
    }
    pthread_rwlock_unlock(&keyring->lock);
    return found;
}

size_t keyring_count(struct keyring *keyring)
{
    pthread_rwlock_rdlock(&keyring->lock);
    size_t count = keyring->key_count;
    pthread_rwlock_unlock(&keyring->lock);
    return count;
}

bool keyring_add(struct keyring *keyring, const struct api_key *key, gos_str given,
                 char out_key[KEY_TEXT_BYTES], gos_error *err)
{
    enum scope scope;
    if (!scope_find(key->scope, &scope))
        return gos_fail(err, GOS_BAD_INPUT, "/scope",
                        "scope is \"%.*s\"; admin, server and client are allowed",
                        GOS_ARG(key->scope));
    if (given.len > 0 && (given.len < KEY_CHARS_MIN || given.len >= KEY_TEXT_BYTES))
        return gos_fail(err, GOS_BAD_INPUT, "/key", "a key has %d to %d characters, not %zu",
                        KEY_CHARS_MIN, KEY_TEXT_BYTES - 1, given.len);
    char secret[KEY_CHARS + 1], hash[SECRET_HASH_TEXT_BYTES], prefix[16];
    secret_token(secret, KEY_CHARS);
    snprintf(out_key, KEY_TEXT_BYTES, "%s%.*s", given.len > 0 ? "" : "gos_",
             (int)(given.len > 0 ? given.len : KEY_CHARS), given.len > 0 ? given.data : secret);
    secret_hash(gos_str_from(out_key), hash);
    snprintf(prefix, sizeof prefix, "%.8s", out_key);
    struct api_key row = *key;
    row.hash = gos_str_from(hash);
    row.prefix = gos_str_from(prefix);
    return catalog_add_key(keyring->catalog, &row, err) && keyring_load(keyring, err);
}
