/* Sample sizes: the closed form finds the neighbourhood, a bracketed solve the exact answer. */
#include "gosset/stats_plan.h"

#include "stats/distribution.h"
#include "stats/root.h"

#include <math.h>

gos_plan gos_plan_default(void)
{
    return (gos_plan){
        .ratio = 1,
        .alpha = 0.05,
        .power = 0.8,
        .sides = 2,
        .comparisons = 1,
        .design_effect = 1,
        .inflation = 1,
    };
}

bool gos_plan_check(const gos_plan *plan, gos_error *err)
{
    if (!(plan->ratio > 0 && isfinite(plan->ratio)))
        return gos_fail(err, GOS_BAD_INPUT, "/ratio", "ratio %g is not positive", plan->ratio);
    if (plan->sides != 1 && plan->sides != 2)
        return gos_fail(err, GOS_BAD_INPUT, "/sides", "%d sides: a test has 1 or 2", plan->sides);
    if (!(plan->alpha > 0 && plan->alpha < 1))
        return gos_fail(err, GOS_BAD_INPUT, "/alpha", "alpha %g is not between 0 and 1",
                        plan->alpha);
    if (!(plan->power > plan->alpha && plan->power < 1))
        return gos_fail(err, GOS_BAD_INPUT, "/power", "power %g is not between alpha %g and 1",
                        plan->power, plan->alpha);
    if (plan->comparisons < 1)
        return gos_fail(err, GOS_BAD_INPUT, "/comparisons", "no comparison is planned");
    if (!(plan->correlation > -1 && plan->correlation < 1))
        return gos_fail(err, GOS_BAD_INPUT, "/correlation", "correlation %g is not within (-1, 1)",
                        plan->correlation);
    if (!(plan->design_effect >= 1) || !(plan->inflation >= 1))
        return gos_fail(err, GOS_BAD_INPUT,
                        plan->design_effect >= 1 ? "/inflation" : "/design_effect",
                        "a factor of %g would make the sample smaller than the plain test needs",
                        plan->design_effect >= 1 ? plan->inflation : plan->design_effect);
    return true;
}

static bool is_positive(double value)
{
    return value > 0 && isfinite(value);
}

/* Power as a function of log n, less the target. */
struct search {
    double (*power)(double n, const struct search *search);
    double target;
    double delta, sd, p_c, p_t, var_c, var_t, share_t, n_star;
    double alpha, ratio;
    int sides;
};

static double search_gap(double log_n, const void *context)
{
    const struct search *search = context;
    return search->power(exp(log_n), search) - search->target;
}

/* From `start` outwards in both directions until the target lies between. */
static bool search_solve(const struct search *search, double start, double n_min, double *out,
                         gos_error *err)
{
    double log_n, low = log(fmax(start, n_min)), high = low, floor_n = log(n_min);
    for (int i = 0; i < 100 && search_gap(high, search) < 0; i++)
        high += 0.25 * (1 << (i < 6 ? i : 6));
    for (int i = 0; i < 100 && low > floor_n && search_gap(low, search) > 0; i++)
        low = fmax(floor_n, low - 0.25 * (1 << (i < 6 ? i : 6)));
    if (low == floor_n && search_gap(low, search) >= 0) {
        *out = n_min;
        return true;
    }
    if (!root_find(search_gap, search, low, high, 1e-15, &log_n) || log_n > log(1e13))
        return gos_fail(err, GOS_UNREACHABLE, "/power", "no sample up to 1e13 reaches power %g",
                        search->target);
    *out = exp(log_n);
    return true;
}

/* Factors that multiply every sample size, and the alpha of one comparison. */
static double plan_factor(const gos_plan *plan)
{
    return (1 - plan->correlation * plan->correlation) * plan->design_effect * plan->inflation;
}

static double plan_alpha(const gos_plan *plan)
{
    return plan->alpha / plan->comparisons;
}

static double z_sum(const gos_plan *plan)
{
    return dist_qnorm(plan_alpha(plan) / plan->sides, TAIL_UPPER) +
           dist_qnorm(plan->power, TAIL_LOWER);
}

static double power_mean(double n, const struct search *search)
{
    return gos_power_z(search->delta, search->sd / sqrt(n), search->alpha, search->sides);
}

bool gos_size_mean(double delta, double sd_c, double sd_t, const gos_plan *plan, gos_size *out,
                   gos_error *err)
{
    if (!gos_plan_check(plan, err))
        return false;
    if (!is_positive(fabs(delta)))
        return gos_fail(err, GOS_UNREACHABLE, "/delta", "no sample detects a difference of %g",
                        delta);
    if (!is_positive(sd_c) || !is_positive(sd_t))
        return gos_fail(err, GOS_BAD_INPUT, is_positive(sd_c) ? "/sd_t" : "/sd_c",
                        "deviations %g and %g must both be positive", sd_c, sd_t);
    double variance = (sd_c * sd_c + sd_t * sd_t / plan->ratio) * plan_factor(plan);
    double z = z_sum(plan), n = z * z * variance / delta / delta, exact;
    struct search search = {
        .power = power_mean,
        .target = plan->power,
        .delta = fabs(delta),
        .sd = sqrt(variance),
        .alpha = plan_alpha(plan),
        .sides = plan->sides,
    };
    if (!search_solve(&search, n, 1e-9, &exact, err))
        return false;
    *out = (gos_size){ceil(exact), ceil(exact * plan->ratio), n, exact, NAN, NAN};
    return true;
}

