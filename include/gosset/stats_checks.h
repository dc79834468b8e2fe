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
 */
typedef struct gos_srm {
    uint32_t status;
    uint64_t units;
    double chisq, df, p_value;
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

#ifdef __cplusplus
}
#endif

#endif
