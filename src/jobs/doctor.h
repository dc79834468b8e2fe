/*
 * Why a result may be empty, uneven or not to be believed: named diagnoses with their evidence and
 * a next step. Pure: reads what a computation found.
 */
#ifndef JOBS_DOCTOR_H
#define JOBS_DOCTOR_H

#include "jobs/recount.h"
#include "jobs/stale.h"

enum diagnosis {
#define DIAGNOSIS(constant, name, step) DIAGNOSIS_##constant,
#include "jobs/diagnoses.def"
#undef DIAGNOSIS
    DIAGNOSIS_COUNT
};

struct doctor_visit {
    const struct json *experiment;
    const struct scorecard *scorecard;
    const struct ledger_answer *answer;
    const struct ledger_day *days;
    uint32_t day_count;
    const uint64_t *assignments; /* by variant, from the roster; NULL: not known */
    uint64_t facts_behind;       /* in the spool, not yet in the ledger */
    int64_t behind_ms;           /* how long the oldest of them has waited */
    const gos_str *overlapping;  /* names of running experiments that share units */
    uint32_t overlapping_count;
    double ratio_log_e; /* evidence against the split, valid at every look; NaN: not found */
    const struct ledger_oddities *oddities; /* NULL: not looked for */
    const struct recount *recount;          /* likewise */
    const struct stale *stale;              /* likewise */
    int64_t now_ms;
};

/* How often people changed the design after the start; a bandit's decisions are its design. */
uint32_t doctor_changes(const struct json *experiment);

/*
 * Writes {"status":"ok"|"warning"|"alarm","sample_ratio":{...},"units":{...},...,"findings":[...]}.
 * A finding: {"name","severity","message","next_step"} and its evidence.
 */
void doctor_write(const struct doctor_visit *visit, gos_arena *arena, struct json_writer *json);

#endif
