/*
 * One treatment against the control: picks the method for the metric, adjusts by covariates where
 * they help, and shows what is valid at this look.
 */
#include "gosset/stats.h"

#include "gosset/stats_sequential.h"
#include "stats/adjustment.h"
#include "stats/compare.h"
#include "stats/distribution.h"
#include "stats/linear.h"
#include "stats/moments.h"
#include "stats/proportion.h"

#include <math.h>

static uint32_t linear_arm(const gos_moments *moments, gos_metric_kind kind, double alpha,
                           gos_arm *out)
{
    uint32_t status = linear_status(moments, kind);
    *out = (gos_arm){moments->n, moments->conversions, NAN, NAN, NAN, NAN};
    if (status & GOS_STATUS_INSUFFICIENT_N && moments->n == 1 && kind == GOS_METRIC_MEAN)
        out->mean = moments->mean[0];
    if (status)
        return status;
    gos_moments linear = linear_value(moments, kind);
    double n = (double)linear.n, se = sqrt(linear_mean_variance(&linear));
    double half = se > 0 ? dist_qt(alpha / 2, n - 1, TAIL_UPPER) * se : 0;
    out->mean = linear.mean[0];
    out->variance = linear.product[0] / (n - 1);
    out->ci_low = out->mean - half;
    out->ci_high = out->mean + half;
    return 0;
}

uint32_t gos_stats_arm(const gos_moments *moments, gos_metric_kind kind, double alpha, gos_arm *out)
{
    if (kind == GOS_METRIC_PROPORTION)
        return proportion_arm(moments, alpha, out);
    return linear_arm(moments, kind == GOS_METRIC_RATIO ? kind : GOS_METRIC_MEAN, alpha, out);
}

/* Data are constant: the difference stands, no test can be made. */
static uint32_t effect_constant(const struct effect *e, const char *method, gos_inference *out)
{
    *out = inference_none(method);
    out->diff = out->diff_low = out->diff_high = e->mean_t - e->mean_c;
    out->se = effect_se(e);
    if (e->mean_c != 0) {
        out->lift = out->lift_low = out->lift_high = out->diff / fabs(e->mean_c);
        out->lift_kind = GOS_LIFT_BOUNDED;
    }
    return GOS_STATUS_ZERO_VARIANCE;
}

uint32_t compare_effect(const struct effect *e, const char *method,
                        const gos_stats_options *options, gos_inference *out)
{
    if (effect_is_constant(effect_se(e), e->mean_c, e->mean_t))
        return effect_constant(e, method, out);
    *out = inference_none(method);
    effect_test(e, options->null_diff, options->alpha, options->lift_interval, out);
    return 0;
}

uint32_t compare_lift_status(const gos_inference *inference, double mean_c, bool is_binary)
{
    uint32_t status = mean_c < 0 ? GOS_STATUS_NEGATIVE_BASELINE : 0;
    if (mean_c == 0 && !is_binary)
        status |= GOS_STATUS_UNDEFINED_LIFT;
    if (inference->lift_kind == GOS_LIFT_EXCLUSIVE || inference->lift_kind == GOS_LIFT_WHOLE)
        status |= GOS_STATUS_UNBOUNDED_CI;
    return status;
}

/* Whether each arm is large enough for a verdict before the plan is reached. */
static bool is_burnt_in(const gos_moments *c, const gos_moments *t, gos_metric_kind kind)
{
    enum { EVENTS_MIN = 10, SKEWED_UNITS_MAX = 5000 };
    const gos_moments *arms[2] = {c, t};
    double pooled = (double)(c->conversions + t->conversions) / (double)(c->n + t->n);
    for (int a = 0; a < 2; a++) {
        double n = (double)arms[a]->n, m2 = arms[a]->product[0];
        double kurtosis = arms[a]->m4 * n / (m2 * m2) - 3;
        if (n < GOS_BURN_IN_UNITS)
            return false;
        if (kind == GOS_METRIC_PROPORTION && n * fmin(pooled, 1 - pooled) < EVENTS_MIN)
            return false;
        if (kind != GOS_METRIC_PROPORTION && isfinite(kurtosis) &&
            n < fmin(10 * kurtosis, SKEWED_UNITS_MAX))
            return false;
    }
    return true;
}

