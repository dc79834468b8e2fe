/* Post-stratification: the strata's differences, weighted by the units of both arms. */
#include "gosset/stats_data.h"

#include "stats/distribution.h"
#include "stats/effect.h"
#include "stats/linear.h"

#include <math.h>

enum { STRATUM_UNITS_MIN = 5 };

struct stratum {
    gos_moments c;
    gos_moments t;
};

static double stratum_units(const struct stratum *s)
{
    return (double)s->c.n + (double)s->t.n;
}

static bool is_too_small(const struct stratum *s)
{
    return s->c.n < STRATUM_UNITS_MIN || s->t.n < STRATUM_UNITS_MIN || !(s->c.product[0] > 0) ||
           !(s->t.product[0] > 0);
}

/* Small strata join the largest of all. Returns how many are left. */
static size_t strata_merge(struct stratum *strata, size_t count)
{
    size_t largest = 0, kept = 0;
    for (size_t i = 1; i < count; i++)
        largest = stratum_units(&strata[i]) > stratum_units(&strata[largest]) ? i : largest;
    for (size_t i = 0; i < count; i++) {
        if (i == largest || !is_too_small(&strata[i]))
            continue;
        gos_moments_merge(&strata[largest].c, &strata[i].c);
        gos_moments_merge(&strata[largest].t, &strata[i].t);
        strata[i].c.n = strata[i].t.n = 0;
    }
    for (size_t i = 0; i < count; i++) {
        if (stratum_units(&strata[i]) > 0)
            strata[kept++] = strata[i];
    }
    return kept;
}

/* Weighted sums over the strata. */
struct strata_sums {
    double n, effect, control;
    double v_c, v_t;                          /* of the weighted means, strata fixed */
    double effect2, control2, control_effect; /* second moments of strata, by weight */
};

static struct strata_sums strata_sum(const struct stratum *strata, size_t count)
{
    struct strata_sums s = {0};
    for (size_t i = 0; i < count; i++)
        s.n += stratum_units(&strata[i]);
    for (size_t i = 0; i < count; i++) {
        double w = stratum_units(&strata[i]) / s.n, m = strata[i].c.mean[0];
        double effect = strata[i].t.mean[0] - m;
        s.effect += w * effect;
        s.control += w * m;
        s.v_c += w * w * linear_mean_variance(&strata[i].c);
        s.v_t += w * w * linear_mean_variance(&strata[i].t);
    }
    /* Around the weighted means: sums of squares would cancel. */
    for (size_t i = 0; i < count; i++) {
        double w = stratum_units(&strata[i]) / s.n, m = strata[i].c.mean[0];
        double d = strata[i].t.mean[0] - m - s.effect;
        s.effect2 += w * d * d;
        s.control2 += w * (m - s.control) * (m - s.control);
        s.control_effect += w * (m - s.control) * d;
    }
    return s;
}

static void strata_infer(const struct strata_sums *s, double alpha, gos_strata_result *out)
{
    double v_effect = s->v_c + s->v_t + s->effect2 / s->n;
    double v_control = s->v_c + s->control2 / s->n;
    double cov = s->control_effect / s->n - s->v_c; /* of control mean and effect */
    struct effect e = {
        .mean_c = s->control,
        .v_c = v_control,
        .mean_t = s->control + s->effect,
        .v_t = v_control + v_effect + 2 * cov,
        .covariance = v_control + cov,
        .df = INFINITY,
    };
    out->se_conditional = sqrt(s->v_c + s->v_t);
    out->se_superpopulation = sqrt(v_effect);
    out->control_mean = s->control;
    out->se_lift = effect_lift_se(&e);
    out->shown = inference_none("poststrat");
    if (effect_is_constant(sqrt(v_effect), e.mean_c, e.mean_t)) {
        out->status |= GOS_STATUS_ZERO_VARIANCE;
        out->shown.diff = out->shown.diff_low = out->shown.diff_high = s->effect;
        return;
    }
    effect_test(&e, 0, alpha, GOS_LIFT_FIELLER, &out->shown);
    out->shown.diff = s->effect;
    out->status |= s->control == 0 ? GOS_STATUS_UNDEFINED_LIFT : 0;
}

