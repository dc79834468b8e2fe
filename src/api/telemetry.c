/* Counters, and their page in the Prometheus text format (version 0.0.4). */
#include "api/telemetry.h"

#include <inttypes.h>
#include <stdatomic.h>

/* Upper ends in microseconds; the last bucket has none. */
static const uint64_t bucket_micros[TELEMETRY_BUCKETS - 1] = {
    50, 100, 250, 500, 1000, 2500, 5000, 10000, 25000, 50000, 100000, 1000000, 5000000,
};

static const char *const counter_names[] = {
#define COUNTER(name, help) #name,
#include "api/telemetry.def"
#undef COUNTER
};

static const char *const counter_helps[] = {
#define COUNTER(name, help) help,
#include "api/telemetry.def"
#undef COUNTER
};

static void add(_Atomic uint64_t *counter, uint64_t by)
{
    atomic_fetch_add_explicit(counter, by, memory_order_relaxed);
}

static uint64_t get(_Atomic uint64_t *counter)
{
    return atomic_load_explicit(counter, memory_order_relaxed);
}

void telemetry_count(struct telemetry *telemetry, enum telemetry_counter counter, uint64_t by)
{
    add(&telemetry->counters[counter], by);
}

size_t telemetry_add_route(struct telemetry *telemetry, const char *method, const char *pattern)
{
    if (telemetry->route_count == TELEMETRY_ROUTES_MAX)
        return TELEMETRY_ROUTES_MAX - 1;
    telemetry->routes[telemetry->route_count].method = method;
    telemetry->routes[telemetry->route_count].pattern = pattern;
    return telemetry->route_count++;
}

void telemetry_request(struct telemetry *telemetry, size_t route, int status, uint64_t micros)
{
    struct telemetry_route *row = &telemetry->routes[route];
    size_t bucket = 0;
    while (bucket < TELEMETRY_BUCKETS - 1 && micros > bucket_micros[bucket])
        bucket++;
    add(&row->by_class[status >= 100 && status < 600 ? status / 100 : 0], 1);
    add(&row->buckets[bucket], 1);
    add(&row->micros, micros);
}

static void counters_write(struct telemetry *telemetry, bool decisions, struct text *out)
{
    for (size_t i = 0; i < TELEMETRY_COUNTERS; i++) {
        if (i == COUNT_decisions && !decisions)
            continue;
        text_print(out, "# HELP gosset_%s_total %s\n# TYPE gosset_%s_total counter\n",
                   counter_names[i], counter_helps[i], counter_names[i]);
        text_print(out, "gosset_%s_total %" PRIu64 "\n", counter_names[i],
                   get(&telemetry->counters[i]));
    }
}

static void requests_write(struct telemetry *telemetry, struct text *out)
{
    text_print(out, "# HELP gosset_http_requests_total Requests answered.\n"
                    "# TYPE gosset_http_requests_total counter\n");
    for (size_t i = 0; i < telemetry->route_count; i++) {
        struct telemetry_route *row = &telemetry->routes[i];
        for (int c = 1; c < TELEMETRY_CLASSES; c++) {
            uint64_t count = get(&row->by_class[c]);
            if (count > 0)
                text_print(out,
                           "gosset_http_requests_total{method=\"%s\",route=\"%s\",status=\"%dxx\"} "
                           "%" PRIu64 "\n",
                           row->method, row->pattern, c, count);
        }
    }
}

static void route_durations_write(struct telemetry_route *row, struct text *out)
{
    uint64_t count = 0;
    for (size_t b = 0; b < TELEMETRY_BUCKETS; b++) {
        count += get(&row->buckets[b]);
        text_print(out,
                   "gosset_http_request_duration_seconds_bucket{method=\"%s\",route=\"%s\",le=",
                   row->method, row->pattern);
        if (b == TELEMETRY_BUCKETS - 1)
            text_print(out, "\"+Inf\"} %" PRIu64 "\n", count);
        else
            text_print(out, "\"%g\"} %" PRIu64 "\n", (double)bucket_micros[b] / 1e6, count);
    }
    text_print(out, "gosset_http_request_duration_seconds_sum{method=\"%s\",route=\"%s\"} %g\n",
               row->method, row->pattern, (double)get(&row->micros) / 1e6);
    text_print(
        out, "gosset_http_request_duration_seconds_count{method=\"%s\",route=\"%s\"} %" PRIu64 "\n",
        row->method, row->pattern, count);
}

static bool route_is_used(struct telemetry_route *row)
{
    uint64_t all = 0;
    for (size_t b = 0; b < TELEMETRY_BUCKETS; b++)
        all += get(&row->buckets[b]);
    return all > 0;
}

void telemetry_write(struct telemetry *telemetry, bool decisions, struct text *out)
{
    counters_write(telemetry, decisions, out);
    requests_write(telemetry, out);
    text_print(out, "# HELP gosset_http_request_duration_seconds From head to answer.\n"
                    "# TYPE gosset_http_request_duration_seconds histogram\n");
    for (size_t i = 0; i < telemetry->route_count; i++) {
        if (route_is_used(&telemetry->routes[i]))
            route_durations_write(&telemetry->routes[i], out);
    }
}

void telemetry_write_gauge(struct text *out, const char *name, const char *help, const char *labels,
                           double value)
{
    text_print(out, "# HELP gosset_%s %s\n# TYPE gosset_%s gauge\ngosset_%s%s %.17g\n", name, help,
               name, name, labels, value);
}
