/*
 * Computations, one at a time: who waits, who runs and how far it is, and how the last ones ended.
 * Each can be cancelled, also while it waits. From any thread.
 */
#ifndef JOBS_COMPUTATIONS_H
#define JOBS_COMPUTATIONS_H

#include "base/limits.h"
#include "ledger/answer.h"
#include "model/definition.h"

enum { COMPUTATIONS_MAX = 64 };  /* waiting and running */
enum { COMPUTATIONS_KEPT = 64 }; /* that have ended */

struct computations;

/* One of them, as it works. */
struct computation {
    uint64_t id; /* counts up from 1; 0: the place is free */
    struct uuid experiment_id;
    char experiment[NAME_BYTES_MAX + 1];
    char environment[KEY_BYTES_MAX + 1];
    int64_t asked_at;
    int64_t started_at; /* TIME_NONE: it waits */
    atomic_bool cancel;
    struct ledger_progress progress;
};

bool computations_open(struct computations **out, gos_error *err);
/* Cancels all and waits for the one that runs. NULL is harmless. */
void computations_close(struct computations *computations);

/*
 * Waits for its turn. What is given is valid until computations_end, which must follow.
 *
 * Errors  CANCELLED: while it waited; OVERLOADED: COMPUTATIONS_MAX wait
 */
bool computations_begin(struct computations *computations, const struct definition *experiment,
                        int64_t (*now_ms)(void *context), void *context, struct computation **out,
                        gos_error *err);
struct computation_outcome {
    int64_t ended_at;
    gos_code code;   /* GOS_OK: it is done */
    bool is_refresh; /* only what came since the last computation was read */
    uint64_t rows_read;
};
void computations_end(struct computations *computations, struct computation *computation,
                      const struct computation_outcome *outcome);

/* False: there is none of this id in the environment (empty: in any). */
bool computations_cancel(struct computations *computations, gos_str environment, uint64_t id);
void computations_cancel_all(struct computations *computations);

/* A copy of what waits and runs in an environment, the oldest first. Returns how many. */
struct computation_view {
    uint64_t id;
    struct uuid experiment_id;
    char experiment[NAME_BYTES_MAX + 1];
    char environment[KEY_BYTES_MAX + 1];
    int64_t asked_at;
    int64_t started_at;
    int64_t ended_at;  /* TIME_NONE: it waits or runs */
    bool is_cancelled; /* and about to end */
    bool is_failed, is_refresh;
    uint64_t rows_read;
    uint64_t rows; /* 0: not known yet */
};
uint32_t computations_list(struct computations *computations, gos_str environment,
                           struct computation_view out[COMPUTATIONS_MAX]);
/* The last ones that ended in an environment, the newest first. Returns how many. */
uint32_t computations_recent(struct computations *computations, gos_str environment,
                             struct computation_view out[COMPUTATIONS_KEPT]);

#endif
