/*
 * Methods beside the main comparison: Bayes, several comparisons, margins, bandits. Those that
 * start from raw values are in stats_data.h. Formulas with their reasons: docs/formulas.
 */
#ifndef GOSSET_STATS_METHODS_H
#define GOSSET_STATS_METHODS_H

#include "gosset/stats.h"

#ifdef __cplusplus
extern "C" {
#endif

/*
 * Posterior of an effect with a normal prior. prior_sd INFINITY is flat; se 0 leaves the prior.
 * loss_treatment is what shipping is expected to cost, loss_control what not shipping costs.
 */
gos_posterior gos_posterior_normal(double effect, double se, double prior_mean, double prior_sd,
                                   double alpha, gos_direction direction);

/*
 * Two rates with the prior Beta(prior_a, prior_b): chance that the treatment's is higher, losses
 * in rate, credible intervals of each arm. By quadrature, deterministic, to 1e-12.
 */
typedef struct gos_beta_posterior {
    double mean_c, mean_t;
    double chance;
    double loss_control, loss_treatment;
    double low_c, high_c, low_t, high_t;
} gos_beta_posterior;

/* Errors  BAD_INPUT at "/x_c", "/x_t", "/prior_a", "/prior_b", "/alpha" */
bool gos_posterior_rates(double x_c, double n_c, double x_t, double n_t, double prior_a,
                         double prior_b, double alpha, gos_beta_posterior *out, gos_error *err);

/* Ways to correct the p-values of a family, exactly as R's p.adjust; NaN is left out. */
typedef enum gos_correction {
    GOS_CORRECT_NONE,
    GOS_CORRECT_BONFERRONI,
    GOS_CORRECT_HOLM, /* family-wise error; the default for primary metrics x arms */
    GOS_CORRECT_HOCHBERG,
    GOS_CORRECT_HOMMEL,
    GOS_CORRECT_BH, /* false discovery rate; for secondary metrics */
    GOS_CORRECT_BY,
    GOS_CORRECT_SIDAK,
    GOS_CORRECT_HOLM_SIDAK,
} gos_correction;

/*
 * Corrects `count` p-values into `out` (which may be `p`). The arena's content is left as it was.
 * Errors  BAD_INPUT "/p/I" outside [0, 1]; TOO_LARGE when the arena is full
 */
bool gos_correct(gos_correction correction, const double *p, size_t count, double *out,
                 gos_arena *arena, gos_error *err);
/*
 * Corrects the shown p-values of a family of estimates: adjusted_p and significant are set anew.
 * An estimate that no test could be made of keeps p = 1 and counts in the family.
 */
bool gos_stats_adjust(gos_correction correction, gos_estimate *const *estimates, size_t count,
                      gos_arena *arena, gos_error *err);

/*
 * A margin that the treatment may lose: relative to the unknown control mean, or in its unit.
 * Source  Wellek (2010), Testing Statistical Hypotheses of Equivalence and Noninferiority, ch. 2
 */
typedef struct gos_margin {
    double margin; /* > 0; a share when relative */
    bool is_relative;
    gos_direction direction; /* in which the metric is better */
    double alpha;            /* one-sided */
} gos_margin;

/* bound: one-sided confidence bound, of diff when absolute, of t - w c when relative. */
typedef struct gos_margin_test {
    uint32_t status;
    double contrast, se;
    double statistic, df, p_value;
    double bound;
    bool passes;
} gos_margin_test;

/* Means and ratios. Errors  BAD_INPUT at "/margin", "/alpha" */
bool gos_noninferiority(const gos_moments *control, const gos_moments *treatment,
                        gos_metric_kind kind, const gos_margin *margin, gos_margin_test *out,
                        gos_error *err);

/* A guardrail: inferior by more than the margin is not excluded, excluded, or plainly worse. */
typedef enum gos_guardrail {
    GOS_GUARDRAIL_INCONCLUSIVE,
    GOS_GUARDRAIL_PASS,
    GOS_GUARDRAIL_BREACH,
} gos_guardrail;

/*
 * `estimate` is the comparison of the same arms: a breach is significantly worse, whatever p.
 * test  NULL: no margin was set, so only a plain loss counts against it
 */
gos_guardrail gos_guardrail_verdict(const gos_margin_test *test, const gos_estimate *estimate,
                                    gos_direction direction);

enum { GOS_ARMS_MAX = 64 };

/*
 * Chance of each arm to be the best under independent posteriors: normal (a mean, b deviation > 0)
 * or Beta(a, b). By quadrature: deterministic, to 1e-10. `lowest_wins` for metrics to decrease.
 * out_top_two: chance to be among the best two, halved (normal only; may be NULL)
 * Errors  BAD_INPUT at "/a/I", "/b/I", or "" when there are no arms or over GOS_ARMS_MAX
 */
bool gos_best_normal(const double *a, const double *b, size_t arm_count, bool lowest_wins,
                     double *out_best, double *out_top_two, gos_error *err);
bool gos_best_beta(const double *a, const double *b, size_t arm_count, bool lowest_wins,
                   double *out_best, gos_error *err);
/* Thompson weights: floor + (1 - K floor) best; uniform when K floor >= 1. */
void gos_thompson_weights(const double *best, size_t arm_count, double floor, double *out_weights);

#ifdef __cplusplus
}
#endif

#endif
