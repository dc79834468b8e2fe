/* One computation: an experiment's definition and metrics, through the ledger, to rows. */
#ifndef JOBS_ANALYSIS_H
#define JOBS_ANALYSIS_H

#include "catalog/catalog.h"
#include "jobs/publisher.h"
#include "jobs/scorecard.h"
#include "ledger/ledger.h"
#include "roster/spool.h"

/* Changes when the same facts would give other numbers. */
#define ANALYSIS_METHOD_VERSION 3

struct analysis_sources {
    struct catalog *catalog;
    struct ledger *ledger;
    struct roster *roster; /* may be NULL: then nothing is known of assignments and the spool */
    struct publisher *publisher; /* may be NULL: then nothing is decided again */
};

struct analysis_request {
    gos_str environment;
    const struct definition *experiment; /* with its tree */
    int64_t now_ms;
    int64_t as_of_ms;   /* TIME_NONE: now, or the end of the experiment */
    uint64_t watermark; /* of a computation to be repeated; 0: all facts */
    const atomic_bool *cancel;
    struct ledger_progress *progress; /* may be NULL */
};

struct analysis {
    struct result *rows; /* with ids */
    uint32_t row_count;
    gos_str health;  /* JSON; see doctor.h */
    gos_str verdict; /* JSON; see decision.h */
    int64_t computed_at;
    int64_t window_start, window_end;
    uint64_t watermark;
    bool is_refresh;    /* only what came since the last computation was read */
    uint64_t rows_read; /* exposures and events */
};

/*
 * The same facts, definitions and times give the same bytes. Everything lives in `arena`.
 *
 * Errors  what stores and metrics say; BAD_INPUT at "/success_metrics/..." for a metric that does
 *         not compute
 */
bool analysis_run(const struct analysis_sources *sources, const struct analysis_request *request,
                  gos_arena *arena, struct analysis *out, gos_error *err);

enum { ANALYSIS_MOMENTS_MAX = 60 };

/*
 * How the results came about: cumulative, by hour within two days, else by day or several, up to
 * the end of the window. `metric` empty: all.
 *
 * out     JSON: list of {"at","metric_name","variant","sample_size","mean_value","diff","diff_ci",
 *         "lift","lift_ci","p_value"}
 * Errors  as analysis_run; NOT_FOUND at "/metric"
 */
bool analysis_series(const struct analysis_sources *sources, const struct analysis_request *request,
                     gos_str metric, gos_arena *arena, gos_str *out, gos_error *err);

/* An experiment as a question: variants, weights, control, metrics with their plans. */
struct analysis_design {
    gos_str *variants;
    double *weights;
    uint32_t variant_count;
    uint32_t control;
    struct metric_plan *plans;
    struct scorecard_metric *metrics;
    uint32_t metric_count;
    uint64_t planned_units;
    int64_t start_ms, end_ms; /* TIME_NONE: open */
    double ratio_log_e;       /* evidence against the split, valid at every look; see phases.h */
};

bool analysis_read_design(struct catalog *catalog, gos_str environment, const struct json *tree,
                          gos_arena *arena, struct analysis_design *out, gos_error *err);
/* The data window of a request: it ends where the experiment ended, unless another moment is asked
 * for. */
void analysis_window(const struct analysis_design *design, const struct analysis_request *request,
                     int64_t *out_start, int64_t *out_end);
/* A metric of the design by its name; empty: the primary one. NOT_FOUND at "/metric". */
bool analysis_find_plan(const struct analysis_design *design, gos_str metric,
                        const struct metric_plan **out, gos_error *err);
/* What to ask the ledger, without plans. */
struct ledger_question analysis_ask(const struct analysis_design *design,
                                    const struct analysis_request *request);
struct scorecard_question analysis_question(const struct analysis_design *design,
                                            const uint64_t *units);

#endif
