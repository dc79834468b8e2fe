/* Means as they are, ratios by the delta method, both as moments of one linear value. */
#include "stats/linear.h"

#include "stats/moments.h"

#include <math.h>

uint32_t linear_value_count(gos_metric_kind kind)
{
    return kind == GOS_METRIC_RATIO ? 2 : 1;
}

static bool is_impossible(const gos_moments *m, uint32_t i)
{
    double scale = m->mean[i] * m->mean[i] * (double)m->n;
    return m->product[gos_product(i, i)] < -1e-9 * scale;
}

uint32_t linear_status(const gos_moments *m, gos_metric_kind kind)
{
    uint32_t count = linear_value_count(kind), status = 0;
    if (!moments_are_finite(m) || m->variable_count < count)
        return GOS_STATUS_INVALID_INPUT;
    if (m->n < 2)
        return GOS_STATUS_INSUFFICIENT_N;
    for (uint32_t i = 0; i < m->variable_count; i++)
        status |= is_impossible(m, i) ? GOS_STATUS_INCONSISTENT_MOMENTS : 0;
    if (m->conversions > m->n)
        status |= GOS_STATUS_INCONSISTENT_MOMENTS;
    if (kind == GOS_METRIC_RATIO && m->mean[1] == 0)
        status |= GOS_STATUS_ZERO_DENOMINATOR;
    return status;
}

gos_moments linear_value(const gos_moments *m, gos_metric_kind kind)
{
    gos_moments out = *m;
    out.variable_count = 1;
    if (kind == GOS_METRIC_RATIO) {
        double ratio = m->mean[0] / m->mean[1], x = m->mean[1];
        out.mean[0] = ratio;
        out.mean_low[0] = 0;
        out.product[0] =
            (m->product[0] - 2 * ratio * m->product[1] + ratio * ratio * m->product[2]) / x / x;
        out.m3 = out.m4 = NAN;
    }
    out.product[0] = fmax(0, out.product[0]);
    return out;
}

static gos_moments mean_with_covariates(const gos_moments *m)
{
    gos_moments out = *m;
    out.product[0] = fmax(0, out.product[0]);
    return out;
}

/*
 * Values v = (y - R x) / mean x of the arm around R, covariate u = (y' - R' x') / mean x' with R'
 * and mean x' of both arms together.
 */
static gos_moments ratio_with_covariates(const gos_moments *m, const gos_moments *other)
{
    double n = (double)(m->n + other->n), share = (double)m->n / n;
    double y_before = m->mean[2] * share + other->mean[2] * (1 - share);
    double x_before = m->mean[3] * share + other->mean[3] * (1 - share);
    gos_moments out = linear_value(m, GOS_METRIC_RATIO);
    if (x_before == 0)
        return out;
    double r = out.mean[0], x = m->mean[1], r_before = y_before / x_before;
    const double *p = m->product;
    out.variable_count = 2;
    out.mean[1] = (m->mean[2] - r_before * m->mean[3]) / x_before;
    out.mean_low[1] = 0;
    double y_u = p[gos_product(2, 0)] - r_before * p[gos_product(3, 0)];
    double x_u = p[gos_product(2, 1)] - r_before * p[gos_product(3, 1)];
    out.product[gos_product(1, 0)] = (y_u - r * x_u) / x / x_before;
    out.product[gos_product(1, 1)] = (p[gos_product(2, 2)] - 2 * r_before * p[gos_product(3, 2)] +
                                      r_before * r_before * p[gos_product(3, 3)]) /
                                     x_before / x_before;
    return out;
}

gos_moments linear_with_covariates(const gos_moments *m, const gos_moments *other,
                                   gos_metric_kind kind)
{
    if (kind != GOS_METRIC_RATIO)
        return mean_with_covariates(m);
    if (m->variable_count != 4 || other->variable_count != 4)
        return linear_value(m, kind);
    return ratio_with_covariates(m, other);
}

double linear_mean_variance(const gos_moments *linear)
{
    double n = (double)linear->n;
    return fmax(0, linear->product[0]) / (n - 1) / n;
}

struct effect linear_effect(const gos_moments *c, const gos_moments *t)
{
    struct effect e = {
        .mean_c = c->mean[0],
        .v_c = linear_mean_variance(c),
        .mean_t = t->mean[0],
        .v_t = linear_mean_variance(t),
    };
    e.df = effect_welch_df(e.v_c, (double)c->n, e.v_t, (double)t->n);
    return e;
}
