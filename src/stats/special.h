/* Differences of logarithms that must not be computed as differences. */
#ifndef STATS_SPECIAL_H
#define STATS_SPECIAL_H

/* log(1 + x) - x. */
double special_log1p_rest(double x);
/* lgamma(a) less Stirling's (a - 1/2) log a - a + log(2 pi) / 2, for a > 0. */
double special_stirling_rest(double a);

#endif
