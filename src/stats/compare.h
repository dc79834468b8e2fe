/* The parts of a comparison that do not depend on the kind of metric. */
#ifndef STATS_COMPARE_H
#define STATS_COMPARE_H

#include "gosset/stats_methods.h"
#include "gosset/stats_plan.h"
#include "gosset/stats_sequential.h"
#include "stats/effect.h"
#include "stats/score.h"

/* What the intervals of a later critical value are computed from. */
struct comparison {
    struct effect effect;
    struct counts counts;
    bool is_binary; /* score intervals on `counts`, else Fieller's on `effect` */
    bool burnt_in;
};

/* Everything undefined, p 1. */
gos_estimate compare_empty(const gos_stats_options *options);
/* The t test of an effect, or its zero variance. Returns status bits. */
uint32_t compare_effect(const struct effect *effect, const char *method,
                        const gos_stats_options *options, gos_inference *out);
/* Bits about the lift alone: negative or zero control, unbounded interval. */
uint32_t compare_lift_status(const gos_inference *inference, double mean_c, bool is_binary);
/* The sample for which the confidence sequence is tuned. */
double compare_tuned_units(const gos_stats_options *options);
/* From `fixed` and `raw` to what is shown, with power, posterior and significance. */
void compare_finish(const struct comparison *cmp, const gos_stats_options *options,
                    gos_estimate *out);

#endif
