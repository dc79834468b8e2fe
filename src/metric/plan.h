/*
 * A metric as every ledger answers it: aggregates per unit, one or two expressions over them, and
 * how the units' values become the moments of a variant.
 */
#ifndef METRIC_PLAN_H
#define METRIC_PLAN_H

#include "base/json.h"
#include "metric/metric.h"

enum plan_kind {
    PLAN_MEAN,       /* mean of the units' values; units without a value are left out */
    PLAN_PROPORTION, /* share of units whose value is not zero */
    PLAN_RATIO,      /* sum of values by sum of denominators; the unit stays the unit */
    PLAN_QUANTILE,   /* quantile over units, or over events with units as clusters */
};

enum { PLAN_LOOKBACK_DAYS_DEFAULT = 14, PLAN_WINDOW_DAYS_MAX = 3650 };

struct metric_plan {
    gos_str name;
    gos_str type; /* Count, Rate, Duration or Revenue */
    gos_str unit;
    enum plan_kind kind;
    const struct metric_aggregate *aggregates;
    uint32_t aggregate_count;
    struct metric_expression value;       /* shares the aggregates */
    struct metric_expression denominator; /* for PLAN_RATIO; no ops otherwise */
    double quantile;                      /* for PLAN_QUANTILE, in (0, 1) */
    bool of_events;                       /* quantile over events */
    double scale;                         /* of events: what each value is multiplied by */
    int64_t delay_ms;                     /* conversion window: from exposure + delay ... */
    int64_t window_ms;                    /* ... for this long; METRIC_NO_END */
    int64_t lookback_ms;   /* covariate: the same metric that long before the exposure; 0: none */
    double cap;            /* unit values above become this; NaN: none */
    double cap_quantile;   /* the cap is this quantile of all units; NaN: none */
    bool increase;         /* the direction that is good */
    double minimum_effect; /* percent */
    bool total;            /* aggregation Sum: the variant's total is shown too */
};

/*
 * Reads an ExperimentMetric as the model has it.
 *
 * Errors  BAD_INPUT with the pointer of the field: "/calculation" does not parse, or does not fit
 *         the type or the aggregation; "/window", "/delay", "/lookback", "/cap_quantile"
 */
bool plan_read(const struct json *metric, gos_arena *arena, struct metric_plan *out,
               size_t *out_offset, gos_error *err);
/* The plan of a calculation alone, over events or columns, with the defaults of a Count. */
bool plan_from_text(gos_str name, gos_str calculation, enum metric_names names, gos_arena *arena,
                    struct metric_plan *out, size_t *out_offset, gos_error *err);

/* "7d", "12h", ...: a duration alone. */
bool plan_read_duration(gos_str text, int64_t *out_ms);
/* "mean", "proportion", "ratio", "quantile". */
const char *plan_kind_name(enum plan_kind kind);

#endif
