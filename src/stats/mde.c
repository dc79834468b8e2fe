/* Minimum detectable effects, and how long a sample takes to come. */
#include "gosset/stats_plan.h"

#include "stats/distribution.h"
#include "stats/root.h"

#include <math.h>

static double z_sum(const gos_plan *plan)
{
    return dist_qnorm(plan->alpha / plan->comparisons / plan->sides, TAIL_UPPER) +
           dist_qnorm(plan->power, TAIL_LOWER);
}

static double variance_factor(const gos_plan *plan)
{
    return (1 - plan->correlation * plan->correlation) * plan->design_effect * plan->inflation;
}

static bool sample_check(double n_c, double n_t, const gos_plan *plan, gos_error *err)
{
    if (!(n_c >= 1) || !(n_t >= 1))
        return gos_fail(err, GOS_BAD_INPUT, n_c >= 1 ? "/n_t" : "/n_c",
                        "arms of %g and %g units: each needs at least 1", n_c, n_t);
    return gos_plan_check(plan, err);
}

bool gos_mde_mean(double variance, double n_c, double n_t, const gos_plan *plan, double *out,
                  gos_error *err)
{
    if (!sample_check(n_c, n_t, plan, err))
        return false;
    if (!(variance > 0) || isinf(variance))
        return gos_fail(err, GOS_BAD_INPUT, "/variance", "variance %g is not positive", variance);
    *out = z_sum(plan) * sqrt(variance * variance_factor(plan) * (1 / n_c + 1 / n_t));
    return true;
}

/* l = z * sqrt(q / n_t + q (1 + l)^2 / n_c): a quadratic in l. */
bool gos_mde_lift(double mean, double variance, double n_c, double n_t, const gos_plan *plan,
                  double *out, gos_error *err)
{
    double absolute;
    if (!gos_mde_mean(variance, n_c, n_t, plan, &absolute, err))
        return false;
    if (mean == 0 || !isfinite(mean))
        return gos_fail(err, GOS_BAD_INPUT, "/mean", "a lift needs a mean other than 0");
    double z = z_sum(plan), q = z * z * variance * variance_factor(plan) / mean / mean;
    double a = 1 - q / n_c, half_b = -q / n_c, last = -q * (1 / n_t + 1 / n_c);
    if (!(a > 0))
        return gos_fail(err, GOS_UNREACHABLE, "/n_c", "no lift is large enough");
    *out = (sqrt(half_b * half_b - a * last) - half_b) / a;
    return true;
}

struct rate_search {
    double p_c, n_c, n_t, alpha, power;
    int sides;
};

/* One tail, as R's power.prop.test. */
static double rate_gap(double p_t, const void *context)
{
    const struct rate_search *s = context;
    double z_alpha = s->alpha / s->sides;
    return gos_power_rates(s->p_c, p_t, s->n_c, s->n_t, z_alpha, 1, true) - s->power;
}

bool gos_mde_rate(double p_c, double n_c, double n_t, const gos_plan *plan, double *out,
                  gos_error *err)
{
    if (!sample_check(n_c, n_t, plan, err))
        return false;
    if (!(p_c >= 0 && p_c < 1))
        return gos_fail(err, GOS_BAD_INPUT, "/p_c", "rate %g is not within [0, 1)", p_c);
    double factor = variance_factor(plan);
    struct rate_search search = {
        p_c, n_c / factor, n_t / factor, plan->alpha / plan->comparisons, plan->power, plan->sides};
    double low = p_c + 1e-12, high = 1 - 1e-12;
    if (!(low < high) || !(rate_gap(high, &search) > 0) ||
        !root_find(rate_gap, &search, low, high, 1e-16, out))
        return gos_fail(err, GOS_UNREACHABLE, "/n_c", "no rate up to 1 is told from %g", p_c);
    return true;
}

double gos_control_share(uint32_t treatments, double sd_c, double sd_t)
{
    double arms = treatments, control = sqrt(arms) * sd_c, treatment = arms * sd_t;
    return arms > 0 && control + treatment > 0 ? control / (control + treatment) : NAN;
}

bool gos_duration_days(double n, const double *weekly_units, size_t week_count, uint32_t *out_days,
                       gos_error *err)
{
    enum { WEEKS_MAX = 520 };
    if (week_count == 0 || !(n >= 0))
        return gos_fail(err, GOS_BAD_INPUT, "/weekly_units", "no week's units are known");
    double before = week_count > 1 ? weekly_units[week_count - 2] : 0;
    double last = weekly_units[week_count - 1], gain = last - before;
    for (size_t i = 0; i < week_count; i++) {
        if (weekly_units[i] >= n) {
            *out_days = (uint32_t)(i + 1) * 7;
            return true;
        }
    }
    double more = ceil((n - last) / gain);
    if (!(gain > 0) || more + (double)week_count > WEEKS_MAX)
        return gos_fail(err, GOS_UNREACHABLE, "/weekly_units",
                        "%g units do not come within %d weeks", n, WEEKS_MAX);
    *out_days = ((uint32_t)week_count + (uint32_t)more) * 7;
    return true;
}

bool gos_units_missing(double n, double se, double delta, double alpha, double power, double *out,
                       gos_error *err)
{
    gos_plan plan = gos_plan_default();
    gos_size size;
    plan.alpha = alpha;
    plan.power = power;
    /* One unit of "control" stands for all n, whose mean has deviation se * sqrt(n). */
    double sd = se * sqrt(n) / sqrt(2);
    if (!gos_size_mean(delta, sd, sd, &plan, &size, err))
        return false;
    *out = fmax(0, ceil(size.n_exact) - n);
    return true;
}
