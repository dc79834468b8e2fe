/* Caps at nearest-rank percentiles of both arms together: never an arm's own. */
#include "gosset/stats_data.h"

#include <math.h>
#include <stdlib.h>

static int double_compare(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* Type 1: the smallest observed value with at least a share q at or below it. */
static double nearest_rank(const double *sorted, size_t n, double q)
{
    double index = (double)n * q, rank = floor(index + 9e-16);
    rank += index > rank;
    return sorted[(size_t)fmin((double)n, fmax(1, rank)) - 1];
}

static size_t cap_values(double *values, size_t n, double low, double high)
{
    size_t capped = 0;
    for (size_t i = 0; i < n; i++) {
        capped += values[i] < low || values[i] > high;
        values[i] = fmin(high, fmax(low, values[i]));
    }
    return capped;
}

static bool share_check(double share, const char *pointer, gos_error *err)
{
    if (!isnan(share) && !(share >= 0 && share <= 1))
        return gos_fail(err, GOS_BAD_INPUT, pointer, "percentile %g is not within [0, 1]", share);
    return true;
}

bool gos_winsorize(double *values_c, size_t n_c, double *values_t, size_t n_t, double lower,
                   double upper, bool nonzero, gos_arena *arena, gos_caps *out, gos_error *err)
{
    if (!share_check(lower, "/lower", err) || !share_check(upper, "/upper", err))
        return false;
    gos_arena_mark mark = gos_arena_mark_take(arena);
    double *base = gos_arena_array(arena, n_c + n_t + 1, sizeof *base, err);
    size_t count = 0;
    if (!base)
        return false;
    for (size_t i = 0; i < n_c + n_t; i++) {
        double value = i < n_c ? values_c[i] : values_t[i - n_c];
        if (!nonzero || value != 0)
            base[count++] = value;
    }
    qsort(base, count, sizeof *base, double_compare);
    out->low = count && !isnan(lower) ? nearest_rank(base, count, lower) : -INFINITY;
    out->high = count && !isnan(upper) ? nearest_rank(base, count, upper) : INFINITY;
    out->capped_c = cap_values(values_c, n_c, out->low, out->high);
    out->capped_t = cap_values(values_t, n_t, out->low, out->high);
    gos_arena_mark_return(arena, mark);
    return true;
}
