/* A report of one experiment as one HTML file that needs nothing else. */
#ifndef CLI_RESULT_PAGE_H
#define CLI_RESULT_PAGE_H

#include "base/json.h"

/* From the answers of the API: the experiment, its results, its time series (may be NULL). */
bool result_page(const struct json *experiment, const struct json *answer,
                 const struct json *series, gos_arena *arena, gos_str *out, gos_error *err);

#endif
