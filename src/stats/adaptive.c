/* Effects within periods of constant weights, put together so that the sum is normal. */
#include "gosset/stats_adaptive.h"

#include "stats/compare.h"
#include "stats/distribution.h"
#include "stats/linear.h"

#include <math.h>

/* The sequence is tightest after two weeks of daily periods. */
enum { PERIOD_UNITS_MIN = 5, PERIODS_TUNED = 14 };

static bool kind_check(gos_metric_kind kind, gos_error *err)
{
    if (kind == GOS_METRIC_QUANTILE)
        return gos_fail(err, GOS_BAD_INPUT, "/kind", "quantiles have no sums to add over periods");
    return true;
}

/* A period of an arm without a usable sum counts as empty. */
static gos_moments linear_or_empty(const gos_moments *moments, gos_metric_kind kind)
{
    return linear_status(moments, kind) & ~(uint32_t)GOS_STATUS_INSUFFICIENT_N
               ? gos_moments_empty(1)
               : linear_value(moments, kind == GOS_METRIC_PROPORTION ? GOS_METRIC_MEAN : kind);
}

/* An arm's unit variance within periods: `step` cells apart. NaN without a degree of freedom. */
static double variance_within(const gos_moments *cells, size_t count, size_t step,
                              gos_metric_kind kind)
{
    double square = 0, freedom = 0;
    for (size_t k = 0; k < count; k++) {
        gos_moments m = linear_or_empty(&cells[k * step], kind);
        square += m.n > 1 ? m.product[0] : 0;
        freedom += m.n > 1 ? (double)m.n - 1 : 0;
    }
    return freedom > 0 ? fmax(0, square) / freedom : NAN;
}

/* Sums over the periods that take part; weights of `shown` are 1 / se. */
struct periods {
    double count, left_out;
    double n_c, n_t;
    double weight, diff, mean_c, mean_t, v_c, v_t;
    double units, by_units, by_units_v;
    gos_moments all_c, all_t;
};

static void period_add(struct periods *p, const gos_moments *c, const gos_moments *t, double var_c,
                       double var_t)
{
    double v_c = var_c / (double)c->n, v_t = var_t / (double)t->n, v = v_c + v_t, w = 1 / sqrt(v);
    double diff = t->mean[0] - c->mean[0], units = (double)c->n + (double)t->n;
    p->count++;
    p->n_c += (double)c->n;
    p->n_t += (double)t->n;
    p->weight += w;
    p->diff += w / p->weight * (diff - p->diff);
    p->mean_c += w / p->weight * (c->mean[0] - p->mean_c);
    p->mean_t += w / p->weight * (t->mean[0] - p->mean_t);
    p->v_c += w * w * v_c;
    p->v_t += w * w * v_t;
    p->units += units;
    p->by_units += units / p->units * (diff - p->by_units);
    p->by_units_v += units * units * v;
}

static gos_arm arm_of(double n, double mean, double v, double variance, double z)
{
    double half = z * sqrt(v);
    return (gos_arm){.n = (uint64_t)n,
                     .mean = mean,
                     .variance = variance,
                     .ci_low = mean - half,
                     .ci_high = mean + half};
}

static struct effect effect_of(const struct periods *p)
{
    return (struct effect){
        .mean_c = p->mean_c,
        .v_c = p->v_c / p->weight / p->weight,
        .mean_t = p->mean_t,
        .v_t = p->v_t / p->weight / p->weight,
        .df = INFINITY,
    };
}

static void infer(const struct periods *p, double var_c, double var_t, double alpha,
                  gos_adaptive *out)
{
    struct effect e = effect_of(p);
    double z = dist_qnorm(alpha / 2, TAIL_UPPER);
    effect_test(&e, 0, alpha, GOS_LIFT_FIELLER, &out->fixed);
    out->control = arm_of(p->n_c, e.mean_c, e.v_c, var_c, z);
    out->treatment = arm_of(p->n_t, e.mean_t, e.v_t, var_t, z);
    out->stratified_diff = p->by_units;
    out->stratified_se = sqrt(p->by_units_v) / p->units;
    out->status |= compare_lift_status(&out->fixed, e.mean_c, false);
}

/* sqrt(K) times the statistic is a walk of K steps, each nearly standard normal. */
static void infer_anytime(const struct periods *p, double alpha, gos_inference *out)
{
    struct effect e = effect_of(p);
    double se = effect_se(&e), diff = e.mean_t - e.mean_c;
    gos_sequence look = gos_asympcs(diff, se, p->count, PERIODS_TUNED, alpha);
    effect_test(&e, 0, alpha, GOS_LIFT_FIELLER, out);
    effect_intervals(&e, look.critical, GOS_LIFT_FIELLER, out);
    out->method = "periods_sequence";
    out->p_value = look.p_value;
    out->log10_p = -fmax(0, look.log_e) / log(10);
}

