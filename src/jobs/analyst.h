/*
 * Computes results: on demand and for all running experiments in turn, one computation at a time.
 * Rows go to the catalog; the health of the newest computation is kept beside them in memory.
 */
#ifndef JOBS_ANALYST_H
#define JOBS_ANALYST_H

#include "jobs/analysis.h"
#include "jobs/shipper.h"

struct analyst;
struct computation;
struct computations;

/* A computation that is done. */
struct analyst_told {
    gos_str experiment, environment;
    bool is_refresh;
    uint64_t rows_read;
    int64_t took_ms;
};

struct analyst_options {
    struct catalog *catalog;
    struct ledger *ledger;
    struct roster *roster;       /* may be NULL */
    struct publisher *publisher; /* may be NULL; see analysis_sources */
    struct shipper *shipper;     /* may be NULL; flushed before a computation on demand */
    int64_t (*now_ms)(void *context);
    void *context;
    void (*report)(void *user, const char *what, const gos_error *err);
    void (*tell)(void *user, const struct analyst_told *told); /* may be NULL; what is done */
    void *report_user;
};

bool analyst_open(const struct analyst_options *options, struct analyst **out, gos_error *err);
/* Cancels the computation under way. NULL is harmless. */
void analyst_close(struct analyst *analyst);

/* The newest computation as JSON; lives in the caller's arena. */
struct analyst_answer {
    gos_str results; /* list of ExperimentResult rows */
    gos_str health;  /* see doctor.h */
    gos_str verdict; /* see decision.h */
    int64_t computed_at;
    int64_t window_end;
    bool is_refresh;    /* only what came since the computation before was read */
    uint64_t rows_read; /* exposures and events */
    int64_t took_ms;
};

/*
 * The newest results of an experiment (name or id): computed now when they never were, or when
 * `refresh` asks for it, from all that was known when the call began. What the ledger has not taken
 * within ten seconds is lacking, and told in health.
 *
 * Errors  NOT_FOUND; CANCELLED; what the ledger and the catalog say
 */
bool analyst_results(struct analyst *analyst, gos_str environment, gos_str experiment, bool refresh,
                     gos_arena *arena, struct analyst_answer *out, gos_error *err);
/*
 * Computes the stored results again from stored facts. The report is
 * {"same":BOOL,"rows":N,"differences":[...]}. NOT_FOUND: nothing is stored.
 */
bool analyst_verify(struct analyst *analyst, gos_str environment, gos_str experiment,
                    gos_arena *arena, gos_str *out_report, gos_error *err);
/* See analysis_series; `out` is JSON. */
bool analyst_series(struct analyst *analyst, gos_str environment, gos_str experiment,
                    gos_str metric, gos_arena *arena, gos_str *out, gos_error *err);
/* Every running experiment of every environment that has new facts: for the scheduler. */
bool analyst_refresh_all(struct analyst *analyst, gos_error *err);
/*
 * A computation of another kind, about `subject`, in its turn: it is listed, and cancelled by its
 * `cancel`. What is given is valid until analyst_end. `failure` NULL: it is done. Errors: as
 * computations_begin.
 */
bool analyst_begin(struct analyst *analyst, const struct definition *subject,
                   struct computation **out, gos_error *err);
void analyst_end(struct analyst *analyst, struct computation *computation,
                 const struct definition *subject, const gos_error *failure);
/* What waits and runs. */
struct computations *analyst_computations(struct analyst *analyst);
/* Stops all that waits and runs; the next one runs. */
void analyst_cancel(struct analyst *analyst);

struct analyst_stats {
    uint64_t computations;
    uint64_t failures;
    int64_t last_ms; /* how long the last one took */
    bool is_busy;
    char subject[64];       /* id of the experiment under way, or "" */
    uint32_t done, planned; /* of the refresh under way */
};

void analyst_stats(struct analyst *analyst, struct analyst_stats *out);

#endif
