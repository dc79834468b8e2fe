/* The rest of the roster's promises: the spool, forgetting, copies and figures. */
#ifndef ROSTER_SPOOL_H
#define ROSTER_SPOOL_H

#include "roster/roster.h"

struct roster_facts {
    struct fact *items; /* consecutive: items[i].sequence is first + i */
    uint32_t count;
};

/*
 * The facts from `sequence` on (from the first there is, if that is later), at most `count_max` and
 * about `bytes_max`; at least one when there is any.
 */
bool roster_spool_read(struct roster *roster, uint64_t sequence, uint32_t count_max,
                       size_t bytes_max, gos_arena *arena, struct roster_facts *out,
                       gos_error *err);
/* Forgets the facts up to and with `sequence`. Harmless when they are gone already. */
bool roster_spool_trim(struct roster *roster, uint64_t sequence, gos_error *err);

struct roster_spool_depth {
    uint64_t first_sequence; /* the oldest fact; next_sequence when the spool is empty */
    uint64_t next_sequence;
    uint64_t count;
    uint64_t bytes;
    int64_t oldest_ms; /* when the oldest entered, TIME_NONE when empty */
};

/* Answers from memory. */
void roster_spool_depth(struct roster *roster, struct roster_spool_depth *out);

/*
 * Takes away at most `limit` assignments of an experiment; dry: only counts them. *out_count is how
 * many, *out_more whether some are left. Call again while there are.
 */
bool roster_delete_assignments(struct roster *roster, gos_str environment,
                               const struct uuid *experiment_id, uint32_t limit, bool dry,
                               uint64_t *out_count, bool *out_more, gos_error *err);
/*
 * Takes away all assignments, links and attributes of a user and of the devices linked to it, and
 * spools FACT_FORGOTTEN so that the ledger follows. *out_count is the number of assignments.
 */
bool roster_forget(struct roster *roster, gos_str environment, gos_str user_id, int64_t now_ms,
                   uint64_t *out_count, gos_error *err);
/* From now on event ids received before `ms` need not be remembered: they go with compaction. */
void roster_forget_event_ids(struct roster *roster, int64_t ms);

/* A consistent copy in `folder`, which must not exist, while serving. */
bool roster_backup(struct roster *roster, const char *folder, gos_error *err);
/* Writes all to tables and compacts them: for measuring, and after large deletions. */
bool roster_compact(struct roster *roster, gos_error *err);

struct roster_stats {
    uint64_t assignments; /* estimated */
    uint64_t event_ids;   /* estimated */
    uint64_t disk_bytes;
    uint64_t assignment_bytes; /* tables of assignments and their index */
};

bool roster_stats(struct roster *roster, struct roster_stats *out, gos_error *err);

#endif
