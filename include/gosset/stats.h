/*
 * Statistics: moments in, estimates out. Pure functions: no globals, no clock, no allocation.
 * A number that is not defined is NaN (JSON null) and `status` says why; nothing is made up. The
 * p-value and both intervals are inversions of one statistic, so they never contradict each other.
 * Further methods: stats_options.h, stats_methods.h, stats_sequential.h, stats_plan.h,
 * stats_checks.h, stats_verdict.h. Formulas with their reasons: docs/formulas.
 */
#ifndef GOSSET_STATS_H
#define GOSSET_STATS_H

#include "gosset/base.h"
#include "gosset/stats_options.h"

#ifdef __cplusplus
extern "C" {
#endif

enum { GOS_VARIABLES_MAX = 8, GOS_PRODUCTS = GOS_VARIABLES_MAX * (GOS_VARIABLES_MAX + 1) / 2 };

/*
 * What is known of one variant and metric: counts, means, and sums of centred products. One unit
 * (the unit of randomisation) contributes one value to each variable.
 *
 * n, conversions  units, at most 1e12, and those whose variable 0 is not zero (the successes)
 * variable_count  1 to GOS_VARIABLES_MAX. Variable 0 is the value, or the numerator of a ratio;
 *                 variable 1 of a ratio is its denominator. The rest are covariates from before
 *                 exposure; for a ratio two of them: numerator and denominator of that period.
 * covered         units with a covariate other than zero
 * product         sums of (v_i - mean_i) * (v_j - mean_j), i >= j, at gos_product(i, j)
 * m3, m4          third and fourth centred sums of variable 0; NaN when not collected
 * largest         largest |value| of variable 0; NaN when not collected
 */
typedef struct gos_moments {
    uint64_t n;
    uint64_t conversions;
    uint64_t covered;
    uint32_t variable_count;
    double mean[GOS_VARIABLES_MAX];
    double mean_low[GOS_VARIABLES_MAX]; /* what `mean` has rounded away; 0 when not known */
    double product[GOS_PRODUCTS];
    double m3;
    double m4;
    double largest;
} gos_moments;

static inline uint32_t gos_product(uint32_t i, uint32_t j)
{
    return i >= j ? i * (i + 1) / 2 + j : j * (j + 1) / 2 + i;
}

/* No units yet. */
gos_moments gos_moments_empty(uint32_t variable_count);
/* Adds a unit with `variable_count` values (Welford 1962; higher sums: Pebay 2008). */
void gos_moments_push(gos_moments *moments, const double *values);
/* Adds the units of another shard (Chan, Golub, LeVeque 1979); any order gives the same to 1e-12.
 */
void gos_moments_merge(gos_moments *into, const gos_moments *other);
/* n units of known mean and variance (n - 1 in its divisor); others by setting fields. */
gos_moments gos_moments_from_variance(uint64_t n, double mean, double variance);
/* x successes among n units. */
gos_moments gos_moments_from_counts(uint64_t x, uint64_t n);
/*
 * From raw sums: sum[i] of each variable, square[gos_product(i, j)] of each product. Computed in
 * double-double. False when digits were lost (sum of squares over centred sum above 1e10): the
 * status of an estimate from it is then GOS_STATUS_ILL_CONDITIONED.
 */
bool gos_moments_from_sums(uint64_t n, uint32_t variable_count, const double *sum,
                           const double *square, gos_moments *out);
/* Variance (n - 1) of a variable; covariance of two. NaN under 2 units. */
double gos_moments_variance(const gos_moments *moments, uint32_t i);
double gos_moments_covariance(const gos_moments *moments, uint32_t i, uint32_t j);

/*
 * One arm as its result row needs it. mean: of the metric (a rate, a ratio, a quantile); variance
 * per unit; ci_low <= mean <= ci_high bounds of the mean at the confidence 1 - alpha.
 */
typedef struct gos_arm {
    uint64_t n;
    uint64_t conversions;
    double mean;
    double variance;
    double ci_low;
    double ci_high;
} gos_arm;

/*
 * One comparison, treatment minus control, in the metric's unit; lift as a share of |control|
 * (0.05 = 5 %), its bounds to be read by `lift_kind`. log10_p is finite where p_value is 0.
 */
typedef struct gos_inference {
    const char *method; /* such as "welch", "score", "lin", "asympcs" */
    double diff, se, df, statistic, critical;
    double p_value, log10_p;
    double diff_low, diff_high;
    double lift, lift_low, lift_high;
    gos_lift_kind lift_kind;
} gos_inference;

/* Posterior of the lift under the prior of the options. Losses are on the scale of the lift. */
typedef struct gos_posterior {
    double chance_to_win;                /* in the metric's direction */
    double low, high;                    /* credible interval at 1 - alpha */
    double loss_control, loss_treatment; /* expected loss of keeping control, of shipping */
} gos_posterior;

/*
 * shown      what decides: valid at every look until the planned sample is reached, then `fixed`
 * fixed      what it would be if this had been the only look
 * raw        fixed, without variance reduction; equal to `fixed` when none was applied
 * alpha      two-sided level of all intervals; adjusted_p starts as shown.p_value, and
 *            gos_stats_adjust replaces it for a family of estimates
 * variance_reduction   1 - (se / raw se)^2 when a covariate was used, else 0
 * statistical_power    power of the fixed test at the minimum effect of the options with the
 *                      present se, 0 to 1 (never power at the observed effect); NaN if undefined
 * significant          shown.p_value < alpha and no status forbids a verdict
 */
typedef struct gos_estimate {
    gos_arm control;
    gos_arm treatment;
    gos_inference shown;
    gos_inference fixed;
    gos_inference raw;
    gos_posterior posterior;
    double alpha, adjusted_p;
    double variance_reduction;
    double statistical_power;
    uint32_t status; /* gos_stats_status bits; 0 is "ok" */
    bool reached_plan;
    bool significant;
} gos_estimate;

/*
 * Compares one treatment with the control on one metric, by STATS of docs/formulas/overview.md.
 * Means and ratios: Welch's t on (linearised) units with Fieller's lift interval; proportions:
 * pooled score test with Mee and Koopman intervals, Fisher's p where an expected count is under 5;
 * covariates: Lin's estimator. Whatever the data hold, the call succeeds and `status` says it.
 * Errors  BAD_INPUT at the option's pointer ("/alpha", "/planned_n", ...) when it is out of range
 */
bool gos_stats_compare(const gos_moments *control, const gos_moments *treatment,
                       const gos_stats_options *options, gos_estimate *out, gos_error *err);
/* One arm alone, for the row of the control. Returns status bits. */
uint32_t gos_stats_arm(const gos_moments *moments, gos_metric_kind kind, double alpha,
                       gos_arm *out);

#ifdef __cplusplus
}
#endif

#endif
