/*
 * Methods that start from values: quantiles, caps, clusters, strata.
 * Formulas with their reasons: docs/formulas/quantiles.md, clusters.md, variance-reduction.md.
 */
#ifndef GOSSET_STATS_DATA_H
#define GOSSET_STATS_DATA_H

#include "gosset/stats.h"

#ifdef __cplusplus
extern "C" {
#endif

/*
 * Ranks (1 to n) that bound a quantile at level alpha: by the normal approximation, and exactly by
 * the binomial (exact_low 0 and exact_high n + 1 mean unbounded).
 */
typedef struct gos_quantile_ranks {
    double low, high;
    double exact_low, exact_high;
    double type1;     /* of the quantile that is an observed value */
    double type7_low; /* type 7 lies `type7_share` of the way from this rank to the next */
    double type7_share;
} gos_quantile_ranks;

gos_quantile_ranks gos_quantile_plan(double n, double q, double alpha);

/*
 * A quantile of one arm. status: ok, insufficient_n (n <= z^2 max(q/(1-q), (1-q)/q)),
 * zero_variance (both bounds are one value). inflation: of the variance by events that cluster in
 * units; 1 when each value is a unit. se is for the difference of arms; exact bounds for the row.
 * Source  Deng, Knoblich, Lu (2018), KDD, sect. 4.2; Yao, Li, Lu (2024)
 */
typedef struct gos_quantile {
    uint32_t status;
    uint64_t n, clusters;
    double q, alpha;
    double point; /* type 7, R's default */
    double type1;
    gos_quantile_ranks ranks;
    double y_low, y_high;
    double exact_low, exact_high;
    double inflation;
    double se;
} gos_quantile;

/*
 * From values in rising order. `events` NULL when a value is a unit; else the moments over units
 * of (count of values up to type1, count of values), and `clusters` their number.
 * Errors  BAD_INPUT at "/q", "/alpha", "/values" when none
 */
bool gos_quantile_of_sorted(const double *values, size_t n, double q, double alpha,
                            const gos_moments *events, gos_quantile *out, gos_error *err);
/* The same from values in any order, each with its unit (NULL: each its own). */
bool gos_quantile_of_values(const double *values, const uint64_t *units, size_t n, double q,
                            double alpha, gos_arena *arena, gos_quantile *out, gos_error *err);
/* Fills what a store has looked up by rank: needs ranks, y_*, exact_*, point, n; sets se, status.
 */
void gos_quantile_finish(gos_quantile *quantile, const gos_moments *events);
/* Compares two arms by the z test; q and alpha of both must agree with the options. */
bool gos_stats_compare_quantiles(const gos_quantile *control, const gos_quantile *treatment,
                                 const gos_stats_options *options, gos_estimate *out,
                                 gos_error *err);

/*
 * Caps at the nearest-rank percentiles of both arms together (NaN: no cap on that side);
 * `nonzero` looks for them among values other than 0. The values are replaced.
 * capped_c, capped_t  how many were outside. Errors  BAD_INPUT at "/upper", "/lower"
 */
typedef struct gos_caps {
    double low, high;
    size_t capped_c, capped_t;
} gos_caps;

bool gos_winsorize(double *values_c, size_t n_c, double *values_t, size_t n_t, double lower,
                   double upper, bool nonzero, gos_arena *arena, gos_caps *out, gos_error *err);

/*
 * Units assigned by cluster. One element per cluster: its units, the sum of their values, and the
 * sum of squares around the cluster's own mean.
 */
typedef struct gos_cluster {
    double units;
    double sum;
    double within;
    bool is_treatment;
} gos_cluster;

/*
 * se_delta: delta method on cluster totals; se_cr0 to se_cr2: sandwich of the least squares of
 * value on arm; df_cr2: Satterthwaite (Bell, McCaffrey 2002). `shown` is the choice by the number
 * of clusters: delta from 40 an arm, CR2 from 10, below that Welch on cluster means, flagged.
 * icc: share of the variance between clusters (analysis of variance); design_effect 1 + (m-1) icc
 */
typedef struct gos_cluster_result {
    uint32_t status;
    double clusters_c, clusters_t, units_c, units_t;
    double mean_c, mean_t, diff;
    double se_delta, se_cr0, se_cr1, se_cr1s, se_cr2, df_cr2, p_cr2, se_naive;
    gos_inference cluster_means;
    gos_inference shown;
    double icc, design_effect;
} gos_cluster_result;

/* Errors  BAD_INPUT at "/alpha", "/clusters/I" when it has no unit */
bool gos_clusters_compare(const gos_cluster *clusters, size_t count, double alpha,
                          gos_cluster_result *out, gos_error *err);

/*
 * Strata known before assignment: moments of each arm in each. Strata with under 5 units or no
 * variance in an arm join the largest; `strata` is how many were left.
 * Source  Miratrix, Sekhon, Yu (2013), JRSS B 75; superpopulation se as gbstats
 */
typedef struct gos_strata_result {
    uint32_t status;
    size_t strata;
    double n;
    double se_conditional, se_superpopulation, se_lift;
    double raw_diff, raw_se;
    double control_mean;
    gos_inference shown; /* z test, Fieller with the covariance */
} gos_strata_result;

/* Errors  BAD_INPUT at "/alpha"; TOO_LARGE when the arena is full */
bool gos_strata_compare(const gos_moments *control, const gos_moments *treatment, size_t count,
                        double alpha, gos_arena *arena, gos_strata_result *out, gos_error *err);

/*
 * One arm as if its units had come in shares `weights` of the strata, whatever shares they came in:
 * means sum w m, and the variances and covariances of these means sum w^2 cov / n. With the weights
 * of both arms together, arms that were split differently over time compare as within each time.
 *
 * strata, weights  count of each, over no other variables than the first; 0 or more, not all 0; a
 *                  stratum with a weight has at least 2 units
 */
gos_moments gos_moments_stratify(const gos_moments *strata, const double *weights, size_t count);

#ifdef __cplusplus
}
#endif

#endif
