/* One aggregate of one plan: a number for each person, and what cannot be told by a number. */
#ifndef LEDGER_CELL_H
#define LEDGER_CELL_H

#include "ledger/buffer.h"
#include "metric/plan.h"

#define CELL_NO_COLUMN UINT32_MAX

/* An event that must be seen again after all rows have passed. */
struct mark {
    uint32_t slot; /* place in the turn */
    uint32_t step;
    union {
        uint64_t hash; /* of the value, for count_distinct */
        double value;  /* for quantile */
        int64_t at;    /* for funnel */
    };
};

/* One aggregate of one plan. */
struct cell {
    const struct metric_aggregate *aggregate;
    uint32_t plan;
    uint32_t index;         /* of the aggregate in its plan */
    uint32_t event;         /* name; 0: never seen */
    uint32_t step;          /* of a funnel */
    uint32_t value_column;  /* in the scan of its event, or CELL_NO_COLUMN */
    uint32_t filter_column; /* likewise */
    uint32_t reader;        /* the thread that reads it */
    uint64_t expressions;   /* hash of what the scan of its event selects; 0: not scanned yet */
    int64_t from, to;       /* age since the exposure */
    int64_t lookback;       /* > 0: also from before the exposure */
    uint32_t width;         /* bytes of a number; see cell_width */
    void *after;            /* numbers by place in the turn */
    void *before;
    int64_t *after_at; /* for first and last */
    int64_t *before_at;
    struct buffer *marks; /* shared by the steps of a funnel */
    struct buffer *marks_before;
    uint64_t *events; /* by variant, of the plan */
    uint8_t *seen;    /* likewise, of the plan: SEEN_* */
};

enum { SEEN_AFTER = 1, SEEN_BEFORE = 2, READER_NONE = 254 };

/* Counts and truths take less than a double, and are the same numbers. */
static inline uint32_t cell_width(enum metric_fn fn)
{
    if (fn == METRIC_COUNT || fn == METRIC_COUNT_DISTINCT)
        return sizeof(uint32_t);
    return fn == METRIC_EXISTS || fn == METRIC_FUNNEL ? sizeof(uint8_t) : sizeof(double);
}

static inline double cell_number(const struct cell *cell, const void *numbers, uint32_t place)
{
    if (cell->width == sizeof(double))
        return ((const double *)numbers)[place];
    return cell->width == sizeof(uint32_t) ? ((const uint32_t *)numbers)[place]
                                           : ((const uint8_t *)numbers)[place];
}

/* Numbers for `count` persons without events. */
bool cell_take_numbers(enum metric_fn fn, size_t count, gos_arena *arena, void **out,
                       gos_error *err);

#endif
