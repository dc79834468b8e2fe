/* Intervals of one binomial proportion, and the simple ones of two. Counts as in score.h. */
#ifndef STATS_BINOMIAL_H
#define STATS_BINOMIAL_H

#include "stats/score.h"

/* Wilson (1927), JASA 22, 209-212: always holds x / n and stays within [0, 1]. */
struct bounds binomial_wilson(double x, double n, double z);
/* Clopper, Pearson (1934), Biometrika 26: never covers less than it says. */
struct bounds binomial_clopper_pearson(double x, double n, double alpha);
/* Jeffreys' prior Beta(1/2, 1/2); its bounds are 0 and 1 at x = 0 and x = n. */
struct bounds binomial_jeffreys(double x, double n, double alpha);
/* Two Wilson intervals joined: Newcombe (1998), Stat. Med. 17, 873-890, method 10. */
struct bounds binomial_newcombe(const struct counts *counts, double z);
/* Wald with one success and one failure more in each arm: Agresti, Caffo (2000). */
struct bounds binomial_agresti_caffo(const struct counts *counts, double z);
struct bounds binomial_wald(const struct counts *counts, double z);

/* p_t - p_c, rounded once: also where both rates are close to 1. */
double binomial_difference(const struct counts *counts);
/* Standard error of the difference under equal rates, and with each arm's own rate. */
double binomial_se_pooled(const struct counts *counts);
double binomial_se_unpooled(const struct counts *counts);
/* The smallest expected count of the 2x2 table under equal rates. */
double binomial_expected_min(const struct counts *counts);

#endif
