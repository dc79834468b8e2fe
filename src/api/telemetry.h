/*
 * What a scrape of /metrics shows. Counting is one relaxed atomic addition from any thread; labels
 * are bounded by tables (routes, status classes), never by what users send.
 */
#ifndef API_TELEMETRY_H
#define API_TELEMETRY_H

#include "base/text.h"

enum telemetry_counter {
#define COUNTER(name, help) COUNT_##name,
#include "api/telemetry.def"
#undef COUNTER
    TELEMETRY_COUNTERS
};

enum { TELEMETRY_ROUTES_MAX = 160, TELEMETRY_CLASSES = 6, TELEMETRY_BUCKETS = 14 };

struct telemetry_route {
    const char *method;
    const char *pattern;
    _Atomic uint64_t by_class[TELEMETRY_CLASSES]; /* 1xx to 5xx at 1 to 5 */
    _Atomic uint64_t buckets[TELEMETRY_BUCKETS];  /* not cumulative; the last is +Inf */
    _Atomic uint64_t micros;
};

struct telemetry {
    _Atomic uint64_t counters[TELEMETRY_COUNTERS];
    struct telemetry_route routes[TELEMETRY_ROUTES_MAX];
    size_t route_count;
};

void telemetry_count(struct telemetry *telemetry, enum telemetry_counter counter, uint64_t by);
/* Names a route once at start; returns its index. Past the maximum the last one is shared. */
size_t telemetry_add_route(struct telemetry *telemetry, const char *method, const char *pattern);
void telemetry_request(struct telemetry *telemetry, size_t route, int status, uint64_t micros);
/* All counters and histograms in the Prometheus text format 0.0.4; `decisions`: with their sum. */
void telemetry_write(struct telemetry *telemetry, bool decisions, struct text *out);
/* One gauge with its HELP and TYPE; `labels` is "" or as in {environment="production"}. */
void telemetry_write_gauge(struct text *out, const char *name, const char *help, const char *labels,
                           double value);

#endif
