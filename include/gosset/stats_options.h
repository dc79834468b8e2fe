/* The words of the statistics engine: kinds, modes, statuses, and the choices for one comparison.
 */
#ifndef GOSSET_STATS_OPTIONS_H
#define GOSSET_STATS_OPTIONS_H

#include "gosset/base.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Every reason why a number is missing or must be read with care: one row of stats_status.def. */
typedef enum gos_stats_status {
    GOS_STATUS_OK = 0,
#define STATUS(NAME, text, bit, blocks, replaces_ok) GOS_STATUS_##NAME = 1u << (bit),
#include "gosset/stats_status.def"
#undef STATUS
} gos_stats_status;

enum { GOS_STATUS_TEXT_BYTES = 512 };

/* "ok", or the names of the set bits joined by "|", in the order of stats_status.def. */
const char *gos_status_text(uint32_t status, char out[GOS_STATUS_TEXT_BYTES]);
/* Whether one of the bits forbids calling the estimate significant. */
bool gos_status_blocks(uint32_t status);

typedef enum gos_metric_kind {
    GOS_METRIC_MEAN,       /* value per unit: Welch */
    GOS_METRIC_PROPORTION, /* yes or no per unit: score test */
    GOS_METRIC_RATIO,      /* sum over sum, both per unit: delta method */
    GOS_METRIC_QUANTILE,   /* order statistics: gos_stats_compare_quantiles */
} gos_metric_kind;

typedef enum gos_direction { GOS_INCREASE, GOS_DECREASE } gos_direction;

/* Which inference is `shown`. */
typedef enum gos_mode {
    GOS_MODE_PLANNED, /* anytime-valid until planned_n, then fixed horizon; the default */
    GOS_MODE_FIXED,   /* one look, whatever the sample */
    GOS_MODE_ANYTIME, /* always the confidence sequence */
    GOS_MODE_GROUP,   /* critical value of a group-sequential look: group_bound */
} gos_mode;

typedef enum gos_adjust { GOS_ADJUST_LIN, GOS_ADJUST_POOLED, GOS_ADJUST_NONE } gos_adjust;

typedef enum gos_binary_interval {
    GOS_BINARY_SCORE, /* Mee for the difference, Koopman for the lift: dual to the test */
    GOS_BINARY_WALD,
    GOS_BINARY_NEWCOMBE,
    GOS_BINARY_AGRESTI_CAFFO,
    GOS_BINARY_MIETTINEN_NURMINEN,
} gos_binary_interval;

typedef enum gos_lift_interval { GOS_LIFT_FIELLER, GOS_LIFT_DELTA, GOS_LIFT_LOG } gos_lift_interval;

/* How the bounds of a lift are to be read (Fieller's set can be unbounded). */
typedef enum gos_lift_kind {
    GOS_LIFT_UNDEFINED, /* no lift: the control is zero */
    GOS_LIFT_BOUNDED,   /* between the bounds */
    GOS_LIFT_EXCLUSIVE, /* everything but what lies between the bounds */
    GOS_LIFT_WHOLE,     /* any value; the bounds are infinite */
} gos_lift_kind;

/* "bounded", "exclusive", "whole"; "undefined". */
const char *gos_lift_kind_name(gos_lift_kind kind);

/*
 * The choices for one comparison. Take gos_stats_options_default and change fields.
 *
 * alpha          two-sided level, in (0, 0.5]; 0.05
 * planned_n      planned units of the two arms together, 0 when none was planned (then 10,000
 *                tunes the confidence sequence and the plan is never reached)
 * mde_relative   minimum effect of the plan as a share of |control|, > 0; 0.05
 * null_diff      difference under the null hypothesis; 0. Means and ratios only
 * group_bound    z bound of this look in GOS_MODE_GROUP, > 0
 * prior_mean, prior_sd   normal prior of the lift; 0 and 0.3; sd INFINITY is the flat prior
 * small_counts_fisher    Fisher's p for a proportion with an expected count under 5; true
 */
typedef struct gos_stats_options {
    gos_metric_kind kind;
    gos_direction direction;
    gos_mode mode;
    gos_adjust adjust;
    gos_binary_interval binary_interval;
    gos_lift_interval lift_interval;
    bool small_counts_fisher;
    double alpha;
    uint64_t planned_n;
    double mde_relative;
    double null_diff;
    double group_bound;
    double prior_mean;
    double prior_sd;
} gos_stats_options;

gos_stats_options gos_stats_options_default(gos_metric_kind kind);
/* Errors  BAD_INPUT at "/alpha", "/planned_n", "/mde_relative", "/prior_sd", ... */
bool gos_stats_options_check(const gos_stats_options *options, gos_error *err);

#ifdef __cplusplus
}
#endif

#endif
