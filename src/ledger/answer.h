/* Questions to a ledger and its answers. Everything in an answer lives in the caller's arena. */
#ifndef LEDGER_ANSWER_H
#define LEDGER_ANSWER_H

#include "base/uuid.h"
#include "gosset/stats_data.h"
#include "metric/plan.h"

#include <stdatomic.h>

/* How far a computation is; others may read it meanwhile. */
struct ledger_progress {
    _Atomic uint64_t rows_read;
    _Atomic uint64_t rows; /* that may have to be read; 0: not known yet */
};

struct ledger_question {
    gos_str environment;
    struct uuid experiment_id;
    const gos_str *variants;
    uint32_t variant_count; /* at most VARIANTS_MAX */
    const struct metric_plan *plans;
    uint32_t plan_count;
    int64_t from_ms;    /* exposures at or after it */
    int64_t as_of_ms;   /* exposures and events before it */
    uint64_t watermark; /* only facts up to this sequence, as a past computation had; 0: all */
    /* Only people whose first exposure is in [cohort_from_ms, cohort_before_ms); both 0: all. */
    int64_t cohort_from_ms, cohort_before_ms;
    const atomic_bool *cancel;        /* may be NULL; once true, the answer is CANCELLED */
    struct ledger_progress *progress; /* may be NULL */
    /* By the values of an attribute of the exposures: all variants once for each value, one value
     * after the other. The empty value is that of units without the attribute. */
    gos_str slice_by;
    const gos_str *slice_values;
    uint32_t slice_count; /* 0: no slices */
    /* 0, or: instead of who was exposed, everybody with any event since the oldest of the newest so
     * many of each name that the plans read, as if exposed to the only variant with the first of
     * them. A from_ms says itself since when; as_of_ms bounds the events. */
    uint32_t recent_events;
    /* By the variant met in another experiment: all variants once for each; others are out. */
    struct uuid crossed_id;
    const gos_str *crossed_variants;
    uint32_t crossed_count; /* 0: not crossed */
    bool counts_days;       /* the answer has its days */
};

/* Values for a quantile: of one variant, each with the number of its unit. */
struct ledger_values {
    double *values;
    uint64_t *units; /* of_events only: ascending numbers, equal for values of one unit */
    uint64_t count;
    uint64_t unit_count;
};

/* One plan in one variant. */
struct ledger_cell {
    gos_moments moments; /* value; denominator of a ratio; then the same from before exposure */
    double total;        /* sum of the units' values */
    uint64_t active;     /* units that have at least one event that counts */
    uint64_t early;      /* units that only have such events from before their exposure */
    uint64_t events;     /* events that count */
    uint64_t immature;   /* units left out because their window has not passed */
    uint64_t capped;     /* units whose value was cut */
    double top_share;    /* share of the total that the largest unit has; NaN without a total */
    struct ledger_values quantile; /* PLAN_QUANTILE only */
};

/* The clusters of one plan in one variant, where units were assigned by cluster. */
struct ledger_clusters {
    gos_cluster *items;
    uint32_t count;
};

/* A unit by name, with its value. */
struct ledger_example {
    gos_str unit;
    double value;
};

/* Units exposed first on a day. */
struct ledger_day {
    int64_t day;      /* since 1970, UTC */
    uint32_t variant; /* index into the question's variants */
    uint64_t units;
};

struct ledger_answer {
    uint64_t *units;        /* by variant: units analysed */
    uint64_t crossovers;    /* people seen in two variants: left out */
    uint64_t excluded;      /* units not assigned by chance (overrides, holdouts): left out */
    uint64_t strangers;     /* units of variants that the question does not name: left out */
    uint64_t merged;        /* units counted under the person they belong to */
    uint64_t watermark;     /* facts up to this sequence are in */
    int64_t first_exposure; /* TIME_NONE: nobody */
    int64_t last_exposure;
    struct ledger_cell *cells; /* plan by plan, variant by variant within */
    double *caps;              /* by plan: the cap in force, NaN: none */
    uint64_t rows_read;        /* exposures and events that were read for it */
    bool is_refresh;           /* they are those that came since the last computation, ... */
    uint64_t units_reread;     /* ... and all of so many units about whom something changed */
    /* Of recent_events, by the last plan unless it is a quantile: from the largest value down. */
    struct ledger_example *examples;
    uint32_t example_count;
    int64_t last_event; /* likewise; TIME_NONE: none */
    /* Of counts_days: day by day without gaps, variant by variant within. */
    struct ledger_day *days;
    uint32_t day_count;
};

/* A value of an attribute, or an attribute, with the exposures that have it. */
enum { LEDGER_SLICES_MAX = 200 };

struct ledger_slice {
    gos_str value;
    uint64_t units;
};

/* What is odd about facts; all but `merged` of the newest alone. */
struct ledger_oddities {
    uint64_t *merged;         /* by variant: devices counted under the user they belong to */
    uint64_t events, doubled; /* doubled: as another one in all but the id */
    uint64_t busiest_events;  /* of one name by one unit; the others' mean beside it */
    double busiest_others;
    gos_str busiest_unit;
    uint64_t ahead; /* from after now: clocks that run ahead */
    /* An attribute's value whose units have no event in one variant, and do in others. */
    gos_str silent_name, silent_value;
    uint32_t silent_variant;
    uint64_t silent_units;
};

/* What traffic has taught about events of one name. */
struct ledger_property {
    gos_str name;
    bool is_number, is_text, is_bool; /* which have been seen */
};

struct ledger_event {
    gos_str name;
    uint64_t count;
    int64_t first_ms, last_ms;
    struct ledger_property *properties;
    uint32_t property_count;
};

#endif
