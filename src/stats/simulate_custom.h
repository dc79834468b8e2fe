/* Calibration of any setting: a law, a split, an effect, and how often it is looked at. */
#ifndef STATS_SIMULATE_CUSTOM_H
#define STATS_SIMULATE_CUSTOM_H

#include "stats/simulate.h"

/*
 * units     of both arms at the end; share_t of them treated; they come evenly over the looks
 * effect    added to each treated value; to the rate for Bernoulli
 * options   kind (mean or proportion), mode, alpha, planned_n
 */
struct simulation_setting {
    enum law law;
    double a, b;
    double units;
    double share_t;
    double effect;
    int looks;
    gos_stats_options options;
};

struct simulation_answer {
    double rejected;       /* share of runs with a rejection at any look */
    double rejected_wrong; /* of these, in the wrong direction, as a share of all runs */
    double covered;        /* share whose last interval holds the true effect */
    double halfwidth;      /* mean, of the last interval */
    double uniform_p;      /* KS p of the last p-values; NaN unless the mode is fixed */
};

/* Errors  BAD_INPUT at "/units", "/share", "/looks", or of the options */
bool simulate_setting(const struct simulation_setting *setting, uint64_t seed, uint64_t runs,
                      gos_arena *arena, struct simulation_answer *out, gos_error *err);

#endif
