/* gosset calc: what starts from raw sums, ratios and CUPED. */
#include "cli/calc.h"

#include "base/text.h"
#include "stats/adjustment.h"
#include "stats/compare.h"
#include "stats/distribution.h"
#include "stats/linear.h"

#include <math.h>
#include <stdio.h>

/* Moments of y and x from the six sums with this suffix. */
static gos_moments read_sums(struct calc *calc, const char *suffix)
{
    static const char *const names[] = {"sy", "sx", "syy", "sxy", "sxx"};
    double value[5];
    char column[16];
    gos_moments out;
    snprintf(column, sizeof column, "n_%s", suffix);
    double n = calc_count(calc, column);
    for (int i = 0; i < 5; i++) {
        snprintf(column, sizeof column, "%s_%s", names[i], suffix);
        value[i] = calc_number(calc, column);
    }
    gos_moments_from_sums((uint64_t)n, 2, value, value + 2, &out);
    return out;
}

static void put_ratio_lift(struct calc *calc, const struct effect *e, const gos_inference *test)
{
    double lift_se = effect_lift_se(e);
    calc_put(calc, "lift", test->lift);
    calc_put(calc, "se_lift_delta", lift_se);
    calc_put(calc, "lift_delta_low", test->lift - test->critical * lift_se);
    calc_put(calc, "lift_delta_high", test->lift + test->critical * lift_se);
    calc_put_text(calc, "fieller_kind", gos_str_from(gos_lift_kind_name(test->lift_kind)));
    calc_put(calc, "lift_fieller_low", test->lift_low);
    calc_put(calc, "lift_fieller_high", test->lift_high);
}

static uint32_t answer_ratio(struct calc *calc, const gos_moments *control,
                             const gos_moments *treatment, double alpha)
{
    gos_moments c = linear_value(control, GOS_METRIC_RATIO);
    gos_moments t = linear_value(treatment, GOS_METRIC_RATIO);
    struct effect e = linear_effect(&c, &t);
    gos_inference test = inference_none("ratio");
    calc_put(calc, "ratio_c", e.mean_c);
    calc_put(calc, "se_c", sqrt(e.v_c));
    calc_put(calc, "ratio_t", e.mean_t);
    calc_put(calc, "se_t", sqrt(e.v_t));
    calc_put(calc, "diff", e.mean_t - e.mean_c);
    calc_put(calc, "se_diff", effect_se(&e));
    if (effect_is_constant(effect_se(&e), e.mean_c, e.mean_t)) {
        calc_put(calc, "p_t", 1);
        calc_put(calc, "p_z", 1);
        return GOS_STATUS_ZERO_VARIANCE;
    }
    effect_test(&e, 0, alpha, GOS_LIFT_FIELLER, &test);
    calc_put(calc, "df", e.df);
    calc_put(calc, "t", test.statistic);
    calc_put(calc, "p_t", test.p_value);
    calc_put(calc, "p_z", fmin(1, 2 * dist_pnorm(fabs(test.statistic), TAIL_UPPER)));
    calc_put(calc, "ci_low", test.diff_low);
    calc_put(calc, "ci_high", test.diff_high);
    if (e.mean_c == 0)
        return GOS_STATUS_UNDEFINED_LIFT;
    put_ratio_lift(calc, &e, &test);
    return 0;
}

void calc_ratio(struct calc *calc)
{
    gos_moments c = read_sums(calc, "c"), t = read_sums(calc, "t");
    double alpha = calc_between(calc, "alpha", 0, 1);
    uint32_t status = calc->is_invalid ? (uint32_t)GOS_STATUS_INVALID_INPUT
                                       : linear_status(&c, GOS_METRIC_RATIO) |
                                             linear_status(&t, GOS_METRIC_RATIO);
    calc_put_status(calc, status ? status : answer_ratio(calc, &c, &t, alpha));
}

/* gbstats' gradient: theta times the covariates' difference is at its expectation, 0. */
static double pooled_lift_se(const gos_moments *c, const gos_moments *t, double theta)
{
    double m = c->mean[0], slope = -t->mean[0] / m / m;
    double v_t = gos_moments_variance(t, 0) / m / m +
                 theta * theta * gos_moments_variance(t, 1) / m / m -
                 2 * theta * gos_moments_covariance(t, 1, 0) / m / m;
    double v_c = slope * slope * gos_moments_variance(c, 0) +
                 theta * theta * gos_moments_variance(c, 1) / m / m +
                 2 * slope * theta / m * gos_moments_covariance(c, 1, 0);
    return sqrt(v_t / (double)t->n + v_c / (double)c->n);
}

