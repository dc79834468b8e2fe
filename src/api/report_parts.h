/* What the parts of a report share: text that is safe in markup, numbers as pages show them. */
#ifndef API_REPORT_PARTS_H
#define API_REPORT_PARTS_H

#include "api/report.h"
#include "base/text.h"

struct report_interval {
    double lower, upper;
};

/* `value` with nothing of it taken for markup. */
void report_add(struct text *out, gos_str value);
gos_str report_text(const struct json *value, const char *pointer);
bool report_is(const struct json *value, const char *pointer);
/* False unless both bounds are finite numbers. */
bool report_interval_at(const struct json *value, const char *pointer, struct report_interval *out);

/* "20,252.5"; a dash for what is no number. */
void report_number(struct text *out, double value, int decimals);
/* "+21 %", rounded by the interval that belongs to it. */
void report_percent(struct text *out, double percent, const struct report_interval *by);
void report_p_value(struct text *out, double p);

/* A row of results that is not of the control; colours only where they may be shown. */
const char *report_tone(const struct json *row, bool trusted);
/* False: a health check failed, and nothing may look like a finding. */
bool report_is_trusted(const struct report *report);

void report_add_metrics(struct text *out, const struct report *report);
void report_add_courses(struct text *out, const struct report *report);

#endif
