/*
 * Checks of the data before any effect is believed: sample ratio first of all.
 * Formulas with their reasons: docs/formulas/checks.md.
 */
#ifndef GOSSET_STATS_CHECKS_H
#define GOSSET_STATS_CHECKS_H

#include "gosset/stats.h"

#ifdef __cplusplus
extern "C" {
#endif

/* p below which a sample ratio mismatch blocks the verdict, and below which it warns. */
#define GOS_SRM_ALARM 0.001
#define GOS_SRM_WARN  0.01

/*
 * status  ok, no_data, single_arm (under two arms with weight), units_in_zero_weight_arm
 * units   in arms with weight; chisq and df are NaN without a test, p_value is 1 then
 * p_exact the multinomial test's, where an expected count is under 5 and the tables can be counted;
 *         it decides the alarm then. Else NaN
 */
typedef struct gos_srm {
    uint32_t status;
    uint64_t units;
    double chisq, df, p_value, p_exact;
    double expected_min;
    bool alarm;
} gos_srm;

/*
 * Pearson's chi-square of unit counts against the configured weights (any scale; an arm of weight
 * 0 takes no part). Counts are units with their first exposure, never events.
 * Errors  BAD_INPUT at "/weights/I" when a weight is negative or not finite; "/weights" when none
 */
bool gos_srm_check(const uint64_t *counts, const double *weights, size_t arm_count, gos_srm *out,
                   gos_error *err);
/*
 * The same, valid at every look: log e-value of the counts so far under a Dirichlet prior of
 * strength kappa (10,000) around the weights; p = min(1, exp(-log_e)), of which the running
 * minimum is the answer. Arms of weight 0 take no part.
 * Source  Lindon, Malek (2022), NeurIPS, eq. 5
 */
bool gos_srm_log_e(const uint64_t *counts, const double *weights, size_t arm_count, double kappa,
                   double *out_log_e, gos_error *err);

/* A test of one number: statistic, degrees of freedom (INFINITY: normal), two-sided p-value. */
typedef struct gos_check {
    double value, se;
    double statistic, df, p_value;
} gos_check;

/* Difference of covariate `variable` between arms, from before exposure: it must not be there. */
gos_check gos_check_balance(const gos_moments *control, const gos_moments *treatment,
                            uint32_t variable);
/*
 * Effect against days since exposure: weighted slope of diff on log(1 + day); |statistic| above
 * 2.58 is novelty or primacy. NaN under 14 days. Source  Hohnhold et al. (2015), KDD
 */
gos_check gos_check_novelty(const double *day, const double *diff, const double *se, size_t count);
/* Whether two assignments are independent: chi-square of the r x c table of units (row by row). */
gos_check gos_check_independence(const uint64_t *units, size_t rows, size_t columns);
/*
 * Whether two experiments change each other's effect: the contrast of the four cells' means
 * (neither, only the first, only the second, both).
 */
gos_check gos_check_interaction(const gos_moments cells[4]);
/* Whether effects differ between slices: Cochran's Q; value is I^2, the share not due to chance. */
gos_check gos_check_heterogeneity(const double *diff, const double *se, size_t count);
/*
 * Effects of slices drawn towards their mean as far as chance explains their spread
 * (DerSimonian, Laird 1986; normal-normal). out arrays hold `count` numbers.
 */
void gos_shrink_slices(const double *diff, const double *se, size_t count, double *out_diff,
                       double *out_se);
/* Kolmogorov-Smirnov test of p-values in rising order against the uniform law; value is D. */
gos_check gos_check_uniform(const double *sorted_p, size_t count);
/* Effect on all units of one measured on those triggered, a share `rate` of `n` units. */
gos_check gos_check_dilution(double diff, double se, double rate, double n);
/*
 * Mean |estimate| / truth among significant z tests: the winner's curse. `power` is the chance of
 * significance on the side of the truth, above alpha / 2.
 */
double gos_exaggeration(double power, double alpha);

/* What looks too good or too odd to believe unasked: one row of stats_warnings.def each. */
typedef enum gos_warning_kind {
#define WARNING(NAME, text, limit) GOS_WARNING_##NAME,
#include "gosset/stats_warnings.def"
#undef WARNING
    GOS_WARNINGS
} gos_warning_kind;

typedef struct gos_warning {
    gos_warning_kind kind;
    double value; /* what was found */
    double limit; /* what it should stay within */
} gos_warning;

/* What is known of a comparison beside its estimate; NaN where it is not. */
typedef struct gos_oddities {
    const gos_estimate *estimate;
    const gos_moments *control;
    const gos_moments *treatment;
    bool is_primary;
    double srm_p;
    double balance_p;       /* gos_check_balance, or an A/A of the period before */
    double crossover_share; /* units seen in two arms */
    double baseline;        /* the control's mean when the experiment was planned */
    double exposure_lag_p;  /* whether exposures of the arms come at different times */
    double platform_p;      /* gos_check_uniform of the platform's own A/A tests */
} gos_oddities;

/* Warnings in the order of stats_warnings.def; they ask, and never suppress. Returns how many. */
size_t gos_warnings_find(const gos_oddities *oddities, gos_warning out[GOS_WARNINGS]);
/* "large_lift", "sample_ratio", ... */
const char *gos_warning_name(gos_warning_kind kind);

#ifdef __cplusplus
}
#endif

#endif