static void put_pooled(struct calc *calc, const gos_moments *c, const gos_moments *t)
{
    struct effect e;
    double theta;
    if (!adjustment_pooled(c, t, &e, &theta))
        return;
    double diff = t->mean[0] - c->mean[0], gap = t->mean[1] - c->mean[1];
    double within = (c->product[1] + t->product[1]) / (c->product[2] + t->product[2]);
    double adjusted = diff - theta * gap, se = effect_se(&e);
    calc_put(calc, "theta_pooled", theta);
    calc_put(calc, "diff_pooled", adjusted);
    calc_put(calc, "se_pooled", se);
    calc_put(calc, "df_pooled", e.df);
    calc_put(calc, "p_pooled", fmin(1, 2 * dist_pt(fabs(adjusted / se), e.df, TAIL_UPPER)));
    calc_put(calc, "theta_within", within);
    calc_put(calc, "diff_within", diff - within * gap);
    if (c->mean[0] != 0) {
        calc_put(calc, "lift_pooled", adjusted / fabs(c->mean[0]));
        calc_put(calc, "se_lift_pooled", pooled_lift_se(c, t, theta));
    }
}

static void put_lin(struct calc *calc, const gos_moments *c, const gos_moments *t, double alpha,
                    double raw_se)
{
    struct effect e;
    double theta_c[GOS_VARIABLES_MAX], theta_t[GOS_VARIABLES_MAX];
    gos_inference test = inference_none("lin");
    if (!adjustment_lin(c, t, &e, theta_c, theta_t))
        return;
    effect_test(&e, 0, alpha, GOS_LIFT_FIELLER, &test);
    calc_put(calc, "theta_c", theta_c[1]);
    calc_put(calc, "theta_t", theta_t[1]);
    calc_put(calc, "adj_mean_c", e.mean_c);
    calc_put(calc, "adj_mean_t", e.mean_t);
    calc_put(calc, "diff_lin", test.diff);
    calc_put(calc, "se_lin", test.se);
    calc_put(calc, "z_lin", test.statistic);
    calc_put(calc, "p_lin", test.p_value);
    calc_put(calc, "ci_low_lin", test.diff_low);
    calc_put(calc, "ci_high_lin", test.diff_high);
    calc_put(calc, "lift_lin", test.lift);
    calc_put(calc, "lift_lin_low", test.lift_low);
    calc_put(calc, "lift_lin_high", test.lift_high);
    calc_put_text(calc, "fieller_kind", gos_str_from(gos_lift_kind_name(test.lift_kind)));
    calc_put(calc, "variance_reduction_lin", 1 - test.se / raw_se * (test.se / raw_se));
}

void calc_cuped(struct calc *calc)
{
    gos_moments c = read_sums(calc, "c"), t = read_sums(calc, "t");
    double alpha = calc_between(calc, "alpha", 0, 1);
    uint32_t status = calc->is_invalid
                          ? (uint32_t)GOS_STATUS_INVALID_INPUT
                          : linear_status(&c, GOS_METRIC_MEAN) | linear_status(&t, GOS_METRIC_MEAN);
    if (!status) {
        struct effect raw = linear_effect(&c, &t);
        calc_put(calc, "diff_raw", raw.mean_t - raw.mean_c);
        calc_put(calc, "se_raw", effect_se(&raw));
        if (!(c.product[2] > 0 && t.product[2] > 0))
            status = GOS_STATUS_COVARIATE_CONSTANT;
        else if (effect_is_constant(effect_se(&raw), raw.mean_c, raw.mean_t))
            status = GOS_STATUS_ZERO_VARIANCE;
        else if (c.n < 3 || t.n < 3)
            status = GOS_STATUS_INSUFFICIENT_N;
        else {
            put_pooled(calc, &c, &t);
            put_lin(calc, &c, &t, alpha, effect_se(&raw));
        }
    }
    calc_put_status(calc, status);
}
