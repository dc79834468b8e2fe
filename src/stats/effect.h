/*
 * The common form of every comparison: two means with the variances of these means, and their
 * covariance. All intervals of differences and lifts come from here, with the one critical value.
 */
#ifndef STATS_EFFECT_H
#define STATS_EFFECT_H

#include "gosset/stats.h"

struct effect {
    double mean_c, v_c;
    double mean_t, v_t;
    double covariance; /* of the two means; 0 for independent arms */
    double df;         /* of Student's t; INFINITY for the normal */
};

struct lift_set {
    gos_lift_kind kind;
    double low;
    double high;
};

/*
 * Welch-Satterthwaite degrees of freedom of v_c + v_t, where each rests on n - 1 units.
 * Source: Satterthwaite (1946), Biometrics Bulletin 2, 110-114.
 */
double effect_welch_df(double v_c, double n_c, double v_t, double n_t);
double effect_se(const struct effect *effect);
/*
 * Fieller's set for (mean_t - mean_c) / |mean_c|: all lifts that the test with this critical value
 * does not reject. UNDEFINED when mean_c is 0. Source: Fieller (1954), JRSS B 16, 175-185.
 */
struct lift_set effect_fieller(const struct effect *effect, double critical);
/* Standard error of the lift by the delta method. NaN when mean_c is 0. */
double effect_lift_se(const struct effect *effect);
/* exp(log ratio -+ k se) - 1; UNDEFINED unless both means are positive. */
struct lift_set effect_log_lift(const struct effect *effect, double critical);
/* R's "data are essentially constant". */
bool effect_is_constant(double se, double mean_c, double mean_t);
/* The t test of diff = null_diff, its interval at alpha, and the lift with the chosen interval. */
void effect_test(const struct effect *effect, double null_diff, double alpha,
                 gos_lift_interval lift_interval, gos_inference *out);
/* Only the intervals, with a critical value from elsewhere: sequential, or group-sequential. */
void effect_intervals(const struct effect *effect, double critical, gos_lift_interval lift_interval,
                      gos_inference *out);
/* Everything undefined: p 1, numbers NaN. */
gos_inference inference_none(const char *method);

#endif
