/* A plan as it is asked for, and its answer in words, plots and JSON. */
#ifndef CLI_POWER_H
#define CLI_POWER_H

#include "cli/power_traffic.h"
#include "gosset/stats_plan.h"

/* What is asked for; NaN where nothing was said. */
struct power_call {
    bool is_rate;
    bool is_relative; /* the effect is a share of the mean */
    bool as_json;
    double mean, sd, effect, units, per_day;
    double weekly[POWER_WEEKS_MAX];
    size_t week_count;
    uint32_t looks;
    uint32_t arms; /* treatments beside the control */
    bool has_ratio;
    gos_plan plan;
    struct power_source source;
    struct power_measured measured;
};

/* The answer: units of the control, and of each treatment. */
struct power_answer {
    double n_c, n_t;
    double n_all;
    double effect; /* absolute */
    double power;
    double power_anytime; /* of the confidence sequence at one look after all units */
    uint32_t days;
};

/* Power of the fixed test with n_c and n_t units, after what the plan does to the variance. */
double power_at(const struct power_call *call, double n_c, double n_t, double effect);
/* The effect that out->n_c and out->n_t units show. */
bool power_solve_effect(const struct power_call *call, struct power_answer *out, gos_error *err);

bool power_print_json(const struct power_call *call, const struct power_answer *answer,
                      gos_arena *arena, gos_error *err);
void power_print(const struct power_call *call, const struct power_answer *answer);

#endif
