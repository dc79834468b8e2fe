/* Normal posteriors, for the comparison, for bandits and for the table of methods. */
#ifndef STATS_BAYES_H
#define STATS_BAYES_H

#include "gosset/stats.h"

struct normal {
    double mean;
    double sd;
};

struct normal bayes_update(double effect, double se, double prior_mean, double prior_sd);
gos_posterior bayes_describe(struct normal posterior, double alpha, gos_direction direction);

#endif
