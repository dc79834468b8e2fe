/*
 * Experiments whose split changed while they ran, cut into periods of one split each. A person
 * belongs to the period of their first exposure, and brings all that they did since.
 */
#ifndef JOBS_PERIODS_H
#define JOBS_PERIODS_H

#include "jobs/analysis.h"

struct period {
    int64_t start_ms, end_ms; /* the last one ends with the data */
    const struct json *allocation;
};

struct periods {
    struct period *items;
    uint32_t count;
    struct ledger_answer *answers; /* of periods_compute */
};

/* Phases with the same split after each other are one period. None before the start: count 0. */
bool periods_read(const struct json *tree, const struct ledger_question *ask,
                  const struct analysis_design *design, gos_arena *arena, struct periods *out,
                  gos_error *err);
/* As periods_read, but each phase is a period of its own. */
bool periods_read_phases(const struct json *tree, const struct ledger_question *ask,
                         const struct analysis_design *design, gos_arena *arena,
                         struct periods *out, gos_error *err);
/* Asks `ask` of each period's people. */
bool periods_compute(struct ledger *ledger, const struct ledger_question *ask,
                     struct periods *periods, gos_arena *arena, gos_error *err);
/* The same, and gives the design's metrics their cells by period: variants are compared within. */
bool periods_take(struct ledger *ledger, const struct ledger_question *ask, struct periods *periods,
                  struct analysis_design *design, gos_arena *arena, gos_error *err);
/* The share that a period gives a variant, in percent. */
double period_share(const struct period *period, gos_str variant);

#endif