bool gos_strata_compare(const gos_moments *control, const gos_moments *treatment, size_t count,
                        double alpha, gos_arena *arena, gos_strata_result *out, gos_error *err)
{
    if (!(alpha > 0 && alpha < 1))
        return gos_fail(err, GOS_BAD_INPUT, "/alpha", "alpha %g is not between 0 and 1", alpha);
    gos_arena_mark mark = gos_arena_mark_take(arena);
    struct stratum *strata = gos_arena_array(arena, count + 1, sizeof *strata, err);
    if (!strata)
        return false;
    gos_moments all_c = gos_moments_empty(1), all_t = gos_moments_empty(1);
    uint32_t broken = 0;
    for (size_t i = 0; i < count; i++) {
        strata[i].c = linear_value(&control[i], GOS_METRIC_MEAN);
        strata[i].t = linear_value(&treatment[i], GOS_METRIC_MEAN);
        broken |= linear_status(&control[i], GOS_METRIC_MEAN) |
                  linear_status(&treatment[i], GOS_METRIC_MEAN);
        gos_moments_merge(&all_c, &strata[i].c);
        gos_moments_merge(&all_t, &strata[i].t);
    }
    *out = (gos_strata_result){.n = (double)(all_c.n + all_t.n),
                               .se_conditional = NAN,
                               .se_superpopulation = NAN,
                               .se_lift = NAN,
                               .control_mean = NAN,
                               .raw_diff = NAN,
                               .raw_se = NAN,
                               .shown = inference_none("poststrat")};
    out->status = broken & ~(uint32_t)GOS_STATUS_INSUFFICIENT_N;
    if (all_c.n < 2 || all_t.n < 2)
        out->status |= GOS_STATUS_INSUFFICIENT_N;
    if (!out->status) {
        out->raw_diff = all_t.mean[0] - all_c.mean[0];
        out->raw_se = sqrt(linear_mean_variance(&all_c) + linear_mean_variance(&all_t));
        out->strata = strata_merge(strata, count);
        struct strata_sums sums = strata_sum(strata, out->strata);
        strata_infer(&sums, alpha, out);
    }
    gos_arena_mark_return(arena, mark);
    return true;
}

/* Sums of products that give the means the variances of weighted ones. */
static void stratify_products(const gos_moments *strata, const double *weights, size_t count,
                              double total, gos_moments *out)
{
    double n = (double)out->n;
    for (size_t k = 0; k < count; k++) {
        double w = weights[k] / total, units = (double)strata[k].n;
        if (!(w > 0))
            continue;
        for (uint32_t i = 0; i < gos_product(out->variable_count, 0); i++)
            out->product[i] += n * (n - 1) * w * w * strata[k].product[i] / (units * (units - 1));
    }
}

gos_moments gos_moments_stratify(const gos_moments *strata, const double *weights, size_t count)
{
    gos_moments out = gos_moments_empty(strata[0].variable_count), together = out;
    double total = 0;
    for (size_t k = 0; k < count; k++)
        total += weights[k];
    for (size_t k = 0; k < count; k++) {
        if (!(weights[k] > 0))
            continue;
        for (uint32_t v = 0; v < out.variable_count; v++)
            out.mean[v] += weights[k] / total * strata[k].mean[v];
        gos_moments_merge(&together, &strata[k]);
    }
    out.n = together.n;
    out.conversions = together.conversions;
    out.covered = together.covered;
    out.largest = together.largest;
    stratify_products(strata, weights, count, total, &out);
    /* How skewed values are decides how long to wait: their kurtosis stays that of all. */
    double shrunk = together.product[0] > 0 ? out.product[0] / together.product[0] : 0;
    out.m3 = together.m3 * pow(shrunk, 1.5);
    out.m4 = together.m4 * shrunk * shrunk;
    return out;
}
