/* Keys. */
#include "roster/key.h"

#include "base/hash.h"

#include <assert.h>

static void add(struct key *key, const void *data, size_t len)
{
    assert(len <= sizeof key->data - key->len);
    if (len)
        memcpy(key->data + key->len, data, len);
    key->len += len;
}

static void add_byte(struct key *key, size_t byte)
{
    char c = (char)byte;
    add(key, &c, 1);
}

/* Big-endian, so that keys stand in the order of their numbers. */
static void add_u64(struct key *key, uint64_t value)
{
    for (unsigned i = 0; i < 8; i++)
        add_byte(key, value >> (56 - 8 * i) & 0xFF);
}

static struct key begin(gos_str environment)
{
    assert(environment.len <= UINT8_MAX);
    struct key key;
    key.len = 0;
    add_byte(&key, environment.len);
    add(&key, environment.data, environment.len);
    return key;
}

static struct key begin_with(char what, gos_str environment)
{
    struct key key;
    key.len = 0;
    add_byte(&key, (unsigned char)what);
    add_byte(&key, environment.len);
    add(&key, environment.data, environment.len);
    return key;
}

struct key key_assignment(gos_str environment, const struct uuid *experiment_id, gos_str unit)
{
    struct key key = begin(environment);
    add(&key, experiment_id->bytes, UUID_BYTES);
    add(&key, unit.data, unit.len);
    return key;
}

gos_str key_assignment_unit(gos_str key, gos_str environment)
{
    size_t before = 1 + environment.len + UUID_BYTES;
    assert(key.len >= before);
    return (gos_str){key.data + before, key.len - before};
}

struct key key_unit(gos_str environment, uint64_t unit_hash, const struct uuid *experiment_id)
{
    struct key key = begin(environment);
    add_u64(&key, unit_hash);
    if (experiment_id)
        add(&key, experiment_id->bytes, UUID_BYTES);
    return key;
}

struct uuid key_unit_experiment(gos_str key)
{
    struct uuid id;
    assert(key.len > UUID_BYTES);
    memcpy(id.bytes, key.data + key.len - UUID_BYTES, UUID_BYTES);
    return id;
}

struct key key_device(gos_str environment, gos_str device_id)
{
    struct key key = begin_with('d', environment);
    add(&key, device_id.data, device_id.len);
    return key;
}

struct key key_user(gos_str environment, gos_str user_id)
{
    struct key key = begin_with('u', environment);
    add(&key, user_id.data, user_id.len);
    return key;
}

struct key key_event(gos_str environment, gos_str event_id)
{
    struct key key = begin(environment);
    uint64_t hash[2];
    hash_xxh3_128(event_id, hash);
    add_u64(&key, hash[1]);
    add_u64(&key, hash[0]);
    return key;
}

struct key key_profile(gos_str environment, gos_str user_id, enum profile_source source)
{
    /* No environment's name is as long as the mark says. */
    struct key key =
        source == PROFILE_TOLD ? begin(environment) : begin_with((char)UINT8_MAX, environment);
    add(&key, user_id.data, user_id.len);
    return key;
}

struct key key_number(uint64_t number)
{
    struct key key;
    key.len = 0;
    add_u64(&key, number);
    return key;
}

uint64_t key_number_read(gos_str key)
{
    uint64_t value = 0;
    assert(key.len == 8);
    for (size_t i = 0; i < 8; i++)
        value = value << 8 | (unsigned char)key.data[i];
    return value;
}

struct key key_count(gos_str environment, const struct uuid *experiment_id, gos_str variant)
{
    struct key key = begin_with('c', environment);
    add(&key, experiment_id->bytes, UUID_BYTES);
    add(&key, variant.data, variant.len);
    return key;
}

struct key key_deletion(gos_str environment, const struct uuid *experiment_id)
{
    struct key key = begin_with('r', environment);
    add(&key, experiment_id->bytes, UUID_BYTES);
    return key;
}

struct key key_single(char what)
{
    struct key key;
    key.len = 0;
    add_byte(&key, (unsigned char)what);
    return key;
}
