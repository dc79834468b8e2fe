/*
 * From what a ledger (or a file) answered to estimates and ExperimentResult rows: every metric by
 * variant against the control, corrected by role. Pure: no stores, no clock.
 */
#ifndef JOBS_SCORECARD_H
#define JOBS_SCORECARD_H

#include "gosset/stats_checks.h"
#include "gosset/stats_methods.h"
#include "ledger/answer.h"
#include "model/result.h"

/* Primary metrics are corrected by Holm over metrics and variants, secondary ones by Benjamini and
 * Hochberg, guardrails not at all. */
enum metric_role { ROLE_PRIMARY, ROLE_SECONDARY, ROLE_GUARDRAIL };

const char *metric_role_name(enum metric_role role);

struct scorecard_metric {
    const struct metric_plan *plan;
    enum metric_role role;
    double margin; /* percent of the control mean that a guardrail may lose; NaN: none */
    const struct ledger_cell *cells;        /* by variant */
    const struct ledger_clusters *clusters; /* by variant; NULL: units were assigned one by one */
    double cap;                             /* in force; NaN: none */
    const struct ledger_cell *const
        *periods; /* by period, by variant; NULL: one split throughout */
    uint32_t period_count;
    bool is_adaptive; /* the periods are a bandit's: weights followed the data */
    bool is_over;     /* the last period is closed */
};

struct scorecard_question {
    const gos_str *variants;
    const double *weights;
    const uint64_t *units; /* by variant */
    uint32_t variant_count;
    uint32_t control;
    const struct scorecard_metric *metrics;
    uint32_t metric_count;
    double alpha;
    uint64_t planned_units; /* of all variants together; 0: none planned */
    gos_mode mode;
    gos_adjust adjust;
};

/* One metric in one variant. */
struct scorecard_entry {
    gos_arm arm;
    uint32_t arm_status;
    bool is_control;
    gos_estimate estimate; /* against the control; not for the control itself */
    bool has_margin;
    gos_margin_test margin;
    gos_guardrail guardrail;
};

struct scorecard {
    struct scorecard_entry *entries; /* metric by metric, variant by variant within */
    gos_srm sample_ratio;
    const struct scorecard_question *question;
};

/* How the values of a plan are compared. */
gos_metric_kind scorecard_kind(enum plan_kind kind);
/* The scorecard lives in `arena` and points to the question. */
bool scorecard_compute(const struct scorecard_question *question, gos_arena *arena,
                       struct scorecard *out, gos_error *err);

/* The moments that are compared: of all units, or where the split changed, as within each of its
 * periods, so that days on which one arm was larger do not pass for an effect of it. */
bool scorecard_gather(const struct scorecard_question *question,
                      const struct scorecard_metric *metric, uint32_t variant, gos_arena *arena,
                      gos_moments *out_control, gos_moments *out_treatment, gos_error *err);

/* The estimate of units that came under changing weights: by periods, in place of all others. */
bool scorecard_compare_periods(const struct scorecard_question *question,
                               const struct scorecard_metric *metric, uint32_t variant,
                               const gos_stats_options *options, struct scorecard_entry *entry,
                               gos_arena *arena, gos_error *err);

static inline const struct scorecard_entry *scorecard_entry(const struct scorecard *scorecard,
                                                            uint32_t metric, uint32_t variant)
{
    return &scorecard->entries[(size_t)metric * scorecard->question->variant_count + variant];
}

/* What the rows of one computation share. */
struct scorecard_stamp {
    struct uuid experiment_id;
    gos_str environment;
    int64_t computed_at;
    int64_t window_start, window_end;
    gos_str extra; /* members of a JSON object that every row gets too, or empty */
};

/*
 * The rows as the data model has them, without ids; variants without units have none.
 * detail: role, kind, diff, diff_ci, lift_ci, se, df, status, method, alpha, adjusted_p, ...
 */
bool scorecard_rows(const struct scorecard *scorecard, const struct scorecard_stamp *stamp,
                    gos_arena *arena, struct result **out, uint32_t *out_count, gos_error *err);

#endif
