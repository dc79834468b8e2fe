/*
 * Moments of values that lie side by side, in two passes: the mean, then what is left around it.
 * Four sums run beside each other, always the same four, so that the same values give the same
 * bits on every machine.
 */
#include "stats/moments.h"

#include "stats/twofold.h"

#include <assert.h>
#include <math.h>

enum { LANES = 4 };

static double sum_of(const double lanes[LANES])
{
    return (lanes[0] + lanes[1]) + (lanes[2] + lanes[3]);
}

static double sum(const double *values, size_t count)
{
    double lanes[LANES] = {0};
    size_t i = 0;
    for (; i + LANES <= count; i += LANES) {
        for (size_t k = 0; k < LANES; k++)
            lanes[k] += values[i + k];
    }
    for (; i < count; i++)
        lanes[i % LANES] += values[i];
    return sum_of(lanes);
}

static double sum_of_gaps(const double *values, size_t count, double mean)
{
    double lanes[LANES] = {0};
    size_t i = 0;
    for (; i + LANES <= count; i += LANES) {
        for (size_t k = 0; k < LANES; k++)
            lanes[k] += values[i + k] - mean;
    }
    for (; i < count; i++)
        lanes[i % LANES] += values[i] - mean;
    return sum_of(lanes);
}

static double sum_of_products(const double *a, double mean_a, const double *b, double mean_b,
                              size_t count)
{
    double lanes[LANES] = {0};
    size_t i = 0;
    for (; i + LANES <= count; i += LANES) {
        for (size_t k = 0; k < LANES; k++)
            lanes[k] += (a[i + k] - mean_a) * (b[i + k] - mean_b);
    }
    for (; i < count; i++)
        lanes[i % LANES] += (a[i] - mean_a) * (b[i] - mean_b);
    return sum_of(lanes);
}

static void higher_sums(const double *values, size_t count, double mean, double *out_third,
                        double *out_fourth)
{
    double third[LANES] = {0}, fourth[LANES] = {0};
    size_t i = 0;
    for (; i + LANES <= count; i += LANES) {
        for (size_t k = 0; k < LANES; k++) {
            double d = values[i + k] - mean, square = d * d;
            third[k] += square * d;
            fourth[k] += square * square;
        }
    }
    for (; i < count; i++) {
        double d = values[i] - mean, square = d * d;
        third[i % LANES] += square * d;
        fourth[i % LANES] += square * square;
    }
    *out_third = sum_of(third);
    *out_fourth = sum_of(fourth);
}

static uint64_t count_covered(const double *const *values, uint32_t variable_count, size_t count)
{
    uint64_t covered = 0;
    for (size_t i = 0; i < count && variable_count > 1; i++) {
        bool is_covered = false;
        for (uint32_t v = 1; v < variable_count; v++)
            is_covered |= values[v][i] != 0;
        covered += is_covered;
    }
    return covered;
}

static bool is_constant(const double *values, size_t count)
{
    size_t i = 1;
    while (i < count && values[i] == values[0])
        i++;
    return i == count;
}

static bool take_means(gos_moments *moments, const double *const *values, size_t count)
{
    for (uint32_t v = 0; v < moments->variable_count; v++) {
        moments->mean[v] = values[v][0];
        if (is_constant(values[v], count)) /* exactly: no variance comes of rounding */
            continue;
        double mean = sum(values[v], count) / (double)count;
        double low = sum_of_gaps(values[v], count, mean) / (double)count;
        struct twofold both = twofold_sum(mean, low);
        if (!isfinite(both.high) || !isfinite(both.low))
            return false;
        moments->mean[v] = both.high;
        moments->mean_low[v] = both.low;
    }
    return true;
}

/* Sums around the rounded means, moved to the means themselves, which lie `mean_low` beside. */
static void take_products(gos_moments *moments, const double *const *values, size_t count)
{
    const double *mean = moments->mean, *low = moments->mean_low;
    double n = (double)count, third, fourth;
    for (uint32_t a = 0; a < moments->variable_count; a++) {
        for (uint32_t b = 0; b <= a; b++)
            moments->product[gos_product(a, b)] =
                sum_of_products(values[a], mean[a], values[b], mean[b], count) -
                n * low[a] * low[b];
    }
    higher_sums(values[0], count, mean[0], &third, &fourth);
    double second = moments->product[0], gap = low[0];
    moments->m3 = third - 3 * gap * second - n * gap * gap * gap;
    moments->m4 = fourth - 4 * gap * third + 6 * gap * gap * second;
}

gos_moments gos_moments_of(const double *const *values, uint32_t variable_count, size_t count)
{
    gos_moments moments = gos_moments_empty(variable_count);
    assert(count > 0);
    if (!take_means(&moments, values, count)) { /* too large to be added up before dividing */
        moments = gos_moments_empty(variable_count);
        for (size_t i = 0; i < count; i++) {
            double unit[GOS_VARIABLES_MAX];
            for (uint32_t v = 0; v < variable_count; v++)
                unit[v] = values[v][i];
            gos_moments_push(&moments, unit);
        }
        return moments;
    }
    take_products(&moments, values, count);
    for (size_t i = 0; i < count; i++) {
        moments.conversions += values[0][i] != 0;
        moments.largest =
            fabs(values[0][i]) > moments.largest ? fabs(values[0][i]) : moments.largest;
    }
    moments.covered = count_covered(values, variable_count, count);
    moments.n = count;
    return moments;
}
