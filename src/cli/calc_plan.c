/* gosset calc: power, sample size, minimum effects. */
#include "cli/calc.h"

#include "base/text.h"
#include "gosset/stats_plan.h"
#include "stats/distribution.h"

#include <math.h>

static int read_sides(struct calc *calc)
{
    double sides = calc_count(calc, "sided");
    if (sides != 1 && sides != 2)
        calc_fail(calc, "sided", "%g sides: a test has 1 or 2", sides);
    return sides == 1 ? 1 : 2;
}

static double read_rate(struct calc *calc, const char *column)
{
    double value = calc_number(calc, column);
    if (isfinite(value) && !(value >= 0 && value <= 1))
        calc_fail(calc, column, "%.17g is not within [0, 1]", value);
    return value;
}

void calc_power_at_mde(struct calc *calc)
{
    double mde = calc_number(calc, "mde_rel"), mean = calc_number(calc, "mean_c");
    double se = calc_positive(calc, "se_diff"), alpha = calc_between(calc, "alpha", 0, 1);
    int sides = read_sides(calc);
    if (calc_is_ready(calc))
        calc_put(calc, "power_at_mde", gos_power_z(mde * fabs(mean), se, alpha, sides));
}

void calc_power_prop(struct calc *calc)
{
    double p1 = read_rate(calc, "p1"), p2 = read_rate(calc, "p2");
    double n1 = calc_positive(calc, "n1"), n2 = calc_positive(calc, "n2");
    double alpha = calc_between(calc, "alpha", 0, 1);
    int sides = read_sides(calc);
    if (!calc_is_ready(calc))
        return;
    calc_put(calc, "power_pooled_two_tails", gos_power_rates(p1, p2, n1, n2, alpha, sides, true));
    calc_put(calc, "power_pooled_one_tail",
             gos_power_rates(p1, p2, n1, n2, alpha / sides, 1, true));
    calc_put(calc, "power_unpooled_two_tails",
             gos_power_rates(p1, p2, n1, n2, alpha, sides, false));
}

void calc_power_t(struct calc *calc)
{
    double n1 = calc_positive(calc, "n1"), n2 = calc_positive(calc, "n2");
    double delta = calc_number(calc, "delta"), sd = calc_positive(calc, "sd");
    double alpha = calc_between(calc, "alpha", 0, 1);
    int sides = read_sides(calc);
    if (!calc_is_ready(calc))
        return;
    if (n1 + n2 <= 2) {
        calc_put_status(calc, GOS_STATUS_INSUFFICIENT_N);
        return;
    }
    double se = sd * sqrt(1 / n1 + 1 / n2);
    calc_put(calc, "ncp", delta / se);
    calc_put(calc, "t_crit", dist_qt(alpha / sides, n1 + n2 - 2, TAIL_UPPER));
    calc_put(calc, "power_exact", gos_power_t(n1, n2, delta, sd, alpha, sides));
    calc_put(calc, "power_one_tail", gos_power_t(n1, n2, delta, sd, alpha / sides, 1));
    calc_put(calc, "power_z", gos_power_z(delta, se, alpha, sides));
}

static gos_plan read_plan(struct calc *calc)
{
    gos_plan plan = gos_plan_default();
    plan.alpha = calc_between(calc, "alpha", 0, 1);
    plan.sides = read_sides(calc);
    plan.power = calc_between(calc, "power", 0, 1);
    return plan;
}

void calc_size_mean(struct calc *calc)
{
    gos_plan plan = read_plan(calc);
    gos_size size;
    gos_error err;
    double delta = calc_number(calc, "delta"), sd_c = calc_number(calc, "sd_c");
    double sd_t = calc_number(calc, "sd_t");
    plan.ratio = calc_number(calc, "ratio");
    plan.correlation = calc_number(calc, "rho_pre");
    plan.design_effect = calc_number(calc, "design_effect");
    if (!calc_is_ready(calc))
        return;
    if (!gos_size_mean(delta, sd_c, sd_t, &plan, &size, &err)) {
        calc_fail_with(calc, &err);
        return;
    }
    calc_put(calc, "n_c_formula", size.n_formula);
    calc_put(calc, "n_c_two_tail", size.n_exact);
    calc_put(calc, "n_c_ceil", size.n_c);
    calc_put(calc, "n_t_ceil", size.n_t);
}

void calc_size_t(struct calc *calc)
{
    gos_plan plan = read_plan(calc);
    gos_size size;
    gos_error err;
    double delta = calc_number(calc, "delta"), sd = calc_number(calc, "sd");
    if (!calc_is_ready(calc))
        return;
    if (!gos_size_t(delta, sd, &plan, &size, &err)) {
        calc_fail_with(calc, &err);
        return;
    }
    calc_put(calc, "n_per_arm", size.n_exact);
    calc_put(calc, "n_ceil", size.n_c);
}

void calc_size_prop(struct calc *calc)
{
    gos_plan plan = read_plan(calc);
    gos_size size;
    gos_error err;
    double p1 = read_rate(calc, "p1"), p2 = read_rate(calc, "p2");
    plan.ratio = calc_number(calc, "ratio");
    if (!calc_is_ready(calc))
        return;
    if (!gos_size_rates(p1, p2, &plan, &size, &err)) {
        calc_fail_with(calc, &err);
        return;
    }
    calc_put(calc, "n1_pooled", size.n_formula);
    calc_put(calc, "n1_pooled_ceil", size.n_c);
    calc_put(calc, "n1_pooled_two_tails", size.n_exact);
    calc_put(calc, "n1_unpooled", size.n_unpooled);
    calc_put(calc, "n1_unpooled_ceil", ceil(size.n_unpooled));
    calc_put(calc, "n1_baseline_null", size.n_baseline);
}

void calc_mde(struct calc *calc)
{
    static const char *const metrics[] = {"mean", "binary", NULL};
    bool is_binary = calc_choice(calc, "metric", metrics) == 1;
    gos_plan plan = read_plan(calc);
    double mean = calc_number(calc, "mean"), variance = calc_positive(calc, "var");
    double n_c = calc_positive(calc, "n_c"), n_t = calc_positive(calc, "n_t"), mde, lift, p2;
    double comparisons = calc_count(calc, "comparisons");
    gos_error err;
    plan.correlation = calc_number(calc, "rho_pre");
    plan.comparisons = comparisons < UINT32_MAX ? (uint32_t)comparisons : UINT32_MAX;
    if (!calc_is_ready(calc))
        return;
    if (!gos_mde_mean(variance, n_c, n_t, &plan, &mde, &err)) {
        calc_fail_with(calc, &err);
        return;
    }
    calc_put(calc, "mde_abs", mde);
    if (mean != 0)
        calc_put(calc, "mde_rel", mde / fabs(mean));
    if (gos_mde_lift(mean, variance, n_c, n_t, &plan, &lift, &err))
        calc_put(calc, "mde_rel_delta", lift);
    else
        calc_put_status(calc, mean == 0 ? GOS_STATUS_UNDEFINED_LIFT : GOS_STATUS_UNREACHABLE);
    plan.correlation = 0;
    if (!is_binary)
        return;
    if (!gos_mde_rate(mean, n_c, n_t, &plan, &p2, &err)) {
        calc_put_status(calc, GOS_STATUS_UNREACHABLE);
        return;
    }
    calc_put(calc, "p2_pooled", p2);
    if (mean != 0)
        calc_put(calc, "mde_rel_pooled", (p2 - mean) / mean);
}
