/* ExperimentResult: an estimate as it is stored and shown, one row per metric and variant. */
#ifndef MODEL_RESULT_H
#define MODEL_RESULT_H

#include "base/json.h"
#include "base/uuid.h"

/* Numbers that are not known are NaN and shown as null. */
struct result {
    struct uuid id;
    struct uuid experiment_id;
    gos_str environment;
    gos_str variant;
    gos_str metric_name;
    int64_t sample_size;
    int64_t conversions;
    double mean_value;
    double variance;
    double interval_lower; /* confidence_interval: of this variant's mean */
    double interval_upper;
    double p_value;
    double lift; /* percent against control */
    double statistical_power;
    int64_t computed_at;  /* the computation, shared by all rows of it */
    int64_t window_start; /* data_window */
    int64_t window_end;
    gos_str detail; /* more fields as the members of one JSON object, or empty */
};

/*
 * The rules of the data model: p_value in [0,1], sample_size positive, the interval contains the
 * mean, counts and variance not negative, the window in order. BAD_INPUT with the field's pointer.
 */
bool result_check(const struct result *result, gos_error *err);
/* The row as REST shows it; `detail`'s members follow at the top level. */
void result_write(const struct result *result, struct json_writer *writer);

#endif
