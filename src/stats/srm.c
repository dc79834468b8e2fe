/* Sample ratio mismatch: chi-square for one look, the Dirichlet-multinomial e-value for many. */
#include "gosset/stats_checks.h"
#include "gosset/stats_methods.h"

#include "stats/distribution.h"
#include "stats/special.h"
#include "stats/srm_exact.h"

#include <math.h>
#include <stdio.h>

/* Below it chi-square is not to be trusted. */
static const double EXPECTED_MIN = 5;

static bool weights_check(const double *weights, size_t arm_count, gos_error *err)
{
    double total = 0;
    for (size_t i = 0; i < arm_count; i++) {
        if (!(weights[i] >= 0) || isinf(weights[i])) {
            char pointer[32];
            snprintf(pointer, sizeof pointer, "/weights/%zu", i);
            return gos_fail(err, GOS_BAD_INPUT, pointer,
                            "weight %g is not a finite number from 0 up", weights[i]);
        }
        total += weights[i];
    }
    if (!(total > 0))
        return gos_fail(err, GOS_BAD_INPUT, "/weights", "no arm has a weight above 0");
    return true;
}

static long double weight_total(const double *weights, size_t arm_count)
{
    long double total = 0;
    for (size_t i = 0; i < arm_count; i++)
        total += weights[i];
    return total;
}

/* Of the arms with weight. */
static double exact_p(const uint64_t *counts, const double *weights, size_t arm_count, double total)
{
    double x[GOS_ARMS_MAX], shares[GOS_ARMS_MAX];
    size_t used = 0;
    for (size_t i = 0; i < arm_count && used < GOS_ARMS_MAX; i++) {
        if (weights[i] == 0)
            continue;
        x[used] = (double)counts[i];
        shares[used++] = weights[i] / total;
    }
    return srm_exact(x, shares, used);
}

bool gos_srm_check(const uint64_t *counts, const double *weights, size_t arm_count, gos_srm *out,
                   gos_error *err)
{
    if (!weights_check(weights, arm_count, err))
        return false;
    gos_srm srm = {.chisq = NAN, .df = NAN, .p_value = 1, .p_exact = NAN};
    size_t used = 0;
    for (size_t i = 0; i < arm_count; i++) {
        used += weights[i] > 0;
        srm.units += weights[i] > 0 ? counts[i] : 0;
        if (weights[i] == 0 && counts[i] > 0)
            srm.status |= GOS_STATUS_UNITS_IN_ZERO_WEIGHT_ARM;
    }
    long double total = weight_total(weights, arm_count), n = (long double)srm.units, chisq = 0;
    srm.expected_min = INFINITY;
    for (size_t i = 0; i < arm_count; i++) {
        if (weights[i] == 0)
            continue;
        /* Extended: a tail of 1e-180 would show the rounding of its statistic. */
        long double expected = (long double)weights[i] / total * n;
        long double gap = (long double)counts[i] - expected;
        srm.expected_min = fmin(srm.expected_min, (double)expected);
        chisq += gap == 0 ? 0 : gap / expected * gap;
    }
    if (srm.units == 0)
        srm.status |= GOS_STATUS_NO_DATA;
    else if (used < 2)
        srm.status |= GOS_STATUS_SINGLE_ARM;
    else {
        srm.chisq = (double)chisq;
        srm.df = (double)(used - 1);
        srm.p_value = chisq > 0 ? dist_pchisq(srm.chisq, srm.df, TAIL_UPPER) : 1;
        if (srm.expected_min < EXPECTED_MIN)
            srm.p_exact = exact_p(counts, weights, arm_count, (double)total);
        srm.alarm = (isnan(srm.p_exact) ? srm.p_value : srm.p_exact) < GOS_SRM_ALARM;
    }
    *out = srm;
    return true;
}

/*
 * Stirling's terms cancel by hand: with d_i the excess of arm i over its share of kappa + n,
 * log_e = (kappa + n) sum w_i ((1 + d_i) log(1 + d_i) - d_i) + terms of order log n.
 */
bool gos_srm_log_e(const uint64_t *counts, const double *weights, size_t arm_count, double kappa,
                   double *out_log_e, gos_error *err)
{
    if (!weights_check(weights, arm_count, err))
        return false;
    if (!(kappa > 0) || isinf(kappa))
        return gos_fail(err, GOS_BAD_INPUT, "/kappa", "prior strength %g is not positive", kappa);
    double total = (double)weight_total(weights, arm_count), n = 0, large = 0;
    long double shares = 0;
    for (size_t i = 0; i < arm_count; i++) {
        n += weights[i] > 0 ? (double)counts[i] : 0;
        shares += weights[i] / total;
    }
    /* The shares are doubles whose sum is 1 + excess; the process is about these shares. */
    double excess = (double)(shares - 1), all = kappa * (1 + excess) + n;
    double small = log1p(n / kappa) / 2 + special_stirling_rest(kappa) - special_stirling_rest(all);
    for (size_t i = 0; i < arm_count; i++) {
        if (weights[i] == 0)
            continue;
        double share = weights[i] / total, prior = kappa * share, x = (double)counts[i];
        double d = (fma(-share, n, x) - prior * excess) / (share * all);
        large += share * ((1 + d) * special_log1p_rest(d) + d * d);
        small +=
            special_stirling_rest(prior + x) - special_stirling_rest(prior) - log1p(x / prior) / 2;
    }
    *out_log_e = all * large + small - n * excess;
    return true;
}
