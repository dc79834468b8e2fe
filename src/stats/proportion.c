/*
 * Two proportions: the pooled score test, its dual intervals, and Fisher's p for small counts.
 */
#include "stats/proportion.h"

#include "stats/binomial.h"
#include "stats/distribution.h"
#include "stats/exact.h"

#include <math.h>

uint32_t proportion_status(const gos_moments *moments)
{
    if (moments->n == 0)
        return GOS_STATUS_INSUFFICIENT_N;
    return moments->conversions > moments->n ? GOS_STATUS_INCONSISTENT_MOMENTS : 0;
}

uint32_t proportion_arm(const gos_moments *moments, double alpha, gos_arm *out)
{
    uint32_t status = proportion_status(moments);
    double n = (double)moments->n, x = (double)moments->conversions;
    *out = (gos_arm){moments->n, moments->conversions, NAN, NAN, NAN, NAN};
    if (status)
        return status;
    struct bounds wilson = binomial_wilson(x, n, dist_qnorm(alpha / 2, TAIL_UPPER));
    out->mean = x / n;
    out->variance = x / n * ((n - x) / n);
    out->ci_low = fmin(wilson.low, out->mean);
    out->ci_high = fmax(wilson.high, out->mean);
    return 0;
}

struct counts proportion_counts(const gos_moments *control, const gos_moments *treatment)
{
    return (struct counts){(double)control->conversions, (double)control->n,
                           (double)treatment->conversions, (double)treatment->n};
}

static bool difference_interval(const struct counts *c, double k, gos_binary_interval choice,
                                struct bounds *out)
{
    switch (choice) {
    case GOS_BINARY_WALD:
        *out = binomial_wald(c, k);
        return true;
    case GOS_BINARY_NEWCOMBE:
        *out = binomial_newcombe(c, k);
        return true;
    case GOS_BINARY_AGRESTI_CAFFO:
        *out = binomial_agresti_caffo(c, k);
        return true;
    case GOS_BINARY_MIETTINEN_NURMINEN:
        return score_difference(c, k, true, out);
    case GOS_BINARY_SCORE:
        break;
    }
    return score_difference(c, k, false, out);
}

uint32_t proportion_intervals(const struct counts *c, double k, const gos_stats_options *options,
                              gos_inference *out)
{
    struct bounds difference = {NAN, NAN}, lift = {NAN, NAN};
    double p_c = c->x_c / c->n_c, p_t = c->x_t / c->n_t;
    bool solved = difference_interval(c, k, options->binary_interval, &difference);
    out->critical = k;
    out->diff = binomial_difference(c);
    out->lift = c->x_c > 0 ? out->diff / p_c : NAN;
    out->diff_low = fmin(difference.low, out->diff);
    out->diff_high = fmax(difference.high, out->diff);
    struct effect e = {
        .mean_c = p_c,
        .v_c = p_c * (1 - p_c) / c->n_c,
        .mean_t = p_t,
        .v_t = p_t * (1 - p_t) / c->n_t,
        .df = INFINITY,
    };
    gos_inference by_delta = *out;
    if (options->lift_interval == GOS_LIFT_FIELLER) {
        solved = score_lift(c, k, &lift) && solved;
        out->lift_kind = isfinite(lift.high) ? GOS_LIFT_BOUNDED : GOS_LIFT_UNDEFINED;
        out->lift_low = lift.low;
        out->lift_high = lift.high;
    } else {
        effect_intervals(&e, k, options->lift_interval, &by_delta);
        out->lift_kind = by_delta.lift_kind;
        out->lift_low = by_delta.lift_low;
        out->lift_high = by_delta.lift_high;
    }
    return solved ? 0 : GOS_STATUS_APPROXIMATE;
}

/* The z test with the pooled variance; Fisher's p where an expected count is under 5. */
uint32_t proportion_test(const struct counts *c, const gos_stats_options *options,
                         gos_inference *out)
{
    enum { EXPECTED_MIN = 5 };
    *out = inference_none("score");
    out->se = binomial_se_pooled(c);
    out->df = INFINITY;
    uint32_t status = out->se > 0 ? 0 : GOS_STATUS_ZERO_VARIANCE;
    double k = dist_qnorm(options->alpha / 2, TAIL_UPPER);
    status |= proportion_intervals(c, k, options, out);
    out->statistic = out->se > 0 ? out->diff / out->se : 0;
    out->p_value = fmin(1, 2 * dist_pnorm(fabs(out->statistic), TAIL_UPPER));
    out->log10_p =
        out->p_value > 1e-290 ? log10(out->p_value) : dist_log10_two_sided_z(out->statistic);
    if (options->small_counts_fisher && out->se > 0 && binomial_expected_min(c) < EXPECTED_MIN) {
        out->method = "fisher";
        out->p_value = exact_fisher(c).two_sided;
        out->log10_p = log10(out->p_value);
    }
    return status;
}
