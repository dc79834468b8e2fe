/* What the rooms of estimates ask of moments beyond the public header. */
#ifndef STATS_MOMENTS_H
#define STATS_MOMENTS_H

#include "gosset/stats.h"

/* Whether means and products in use are finite, and their count is possible. */
bool moments_are_finite(const gos_moments *moments);

/*
 * The moments of `count` units at once, at least 1: values[v][i] is variable v of unit i. In two
 * passes, several times as fast as pushing them one by one, and equal to that to 1e-12.
 */
gos_moments gos_moments_of(const double *const *values, uint32_t variable_count, size_t count);

#endif
