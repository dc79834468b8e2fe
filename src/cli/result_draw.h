/* Results as a person reads them: from the JSON rows that the API and `analyze` give. */
#ifndef CLI_RESULT_DRAW_H
#define CLI_RESULT_DRAW_H

#include "base/json.h"

#include <stdio.h>

/* What to do, in one sentence with its reasons; nothing when there is no verdict. */
void verdict_draw(const struct json *verdict, FILE *stream);
/*
 * A table with a bar for each interval of a lift, all on one axis. Without colours when `health`,
 * which may be NULL, has an alarm: nothing may look like a finding.
 */
void result_draw(const struct json *rows, const struct json *health, gos_arena *arena,
                 FILE *stream);
/* The sample ratio and the findings of a health report. */
void health_draw(const struct json *health, gos_arena *arena, FILE *stream);

#endif
