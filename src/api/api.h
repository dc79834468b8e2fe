/*
 * What every handler reaches: the stores, the jobs and the caller. A resource is one file with its
 * handlers, and its rows in routes.def.
 */
#ifndef API_API_H
#define API_API_H

#include "api/keyring.h"
#include "api/telemetry.h"
#include "base/json.h"
#include "http/http.h"
#include "http/server.h"

struct analyst;
struct context_pool;
struct ledger;
struct logins;
struct oidc;
struct proxies;
struct publisher;
struct recent;
struct sample;
struct roster;
struct sdk_copies;
struct sessions;
struct shipper;
struct streams;
struct usage;
struct writer;

/* Told of failures that no answer carries, such as of a job. */
typedef void api_report(void *user, const char *what, const gos_error *err);

struct api {
    const struct http_route *routes; /* all that are served, for counting */
    size_t route_count;
    struct catalog *catalog;
    struct roster *roster;
    struct ledger *ledger;
    struct writer *writer;
    struct publisher *publisher;
    struct analyst *analyst;
    struct shipper *shipper;
    struct keyring *keyring;
    struct sessions *sessions; /* NULL: nobody logs in */
    struct logins *logins;
    const struct oidc *oidc;       /* NULL: no identity provider */
    const struct proxies *proxies; /* that are believed; NULL: none */
    struct context_pool *contexts; /* see decide.h */
    struct telemetry *telemetry;
    struct streams *streams; /* clients that wait for changes; see changes.h */
    gos_str cors_origins;    /* origins separated by spaces, or "*" */
    bool has_no_ledger;      /* events have nowhere to go */
    int64_t keep_days;       /* of assignments after their experiment's end */
    uint64_t spool_bytes_max;
    api_report *report;
    void *report_user;
    struct recent *recent;         /* the newest events; see recent.h */
    struct sample *sample;         /* contexts of recent users; see sample.h */
    struct usage *usage;           /* of flags; see usage.h */
    struct sdk_copies *sdk_copies; /* rulesets as clients fetch them; see sdk_copies.h */
};

/* The rows of routes.def, for http_config. */
const struct http_route *api_routes(size_t *out_count);
/* The hooks for http_config: who may call, which pages may read, counting. */
http_admit api_admit;
http_cors api_cors;
http_answered api_answered;
/* Errors of paths without a route, in OFREP's form below /ofrep. */
http_fail_writer api_fail;

static inline struct api *api_of(const struct http_request *request)
{
    return request->user;
}

/* Who calls; only for routes with a scope. */
const struct caller *api_caller(const struct http_request *request);
/*
 * Lets a key in: UNAUTHORIZED when it is not known (or empty), FORBIDDEN to pages of an origin that
 * it does not name, OVERLOADED past its rate.
 */
bool api_admit_key(struct http_request *request, gos_str key, struct caller *out, gos_error *err);
/* The environment of the caller's key, or the one that a member's request names. */
gos_str api_environment(const struct http_request *request);
/* NOT_ALLOWED_NOW where no ledger would take them. */
bool api_check_events(struct http_request *request, gos_error *err);
/* For the audit log: the key's name, or the member's e-mail. */
gos_str api_actor(const struct http_request *request);

/*
 * The body as one JSON object in the request's arena. On false the response is the error already.
 * An empty body is an empty object when `may_be_empty`.
 */
bool api_read_body(struct http_request *request, struct http_response *response, bool may_be_empty,
                   const struct json **out);

/* Begins an answer in the request's arena; api_write_end sends it. */
struct api_answer {
    struct text text;
    struct json_writer json;
};
void api_write_begin(struct http_request *request, struct api_answer *answer);
void api_write_end(struct http_request *request, struct http_response *response,
                   struct api_answer *answer, int status);
/* A member: a text, null when it is empty; a time, null when it is TIME_NONE. */
void api_write_text(struct json_writer *json, const char *name, gos_str value);
void api_write_time(struct json_writer *json, const char *name, int64_t ms);
/* The answer of a list: its "items" stand between the two; then "next" and "total". */
void api_write_list_begin(struct http_request *request, struct api_answer *answer);
void api_write_list_end(struct api_answer *answer, gos_str next, int64_t total);
/* Answers with JSON text that stands already. */
void api_reply_json(struct http_request *request, struct http_response *response, int status,
                    gos_str json);

#endif
