/*
 * Keys of the tables in kv.h. Each begins with the environment and its length, so that nothing is
 * ever found across environments, and neighbours share a prefix that is stored once.
 */
#ifndef ROSTER_KEY_H
#define ROSTER_KEY_H

#include "base/limits.h"
#include "base/uuid.h"
#include "gosset/base.h"
#include "model/facts.h"

enum { KEY_BYTES = 2 * UNIT_BYTES_MAX };

struct key {
    size_t len;
    char data[KEY_BYTES];
};

static inline gos_str key_str(const struct key *key)
{
    return (gos_str){key->data, key->len};
}

/* KV_ASSIGNMENTS: environment, experiment, unit. An empty unit gives the prefix of all units. */
struct key key_assignment(gos_str environment, const struct uuid *experiment_id, gos_str unit);
/* The unit at the end of a key of KV_ASSIGNMENTS. */
gos_str key_assignment_unit(gos_str key, gos_str environment);
/* KV_UNITS: environment, hash of the unit, experiment. NULL gives the prefix of all experiments. */
struct key key_unit(gos_str environment, uint64_t unit_hash, const struct uuid *experiment_id);
struct uuid key_unit_experiment(gos_str key);
/* KV_IDENTITIES: the user of a device, and the devices of a user. */
struct key key_device(gos_str environment, gos_str device_id);
struct key key_user(gos_str environment, gos_str user_id);
/* KV_EVENT_IDS: environment and 128 bits of the id. */
struct key key_event(gos_str environment, gos_str event_id);
/* KV_PROFILES. */
struct key key_profile(gos_str environment, gos_str user_id, enum profile_source source);
/* KV_SPOOL, KV_ID_LOG: numbers in their order. */
struct key key_number(uint64_t number);
uint64_t key_number_read(gos_str key);
/* KV_META: how many assignments a variant has (empty: the prefix of all variants). */
struct key key_count(gos_str environment, const struct uuid *experiment_id, gos_str variant);
/* KV_META: where the deletion of an experiment's assignments goes on. */
struct key key_deletion(gos_str environment, const struct uuid *experiment_id);
/* KV_META: what is alone of its kind. */
struct key key_single(char what);

#endif
