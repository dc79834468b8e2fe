/* gosset calc: means, lifts, margins. */
#include "cli/calc.h"

#include "base/text.h"
#include "cli/calc_arms.h"
#include "gosset/stats_data.h"
#include "gosset/stats_methods.h"
#include "stats/compare.h"
#include "stats/distribution.h"
#include "stats/linear.h"

#include <math.h>
#include <stdio.h>

/* Too few units come before all else: R has no variance of one unit. */
static uint32_t moments_status(const struct calc *calc, const gos_moments *c, const gos_moments *t)
{
    bool is_small = c->n < 2 || t->n < 2;
    if (c->variable_count == 0 || t->variable_count == 0 || (calc->is_invalid && !is_small))
        return GOS_STATUS_INVALID_INPUT;
    if (is_small)
        return GOS_STATUS_INSUFFICIENT_N;
    return linear_status(c, GOS_METRIC_MEAN) | linear_status(t, GOS_METRIC_MEAN);
}

static void put_constant(struct calc *calc, const struct effect *e)
{
    static const char *const bounds[] = {"diff", "ci_low", "ci_high", "bound_low_1sided",
                                         "bound_high_1sided"};
    for (size_t i = 0; i < sizeof bounds / sizeof bounds[0]; i++)
        calc_put(calc, bounds[i], e->mean_t - e->mean_c);
    calc_put(calc, "se", effect_se(e));
}

static void put_welch(struct calc *calc, const struct effect *e, double null_diff, double alpha)
{
    gos_inference two = inference_none("welch");
    effect_test(e, null_diff, alpha, GOS_LIFT_FIELLER, &two);
    double half = dist_qt(alpha, e->df, TAIL_UPPER) * two.se;
    calc_put(calc, "diff", two.diff);
    calc_put(calc, "se", two.se);
    calc_put(calc, "df", e->df);
    calc_put(calc, "t", two.statistic);
    calc_put(calc, "p_two_sided", two.p_value);
    /* The larger tail, at least a half, loses nothing by being taken from 1. */
    double tail = two.p_value / 2;
    calc_put(calc, "p_less", two.statistic < 0 ? tail : 1 - tail);
    calc_put(calc, "p_greater", two.statistic < 0 ? 1 - tail : tail);
    calc_put(calc, "ci_low", two.diff_low);
    calc_put(calc, "ci_high", two.diff_high);
    calc_put(calc, "bound_low_1sided", two.diff - half);
    calc_put(calc, "bound_high_1sided", two.diff + half);
}

static uint32_t answer_welch(struct calc *calc, const gos_moments *c, const gos_moments *t,
                             double null_diff, double alpha)
{
    uint32_t status = moments_status(calc, c, t);
    struct effect e = linear_effect(c, t);
    if (!status && effect_is_constant(effect_se(&e), e.mean_c, e.mean_t)) {
        put_constant(calc, &e);
        status = GOS_STATUS_ZERO_VARIANCE;
    }
    if (!status)
        put_welch(calc, &e, null_diff, alpha);
    for (int i = 0; status && i < 3; i++)
        calc_put(calc, (const char *[]){"p_two_sided", "p_less", "p_greater"}[i], 1);
    return status;
}

void calc_welch(struct calc *calc)
{
    gos_moments c = calc_read_moments(calc, 'c'), t = calc_read_moments(calc, 't');
    double null_diff = calc_number(calc, "null_diff"), alpha = calc_between(calc, "alpha", 0, 1);
    calc_put_status(calc, answer_welch(calc, &c, &t, null_diff, alpha));
}

/* All values are at hand: two passes in extended precision, as R does. */
static gos_moments moments_of(const double *values, size_t count)
{
    gos_moments moments = gos_moments_empty(1);
    long double sum = 0, rest = 0, square = 0, n = count ? (long double)count : 1;
    for (size_t i = 0; i < count; i++)
        sum += values[i];
    for (size_t i = 0; i < count; i++)
        rest += values[i] - sum / n;
    long double mean = sum / n + rest / n;
    for (size_t i = 0; i < count; i++)
        square += (values[i] - mean) * (values[i] - mean);
    moments.n = count;
    moments.mean[0] = (double)mean;
    moments.product[0] = (double)square;
    return moments;
}

static void put_arm(struct calc *calc, const gos_moments *moments, const char *suffix)
{
    char name[16];
    snprintf(name, sizeof name, "n_%s", suffix);
    calc_put(calc, name, (double)moments->n);
    snprintf(name, sizeof name, "mean_%s", suffix);
    calc_put(calc, name, moments->n ? moments->mean[0] : NAN);
    snprintf(name, sizeof name, "var_%s", suffix);
    calc_put(calc, name, gos_moments_variance(moments, 0));
}

