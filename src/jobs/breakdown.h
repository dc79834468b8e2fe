/*
 * One metric of an experiment looked into, on demand: for whom the effect is different, and how the
 * values are spread. Both write a JSON object; `metric` empty is the primary one.
 */
#ifndef JOBS_BREAKDOWN_H
#define JOBS_BREAKDOWN_H

#include "jobs/analysis.h"

enum { BREAKDOWN_SLICES_MAX = 12 };

/* In the place of an attribute: by the phase of a unit's first exposure, not of a bandit's. */
#define BREAKDOWN_PHASE GOS_LIT("$phase")

/*
 * `by` names an attribute that came with the exposures, or is BREAKDOWN_PHASE; empty:
 * {"attributes":[{"name","units"}]}, BREAKDOWN_PHASE the first of them when the design changed.
 * Else
 * {"metric","by","left_out","sample_ratio":[{"value","units","p_value","alarm"}],"variants":[{"variant","heterogeneity_p","differs","slices":[
 * {"value","units","control_units","mean","control_mean","diff","diff_ci","lift","lift_ci",
 * "p_value","adjusted_p","gap_p","gap_q","differs","status"}]}]}: lift in percent, intervals for
 * one look; phases, numbered from "1", also have "from", when they began; adjusted_p by Holm over
 * all slices, gap_q whether a slice differs from the others. left_out: units of values beyond the
 * BREAKDOWN_SLICES_MAX largest, of the oldest phases.
 *
 * Errors  as analysis_run; NOT_FOUND at "/metric", "/by"; BAD_INPUT at "/metric": a quantile
 */
bool slices_write(const struct analysis_sources *sources, const struct analysis_request *request,
                  gos_str metric, gos_str by, gos_arena *arena, struct json_writer *json,
                  gos_error *err);

/*
 * Whether the experiment `with` (a name or an id) changes what this one does to the metric, over
 * who is in both:
 * {"metric","with","independence_p","least_p","alarm","cells":[{"variant","other_variant",
 * "units","mean"}],"pairs":[{"variant","other_variant","contrast","se","p_value","adjusted_p"}]};
 * see gos_interactions_examine.
 *
 * Errors  as analysis_run; NOT_FOUND, BAD_INPUT at "/with"; BAD_INPUT at "/kind": a quantile
 */
bool interactions_write(const struct analysis_sources *sources,
                        const struct analysis_request *request, gos_str metric, gos_str with,
                        gos_arena *arena, struct json_writer *json, gos_error *err);

/*
 * {"metric","of":"units"|"events","edges":[e0,...,ek],"variants":[{"variant","units","values","mean",
 * "share_of_zeros","min","p25","p50","p75","p90","p99","max","counts":[k
 * numbers],"above"}],"funnel": of a funnel, see funnel.h}: counts[i] are the values from edges[i]
 * on and below edges[i + 1]; above: at or above the last edge. Of a ratio, the numerator's.
 *
 * Errors  as analysis_run; NOT_FOUND at "/metric"
 */
bool distribution_write(const struct analysis_sources *sources,
                        const struct analysis_request *request, gos_str metric, gos_arena *arena,
                        struct json_writer *json, gos_error *err);

#endif
