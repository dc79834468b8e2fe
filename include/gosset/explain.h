/* Why a decision is as it is, step by step. The decision itself is the same code's. */
#ifndef GOSSET_EXPLAIN_H
#define GOSSET_EXPLAIN_H

#include "gosset/decision.h"

#ifdef __cplusplus
extern "C" {
#endif

/*
 * Decides a flag, or an experiment, and writes how.
 *
 * key           a flag's key; gos_explain_experiment: an id or a name
 * out_decision  what gos_eval_flag or gos_eval_experiment answers
 * out_json      {"steps": [{"depth": 0, "step": "rule", "result": false, ...}, ...]} in the arena;
 *               docs/evaluation.md lists the steps and their members
 * Errors        TOO_LARGE: the arena is full
 */
bool gos_explain_flag(const gos_ruleset *rules, gos_str key, const gos_context *context,
                      gos_arena *arena, gos_decision *out_decision, gos_str *out_json,
                      gos_error *err);
bool gos_explain_experiment(const gos_ruleset *rules, gos_str id_or_name,
                            const gos_context *context, gos_arena *arena,
                            gos_decision *out_decision, gos_str *out_json, gos_error *err);

#ifdef __cplusplus
}
#endif

#endif
