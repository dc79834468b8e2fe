/*
 * Distribution functions by name of their tail: an upper tail is never 1 - cdf. Thread-safe; no
 * function prints. Relative accuracy 1e-12 or better wherever the result is a normal double.
 */
#ifndef STATS_DISTRIBUTION_H
#define STATS_DISTRIBUTION_H

#include <stdbool.h>

enum tail { TAIL_UPPER, TAIL_LOWER };

double dist_dnorm(double x);
double dist_pnorm(double x, enum tail tail);
double dist_pnorm_log(double x, enum tail tail);
double dist_qnorm(double p, enum tail tail);
/* x with log P = log_p. Own Newton on log P: R's is wrong by 1e-6 in far tails. */
double dist_qnorm_log(double log_p, enum tail tail);
/* Student's t; df may be infinite (normal). */
double dist_pt(double t, double df, enum tail tail);
double dist_pt_log(double t, double df, enum tail tail);
double dist_qt(double p, double df, enum tail tail);
double dist_pchisq(double x, double df, enum tail tail);
double dist_pchisq_log(double x, double df, enum tail tail);
double dist_qchisq(double p, double df, enum tail tail);
double dist_pbeta(double x, double a, double b, enum tail tail);
double dist_pbeta_log(double x, double a, double b, enum tail tail);
double dist_qbeta(double p, double a, double b, enum tail tail);
double dist_pbinom(double x, double n, double p, enum tail tail);
double dist_dbinom(double x, double n, double p);
double dist_qbinom(double q, double n, double p);
/* x white or fewer (lower), or more than x (upper), among `drawn` of white + black. */
double dist_phyper(double x, double white, double black, double drawn, enum tail tail);
double dist_lgamma(double x);
double dist_lbeta(double a, double b);

/* log10 of a two-sided p-value, finite also where the p-value underflows. */
double dist_log10_two_sided_t(double t, double df);
double dist_log10_two_sided_z(double z);

/* What R's own function answers, for the record beside ours. NaN where there is none. */
double dist_reference(const char *function, const double *x_and_parameters, enum tail tail,
                      bool log);

#endif
