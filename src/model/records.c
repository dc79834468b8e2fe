/* The field tables, built from the .def files, and the small records inside them. */
#include "model/records.h"

#include "base/limits.h"
#include "model/lifecycle.h"

#include <assert.h>

#define ROW(name, type, rules, min, max, words, fallback, of)                                      \
    {                                                                                              \
        name, FIELD_##type, FIELD_##rules, min, max, words, fallback, of                           \
    }
#define FIELD(...) ROW(__VA_ARGS__),
#define RECORD(constant, text, rows)                                                               \
    const struct record constant = {text, rows, sizeof rows / sizeof rows[0]}

static const struct field fields_variant[] = {
    ROW("name", LINE, REQUIRED, 1, NAME_BYTES_MAX, NULL, NULL, NULL),
    ROW("description", TEXT, FREE, 0, DESCRIPTION_BYTES_MAX, NULL, "\"\"", NULL),
    ROW("configuration", JSON, FREE, 0, 0, NULL, "{}", NULL),
};
static RECORD(record_variant, "a variant", fields_variant);

static const struct field fields_success_metrics[] = {
    ROW("primary_metric", LINE, REQUIRED, 1, NAME_BYTES_MAX, NULL, NULL, NULL),
    ROW("secondary_metrics", LINES, FREE, 0, METRICS_PER_EXPERIMENT_MAX, NULL, "[]", NULL),
    ROW("guardrail_metrics", LINES, FREE, 0, METRICS_PER_EXPERIMENT_MAX, NULL, NULL, NULL),
    ROW("minimum_sample_size", INTEGER, FREE, 0, 1e12, NULL, "0", NULL),
};
static RECORD(record_success_metrics, "success metrics", fields_success_metrics);

static const struct field fields_metric_setting[] = {
    ROW("direction", WORD, FREE, 0, 0, "increase|decrease", NULL, NULL),
    ROW("minimum_effect", NUMBER, FREE, 0.000001, 1e6, NULL, NULL, NULL),
    ROW("margin", NUMBER, FREE, 0, 1e6, NULL, NULL, NULL),
};
static RECORD(record_metric_setting, "a metric setting", fields_metric_setting);

static const struct field fields_bandit[] = {
    ROW("method", WORD, FREE, 0, 0, "thompson|top_two", "\"thompson\"", NULL),
    ROW("floor", NUMBER, FREE, 1, 50, NULL, "1", NULL),
    ROW("interval_hours", NUMBER, FREE, 0.01, 24 * 365, NULL, "24", NULL),
    ROW("minimum_units", INTEGER, FREE, 2, 1e12, NULL, "100", NULL),
};
static RECORD(record_bandit, "a bandit", fields_bandit);

static const struct field fields_experiment_targeting[] = {
    ROW("include_segments", LINES, FREE, 0, REFERENCES_MAX, NULL, "[]", NULL),
    ROW("exclude_segments", LINES, FREE, 0, REFERENCES_MAX, NULL, "[]", NULL),
    ROW("user_attributes", JSON, FREE, 0, 0, NULL, "{}", NULL),
};
static RECORD(record_experiment_targeting, "targeting rules", fields_experiment_targeting);

static const struct field fields_flag_targeting[] = {
    ROW("segments", LINES, FREE, 0, REFERENCES_MAX, NULL, "[]", NULL),
    ROW("attributes", JSON, FREE, 0, 0, NULL, "{}", NULL),
};
static RECORD(record_flag_targeting, "targeting rules", fields_flag_targeting);

static const struct field fields_switch[] = {
    ROW("at", TIME, REQUIRED, 0, 0, NULL, NULL, NULL),
    ROW("enabled", BOOL, REQUIRED, 0, 0, NULL, NULL, NULL),
};
static RECORD(record_switch, "a step of the schedule", fields_switch);

static const struct field fields_phase[] = {
    ROW("start", TIME, REQUIRED, 0, 0, NULL, NULL, NULL),
    ROW("traffic_allocation", NUMBERS, REQUIRED, 2, VARIANTS_MAX, NULL, NULL, NULL),
    ROW("coverage", NUMBER, REQUIRED, 0, 100, NULL, NULL, NULL),
    ROW("decision", OBJECT, FREE, 0, 0, NULL, NULL, NULL),
};
static RECORD(record_phase, "a phase", fields_phase);

static const struct field fields_experiment[] = {
#include "model/fields_experiment.def"
};
RECORD(record_experiment, "an experiment", fields_experiment);

static const struct field fields_flag[] = {
#include "model/fields_flag.def"
};
RECORD(record_flag, "a flag", fields_flag);

static const struct field fields_holdout[] = {
#include "model/fields_holdout.def"
};
RECORD(record_holdout, "a holdout", fields_holdout);

static const struct field fields_layer[] = {
#include "model/fields_layer.def"
};
RECORD(record_layer, "a layer", fields_layer);

static const struct field fields_metric[] = {
#include "model/fields_metric.def"
};
RECORD(record_metric, "a metric", fields_metric);

static const struct field fields_segment[] = {
#include "model/fields_segment.def"
};
RECORD(record_segment, "a segment", fields_segment);

const struct record *records_of_kind(enum kind kind)
{
    static const struct record *const records[KIND_COUNT] = {
#define KIND(constant, word, plural, name_field, entity) &record_##entity,
#include "model/kinds.def"
#undef KIND
    };
    assert(kind < KIND_COUNT);
    return records[kind];
}
