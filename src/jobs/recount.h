/*
 * Whether exposures have the variant that the ruleset of their time gives: each one of a sample is
 * decided again, without what was decided before, for its unit and the attributes that came with
 * it.
 */
#ifndef JOBS_RECOUNT_H
#define JOBS_RECOUNT_H

#include "jobs/analysis.h"
#include "jobs/history.h"

enum { RECOUNT_EXPOSURES = 2000, RECOUNT_RULESETS = 8 };

struct recount {
    uint32_t listed;    /* exposures of the sample, at most RECOUNT_EXPOSURES */
    uint32_t checked;   /* what the ruleset gives their unit is known */
    uint32_t differing; /* of these: they have another variant than the ruleset gives */
    uint32_t outside;   /* of these: it gives none, by coverage, layer or holdout */
    uint32_t foreign;   /* of the sample: they name a ruleset that this environment never had */
    /* Those that differ most often: variants of the question, and how many exposures. */
    uint32_t pair_recorded, pair_given, pair_count;
    uint32_t *recorded; /* by variant, of those checked that the ruleset gives a variant */
    uint32_t *given;    /* the same exposures by what the ruleset gives */
};

/*
 * Not checked is what the server decided by something else than the split (earlier assignments,
 * identities, overrides), what hangs on attributes that did not come along, and exposures from
 * before the first ruleset. Everything lives in `arena`.
 */
bool recount_make(const struct analysis_sources *sources, const struct analysis_request *request,
                  const struct ledger_question *ask, const struct history *history,
                  gos_arena *arena, struct recount *out, gos_error *err);

#endif
