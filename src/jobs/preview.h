/* What a metric gives over the newest events, before it is stored or any experiment has it. */
#ifndef JOBS_PREVIEW_H
#define JOBS_PREVIEW_H

#include "base/json.h"
#include "ledger/ledger.h"

enum { PREVIEW_EVENTS = 10000, PREVIEW_EVENTS_MAX = 1000000, PREVIEW_DAYS_MAX = 14 };

/* The plans that the ledger is asked for, in their order. */
enum { PREVIEW_VALUES, PREVIEW_ITSELF, PREVIEW_EACH, PREVIEW_PLANS };

/*
 * What a metric gives for whoever did anything since the oldest of the newest `events` events of
 * each name that it reads (a later moment, where another name has more than 1,000 times as many),
 * as if the first of it had been the exposure; windows, delays and lookbacks do not count.
 *
 * {"kind","events": that counted,"from","to","units","active": units with such an
 * event,"value","deviation": of the units, "share_of_zeros","edges","distribution": as a variant of
 * distribution_write, "trend":[{"date","value","units"}]: the newest days, each by its own events,
 * "detectable":{"alpha","power","units_per_day","days":[{"days","units","effect"}]}: percent of the
 * value that two even groups show after so many days, null when it cannot be said,
 * "examples":[{"unit","value"}], "warnings":[{"code","pointer","message"}]}
 *
 * cancel  may be NULL; once true, the answer is CANCELLED
 */
bool preview_write(struct ledger *ledger, gos_str environment, const struct metric_plan *plan,
                   uint32_t events, int64_t now_ms, const atomic_bool *cancel, gos_arena *arena,
                   struct json_writer *json, gos_error *err);

#endif
