/*
 * Weights that follow the data (bandits) and effects that stay honest under them. Time is cut into
 * periods of constant weights; arms are only compared within a period, so that time is not taken
 * for treatment. Formulas with their reasons: docs/formulas/bayes.md.
 */
#ifndef GOSSET_STATS_ADAPTIVE_H
#define GOSSET_STATS_ADAPTIVE_H

#include "gosset/stats_methods.h"

#ifdef __cplusplus
extern "C" {
#endif

/*
 * An effect under weights that changed.
 *
 * status          ok, insufficient_n (no period has 5 units in both arms), zero_variance, ...
 * periods         that took part; left_out: with fewer than 5 units in an arm
 * fixed           the studentised periods: sum of d_k / se_k over sqrt(K) is normal whatever the
 *                 data did to the weights; its estimate and both intervals are dual to it
 * anytime         the confidence sequence of the same walk, one step a closed period: valid however
 *                 often it is looked at
 * stratified_diff, _se   the same differences weighted by the periods' units
 * pooled_diff, pooled_se what ignoring the periods would give: biased where outcomes drift
 */
typedef struct gos_adaptive {
    uint32_t status;
    size_t periods, left_out;
    gos_arm control, treatment; /* weighted as `fixed` */
    gos_inference fixed, anytime;
    double stratified_diff, stratified_se;
    double pooled_diff, pooled_se;
} gos_adaptive;

/*
 * One element of `control` and `treatment` per period: the units that came in it. The first
 * `closed_count` periods are over; only they count for `anytime`. Variances are pooled over the
 * periods of an arm, so a period without a conversion has one.
 * Errors  BAD_INPUT at "/alpha", "/kind" for quantiles
 * Source  Zhang, Janson, Murphy (2020), NeurIPS, sect. 4 (batched least squares)
 */
bool gos_adaptive_compare(const gos_moments *control, const gos_moments *treatment,
                          size_t period_count, size_t closed_count, gos_metric_kind kind,
                          double alpha, gos_adaptive *out, gos_error *err);

/*
 * Posterior of each arm's mean from `cells` (period by period, arm by arm within): periods in which
 * every arm has a unit, weighted by their units in all, so that every arm has had the same weather.
 * *out_periods: how many took part; 0: means are NaN.
 * Errors  BAD_INPUT at "/kind" for quantiles, "/arms" (1 to GOS_ARMS_MAX)
 */
bool gos_adaptive_means(const gos_moments *cells, size_t period_count, size_t arm_count,
                        gos_metric_kind kind, double *out_mean, double *out_se, size_t *out_periods,
                        gos_error *err);

/* How the next weights are found. floor: least share of an arm, in [0, 1 / arms]. */
typedef struct gos_bandit {
    bool top_two; /* chance to be among the best two; else Thompson: to be the best */
    bool lowest_wins;
    double floor;
} gos_bandit;

/*
 * Weights from posterior means and errors: best, the chance of each arm to be the best; weights sum
 * to 1 and are none under the floor.
 * Errors  as gos_best_normal; BAD_INPUT at "/floor"
 */
bool gos_bandit_weights(const double *mean, const double *se, size_t arm_count,
                        const gos_bandit *bandit, double *out_best, double *out_weights,
                        gos_error *err);

#ifdef __cplusplus
}
#endif

#endif
