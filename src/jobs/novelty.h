/*
 * Whether an effect fades or grows with the days since a unit's first exposure (novelty, primacy):
 * the metric of each day of age by itself, and the slope of its differences.
 */
#ifndef JOBS_NOVELTY_H
#define JOBS_NOVELTY_H

#include "jobs/analysis.h"

enum { NOVELTY_DAYS_MAX = 28 };

/*
 * Writes {"metric","days":N,"variants":[{"variant","slope","se","z","p_value","changes",
 * "course":[{"day","diff","se","units"}]}]}. `metric` empty: the primary one. Slope and z are null
 * with fewer than 14 days.
 *
 * Errors  as analysis_run; NOT_FOUND at "/metric"; BAD_INPUT at "/metric" for a quantile
 */
bool novelty_write(const struct analysis_sources *sources, const struct analysis_request *request,
                   gos_str metric, gos_arena *arena, struct json_writer *json, gos_error *err);

#endif
