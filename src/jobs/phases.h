/* Experiments whose split changed while they ran: how many units each variant should have. */
#ifndef JOBS_PHASES_H
#define JOBS_PHASES_H

#include "jobs/analysis.h"

/*
 * Puts the expected number of units in place of the weights: those of each phase, split as that
 * phase was. `ask` is the question of the computation. Does nothing with fewer than two phases.
 */
bool phases_expect(struct ledger *ledger, const struct ledger_question *ask,
                   const struct json *tree, struct analysis_design *design, gos_arena *arena,
                   gos_error *err);

#endif
