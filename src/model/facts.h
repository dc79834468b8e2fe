/*
 * What happened: assignments, exposures, events, and who is who. Plain structs that the roster, the
 * ledger and the API pass on. Their texts own nothing.
 */
#ifndef MODEL_FACTS_H
#define MODEL_FACTS_H

#include "base/uuid.h"
#include "gosset/base.h"

/* ExperimentAssignment of the data model. */
struct assignment {
    struct uuid id;
    gos_str environment;
    struct uuid experiment_id;
    gos_str user_id; /* the unit: a user id, else a device id, else what the experiment splits by */
    gos_str variant;
    gos_str assignment_reason; /* "split", "sticky", "identity", "override", ... */
    int64_t assigned_at;
    bool sticky;
    gos_str device_id; /* empty: not known */
    bool has_session;
    struct uuid session_id;
};

/* The assignment as analysis sees it: this unit met this variant at this time. */
struct exposure {
    gos_str environment;
    struct uuid experiment_id;
    gos_str unit;
    gos_str variant;
    gos_str reason;
    int64_t at;
    bool is_crossover;  /* the unit has another variant too; left out of analysis and counted */
    gos_str attributes; /* JSON object of the dimensions seen then, or empty */
    gos_str ruleset;    /* hash of the one that decided; empty: not known */
};

struct event {
    gos_str environment;
    gos_str event_id; /* repeats under the same id are the same event */
    gos_str user_id;  /* empty when only the device is known */
    gos_str device_id;
    gos_str name;
    bool has_value;
    double value;
    gos_str properties; /* JSON object, or empty */
    int64_t at;
    int64_t received_at;
};

/* A device was seen to belong to a user. */
struct identity_link {
    gos_str environment;
    gos_str device_id;
    gos_str user_id;
    int64_t at;
};

/*
 * Who says so: a server's key, or a key that stands in a page or an app, where everybody can read
 * it and speak for anybody. Only what is told decides; what is claimed is kept apart and shown.
 */
enum profile_source { PROFILE_TOLD, PROFILE_CLAIMED };

/* Attributes of a user, imported by identify. */
struct profile {
    gos_str environment;
    gos_str user_id;
    gos_str attributes; /* JSON object */
    int64_t updated_at;
    enum profile_source source;
};

/* From here on nothing may be kept of this user and of the devices linked to it. */
struct forgotten {
    gos_str environment;
    gos_str user_id;
    int64_t at;
};

enum fact_kind { FACT_EXPOSURE = 1, FACT_EVENT = 2, FACT_LINK = 3, FACT_FORGOTTEN = 4 };

/* One entry of the roster's spool. Sequence numbers are consecutive from 1, and never used again.
 */
struct fact {
    uint64_t sequence;
    enum fact_kind kind;
    union {
        struct exposure exposure;
        struct event event;
        struct identity_link link;
        struct forgotten forgotten;
    };
};

#endif
