/* Quantiles by order statistics, and the inflation of their error by events that share a unit. */
#include "gosset/stats_data.h"

#include "stats/compare.h"
#include "stats/distribution.h"
#include "stats/linear.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>

gos_quantile_ranks gos_quantile_plan(double n, double q, double alpha)
{
    double z = dist_qnorm(alpha / 2, TAIL_UPPER), half = z * sqrt(n * q * (1 - q));
    double index = 1 + (n - 1) * q, first = floor(index), observed = floor(n * q + 9e-16);
    if (n * q > observed)
        observed++;
    return (gos_quantile_ranks){
        .low = fmax(1, floor(n * q - half)),
        .high = fmin(n, ceil(n * q + half)),
        .exact_low = dist_qbinom(alpha / 2, n, q),
        .exact_high = dist_qbinom(1 - alpha / 2, n, q) + 1,
        .type1 = fmin(n, fmax(1, observed)),
        .type7_low = first,
        .type7_share = index - first,
    };
}

/* Variance of the share of values up to the quantile, over what independent values would have. */
static double inflation_of(const gos_moments *events, double n, double q)
{
    gos_moments share = linear_value(events, GOS_METRIC_RATIO);
    return linear_mean_variance(&share) / (q * (1 - q) / n);
}

void gos_quantile_finish(gos_quantile *out, const gos_moments *events)
{
    double n = (double)out->n, q = out->q, z = dist_qnorm(out->alpha / 2, TAIL_UPPER);
    out->inflation = 1;
    out->se = (out->y_high - out->y_low) / (2 * z);
    if (events) {
        out->clusters = events->n;
        out->inflation = events->n > 1 ? inflation_of(events, n, q) : NAN;
        out->se *= sqrt(out->inflation);
    }
    out->status = 0;
    if (!(n > z * z * fmax(q / (1 - q), (1 - q) / q)) || !isfinite(out->inflation))
        out->status = GOS_STATUS_INSUFFICIENT_N;
    else if (out->y_low == out->y_high)
        out->status = GOS_STATUS_ZERO_VARIANCE;
}

static bool quantile_check(size_t n, double q, double alpha, gos_error *err)
{
    if (n == 0)
        return gos_fail(err, GOS_BAD_INPUT, "/values", "there are no values");
    if (!(q > 0 && q < 1))
        return gos_fail(err, GOS_BAD_INPUT, "/q", "quantile %g is not between 0 and 1", q);
    if (!(alpha > 0 && alpha < 1))
        return gos_fail(err, GOS_BAD_INPUT, "/alpha", "alpha %g is not between 0 and 1", alpha);
    return true;
}

static double at_rank(const double *sorted, double rank)
{
    return sorted[(size_t)rank - 1];
}

bool gos_quantile_of_sorted(const double *values, size_t n, double q, double alpha,
                            const gos_moments *events, gos_quantile *out, gos_error *err)
{
    if (!quantile_check(n, q, alpha, err))
        return false;
    gos_quantile_ranks r = gos_quantile_plan((double)n, q, alpha);
    *out = (gos_quantile){.n = n, .clusters = n, .q = q, .alpha = alpha, .ranks = r};
    double below = at_rank(values, r.type7_low), share = r.type7_share;
    out->point = below;
    if (share > 0 && at_rank(values, r.type7_low + 1) != below)
        out->point = (1 - share) * below + share * at_rank(values, r.type7_low + 1);
    out->type1 = at_rank(values, r.type1);
    out->y_low = at_rank(values, r.low);
    out->y_high = at_rank(values, r.high);
    out->exact_low = r.exact_low < 1 ? -INFINITY : at_rank(values, r.exact_low);
    out->exact_high = r.exact_high > (double)n ? INFINITY : at_rank(values, r.exact_high);
    gos_quantile_finish(out, events);
    return true;
}

struct event {
    uint64_t unit;
    double value;
};

static int double_compare(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static int event_compare(const void *a, const void *b)
{
    uint64_t x = ((const struct event *)a)->unit, y = ((const struct event *)b)->unit;
    return (x > y) - (x < y);
}

/* Over units: how many of its values lie up to the quantile, and how many it has. */
static gos_moments events_moments(struct event *events, size_t n, double quantile)
{
    gos_moments moments = gos_moments_empty(2);
    qsort(events, n, sizeof *events, event_compare);
    for (size_t i = 0; i < n;) {
        uint64_t unit = events[i].unit;
        double counts[2] = {0, 0};
        for (; i < n && events[i].unit == unit; i++) {
            counts[0] += events[i].value <= quantile;
            counts[1]++;
        }
        gos_moments_push(&moments, counts);
    }
    return moments;
}

bool gos_quantile_of_values(const double *values, const uint64_t *units, size_t n, double q,
                            double alpha, gos_arena *arena, gos_quantile *out, gos_error *err)
{
    gos_arena_mark mark = gos_arena_mark_take(arena);
    double *sorted = gos_arena_array(arena, n + 1, sizeof *sorted, err);
    struct event *events =
        sorted && units ? gos_arena_array(arena, n + 1, sizeof *events, err) : NULL;
    if (!sorted || (units && !events))
        return false;
    for (size_t i = 0; i < n; i++) {
        sorted[i] = values[i];
        if (events)
            events[i] = (struct event){units[i], values[i]};
    }
    qsort(sorted, n, sizeof *sorted, double_compare);
    bool done = gos_quantile_of_sorted(sorted, n, q, alpha, NULL, out, err);
    if (done && events) {
        gos_moments moments = events_moments(events, n, out->type1);
        gos_quantile_finish(out, &moments);
    }
    gos_arena_mark_return(arena, mark);
    return done;
}

static gos_arm quantile_arm(const gos_quantile *quantile)
{
    return (gos_arm){
        .n = quantile->clusters,
        .conversions = quantile->clusters,
        .mean = quantile->point,
        .variance = (double)quantile->clusters * quantile->se * quantile->se,
        .ci_low = fmin(quantile->exact_low, quantile->point),
        .ci_high = fmax(quantile->exact_high, quantile->point),
    };
}

bool gos_stats_compare_quantiles(const gos_quantile *c, const gos_quantile *t,
                                 const gos_stats_options *options, gos_estimate *out,
                                 gos_error *err)
{
    if (!gos_stats_options_check(options, err))
        return false;
    if (c->q != t->q || c->alpha != t->alpha || c->alpha != options->alpha)
        return gos_fail(err, GOS_BAD_INPUT, "/q",
                        "quantiles %g at alpha %g and %g at %g are not comparable at %g", c->q,
                        c->alpha, t->q, t->alpha, options->alpha);
    *out = compare_empty(options);
    out->control = quantile_arm(c);
    out->treatment = quantile_arm(t);
    out->status = c->status | t->status;
    if (out->status)
        return true;
    struct comparison cmp = {
        .effect = {.mean_c = c->point,
                   .v_c = c->se * c->se,
                   .mean_t = t->point,
                   .v_t = t->se * t->se,
                   .df = INFINITY},
        .burnt_in = c->clusters >= GOS_BURN_IN_UNITS && t->clusters >= GOS_BURN_IN_UNITS,
    };
    out->status |= compare_effect(&cmp.effect, "quantile", options, &out->raw);
    out->fixed = out->raw;
    compare_finish(&cmp, options, out);
    return true;
}
