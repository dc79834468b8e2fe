/* How far the units of each variant come in a funnel. */
#ifndef JOBS_FUNNEL_H
#define JOBS_FUNNEL_H

#include "jobs/analysis.h"

/*
 * Writes the member "funnel" of a metric that is one:
 * [{"variant","units","steps":[{"event","units",
 * "share","share_ci","of_first","conversion","conversion_ci"}]}]. share: of all units; of_first: of
 * those of the first step; conversion: of those of the step before (of all, for the first).
 * Otherwise writes nothing.
 */
bool funnel_write(struct ledger *ledger, const struct ledger_question *ask,
                  const struct analysis_design *design, const struct metric_plan *plan,
                  gos_arena *arena, struct json_writer *json, gos_error *err);

#endif
