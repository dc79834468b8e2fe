/*
 * Offered beside the defaults: equivalence, the hybrid of one look and many, weighted families,
 * priors learned from the past, sequential margins, switchbacks.
 * Formulas: docs/formulas/more.md.
 */
#ifndef GOSSET_STATS_MORE_H
#define GOSSET_STATS_MORE_H

#include "gosset/stats_checks.h"
#include "gosset/stats_data.h"
#include "gosset/stats_methods.h"
#include "gosset/stats_sequential.h"

#ifdef __cplusplus
extern "C" {
#endif

/*
 * Equivalence within an absolute margin: both one-sided tests at alpha; p is the larger of theirs.
 * Source  Schuirmann (1987), J. Pharmacokinet. Biopharm. 15
 */
bool gos_equivalence(const gos_moments *control, const gos_moments *treatment, gos_metric_kind kind,
                     double margin, double alpha, gos_margin_test *out, gos_error *err);
/*
 * A margin that may be looked at: the one-sided confidence sequence of the contrast t - w c + m at
 * level alpha. `test` is the fixed test of the same margin, n the units of both arms.
 */
gos_sequence gos_noninferiority_sequence(const gos_margin_test *test, const gos_margin *margin,
                                         double n, double n_star);
/*
 * Half of alpha for the confidence sequence before the planned sample, half for the fixed test at
 * it: p is twice the smaller of the two, where the plan is reached, else twice the sequence's.
 */
double gos_hybrid_p(const gos_estimate *estimate);
/*
 * Preferential Bonferroni: a share `primary_share` of alpha for the first p-value, the rest evenly
 * for the others. Corrected p-values, NaN left out. Errors  BAD_INPUT "/primary_share"
 */
bool gos_correct_weighted(const double *p, size_t count, double primary_share, double *out,
                          gos_error *err);
/*
 * Deviation of a prior with mean 0 from finished experiments' lifts and their errors:
 * sqrt(max(0, var(lift) - mean(se^2))). NaN under 30 of them: then keep the default.
 */
double gos_prior_learn(const double *lift, const double *se, size_t count);
/* Whether a cap cut the arms differently: two-sided p of the shares capped. */
double gos_caps_p(const gos_caps *caps, size_t n_c, size_t n_t);

/* One cell of a switchback: a region's value in a period that was wholly in one arm. */
typedef struct gos_switch_cell {
    uint32_t region;
    uint32_t period;
    double value;
    double weight; /* > 0, such as the cell's denominator */
    bool is_treatment;
} gos_switch_cell;

/*
 * effect, se, df      by regions as clusters (CR2 of the regression with regions and periods
 *                     absorbed, Satterthwaite); p_cluster, low, high: its t test and interval
 * p_permutation       of the schedule within regions, (1 + as extreme) / (1 + draws)
 * p_value             p_cluster from 10 regions on; below p_permutation, flagged few_clusters
 * carry_over          coefficient of the period before's treatment, beside that of its own: what
 *                     the treatment leaves behind; NaN where no region has periods on end
 */
typedef struct gos_switchback_result {
    uint32_t status;
    uint32_t regions, periods;
    double effect, se, df, low, high;
    double p_cluster, p_permutation, p_value;
    gos_check carry_over;
} gos_switchback_result;

/*
 * Effect by weighted least squares on treatment, region and period. Deterministic for a seed.
 * Errors  BAD_INPUT at "/cells" when an effect is not identified, "/alpha"; TOO_LARGE
 * Source  Bojinov, Simchi-Levi, Zhao (2023), Manag. Sci. 69; Pustejovsky, Tipton (2018), JBES 36
 */
bool gos_switchback(const gos_switch_cell *cells, size_t count, double alpha, uint32_t draws,
                    uint64_t seed, gos_arena *arena, gos_switchback_result *out, gos_error *err);

#ifdef __cplusplus
}
#endif

#endif