static double power_student(double n, const struct search *search)
{
    return gos_power_t(n, n, search->delta, search->sd, search->alpha, search->sides);
}

bool gos_size_t(double delta, double sd, const gos_plan *plan, gos_size *out, gos_error *err)
{
    gos_size rough;
    if (!gos_size_mean(delta, sd, sd, plan, &rough, err))
        return false;
    if (plan->ratio != 1)
        return gos_fail(err, GOS_BAD_INPUT, "/ratio", "the exact size is for equal arms");
    struct search search = {
        .power = power_student,
        .target = plan->power,
        .delta = fabs(delta),
        .sd = sd * sqrt(plan_factor(plan)),
        .alpha = plan_alpha(plan),
        .sides = plan->sides,
    };
    double exact;
    if (!search_solve(&search, rough.n_formula + 0.5, 1.0625, &exact, err))
        return false;
    double units = ceil(exact - 1e-9);
    *out = (gos_size){units, units, rough.n_formula, exact, NAN, NAN};
    return true;
}

static double power_rates(double n, const struct search *search)
{
    return gos_power_rates(search->p_c, search->p_t, n, n * search->ratio, search->alpha,
                           search->sides, true);
}

bool gos_size_rates(double p_c, double p_t, const gos_plan *plan, gos_size *out, gos_error *err)
{
    if (!gos_plan_check(plan, err))
        return false;
    if (!(p_c >= 0 && p_c <= 1) || !(p_t >= 0 && p_t <= 1) || p_c == p_t)
        return gos_fail(err, GOS_BAD_INPUT, "/p_t",
                        "rates %g and %g: two different numbers from 0 to 1 are needed", p_c, p_t);
    double r = plan->ratio, mean = (p_c + r * p_t) / (1 + r), gap2 = (p_t - p_c) * (p_t - p_c);
    double z_a = dist_qnorm(plan_alpha(plan) / plan->sides, TAIL_UPPER);
    double z_b = dist_qnorm(plan->power, TAIL_LOWER);
    double null_v = mean * (1 - mean) * (1 + 1 / r), base_v = p_c * (1 - p_c);
    double own_v = base_v + p_t * (1 - p_t) / r, factor = plan_factor(plan);
    double root = z_a * sqrt(null_v) + z_b * sqrt(own_v), n = root * root / gap2, exact;
    struct search search = {
        .power = power_rates,
        .target = plan->power,
        .p_c = p_c,
        .p_t = p_t,
        .ratio = r,
        .alpha = plan_alpha(plan),
        .sides = plan->sides,
    };
    if (!search_solve(&search, n, 1e-9, &exact, err))
        return false;
    double base_root = z_a * sqrt(2 * base_v) + z_b * sqrt(own_v);
    double z = z_a + z_b;
    n *= factor;
    *out = (gos_size){
        .n_c = ceil(n),
        .n_t = ceil(n * r),
        .n_formula = n,
        .n_exact = exact * factor,
        .n_unpooled = z * z * own_v / gap2 * factor,
        .n_baseline = r == 1 ? base_root * base_root / gap2 * factor : NAN,
    };
    return true;
}

static double power_sequence(double n, const struct search *s)
{
    return gos_power_asympcs(s->delta, s->var_c, s->var_t, s->share_t, n, s->n_star, s->alpha);
}

bool gos_size_asympcs(double delta, double var_c, double var_t, double share_t, double n_star,
                      double alpha, double power, double *out_n, gos_error *err)
{
    gos_plan plan = gos_plan_default();
    plan.alpha = alpha;
    plan.power = power;
    if (!gos_plan_check(&plan, err))
        return false;
    if (!(share_t > 0 && share_t < 1))
        return gos_fail(err, GOS_BAD_INPUT, "/share_t", "share %g is not between 0 and 1", share_t);
    if (!is_positive(fabs(delta)) || !(var_c >= 0) || !(var_t >= 0) || !is_positive(var_c + var_t))
        return gos_fail(err, GOS_BAD_INPUT, "/delta",
                        "a difference other than 0 and positive variances are needed");
    struct search search = {
        .power = power_sequence,
        .target = power,
        .delta = delta,
        .var_c = var_c,
        .var_t = var_t,
        .share_t = share_t,
        .n_star = n_star,
        .alpha = alpha,
    };
    double z = z_sum(&plan), v = var_c / (1 - share_t) + var_t / share_t;
    return search_solve(&search, z * z * v / delta / delta, 1, out_n, err);
}
