/*
 * What happened before the demo was started: visitors of the last weeks, simulated with the same
 * effects as the live ones, each assigned by the definitions as they were at that time, and told to
 * the server as an application that decides itself does.
 */
#ifndef CLI_PAST_H
#define CLI_PAST_H

#include "base/json.h"
#include "http/client.h"

struct past_options {
    struct http_client *client; /* with a key of scope server */
    const struct json *document;
    int64_t now_ms;
    uint32_t days; /* whole ones before today */
    uint32_t visitors_per_day;
};

/* Visitors have the numbers from 0 to (days + 1) * visitors_per_day. Errors: as http_client_ask. */
bool past_send(const struct past_options *options, gos_error *err);

/* The document with each experiment as it was at a past time: running in the phase of then, or left
 * out. */
bool past_document(const struct json *document, int64_t at, gos_arena *arena, gos_str *out,
                   gos_error *err);

#endif
