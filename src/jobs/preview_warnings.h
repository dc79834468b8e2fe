/* What a preview should make its reader wonder about. */
#ifndef JOBS_PREVIEW_WARNINGS_H
#define JOBS_PREVIEW_WARNINGS_H

#include "base/json.h"
#include "ledger/ledger.h"

/* `answer`: of the plan as its second one, behind its values. Writes the member "warnings": events
 * and properties that nobody has sent, too few units, ... */
bool preview_warn(struct ledger *ledger, gos_str environment, const struct metric_plan *plan,
                  const struct ledger_answer *answer, double span_days, gos_arena *arena,
                  struct json_writer *json, gos_error *err);

#endif
