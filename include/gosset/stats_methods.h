/*
 * Methods beside the main comparison: quantiles, clusters, strata, caps, Bayes, several
 * comparisons, margins, bandits. Formulas with their reasons: docs/formulas.
 */
#ifndef GOSSET_STATS_METHODS_H
#define GOSSET_STATS_METHODS_H

#include "gosset/stats.h"

#ifdef __cplusplus
extern "C" {
#endif

/*
 * Posterior of an effect with a normal prior. prior_sd INFINITY is flat; se 0 leaves the prior.
 * loss_treatment is what shipping is expected to cost, loss_control what not shipping costs.
 */
gos_posterior gos_posterior_normal(double effect, double se, double prior_mean, double prior_sd,
                                   double alpha, gos_direction direction);

#ifdef __cplusplus
}
#endif

#endif
