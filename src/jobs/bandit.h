/*
 * Experiments whose weights follow their data (`bandit` in their definition). Each decision is
 * computed from the facts, written as a new phase with its inputs, posterior and weights, and
 * published. The phases are the log.
 */
#ifndef JOBS_BANDIT_H
#define JOBS_BANDIT_H

#include "jobs/periods.h"

struct bandit_request {
    struct catalog *catalog;
    struct ledger *ledger;
    gos_str environment;
    gos_str actor;
    int64_t now_ms;
    const atomic_bool *cancel; /* may be NULL */
};

/*
 * Decides for a Running experiment (with its tree) whether its time has come or not. *out_decision
 * is a JSON object: {"at","metric","method","applied","reason"?,"periods","units","mean","se",
 * "chance_best","weights","winner"}, objects by variant. Not applied: an arm has too few units, or
 * nothing can be told yet; then nothing has changed.
 *
 * Errors  NOT_ALLOWED_NOW: not a bandit, not Running, all its phases are used; BAD_INPUT: the
 *         primary metric is a quantile; CONFLICT: somebody else was faster
 */
bool bandit_decide(const struct bandit_request *request, const struct definition *experiment,
                   gos_arena *arena, gos_str *out_decision, bool *out_applied, gos_error *err);

/* When the next decision is due; TIME_NONE when the experiment is none. */
int64_t bandit_due(const struct json *experiment);

/* Told of each environment in which weights were changed, so that they are published. */
typedef bool bandit_done(void *user, gos_str environment, gos_error *err);
/* Told of a decision that could not be made; the others go on. */
typedef void bandit_failed(void *user, gos_str experiment, const gos_error *err);

/* All experiments of all environments whose decision is due. The request's environment is not read.
 */
bool bandit_run_all(const struct bandit_request *request, bandit_done *done, bandit_failed *failed,
                    void *user, gos_arena *arena, uint32_t *out_count, gos_error *err);

#endif
