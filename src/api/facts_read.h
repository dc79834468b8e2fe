/* What clients report, read from JSON into facts. Every error points below the item that is wrong.
 */
#ifndef API_FACTS_READ_H
#define API_FACTS_READ_H

#include "base/json.h"
#include "model/facts.h"

/* Whose facts these are, and when they arrive. */
struct fact_origin {
    gos_str environment;
    int64_t now_ms;
};

/*
 * {"event_id"?, "user_id" or "device_id", "name", "value"?, "properties"?, "timestamp"?}
 *
 * pointer  of the item, such as "/events/3"
 * Errors   BAD_INPUT below pointer: unknown field, wrong type, missing user_id and device_id, empty
 *          or over-long text, a timestamp more than a day ahead
 */
bool event_read(const struct json *item, const struct fact_origin *origin, const char *pointer,
                gos_arena *arena, struct event *out, gos_error *err);

/* One request for an assignment, as POST /api/v1/assignments takes it. */
struct assignment_request {
    gos_str experiment_id; /* id or name */
    gos_str user_id;
    gos_str device_id;
    bool has_session;
    struct uuid session_id;
    const struct json *attributes; /* object or NULL */
};

bool assignment_request_read(const struct json *item, const char *pointer,
                             struct assignment_request *out, gos_error *err);

/* A decision that a program made itself, by the ruleset. */
struct exposure_request {
    gos_str experiment_id; /* id or name */
    gos_str user_id;       /* the unit */
    gos_str device_id;
    gos_str variant;
    gos_str attributes; /* JSON text, or empty */
    gos_str ruleset;    /* hash of the one that decided, or empty */
    gos_str reason;     /* a word of reasons.def; "split" when none is given */
    int64_t at;
};

/* {"experiment_id", "user_id" or "device_id", "variant", "attributes"?, "ruleset"?,
 * "assignment_reason"?, "timestamp"?}; errors as event_read's. */
bool exposure_request_read(const struct json *item, const struct fact_origin *origin,
                           const char *pointer, gos_arena *arena, struct exposure_request *out,
                           gos_error *err);

/* {"user_id", "device_id"?, "attributes"?} */
struct identify_request {
    gos_str user_id;
    gos_str device_id;
    gos_str attributes; /* JSON text, or empty */
};

bool identify_request_read(const struct json *item, const char *pointer, gos_arena *arena,
                           struct identify_request *out, gos_error *err);

#endif
