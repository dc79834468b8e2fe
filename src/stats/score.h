/*
 * Score intervals of two binomial proportions: the inversions of the pooled z test.
 * Counts are doubles holding whole numbers; 0 <= x <= n, n >= 1.
 */
#ifndef STATS_SCORE_H
#define STATS_SCORE_H

#include <stdbool.h>

struct counts {
    double x_c, n_c;
    double x_t, n_t;
};

struct bounds {
    double low;
    double high;
};

/*
 * All differences p_t - p_c that the score test at this critical value does not reject (Mee 1984);
 * with `corrected` the variance is times N / (N - 1) (Miettinen, Nurminen 1985, Stat. Med. 4).
 * False when the solver failed.
 */
bool score_difference(const struct counts *counts, double critical, bool corrected,
                      struct bounds *out);
/*
 * All ratios p_t / p_c less 1 that the score test does not reject: 0 events in control leave the
 * upper bound infinite, none in treatment the lower at -1. Koopman (1984), Biometrics 40, 513-517.
 */
bool score_lift(const struct counts *counts, double critical, struct bounds *out);

#endif
