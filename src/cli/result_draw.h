/* Results as a person reads them: from the JSON rows that the API and `analyze` give. */
#ifndef CLI_RESULT_DRAW_H
#define CLI_RESULT_DRAW_H

#include "base/json.h"

#include <stdio.h>

/* A table with a bar for each interval of a lift, all on one axis. */
void result_draw(const struct json *rows, gos_arena *arena, FILE *stream);
/* The sample ratio and the findings of a health report. */
void health_draw(const struct json *health, gos_arena *arena, FILE *stream);

#endif
