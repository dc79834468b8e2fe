/*
 * What a handler sees: a request that has arrived whole, and the answer to fill. The room knows
 * nothing of what is served; it is given a table of routes (server.h). Streams are in stream.h.
 */
#ifndef HTTP_HTTP_H
#define HTTP_HTTP_H

#include "base/text.h"
#include "gosset/base.h"

/* A name and its value: of a header, of the query, or of the path. */
struct http_field {
    gos_str name;
    gos_str value;
};

struct http_route;

/* All text lives until the request is answered. Only `user`, `identity` and `arena` are for
 * writing. */
struct http_request {
    const struct http_route *route; /* NULL while none has been found */
    gos_str method;                 /* as sent; "HEAD" too reaches the row of "GET" */
    gos_str path;                   /* raw, without base path and query; begins with one '/' */
    gos_str bare_base;              /* the base path, when the target was it without a '/' */
    gos_str query;                  /* raw, what stands behind the first '?' */
    gos_str body;                   /* whole, without chunks and content coding */
    gos_str remote;                 /* the peer's numeric address, without port */
    const struct http_field *headers;
    size_t header_count;
    const struct http_field *params; /* {name} of the pattern, percent-decoded, UTF-8 */
    size_t param_count;
    const struct http_field *queries; /* percent-decoded, '+' is a blank, UTF-8 */
    size_t query_count;
    int64_t now_ms;   /* the wall clock when the head was complete */
    gos_arena *arena; /* for the handler and for what it answers */
    void *user;       /* the server's, from its configuration */
    void *identity;   /* whatever the admit hook found out about the caller */
    bool is_tls;
};

/* Comes as 200 application/json with an empty body. Body and values are static or in the arena. */
struct http_response {
    int status;
    gos_str content_type; /* empty: none is sent */
    gos_str body;
    struct http_field *headers;
    size_t header_count;
};

/* Fills `response`. On return it is sent, unless the request is held or has become a stream. */
typedef void http_handler(struct http_request *request, struct http_response *response);
/* Writes an error's body and type in a route's own form; the status and headers are set already. */
typedef void http_fail_writer(struct http_request *request, struct http_response *response,
                              const gos_error *err);

enum http_mode {
    HTTP_LOOP, /* the handler runs on the loop: it must never wait for a disk or a lock held long */
    HTTP_POOL, /* the handler runs on a worker thread and may block */
};

/*
 * One row of the table of routes.
 *
 * pattern  "/api/v1/flags/{key}": a parameter is one whole segment. A last "{key...}" takes the
 *          rest of the raw path, slashes included, at least one byte. "//x" and "/x/" are "/x".
 *          A literal segment wins over a parameter, and there is no way back from it: below
 *          "/api" only patterns below "/api" are tried.
 */
struct http_route {
    const char *method;
    const char *pattern;
    int scope; /* meaningless here; handed to the admit hook */
    enum http_mode mode;
    uint32_t body_bytes_max; /* before and after decompression; 0 means HTTP_BODY_BYTES_DEFAULT */
    http_handler *handler;
    http_fail_writer *fail; /* NULL: {"code","message","pointer"} */
    /* For the API description; NULL where there is nothing to say. */
    const char *tag;
    const char *summary;
    const char *takes; /* name of the schema of the body */
    const char *gives; /* name of the schema of the answer */
};

enum {
    HTTP_BODY_BYTES_DEFAULT = 64 << 10,
    HTTP_HEAD_BYTES_MAX = 8 << 10,
    HTTP_HEADERS_MAX = 100,
    HTTP_PARAMS_MAX = 8,
    HTTP_QUERIES_MAX = 64,
    HTTP_GZIP_BYTES_MIN = 1024,
};

/* The first header of that name in any case of letters, or an empty text with data NULL. */
gos_str http_header(const struct http_request *request, const char *name);
/* A parameter of the path; asserts that the pattern has it. */
gos_str http_param(const struct http_request *request, const char *name);
/* The first query parameter of that name; data is NULL when it is absent. */
gos_str http_query(const struct http_request *request, const char *name);
/* The same as text: empty when it is absent. */
gos_str http_query_text(const struct http_request *request, const char *name);
/* A whole number in the query: `otherwise` when absent, BAD_INPUT at /NAME when not in range. */
bool http_query_int(const struct http_request *request, const char *name, int64_t least,
                    int64_t most, int64_t otherwise, int64_t *out, gos_error *err);
/* The token of "Authorization: Bearer TOKEN", else of X-API-Key; data is NULL when absent. */
gos_str http_bearer(const struct http_request *request);
/* User and password of "Authorization: Basic ..."; false when absent or malformed. */
bool http_basic(const struct http_request *request, gos_str *out_user, gos_str *out_password);
/* Whether If-None-Match names `etag` (with its quotes), by weak comparison; "*" names all. */
bool http_etag_matches(const struct http_request *request, gos_str etag);

/* Whether Accept-Encoding names the coding, or "*", and not with q=0. */
bool http_takes_coding(const struct http_request *request, gos_str coding);

/* Adds a header. The name is static. CR, LF and NUL in the value become blanks. */
void http_add(struct http_request *request, struct http_response *response, const char *name,
              gos_str value);
/* Body and status from a text that was written in the request's arena; 500 when it has failed. */
void http_reply(struct http_request *request, struct http_response *response, int status,
                const struct text *body);
/* Answers with the error's status, in the route's form. OVERLOADED and UNAVAILABLE say Retry-After:
 * 1 unless the handler has added that header. */
void http_fail(struct http_request *request, struct http_response *response, const gos_error *err);

/*
 * For handlers that must wait: after http_hold nothing is sent when the handler returns. Then any
 * thread fills the response (as the only one that touches request and arena) and calls http_answer
 * exactly once; afterwards the request is gone. It may be called before the handler has returned.
 */
void http_hold(struct http_request *request);
void http_answer(struct http_request *request);
/* The response of a held request. */
struct http_response *http_response_of(struct http_request *request);

#endif
