/* The exact test of a sample ratio, for counts too small for chi-square. */
#ifndef STATS_SRM_EXACT_H
#define STATS_SRM_EXACT_H

#include <stdbool.h>
#include <stddef.h>

/*
 * Chance of a table no likelier than the observed one, times 1 + 1e-7, under these shares (above 0,
 * sum 1). NaN when there are no units, under 2 arms, or more tables than can be looked at.
 */
double srm_exact(const double *counts, const double *shares, size_t arms);

#endif
