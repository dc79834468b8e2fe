/*
 * Who has which variant, who is whom, and the spool of facts that the ledger has not got yet.
 * All functions may be called from any thread. What they return lives in the arena passed in.
 */
#ifndef ROSTER_ROSTER_H
#define ROSTER_ROSTER_H

#include "model/facts.h"

struct roster;

struct roster_options {
    const char *folder;       /* made when absent */
    uint64_t spool_count_max; /* past either of the two, commits answer OVERLOADED */
    uint64_t spool_bytes_max;
    size_t cache_bytes; /* 0: 64 MiB */
};

/* `backend` is a name of backends.def: "rocksdb". */
bool roster_open(gos_str backend, const struct roster_options *options, struct roster **out,
                 gos_error *err);
void roster_close(struct roster *roster);

/* The assignment of exactly this unit; *out is NULL when there is none. */
bool roster_find_assignment(struct roster *roster, gos_str environment,
                            const struct uuid *experiment_id, gos_str unit, gos_arena *arena,
                            const struct assignment **out, gos_error *err);
/*
 * The assignment that binds this unit: its own, else the earliest of the identity it belongs to
 * (the user of a device, the devices of a user, `device_id` when not empty). Its user_id says whose
 * it is. *out is NULL when there is none.
 */
bool roster_find_earlier(struct roster *roster, gos_str environment,
                         const struct uuid *experiment_id, gos_str unit, gos_str device_id,
                         gos_arena *arena, const struct assignment **out, gos_error *err);

/* All assignments of a unit in its environment, at most `limit`. */
bool roster_list_unit(struct roster *roster, gos_str environment, gos_str unit, uint32_t limit,
                      gos_arena *arena, struct assignment **out, uint32_t *out_count,
                      gos_error *err);

struct roster_page {
    struct assignment *items;
    uint32_t count;
    gos_str next; /* any bytes; empty when this was the last page */
};

/*
 * Assignments of an experiment in the order of their units, behind `cursor` (empty: from the
 * start). `variant` empty: all. A page may hold fewer than `limit` although there is a next one.
 */
bool roster_list_experiment(struct roster *roster, gos_str environment,
                            const struct uuid *experiment_id, gos_str variant, gos_str cursor,
                            uint32_t limit, gos_arena *arena, struct roster_page *out,
                            gos_error *err);
/* How many assignments an experiment has; `variant` empty: all. */
bool roster_count_assignments(struct roster *roster, gos_str environment,
                              const struct uuid *experiment_id, gos_str variant,
                              uint64_t *out_count, gos_error *err);

/* The user of a device; empty when it is not linked. */
bool roster_find_user(struct roster *roster, gos_str environment, gos_str device_id,
                      gos_arena *arena, gos_str *out_user, gos_error *err);
/* The devices of a user, at most ROSTER_DEVICES_MAX. */
bool roster_list_devices(struct roster *roster, gos_str environment, gos_str user_id,
                         gos_arena *arena, gos_str **out, uint32_t *out_count, gos_error *err);
/* The attributes of a user as a JSON object; empty when there are none. */
bool roster_find_profile(struct roster *roster, gos_str environment, gos_str user_id,
                         enum profile_source source, gos_arena *arena, gos_str *out_attributes,
                         gos_error *err);

enum roster_kind {
    ROSTER_ASSIGNMENT, /* first write wins; a new one becomes an exposure */
    ROSTER_EXPOSURE,   /* recorded as it is: of experiments that keep no assignments */
    ROSTER_EVENT,      /* once per event_id */
    ROSTER_LINK,       /* a device gets its user, unless it has one */
    ROSTER_PROFILE     /* its attributes join those known; null takes one away */
};

enum roster_outcome {
    ROSTER_CREATED,   /* new: assignment, exposure, event, link, changed profile */
    ROSTER_EXISTING,  /* assignment or link: see `stored`, `user_id`; profile: nothing changed */
    ROSTER_DUPLICATE, /* event: known by its id */
    ROSTER_REFUSED    /* profile: no object, or past its limits; it stays as it was */
};

enum {
    ROSTER_DEVICES_MAX = 64,
    ROSTER_PROFILE_MEMBERS_MAX = 512,
    ROSTER_PROFILE_BYTES_MAX = 32768,
    ROSTER_JSON_BYTES_MAX = 65536 /* properties of an event, attributes of an exposure */
};

/* One wish, and what became of it. */
struct roster_item {
    enum roster_kind kind;
    union {
        struct assignment assignment;
        struct exposure exposure;
        struct event event;
        struct identity_link link;
        struct profile profile;
    };
    gos_str attributes; /* in, of an assignment: what its exposure carries, JSON object or empty */
    gos_str ruleset;    /* likewise: hash of what decided, or empty */
    enum roster_outcome outcome; /* out */
    struct assignment stored;    /* out, of an assignment: the one in force; texts in the arena */
    gos_str user_id;             /* out, of a link: the device's user */
};

/* Whether an item keeps the limits of its texts; BAD_INPUT with the pointer of the field. */
bool roster_check(const struct roster_item *item, gos_error *err);

/*
 * Does all of it in one synced write, in the order given, or nothing. Items see those before them.
 * A new assignment whose identity has one already takes that variant, with reason "identity"; one
 * with a device_id links the device too. Linking two that differ spools a crossover exposure of the
 * later one.
 *
 * now_ms   when the facts entered the spool
 * Errors   OVERLOADED: the spool is full; BAD_INPUT: see roster_check, below "/index"; STORE_FAILED
 */
bool roster_commit(struct roster *roster, struct roster_item *items, size_t count, int64_t now_ms,
                   gos_arena *arena, gos_error *err);

#endif
