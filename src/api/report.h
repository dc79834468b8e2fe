/* A report of one experiment as one HTML file that needs nothing else: to pass on, and to print. */
#ifndef API_REPORT_H
#define API_REPORT_H

#include "base/json.h"

struct report {
    const struct json *experiment;
    const struct json *results; /* list of rows, as REST shows them */
    const struct json *health;
    const struct json *verdict;
    const struct json *points; /* the course, see analysis_series; may be NULL */
    gos_str as_of;
};

/* Lives in `arena`. What people wrote is escaped; colours are left out when a check failed. */
bool report_write(const struct report *report, gos_arena *arena, gos_str *out, gos_error *err);

#endif
