/* Two proportions as one comparison: what compare.c puts together for GOS_METRIC_PROPORTION. */
#ifndef STATS_PROPORTION_H
#define STATS_PROPORTION_H

#include "stats/effect.h"
#include "stats/score.h"

/* Why an arm cannot be compared: no units, or more successes than units. */
uint32_t proportion_status(const gos_moments *moments);
/* The arm with Wilson's interval. Returns its status. */
uint32_t proportion_arm(const gos_moments *moments, double alpha, gos_arm *out);
struct counts proportion_counts(const gos_moments *control, const gos_moments *treatment);
/* Both intervals at the critical value `k`; they are clamped to hold the estimate. */
uint32_t proportion_intervals(const struct counts *counts, double k,
                              const gos_stats_options *options, gos_inference *out);
uint32_t proportion_test(const struct counts *counts, const gos_stats_options *options,
                         gos_inference *out);

#endif