static gos_adaptive adaptive_none(void)
{
    gos_arm arm = {.mean = NAN, .variance = NAN, .ci_low = NAN, .ci_high = NAN};
    return (gos_adaptive){.control = arm,
                          .treatment = arm,
                          .fixed = inference_none("periods"),
                          .anytime = inference_none("periods_sequence"),
                          .stratified_diff = NAN,
                          .stratified_se = NAN,
                          .pooled_diff = NAN,
                          .pooled_se = NAN};
}

static void put_pooled(const struct periods *p, gos_adaptive *out)
{
    if (p->all_c.n < 2 || p->all_t.n < 2)
        return;
    out->pooled_diff = p->all_t.mean[0] - p->all_c.mean[0];
    out->pooled_se = sqrt(linear_mean_variance(&p->all_c) + linear_mean_variance(&p->all_t));
}

bool gos_adaptive_compare(const gos_moments *control, const gos_moments *treatment,
                          size_t period_count, size_t closed_count, gos_metric_kind kind,
                          double alpha, gos_adaptive *out, gos_error *err)
{
    struct periods p = {.all_c = gos_moments_empty(1), .all_t = gos_moments_empty(1)};
    if (!kind_check(kind, err))
        return false;
    if (!(alpha > 0 && alpha < 1))
        return gos_fail(err, GOS_BAD_INPUT, "/alpha", "alpha %g is not between 0 and 1", alpha);
    *out = adaptive_none();
    double var_c = variance_within(control, period_count, 1, kind);
    double var_t = variance_within(treatment, period_count, 1, kind);
    for (size_t k = 0; k < period_count; k++) {
        if (k == closed_count && p.count > 0)
            infer_anytime(&p, alpha, &out->anytime);
        gos_moments c = linear_or_empty(&control[k], kind);
        gos_moments t = linear_or_empty(&treatment[k], kind);
        gos_moments_merge(&p.all_c, &c);
        gos_moments_merge(&p.all_t, &t);
        if (c.n < PERIOD_UNITS_MIN || t.n < PERIOD_UNITS_MIN)
            p.left_out++;
        else if (var_c + var_t > 0)
            period_add(&p, &c, &t, var_c, var_t);
        else
            out->status |= GOS_STATUS_ZERO_VARIANCE;
    }
    out->periods = (size_t)p.count;
    out->left_out = (size_t)p.left_out;
    put_pooled(&p, out);
    if (p.count > 0 && closed_count >= period_count)
        infer_anytime(&p, alpha, &out->anytime);
    if (p.count > 0)
        infer(&p, var_c, var_t, alpha, out);
    else if (!out->status)
        out->status = period_count > 0 ? GOS_STATUS_INSUFFICIENT_N : GOS_STATUS_NO_DATA;
    return true;
}

static bool period_is_full(const gos_moments *cells, size_t arm_count, gos_metric_kind kind)
{
    for (size_t i = 0; i < arm_count; i++) {
        if (linear_or_empty(&cells[i], kind).n == 0)
            return false;
    }
    return true;
}

bool gos_adaptive_means(const gos_moments *cells, size_t period_count, size_t arm_count,
                        gos_metric_kind kind, double *out_mean, double *out_se, size_t *out_periods,
                        gos_error *err)
{
    double units = 0;
    if (!kind_check(kind, err))
        return false;
    if (arm_count < 1 || arm_count > GOS_ARMS_MAX)
        return gos_fail(err, GOS_BAD_INPUT, "/arms", "%zu arms: 1 to %d are allowed", arm_count,
                        GOS_ARMS_MAX);
    *out_periods = 0;
    for (size_t i = 0; i < arm_count; i++)
        out_mean[i] = out_se[i] = 0;
    for (size_t k = 0; k < period_count; k++) {
        const gos_moments *period = &cells[k * arm_count];
        double here = 0;
        if (!period_is_full(period, arm_count, kind))
            continue;
        for (size_t i = 0; i < arm_count; i++)
            here += (double)period[i].n;
        units += here;
        ++*out_periods;
        for (size_t i = 0; i < arm_count; i++) {
            gos_moments m = linear_or_empty(&period[i], kind);
            out_mean[i] += here / units * (m.mean[0] - out_mean[i]);
            out_se[i] += here / (double)m.n * here;
        }
    }
    for (size_t i = 0; i < arm_count; i++) {
        double variance = variance_within(cells + i, period_count, arm_count, kind);
        out_se[i] = *out_periods ? sqrt(out_se[i] * variance) / units : NAN;
        out_mean[i] = *out_periods ? out_mean[i] : NAN;
    }
    return true;
}

bool gos_bandit_weights(const double *mean, const double *se, size_t arm_count,
                        const gos_bandit *bandit, double *out_best, double *out_weights,
                        gos_error *err)
{
    double top_two[GOS_ARMS_MAX];
    if (!(bandit->floor >= 0 && bandit->floor * (double)arm_count <= 1))
        return gos_fail(err, GOS_BAD_INPUT, "/floor", "a floor of %g does not fit %zu arms",
                        bandit->floor, arm_count);
    if (!gos_best_normal(mean, se, arm_count, bandit->lowest_wins, out_best, top_two, err))
        return false;
    gos_thompson_weights(bandit->top_two ? top_two : out_best, arm_count, bandit->floor,
                         out_weights);
    return true;
}
