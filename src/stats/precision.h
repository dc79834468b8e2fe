/*
 * Means weighted by precision, 1 / se^2. Weights are relative to the most precise value, so that
 * any unit of measurement fits.
 */
#ifndef STATS_PRECISION_H
#define STATS_PRECISION_H

#include <math.h>
#include <stddef.h>

static inline double precision_least(const double *se, size_t count)
{
    double least = INFINITY;
    for (size_t i = 0; i < count; i++)
        least = fmin(least, se[i]);
    return least;
}

static inline double precision_weight(double se, double least)
{
    return least / se * (least / se);
}

/* The mean of all but `skip` (`count`: of all), and its standard error. Errors are above 0. */
static inline double precision_mean(const double *value, const double *se, size_t count,
                                    size_t skip, double *out_se)
{
    double least = precision_least(se, count), weights = 0, mean = 0;
    for (size_t i = 0; i < count; i++) {
        if (i == skip)
            continue;
        double w = precision_weight(se[i], least);
        weights += w;
        mean += w / weights * (value[i] - mean);
    }
    *out_se = least / sqrt(weights);
    return mean;
}

#endif
