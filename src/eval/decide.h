/* The one path of deciding, with and without a trace. */
#ifndef EVAL_DECIDE_H
#define EVAL_DECIDE_H

#include "eval/bound.h"
#include "eval/trace.h"

/* Fills the experiment's part of the decision: variant, assignment, configuration, code. */
void experiment_decide(const gos_ruleset *rules, uint32_t experiment, const gos_context *context,
                       struct trace *trace, gos_decision *out);
void flag_decide(const gos_ruleset *rules, uint32_t flag, const gos_context *context,
                 struct trace *trace, gos_decision *out);
/* The whole decision of an experiment. */
gos_decision eval_experiment(const gos_ruleset *rules, uint32_t experiment,
                             const gos_context *context, struct trace *trace);
gos_decision eval_missing(const gos_ruleset *rules, gos_code code);
/* What is fixed for this user and owner, or NONE. */
uint32_t override_find(const gos_ruleset *rules, enum override_kind kind, uint32_t owner,
                       const gos_context *context);
/* The place of an override in its table. */
uint64_t override_hash(enum override_kind kind, uint32_t owner, uint64_t user_hash);

#endif
