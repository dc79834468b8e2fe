/* Methods offered beside the defaults, each a few lines on what exists. */
#include "gosset/stats_more.h"

#include "stats/distribution.h"
#include "stats/score.h"

#include <math.h>

bool gos_equivalence(const gos_moments *control, const gos_moments *treatment, gos_metric_kind kind,
                     double margin, double alpha, gos_margin_test *out, gos_error *err)
{
    gos_margin above = {margin, false, GOS_INCREASE, alpha},
               below = {margin, false, GOS_DECREASE, alpha};
    gos_margin_test low, high;
    if (!gos_noninferiority(control, treatment, kind, &above, &low, err) ||
        !gos_noninferiority(control, treatment, kind, &below, &high, err))
        return false;
    *out = low.p_value >= high.p_value ? low : high;
    out->passes = low.passes && high.passes;
    return true;
}

gos_sequence gos_noninferiority_sequence(const gos_margin_test *test, const gos_margin *margin,
                                         double n, double n_star)
{
    double sign = margin->direction == GOS_INCREASE ? 1 : -1;
    return gos_asympcs_greater(sign * test->contrast, test->se, n, n_star, margin->alpha);
}

double gos_hybrid_p(const gos_estimate *e)
{
    double n = (double)(e->control.n + e->treatment.n);
    double sequence = gos_asympcs(e->fixed.diff, e->fixed.se, n, n, e->alpha).p_value;
    if (!e->reached_plan)
        return fmin(1, 2 * e->shown.p_value);
    return fmin(1, 2 * fmin(sequence, e->fixed.p_value));
}

bool gos_correct_weighted(const double *p, size_t count, double primary_share, double *out,
                          gos_error *err)
{
    if (!(primary_share > 0 && primary_share < 1))
        return gos_fail(err, GOS_BAD_INPUT, "/primary_share", "share %g is not between 0 and 1",
                        primary_share);
    for (size_t i = 0; i < count; i++) {
        double share = i == 0 ? primary_share : (1 - primary_share) / (double)(count - 1);
        out[i] = isnan(p[i]) ? NAN : fmin(1, p[i] / share);
    }
    return true;
}

double gos_prior_learn(const double *lift, const double *se, size_t count)
{
    enum { EXPERIMENTS_MIN = 30 };
    gos_moments lifts = gos_moments_empty(1);
    double noise = 0;
    for (size_t i = 0; i < count; i++) {
        gos_moments_push(&lifts, &lift[i]);
        noise += se[i] * se[i] / (double)count;
    }
    if (count < EXPERIMENTS_MIN)
        return NAN;
    return sqrt(fmax(0, gos_moments_variance(&lifts, 0) - noise));
}

double gos_caps_p(const gos_caps *caps, size_t n_c, size_t n_t)
{
    gos_moments c = gos_moments_from_counts(caps->capped_c, n_c);
    gos_moments t = gos_moments_from_counts(caps->capped_t, n_t);
    gos_stats_options options = gos_stats_options_default(GOS_METRIC_PROPORTION);
    gos_estimate estimate;
    options.mode = GOS_MODE_FIXED;
    if (!gos_stats_compare(&c, &t, &options, &estimate, NULL))
        return NAN;
    return estimate.fixed.p_value;
}
