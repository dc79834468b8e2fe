/* Experiments whose split changed while they ran: how many units each variant should have. */
#ifndef JOBS_PHASES_H
#define JOBS_PHASES_H

#include "jobs/periods.h"

/*
 * Puts the expected number of units in place of the weights: those of each period, split as that
 * period was; with one period they stay. Also finds the evidence against the split that holds
 * however often it is looked at (ratio_log_e). `whole` is the answer to `ask`.
 */
bool phases_expect(struct ledger *ledger, const struct ledger_question *ask,
                   struct periods *periods, const struct ledger_answer *whole,
                   struct analysis_design *design, gos_arena *arena, gos_error *err);

#endif
