/*
 * Centred moments: never sums of squares. Each mean is kept as an unevaluated sum of two doubles,
 * so that a mean of 1e9 with a deviation of 1 loses nothing and shards merge in any order.
 */
#include "stats/moments.h"

#include "stats/twofold.h"

#include <assert.h>
#include <math.h>

gos_moments gos_moments_empty(uint32_t variable_count)
{
    assert(variable_count >= 1);
    assert(variable_count <= GOS_VARIABLES_MAX);
    return (gos_moments){.variable_count = variable_count};
}

static void mean_add(gos_moments *moments, uint32_t i, double change)
{
    struct twofold sum = twofold_sum(moments->mean[i], change);
    sum.low += moments->mean_low[i];
    sum = twofold_quick(sum.high, sum.low);
    moments->mean[i] = sum.high;
    moments->mean_low[i] = sum.low;
}

/* `value` less the mean, before the unit is counted. */
static double deviation(const gos_moments *moments, uint32_t i, double value)
{
    return (value - moments->mean[i]) - moments->mean_low[i];
}

static void higher_push(gos_moments *moments, double d, double n)
{
    double step = d / n, m2 = moments->product[0], term = d * step * (n - 1);
    moments->m4 +=
        term * step * step * (n * n - 3 * n + 3) + 6 * step * step * m2 - 4 * step * moments->m3;
    moments->m3 += term * step * (n - 2) - 3 * step * m2;
}

static bool is_covered(const double *values, uint32_t count)
{
    for (uint32_t i = 1; i < count; i++) {
        if (values[i] != 0)
            return true;
    }
    return false;
}

void gos_moments_push(gos_moments *moments, const double *values)
{
    uint32_t count = moments->variable_count;
    double n = (double)(moments->n + 1), d[GOS_VARIABLES_MAX];
    for (uint32_t i = 0; i < count; i++)
        d[i] = deviation(moments, i, values[i]);
    higher_push(moments, d[0], n);
    double share = (n - 1) / n;
    for (uint32_t i = 0; i < count; i++) {
        for (uint32_t j = 0; j <= i; j++)
            moments->product[gos_product(i, j)] += d[i] * d[j] * share;
    }
    for (uint32_t i = 0; i < count; i++)
        mean_add(moments, i, d[i] / n);
    moments->n++;
    moments->conversions += values[0] != 0;
    moments->covered += is_covered(values, count);
    moments->largest = fmax(moments->largest, fabs(values[0]));
}

static void higher_merge(gos_moments *a, const gos_moments *b, double d)
{
    double na = (double)a->n, nb = (double)b->n, n = na + nb;
    double step = d / n, m2a = a->product[0], m2b = b->product[0];
    a->m4 += b->m4 + d * step * step * step * na * nb * (na * na - na * nb + nb * nb) +
             6 * step * step * (na * na * m2b + nb * nb * m2a) +
             4 * step * (na * b->m3 - nb * a->m3);
    a->m3 += b->m3 + d * step * step * na * nb * (na - nb) + 3 * step * (na * m2b - nb * m2a);
}

void gos_moments_merge(gos_moments *into, const gos_moments *other)
{
    assert(into->variable_count == other->variable_count);
    if (other->n == 0)
        return;
    if (into->n == 0) {
        *into = *other;
        return;
    }
    uint32_t count = into->variable_count;
    double nb = (double)other->n, n = (double)(into->n + other->n), d[GOS_VARIABLES_MAX];
    for (uint32_t i = 0; i < count; i++)
        d[i] = (other->mean[i] - into->mean[i]) + (other->mean_low[i] - into->mean_low[i]);
    higher_merge(into, other, d[0]);
    double share = (double)into->n / n * nb;
    for (uint32_t i = 0; i < count; i++) {
        for (uint32_t j = 0; j <= i; j++) {
            uint32_t at = gos_product(i, j);
            into->product[at] += other->product[at] + d[i] * d[j] * share;
        }
    }
    for (uint32_t i = 0; i < count; i++)
        mean_add(into, i, d[i] * (nb / n));
    into->n += other->n;
    into->conversions += other->conversions;
    into->covered += other->covered;
    into->largest = fmax(into->largest, other->largest);
}

gos_moments gos_moments_from_variance(uint64_t n, double mean, double variance)
{
    gos_moments moments = gos_moments_empty(1);
    moments.n = n;
    moments.mean[0] = mean;
    moments.product[0] = n > 1 ? variance * (double)(n - 1) : 0;
    moments.m3 = moments.m4 = moments.largest = NAN;
    return moments;
}

gos_moments gos_moments_from_counts(uint64_t x, uint64_t n)
{
    gos_moments moments = gos_moments_empty(1);
    double rate = n ? (double)x / (double)n : 0;
    double spread = (double)n * rate * (1 - rate);
    moments.n = n;
    moments.conversions = x;
    moments.mean[0] = rate;
    moments.product[0] = spread;
    moments.m3 = spread * (1 - 2 * rate);
    moments.m4 = spread * (1 - 3 * rate * (1 - rate));
    moments.largest = x > 0;
    return moments;
}

bool gos_moments_from_sums(uint64_t n, uint32_t variable_count, const double *sum,
                           const double *square, gos_moments *out)
{
    gos_moments moments = gos_moments_empty(variable_count);
    bool kept = true;
    moments.n = moments.covered = n;
    moments.m3 = moments.m4 = moments.largest = NAN;
    for (uint32_t i = 0; n > 0 && i < variable_count; i++) {
        struct twofold mean = twofold_divide(sum[i], (double)n);
        moments.mean[i] = mean.high;
        moments.mean_low[i] = mean.low;
        for (uint32_t j = 0; j <= i; j++) {
            uint32_t at = gos_product(i, j);
            double centred = twofold_centred(square[at], sum[i], sum[j], (double)n);
            moments.product[at] = centred;
            if (i == j && centred > 0 && square[at] / centred > 1e10)
                kept = false;
        }
    }
    *out = moments;
    return kept;
}

double gos_moments_covariance(const gos_moments *moments, uint32_t i, uint32_t j)
{
    if (moments->n < 2)
        return NAN;
    return moments->product[gos_product(i, j)] / (double)(moments->n - 1);
}

double gos_moments_variance(const gos_moments *moments, uint32_t i)
{
    return gos_moments_covariance(moments, i, i);
}

bool moments_are_finite(const gos_moments *moments)
{
    for (uint32_t i = 0; i < moments->variable_count; i++) {
        if (!isfinite(moments->mean[i]))
            return false;
        for (uint32_t j = 0; j <= i; j++) {
            if (!isfinite(moments->product[gos_product(i, j)]))
                return false;
        }
    }
    return moments->variable_count >= 1 && moments->variable_count <= GOS_VARIABLES_MAX;
}
