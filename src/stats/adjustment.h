/*
 * Variance reduction by covariates from before exposure (CUPED). Moments are linear ones: variable
 * 0 the value, the rest covariates.
 */
#ifndef STATS_ADJUSTMENT_H
#define STATS_ADJUSTMENT_H

#include "stats/effect.h"

/* Why the covariates cannot be used here; 0 when they can. */
uint32_t adjustment_status(const gos_moments *control, const gos_moments *treatment);
/*
 * Lin's estimator: slopes of their own in each arm, means moved to the common covariate mean.
 * Source: Lin (2013), Ann. Appl. Stat. 7, 295-318. False when no covariate varies in an arm.
 * out_theta_c, out_theta_t: GOS_VARIABLES_MAX slopes each, may be NULL.
 */
bool adjustment_lin(const gos_moments *control, const gos_moments *treatment, struct effect *out,
                    double *out_theta_c, double *out_theta_t);
/*
 * One slope for the first covariate, from all units together: Deng, Xu, Kohavi, Walker (2013),
 * WSDM. The means of `out` are those of value - theta * (covariate - its common mean).
 */
bool adjustment_pooled(const gos_moments *control, const gos_moments *treatment, struct effect *out,
                       double *out_theta);

#endif
