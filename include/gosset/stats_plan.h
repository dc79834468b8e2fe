/*
 * Planning: power, sample size, minimum detectable effect, duration. What cannot be reached is an
 * error, never a number. Formulas with their reasons: docs/formulas/planning.md.
 */
#ifndef GOSSET_STATS_PLAN_H
#define GOSSET_STATS_PLAN_H

#include "gosset/stats.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Power of the z test, both tails when sides is 2. One-sided, `effect` counts with its sign. */
double gos_power_z(double effect, double se, double alpha, int sides);
/*
 * Exact power of the two-sample t test with one variance: n_c, n_t units, difference delta,
 * deviation sd. Both tails when sides is 2, as R's power.t.test(strict = TRUE).
 */
double gos_power_t(double n_c, double n_t, double delta, double sd, double alpha, int sides);
/* Power of the z test of two rates; `pooled`: null variance from the mean rate (score test). */
double gos_power_rates(double p_c, double p_t, double n_c, double n_t, double alpha, int sides,
                       bool pooled);
/* Power of the confidence sequence at one look at n units, of which share_t are treated. */
double gos_power_asympcs(double delta, double var_c, double var_t, double share_t, double n,
                         double n_star, double alpha);

/*
 * What a plan rests on.
 *
 * ratio          units of treatment per unit of control, > 0; 1
 * alpha, power   two-sided level when sides is 2; power in (alpha, 1)
 * comparisons    tests that share alpha (Bonferroni), at least 1
 * correlation    of value and covariate: variance falls by 1 - correlation^2; in (-1, 1); 0
 * design_effect  of clusters, 1 + (m - 1) ICC; at least 1
 * inflation      of the sample by planned looks, at least 1
 */
typedef struct gos_plan {
    double ratio;
    double alpha;
    double power;
    int sides;
    uint32_t comparisons;
    double correlation;
    double design_effect;
    double inflation;
} gos_plan;

gos_plan gos_plan_default(void);
/* Errors  BAD_INPUT at "/ratio", "/alpha", "/power", "/sides", ... */
bool gos_plan_check(const gos_plan *plan, gos_error *err);

/*
 * Units of each arm, rounded up: n_c, n_t. Unrounded sizes of the control: n_formula by the closed
 * form (one tail), n_exact with both tails; for rates also n_unpooled (Wald's variance) and
 * n_baseline (both null variances at p_c, as a popular calculator does), else NaN.
 */
typedef struct gos_size {
    double n_c, n_t;
    double n_formula, n_exact;
    double n_unpooled, n_baseline;
} gos_size;

/* Units to detect `delta` between means with deviations sd_c, sd_t, both tails counted. */
bool gos_size_mean(double delta, double sd_c, double sd_t, const gos_plan *plan, gos_size *out,
                   gos_error *err);
/* The same by the exact t test with equal arms (R's power.t.test, strict). */
bool gos_size_t(double delta, double sd, const gos_plan *plan, gos_size *out, gos_error *err);
/* Units to tell rate p_t from p_c by the pooled z test (R's power.prop.test when ratio is 1). */
bool gos_size_rates(double p_c, double p_t, const gos_plan *plan, gos_size *out, gos_error *err);
/* Units in all until the confidence sequence has the plan's power at one look. */
bool gos_size_asympcs(double delta, double var_c, double var_t, double share_t, double n_star,
                      double alpha, double power, double *out_n, gos_error *err);

/* Smallest difference of means that n_c and n_t units show with the plan's power. */
bool gos_mde_mean(double variance, double n_c, double n_t, const gos_plan *plan, double *out,
                  gos_error *err);
/* The same as a share of |mean|, when the effect also widens the lift's own error. */
bool gos_mde_lift(double mean, double variance, double n_c, double n_t, const gos_plan *plan,
                  double *out, gos_error *err);
/* Smallest higher rate p_t that is told from p_c by the pooled z test. */
bool gos_mde_rate(double p_c, double n_c, double n_t, const gos_plan *plan, double *out,
                  gos_error *err);

/*
 * Share of all units that the control best has when `treatments` arms of equal size are each
 * compared with it: n_c / n_t = sqrt(treatments) sd_c / sd_t. Source  Dunnett (1955), JASA 50
 */
double gos_control_share(uint32_t treatments, double sd_c, double sd_t);

/*
 * Days until n units have come: `weekly_units[i]` are the unique units after i + 1 weeks (they
 * saturate); past the last week the last week's gain goes on. Whole weeks, at least one.
 * Errors  BAD_INPUT "/weekly_units" when it never grows to n
 */
bool gos_duration_days(double n, const double *weekly_units, size_t week_count, uint32_t *out_days,
                       gos_error *err);
/* Units that must still come so that the present se (after n units) reaches the power at delta. */
bool gos_units_missing(double n, double se, double delta, double alpha, double power, double *out,
                       gos_error *err);

#ifdef __cplusplus
}
#endif

#endif
