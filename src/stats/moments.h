/* What the rooms of estimates ask of moments beyond the public header. */
#ifndef STATS_MOMENTS_H
#define STATS_MOMENTS_H

#include "gosset/stats.h"

/* Whether means and products in use are finite, and their count is possible. */
bool moments_are_finite(const gos_moments *moments);

#endif
