/* Student's t around a noncentral mean: R's own loses half its digits in the tails. */
#ifndef STATS_NONCENTRAL_H
#define STATS_NONCENTRAL_H

#include "stats/distribution.h"

/* P(T > t) or P(T <= t) for T = (Z + ncp) / sqrt(V / df); df > 0, may be infinite. */
double noncentral_pt(double t, double df, double ncp, enum tail tail);

#endif
