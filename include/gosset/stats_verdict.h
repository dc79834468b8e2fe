/*
 * The decision: one sentence for an experiment's treatment, with its reasons, from the design that
 * was registered before the start. Pure: the same numbers give the same words.
 */
#ifndef GOSSET_STATS_VERDICT_H
#define GOSSET_STATS_VERDICT_H

#include "gosset/stats_checks.h"
#include "gosset/stats_methods.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef enum gos_verdict_kind {
    GOS_VERDICT_KEEP_RUNNING, /* no answer yet, and more data will come */
    GOS_VERDICT_SHIP,         /* better on the primary metrics, guardrails hold */
    GOS_VERDICT_ROLL_BACK,    /* worse on a primary metric, or a guardrail is breached */
    GOS_VERDICT_INCONCLUSIVE, /* the plan is reached without an answer */
    GOS_VERDICT_BROKEN,       /* the data cannot be trusted; no effect is believed */
} gos_verdict_kind;

/* "keep_running", "ship", "roll_back", "inconclusive", "broken". */
const char *gos_verdict_name(gos_verdict_kind kind);

/* A metric of the design with its comparison, corrected for the family it is in. */
typedef struct gos_verdict_metric {
    const char *name;
    gos_direction direction;
    const gos_estimate *estimate;
    const gos_margin_test *margin; /* guardrails with a margin: its test; else NULL */
} gos_verdict_metric;

/*
 * units, planned_units  of the two arms together; planned 0: nothing was planned
 * units_per_day         that still come in; 0 or NaN when not known
 * days                  since the start
 * srm, srm_log_e        chi-square check; log e-value of the sequential one (NaN: not run)
 * crossover_share       units seen in two arms: above 1 % warns, above 10 % breaks
 * design_changed        something of this was changed after the start: the sentence says so
 */
typedef struct gos_verdict_input {
    const gos_verdict_metric *primary;
    size_t primary_count;
    const gos_verdict_metric *guardrails;
    size_t guardrail_count;
    uint64_t units, planned_units;
    double units_per_day;
    double days;
    const gos_srm *srm;
    double srm_log_e;
    double crossover_share;
    bool design_changed;
} gos_verdict_input;

enum { GOS_VERDICT_REASONS_MAX = 16, GOS_VERDICT_TEXT_BYTES = 240 };

/* days_left is NaN when nothing is left to wait for, or no traffic is known. */
typedef struct gos_verdict {
    gos_verdict_kind kind;
    double days_left;
    char sentence[GOS_VERDICT_TEXT_BYTES];
    size_t reason_count;
    char reasons[GOS_VERDICT_REASONS_MAX][GOS_VERDICT_TEXT_BYTES];
} gos_verdict;

/*
 * Broken before anything else; then harm, which needs no plan; then benefit, which needs all
 * guardrails to hold and a full week; then the plan decides between waiting and giving up.
 */
void gos_verdict_find(const gos_verdict_input *input, gos_verdict *out);

#ifdef __cplusplus
}
#endif

#endif
