/*
 * Every non-binary metric as one linear value per unit: a mean is its own, a ratio is linearised
 * by the delta method (Deng, Knoblich, Lu 2018, KDD, eq. 3). Variable 0 of the result has the arm's
 * metric as mean; the others are covariates.
 */
#ifndef STATS_LINEAR_H
#define STATS_LINEAR_H

#include "stats/effect.h"

/* The variables that carry the metric itself: 2 for a ratio, else 1. */
uint32_t linear_value_count(gos_metric_kind kind);
/* Why an arm cannot be used: too few units, no denominator, impossible sums. */
uint32_t linear_status(const gos_moments *moments, gos_metric_kind kind);
/* The arm's linear moments without covariates. The arm must have status 0. */
gos_moments linear_value(const gos_moments *moments, gos_metric_kind kind);
/* The same with covariates; those of a ratio are linearised around the ratio of both arms. */
gos_moments linear_with_covariates(const gos_moments *moments, const gos_moments *other,
                                   gos_metric_kind kind);
/* Variance of the mean of variable 0, rounding below zero removed. */
double linear_mean_variance(const gos_moments *linear);

/* Two arms of linear moments as an effect, with Welch's degrees of freedom. */
struct effect linear_effect(const gos_moments *control, const gos_moments *treatment);

#endif
