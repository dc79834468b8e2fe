/*
 * What goes when: assignments of an experiment go a number of days after its end. Experiments,
 * results and flags stay.
 */
#ifndef JOBS_RETENTION_H
#define JOBS_RETENTION_H

#include "catalog/catalog.h"
#include "ledger/ledger.h"
#include "roster/spool.h"

struct retention {
    struct catalog *catalog;
    struct roster *roster;
    struct ledger *ledger;
    int64_t keep_days;
};

/* One experiment whose assignments are due. */
struct retention_item {
    gos_str environment;
    gos_str experiment_id;
    gos_str name;
    int64_t ended_at;
    uint64_t assignments; /* deleted, or with dry_run: would be */
};

struct retention_report {
    struct retention_item *items;
    uint32_t count;
    uint64_t assignments;
};

/*
 * Deletes the assignments of every experiment that was completed or archived more than keep_days
 * before `now_ms`, in every environment; with `dry_run` only counts. Safe to stop and repeat.
 */
bool retention_run(const struct retention *retention, int64_t now_ms, bool dry_run,
                   gos_arena *arena, struct retention_report *out, gos_error *err);

#endif