void calc_welch_raw(struct calc *calc)
{
    size_t n_c, n_t;
    double *values_c = calc_list(calc, "values_c", &n_c);
    double *values_t = calc_list(calc, "values_t", &n_t);
    double alpha = calc_between(calc, "alpha", 0, 1);
    if (calc->has_failed || calc->is_invalid)
        return;
    gos_moments c = moments_of(values_c, n_c), t = moments_of(values_t, n_t);
    put_arm(calc, &c, "c");
    put_arm(calc, &t, "t");
    calc_put_status(calc, answer_welch(calc, &c, &t, 0, alpha));
}

static void put_lift(struct calc *calc, const struct effect *e, double alpha)
{
    double k = dist_qt(alpha / 2, e->df, TAIL_UPPER), lift_se = effect_lift_se(e);
    double lift = (e->mean_t - e->mean_c) / fabs(e->mean_c);
    struct lift_set fieller = effect_fieller(e, k), by_log = effect_log_lift(e, k);
    calc_put(calc, "lift", lift);
    calc_put(calc, "se_delta", lift_se);
    calc_put(calc, "delta_low", lift - k * lift_se);
    calc_put(calc, "delta_high", lift + k * lift_se);
    calc_put(calc, "p_delta", fmin(1, 2 * dist_pt(fabs(lift / lift_se), e->df, TAIL_UPPER)));
    calc_put_text(calc, "fieller_kind", gos_str_from(gos_lift_kind_name(fieller.kind)));
    calc_put(calc, "fieller_low", fieller.low);
    calc_put(calc, "fieller_high", fieller.high);
    calc_put(calc, "log_low", by_log.low);
    calc_put(calc, "log_high", by_log.high);
}

void calc_lift_ci(struct calc *calc)
{
    gos_moments c = calc_read_moments(calc, 'c'), t = calc_read_moments(calc, 't');
    double alpha = calc_between(calc, "alpha", 0, 1);
    uint32_t status = moments_status(calc, &c, &t);
    struct effect e = linear_effect(&c, &t);
    if (!status && effect_is_constant(effect_se(&e), e.mean_c, e.mean_t))
        status = GOS_STATUS_ZERO_VARIANCE;
    if (!status) {
        gos_inference test = inference_none("welch");
        effect_test(&e, 0, alpha, GOS_LIFT_FIELLER, &test);
        calc_put(calc, "df", e.df);
        calc_put(calc, "crit", test.critical);
        calc_put(calc, "p_abs", test.p_value);
        status = compare_lift_status(&test, e.mean_c, false);
        if (e.mean_c != 0)
            put_lift(calc, &e, alpha);
    }
    calc_put_status(calc, status);
}

void calc_noninferiority(struct calc *calc)
{
    gos_moments c = calc_read_moments(calc, 'c'), t = calc_read_moments(calc, 't');
    gos_margin margin = calc_read_margin(calc);
    gos_margin_test test;
    if (!calc_test_margin(calc, &c, &t, &margin, &test))
        return;
    calc_put(calc, "t", test.statistic);
    calc_put(calc, "df", test.df);
    calc_put(calc, "p", test.p_value);
    calc_put(calc, "bound", test.bound);
    calc_put(calc, "pass", test.passes);
}

void calc_winsor(struct calc *calc)
{
    size_t n_c, n_t;
    double *values_c = calc_list(calc, "values_c", &n_c);
    double *values_t = calc_list(calc, "values_t", &n_t);
    double upper = calc_number_or(calc, "upper", NAN), lower = calc_number_or(calc, "lower", NAN);
    bool nonzero = calc_count(calc, "nonzero") != 0;
    gos_caps caps;
    gos_error err;
    if (calc->is_invalid || calc->has_failed)
        return;
    if (!gos_winsorize(values_c, n_c, values_t, n_t, lower, upper, nonzero, calc->arena, &caps,
                       &err)) {
        calc_fail_with(calc, &err);
        return;
    }
    gos_moments c = moments_of(values_c, n_c), t = moments_of(values_t, n_t);
    put_arm(calc, &c, "c");
    put_arm(calc, &t, "t");
    calc_put(calc, "cap_low", caps.low);
    calc_put(calc, "cap_high", caps.high);
    calc_put(calc, "n_capped", (double)(caps.capped_c + caps.capped_t));
}
