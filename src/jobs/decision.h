/*
 * What to do with an experiment, in one sentence: the verdict of its best treatment, from the same
 * numbers as its rows and its health. Pure.
 */
#ifndef JOBS_DECISION_H
#define JOBS_DECISION_H

#include "jobs/analysis.h"
#include "jobs/doctor.h"

/*
 * Writes {"verdict": "ship"|"roll_back"|"keep_running"|"inconclusive"|"broken", "variant",
 * "sentence", "reasons": [...], "days_left": number or null}.
 *
 * design  gives the planned units and the evidence against the split
 */
bool decision_write(const struct doctor_visit *visit, const struct analysis_design *design,
                    gos_arena *arena, struct json_writer *json, gos_error *err);

#endif
