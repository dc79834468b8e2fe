/* Bins of even width, chosen by the values. */
#include "jobs/bins.h"

#include <math.h>

/* The bins reach so far; what lies above is counted in one. */
static const double REACH = 0.99;

int bins_order(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return x < y ? -1 : x > y;
}

double bins_rank(const double *sorted, uint64_t count, double share)
{
    uint64_t place = (uint64_t)ceil((double)count * share);
    return count == 0 ? (double)NAN : sorted[place < 1 ? 0 : place - 1];
}

static bool is_whole(const double *values, uint64_t count)
{
    for (uint64_t i = 0; i < count; i++) {
        if (values[i] != floor(values[i]))
            return false;
    }
    return true;
}

void bins_make(const double *sorted, uint64_t count, struct bins *out)
{
    double low = count > 0 ? sorted[0] : 0, high = count > 0 ? bins_rank(sorted, count, REACH) : 1;
    double width = (high - low) / BINS_MAX;
    if (is_whole(sorted, count))
        width = fmax(1, ceil((high - low + 1) / BINS_MAX));
    if (!(width > 0))
        width = 1;
    out->count = (uint32_t)fmin(BINS_MAX, fmax(1, ceil((high - low) / width + 1e-9)));
    if (is_whole(sorted, count))
        out->count = (uint32_t)fmin(BINS_MAX, floor((high - low) / width) + 1);
    for (uint32_t i = 0; i <= out->count; i++)
        out->edges[i] = low + i * width;
}

uint32_t bins_find(const struct bins *bins, double value)
{
    uint32_t bin = 0;
    while (bin < bins->count && value >= bins->edges[bin + 1])
        bin++;
    return bin;
}

double bins_zeros(const double *values, uint64_t count)
{
    uint64_t zeros = 0;
    for (uint64_t i = 0; i < count; i++)
        zeros += values[i] == 0;
    return count > 0 ? (double)zeros / (double)count : (double)NAN;
}
