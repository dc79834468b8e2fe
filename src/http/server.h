/* Starting and stopping a server: one loop a core on one port, and a pool of workers. */
#ifndef HTTP_SERVER_H
#define HTTP_SERVER_H

#include "http/http.h"

/* What an answered request was, for metrics and logs. */
struct http_access {
    int status;
    int64_t duration_us; /* from the first byte of the head to the handing over of the answer */
    size_t bytes_in;     /* head and body as received */
    size_t bytes_out;    /* head and body as sent */
};

/*
 * Called on the loop after a route was found and before any of the body is read. False refuses with
 * `err`; headers may be added to `response`. Sets request->identity.
 */
typedef bool http_admit(struct http_request *request, struct http_response *response,
                        gos_error *err);
/* Whether pages of `origin` may read this answer. A preflight carries no key. */
typedef bool http_cors(const struct http_request *request, gos_str origin);
/* After each answer, on the loop's thread; request->route is NULL when none was found. */
typedef void http_answered(const struct http_request *request, const struct http_access *access);

struct http_config {
    const char *host;     /* numeric address or name; "127.0.0.1" */
    uint16_t port;        /* 0 takes a free one: ask http_port */
    const char *tls_cert; /* PEM chain and key; both NULL: plain HTTP */
    const char *tls_key;
    const char *base_path; /* "/gosset": stripped when present; the root is served as well */
    const struct http_route *routes;
    size_t route_count;
    void *user;
    http_admit *admit;       /* NULL admits all */
    http_cors *cors;         /* NULL allows no other origin */
    http_answered *answered; /* may be NULL */
    http_fail_writer *fail;  /* for what no route was found for; NULL: the common form */
    unsigned loops;          /* 0: one a core */
    unsigned workers;        /* threads for HTTP_POOL */
    unsigned pool_queue_max; /* waiting for a worker; beyond it OVERLOADED */
    unsigned connections_max;
    unsigned streams_max;
    int head_ms;      /* from the first byte (or the connection) to the end of the head */
    int body_ms;      /* from the end of the head to the end of the body */
    int idle_ms;      /* between requests */
    int write_ms;     /* to take the answer */
    int drain_ms;     /* to go on sending after an early refusal */
    int stop_ms;      /* for what is in flight when the server stops */
    int heartbeat_ms; /* between comments on an idle stream */
    size_t stream_backlog_bytes_max; /* unsent bytes after which a stream is closed */
    size_t arena_bytes_max;          /* for one request and its answer, beside its body */
};

struct http_server;

/* Values that fit a server on one machine; routes, user and hooks are empty. */
struct http_config http_config_default(void);
/* Listens and answers when it returns true. The routes must stay. BAD_INPUT: /host, /tls, /routes.
 */
bool http_start(const struct http_config *config, struct http_server **out, gos_error *err);
uint16_t http_port(const struct http_server *server);
/* From any thread, repeatable, returns at once: no new connection; what is in flight is answered.
 */
void http_stop(struct http_server *server);
/* Waits until all is answered or stop_ms has passed since http_stop, then gives all back. */
void http_close(struct http_server *server);
/* Reads certificate and key again; connections that stand keep theirs. The old stay when it fails.
 */
bool http_tls_reload(struct http_server *server, gos_error *err);
/* When its certificate ends, in milliseconds since 1970; INT64_MAX without TLS. Any thread. */
int64_t http_tls_expires(const struct http_server *server);

struct http_counts {
    uint64_t connections; /* open now */
    uint64_t streams;     /* open now */
    uint64_t accepted;    /* ever */
    uint64_t refused;     /* over connections_max, ever */
    uint64_t requests;    /* answered, ever */
    uint64_t timeouts;    /* ever */
};

struct http_counts http_counts(const struct http_server *server);
/* The server that a request came to, for the two functions above and stream.h. */
struct http_server *http_server_of(const struct http_request *request);

#endif