static bool is_fixed_shown(const gos_stats_options *options, bool reached)
{
    return options->mode == GOS_MODE_FIXED || (options->mode == GOS_MODE_PLANNED && reached);
}

double compare_tuned_units(const gos_stats_options *options)
{
    return options->planned_n ? (double)options->planned_n : GOS_TUNED_UNITS;
}

/* The same statistic with the critical value and p of a look that is one of many. */
static void inference_sequential(const struct comparison *cmp, const gos_stats_options *options,
                                 double n, gos_inference *out)
{
    double gap = out->diff - (cmp->is_binary ? 0 : options->null_diff);
    gos_sequence look = gos_asympcs(gap, out->se, n, compare_tuned_units(options), options->alpha);
    double k = look.critical;
    out->method = "asympcs";
    if (k > out->critical) {
        out->p_value = look.p_value;
        out->log10_p = look.log_e > 0 ? -look.log_e / log(10) : 0;
    } else {
        /* A handful of units: Student's t is wider still, and no look may be narrower than it. */
        k = out->critical;
        out->p_value = fmax(out->p_value, look.p_value);
        out->log10_p = log10(out->p_value);
    }
    if (options->mode == GOS_MODE_GROUP) {
        k = options->group_bound;
        out->method = "group_sequential";
        out->p_value = fmin(1, 2 * dist_pnorm(fabs(out->statistic), TAIL_UPPER));
        out->log10_p =
            out->p_value > 1e-290 ? log10(out->p_value) : dist_log10_two_sided_z(out->statistic);
    }
    out->df = INFINITY;
    if (cmp->is_binary)
        proportion_intervals(&cmp->counts, k, options, out);
    else
        effect_intervals(&cmp->effect, k, options->lift_interval, out);
}

void compare_finish(const struct comparison *cmp, const gos_stats_options *options,
                    gos_estimate *out)
{
    uint64_t n = out->control.n + out->treatment.n;
    out->reached_plan = options->planned_n > 0 && n >= options->planned_n;
    out->shown = out->fixed;
    bool is_testable = out->fixed.se > 0 && !(out->status & GOS_STATUS_ZERO_VARIANCE);
    if (is_testable && !is_fixed_shown(options, out->reached_plan)) {
        inference_sequential(cmp, options, (double)n, &out->shown);
        if (options->mode != GOS_MODE_GROUP && !cmp->burnt_in)
            out->status |= GOS_STATUS_BURN_IN;
    }
    out->status |= compare_lift_status(&out->shown, cmp->effect.mean_c, cmp->is_binary);
    out->adjusted_p = out->shown.p_value;
    double level = options->mode == GOS_MODE_GROUP
                       ? 2 * dist_pnorm(options->group_bound, TAIL_UPPER)
                       : options->alpha;
    out->significant = out->shown.p_value < level && !gos_status_blocks(out->status);
    if (is_testable && cmp->effect.mean_c != 0) {
        double effect = options->mde_relative * fabs(cmp->effect.mean_c);
        out->statistical_power = gos_power_z(effect, out->fixed.se, options->alpha, 2);
    }
    double lift_se = effect_lift_se(&cmp->effect);
    if (is_testable && lift_se > 0)
        out->posterior =
            gos_posterior_normal(out->fixed.lift, lift_se, options->prior_mean, options->prior_sd,
                                 options->alpha, options->direction);
}

gos_estimate compare_empty(const gos_stats_options *options)
{
    return (gos_estimate){
        .shown = inference_none("none"),
        .fixed = inference_none("none"),
        .raw = inference_none("none"),
        .posterior = {NAN, NAN, NAN, NAN, NAN},
        .alpha = options->alpha,
        .adjusted_p = 1,
        .statistical_power = NAN,
    };
}

