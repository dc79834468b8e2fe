/* gosset calc: what is offered beside the defaults, and checks of one row. */
#include "cli/calc.h"

#include "base/text.h"
#include "cli/calc_arms.h"
#include "gosset/stats_more.h"
#include "gosset/stats_plan.h"

#include <math.h>
#include <stdlib.h>

static void put_check(struct calc *calc, const gos_check *check, const char *value)
{
    calc_put(calc, value, check->value);
    calc_put(calc, "se", check->se);
    calc_put(calc, "statistic", check->statistic);
    calc_put(calc, "df", check->df);
    calc_put(calc, "p", check->p_value);
}

void calc_equivalence(struct calc *calc)
{
    gos_moments c = calc_read_moments(calc, 'c'), t = calc_read_moments(calc, 't');
    double margin = calc_number(calc, "margin"), alpha = calc_between(calc, "alpha", 0, 0.5);
    gos_margin_test test;
    gos_error err;
    if (!calc_is_ready(calc))
        return;
    if (!gos_equivalence(&c, &t, GOS_METRIC_MEAN, margin, alpha, &test, &err)) {
        calc_fail_with(calc, &err);
        return;
    }
    calc_put_status(calc, test.status);
    calc_put(calc, "t", test.statistic);
    calc_put(calc, "df", test.df);
    calc_put(calc, "p", test.p_value);
    calc_put(calc, "equivalent", test.passes);
}

void calc_seq_noninferiority(struct calc *calc)
{
    gos_moments c = calc_read_moments(calc, 'c'), t = calc_read_moments(calc, 't');
    double n_star = calc_positive(calc, "n_star");
    gos_margin margin = calc_read_margin(calc);
    gos_margin_test test;
    if (!calc_test_margin(calc, &c, &t, &margin, &test) || test.status)
        return;
    double sign = margin.direction == GOS_INCREASE ? 1 : -1;
    gos_sequence look =
        gos_noninferiority_sequence(&test, &margin, (double)c.n + (double)t.n, n_star);
    calc_put(calc, "contrast", test.contrast);
    calc_put(calc, "se", test.se);
    calc_put(calc, "bound", test.contrast - sign * look.halfwidth);
    calc_put(calc, "p_always_valid", look.p_value);
    calc_put(calc, "p_fixed", test.p_value);
    calc_put(calc, "pass", look.p_value < margin.alpha);
}

void calc_capped_shares(struct calc *calc)
{
    double capped_c = calc_count(calc, "capped_c"), n_c = calc_count(calc, "n_c");
    double capped_t = calc_count(calc, "capped_t"), n_t = calc_count(calc, "n_t");
    const gos_caps caps = {NAN, NAN, (size_t)capped_c, (size_t)capped_t};
    if (capped_c > n_c || capped_t > n_t)
        calc_fail(calc, capped_c > n_c ? "capped_c" : "capped_t", "more units than there are");
    if (!calc_is_ready(calc))
        return;
    double p = gos_caps_p(&caps, (size_t)n_c, (size_t)n_t);
    calc_put(calc, "p", p);
    calc_put(calc, "differs_at_0.01", p < 0.01);
}

void calc_dilution(struct calc *calc)
{
    double diff = calc_number(calc, "diff"), se = calc_positive(calc, "se_diff");
    double rate = calc_between(calc, "trigger_rate", 0, 1), n = calc_positive(calc, "n");
    if (!calc_is_ready(calc))
        return;
    gos_check check = gos_check_dilution(diff, se, rate, n);
    put_check(calc, &check, "diluted");
}

void calc_winners_curse(struct calc *calc)
{
    double power = calc_between(calc, "power", 0, 1), alpha = calc_between(calc, "alpha", 0, 1);
    if (calc_is_ready(calc))
        calc_put(calc, "exaggeration", gos_exaggeration(power, alpha));
    if (calc_is_ready(calc) && power <= alpha / 2)
        calc_put_status(calc, GOS_STATUS_INVALID_INPUT);
}

void calc_duration(struct calc *calc)
{
    size_t weeks;
    double n = calc_positive(calc, "n"), *weekly = calc_list(calc, "weekly_units", &weeks);
    uint32_t days;
    gos_error err;
    if (!calc_is_ready(calc))
        return;
    if (!gos_duration_days(n, weekly, weeks, &days, &err))
        calc_fail_with(calc, &err);
    else
        calc_put(calc, "days", days);
}

void calc_units_missing(struct calc *calc)
{
    double n = calc_positive(calc, "n"), se = calc_positive(calc, "se_diff"), units;
    double delta = calc_number(calc, "delta"), alpha = calc_between(calc, "alpha", 0, 1);
    double power = calc_between(calc, "power", 0, 1);
    gos_error err;
    if (!calc_is_ready(calc))
        return;
    if (!gos_units_missing(n, se, delta, alpha, power, &units, &err))
        calc_fail_with(calc, &err);
    else
        calc_put(calc, "units_missing", units);
}

void calc_control_share(struct calc *calc)
{
    double arms = calc_count(calc, "treatments");
    double sd_c = calc_positive(calc, "sd_c"), sd_t = calc_positive(calc, "sd_t");
    if (!calc_is_ready(calc))
        return;
    if (arms < 1 || arms > 1e6) {
        calc_fail(calc, "treatments", "%g arms: 1 to 1000000 are allowed", arms);
        return;
    }
    double share = gos_control_share((uint32_t)arms, sd_c, sd_t);
    calc_put(calc, "control_share", share);
    calc_put(calc, "treatment_share", (1 - share) / arms);
}

static int compare_doubles(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

void calc_uniformity(struct calc *calc)
{
    size_t count;
    double *p = calc_list(calc, "p_values", &count);
    for (size_t i = 0; calc_is_ready(calc) && i < count; i++) {
        if (!(p[i] >= 0 && p[i] <= 1))
            calc_fail(calc, "p_values", "%.17g is not within [0, 1]", p[i]);
    }
    if (!calc_is_ready(calc))
        return;
    if (count == 0) {
        calc_put_status(calc, GOS_STATUS_NO_DATA);
        return;
    }
    qsort(p, count, sizeof *p, compare_doubles);
    gos_check check = gos_check_uniform(p, count);
    calc_put(calc, "n", (double)count);
    calc_put(calc, "d", check.value);
    calc_put(calc, "p", check.p_value);
}

void calc_prior_learn(struct calc *calc)
{
    double *lift = gos_arena_array(calc->arena, 2 * calc->row_count, sizeof *lift, calc->err);
    calc->has_failed = !lift;
    for (calc->row = 0; lift && calc->row < calc->row_count; calc->row++) {
        lift[calc->row] = calc_number(calc, "lift");
        lift[calc->row_count + calc->row] = calc_number(calc, "se");
    }
    calc->row = 0;
    if (!calc_is_ready(calc))
        return;
    double sd = gos_prior_learn(lift, lift + calc->row_count, calc->row_count);
    for (calc->row = 0; calc->row < calc->row_count; calc->row++) {
        calc_put(calc, "experiments", (double)calc->row_count);
        calc_put(calc, "prior_sd", sd);
        calc_put_status(calc, isnan(sd) ? GOS_STATUS_INSUFFICIENT_N : 0);
    }
    calc->row = 0;
}
