/* A computation in short, for lists: the verdict, how far it is, and its primary metric. Pure. */
#ifndef JOBS_ADVICE_H
#define JOBS_ADVICE_H

#include "catalog/advice.h"
#include "jobs/analysis.h"

/*
 * The body is {"reason", "days_left", "variant", "health": "ok"|"warning"|"alarm", "units",
 * "planned_units", "as_of", "primary": the row of the first primary metric for that variant or
 * null}. It lives in `arena`.
 */
bool advice_make(const struct analysis *analysis, const struct definition *experiment,
                 gos_arena *arena, struct advice *out, gos_error *err);

#endif