static void compare_proportions(const gos_moments *c, const gos_moments *t,
                                const gos_stats_options *options, struct comparison *cmp,
                                gos_estimate *out)
{
    cmp->is_binary = true;
    cmp->counts = proportion_counts(c, t);
    cmp->effect = (struct effect){
        .mean_c = out->control.mean,
        .v_c = out->control.variance / (double)c->n,
        .mean_t = out->treatment.mean,
        .v_t = out->treatment.variance / (double)t->n,
        .df = INFINITY,
    };
    out->status |= proportion_test(&cmp->counts, options, &out->raw);
    out->fixed = out->raw;
}

/* Uses the covariates when they are sound and the standard error becomes smaller. */
static void compare_adjusted(const gos_moments *c, const gos_moments *t,
                             const gos_stats_options *options, struct comparison *cmp,
                             gos_estimate *out)
{
    uint32_t status = adjustment_status(c, t);
    out->status |= status & (GOS_STATUS_COVARIATE_CONSTANT | GOS_STATUS_PRE_BIAS);
    struct effect adjusted;
    double theta;
    if (status || !(out->raw.se > 0))
        return;
    bool is_lin = options->adjust == GOS_ADJUST_LIN;
    if (is_lin ? !adjustment_lin(c, t, &adjusted, NULL, NULL)
               : !adjustment_pooled(c, t, &adjusted, &theta))
        return;
    double ratio = effect_se(&adjusted) / out->raw.se;
    gos_inference inference;
    if (!(ratio < 1) || compare_effect(&adjusted, is_lin ? "lin" : "cuped", options, &inference))
        return;
    out->variance_reduction = 1 - ratio * ratio;
    out->fixed = inference;
    cmp->effect = adjusted;
    cmp->is_binary = false;
}

static void compare_linear(const gos_moments *control, const gos_moments *treatment,
                           const gos_stats_options *options, struct comparison *cmp,
                           gos_estimate *out)
{
    static const char *const names[] = {"welch", "welch", "ratio", "quantile"};
    gos_moments c = linear_value(control, options->kind);
    gos_moments t = linear_value(treatment, options->kind);
    cmp->effect = linear_effect(&c, &t);
    out->status |= compare_effect(&cmp->effect, names[options->kind], options, &out->raw);
    out->fixed = out->raw;
}

static void compare_covariates(const gos_moments *control, const gos_moments *treatment,
                               const gos_stats_options *options, struct comparison *cmp,
                               gos_estimate *out)
{
    gos_metric_kind kind = options->kind == GOS_METRIC_RATIO ? GOS_METRIC_RATIO : GOS_METRIC_MEAN;
    gos_moments c = linear_with_covariates(control, treatment, kind);
    gos_moments t = linear_with_covariates(treatment, control, kind);
    if (c.variable_count > 1 && c.variable_count == t.variable_count && c.n > 1 && t.n > 1)
        compare_adjusted(&c, &t, options, cmp, out);
}

bool gos_stats_compare(const gos_moments *control, const gos_moments *treatment,
                       const gos_stats_options *options, gos_estimate *out, gos_error *err)
{
    if (!gos_stats_options_check(options, err))
        return false;
    if (options->kind == GOS_METRIC_QUANTILE)
        return gos_fail(err, GOS_BAD_INPUT, "/kind", "quantiles are compared by another function");
    *out = compare_empty(options);
    struct comparison cmp = {.burnt_in = control->n && treatment->n &&
                                         is_burnt_in(control, treatment, options->kind)};
    out->status = gos_stats_arm(control, options->kind, options->alpha, &out->control) |
                  gos_stats_arm(treatment, options->kind, options->alpha, &out->treatment);
    if (control->n == 0 && treatment->n == 0)
        out->status |= GOS_STATUS_NO_DATA;
    if (out->status)
        return true;
    if (options->kind == GOS_METRIC_PROPORTION)
        compare_proportions(control, treatment, options, &cmp, out);
    else
        compare_linear(control, treatment, options, &cmp, out);
    if (options->adjust != GOS_ADJUST_NONE && control->variable_count == treatment->variable_count)
        compare_covariates(control, treatment, options, &cmp, out);
    compare_finish(&cmp, options, out);
    return true;
}
