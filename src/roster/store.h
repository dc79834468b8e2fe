/*
 * The roster on ordered tables (kv.h): what its files share. Every function of backend.h is here
 * under the name store_*.
 */
#ifndef ROSTER_STORE_H
#define ROSTER_STORE_H

#include "base/text.h"
#include "roster/backend.h"
#include "roster/ids.h"
#include "roster/key.h"
#include "roster/kv.h"

#include <pthread.h>

/* Where the spool begins and ends, in entries and in bytes ever spooled. */
struct spool_ends {
    uint64_t first, next;
    uint64_t entry; /* the sequence under which the entry with the first fact stands */
    uint64_t bytes_first, bytes_next;
    int64_t oldest_ms;
};

struct store {
    struct roster base;
    gos_arena *arena; /* holds this struct */
    struct kv *kv;
    uint64_t unit_seed; /* chance, so that nobody can make units whose hashes meet */
    uint64_t spool_count_max;
    uint64_t spool_bytes_max;
    pthread_mutex_t write_lock; /* one batch at a time: what it read must still hold when written */
    pthread_mutex_t spool_lock; /* for `spool`; never held across a disk */
    struct spool_ends spool;
    struct ids *ids; /* event ids; under write_lock */
};

/* A batch on its way: reads see what it wrote. */
struct commit {
    struct store *store;
    struct kv_batch batch;
    gos_arena *arena;
    int64_t now_ms;
    struct spool_ends spool;
    struct text facts; /* those of the spool's next entry */
    uint32_t fact_count;
    struct id_batch *ids; /* event ids of this batch */
    struct counts *counts;
    gos_error *err;
};

static inline struct store *store_of(struct roster *roster)
{
    return (struct store *)(void *)roster;
}

uint64_t store_unit_hash(const struct store *store, gos_str unit);

/* Begins a batch under the write lock, to be ended whatever happens; false when it has not begun.
 */
bool commit_begin(struct commit *commit, struct store *store, int64_t now_ms, gos_arena *arena,
                  gos_error *err);
/* Writes it all; without this, nothing has changed. */
bool commit_write(struct commit *commit);
void commit_end(struct commit *commit);
/* The next fact's place in the spool; OVERLOADED when it is full. */
bool commit_spool(struct commit *commit, const struct fact *fact);
/* Puts the facts gathered as an entry of the spool, if there are any. */
bool commit_spooled(struct commit *commit);
bool commit_assignment(struct commit *commit, struct roster_item *item);
bool commit_profile(struct commit *commit, struct roster_item *item);
/* Puts or takes away one assignment with its index and count. */
bool commit_put_assignment(struct commit *commit, const struct assignment *assignment);
bool commit_delete_assignment(struct commit *commit, gos_str environment,
                              const struct uuid *experiment_id, gos_str unit, gos_str variant);

/* store_counts.c: how many assignments each variant has gained or lost in this batch. */
bool counts_add(struct commit *commit, gos_str environment, const struct uuid *experiment_id,
                gos_str variant, int64_t change);
bool counts_write(struct commit *commit);

/* store_identity.c. `batch` may be NULL: then only what is written counts. */
struct identity {
    gos_str *units; /* the user and its devices */
    uint32_t count;
};

bool identity_of(struct store *store, const struct kv_batch *batch, gos_str environment,
                 gos_str unit, gos_arena *arena, struct identity *out, gos_error *err);
/* The earliest assignment of the identity's units other than `unit`; *out is NULL if none. */
bool identity_earliest(struct store *store, const struct kv_batch *batch,
                       const struct identity *identity, gos_str environment,
                       const struct uuid *experiment_id, gos_str unit, gos_arena *arena,
                       const struct assignment **out, gos_error *err);
/* *out_user is whose the device is now; *out_is_new whether it was nobody's before. */
bool identity_link(struct commit *commit, const struct identity_link *link, gos_str *out_user,
                   bool *out_is_new);

/* store_read.c */
bool store_get_assignment(struct store *store, const struct kv_batch *batch, gos_str environment,
                          const struct uuid *experiment_id, gos_str unit, gos_arena *arena,
                          const struct assignment **out, gos_error *err);
/* The experiments that a unit is in, at most `limit`. */
bool store_unit_experiments(struct store *store, const struct kv_batch *batch, gos_str environment,
                            gos_str unit, uint32_t limit, gos_arena *arena, struct uuid **out,
                            uint32_t *out_count, gos_error *err);

/* store_spool.c: reads the ends at opening. */
bool spool_open(struct store *store, gos_error *err);

#endif
