/*
 * Calibration by simulation: each scenario of simulate.def reports quantities beside their targets.
 * Pure: a seed in, the same numbers out.
 */
#ifndef STATS_SIMULATE_H
#define STATS_SIMULATE_H

#include "gosset/stats.h"
#include "stats/random.h"

enum { SIMULATION_RESULTS_MAX = 24, SIMULATION_NAME_BYTES = 64 };

enum simulation_rule { RULE_NEAR, RULE_AT_MOST, RULE_AT_LEAST };

/* One quantity. A share of runs gets three Monte Carlo errors of room beside `slack`. */
struct simulation_result {
    char name[SIMULATION_NAME_BYTES];
    enum simulation_rule rule;
    double value, target, room;
    bool passes;
};

struct simulation {
    struct random random;
    uint64_t runs;
    gos_arena *arena;
    size_t result_count;
    struct simulation_result results[SIMULATION_RESULTS_MAX];
};

struct scenario {
    int number; /* of STATS section 23 */
    const char *name;
    const char *job;
    void (*run)(struct simulation *simulation);
    uint64_t runs_full, runs_short;
};

const struct scenario *simulate_scenarios(size_t *out_count);
/* Runs one scenario; its random numbers depend on the seed and its number only. */
void simulate_run(const struct scenario *scenario, uint64_t seed, uint64_t runs, gos_arena *arena,
                  struct simulation *out);

/* For scenarios: a share of the runs, or another number. */
void simulate_share(struct simulation *simulation, enum simulation_rule rule, double value,
                    double target, double slack, const char *format, ...)
    __attribute__((format(printf, 6, 7)));
void simulate_number(struct simulation *simulation, enum simulation_rule rule, double value,
                     double target, double slack, const char *format, ...)
    __attribute__((format(printf, 6, 7)));

/* Laws that values are drawn from, as people name them. */
enum law { LAW_NORMAL, LAW_LOGNORMAL, LAW_POISSON, LAW_BERNOULLI, LAW_ZERO_INFLATED };

/* One value; `a` and `b` are mean and deviation, log deviation (a unused), mean, rate, share of 0.
 */
double law_draw(struct random *random, enum law law, double a, double b);
/* Moments of n values. */
gos_moments law_moments(struct random *random, enum law law, double a, double b, uint64_t n);
/* The p-value of the KS test of uniformity; the values are sorted in place. */
double simulate_uniform_p(double *p, size_t count);

#endif
