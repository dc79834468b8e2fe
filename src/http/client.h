/*
 * Calls to an HTTP server, one at a time over a kept connection: the command line against its
 * server, webhooks to others. A client belongs to one thread.
 */
#ifndef HTTP_CLIENT_H
#define HTTP_CLIENT_H

#include "gosset/base.h"

struct http_client;

struct http_client_options {
    gos_str base_url; /* "http://127.0.0.1:8080", with a path prefix if there is one */
    gos_str key;      /* sent as a bearer token; empty sends none */
    long timeout_ms;  /* for a whole call */
    size_t body_bytes_max;
};

struct http_reply {
    int status;
    gos_str body; /* in the arena of the call */
};

/* Errors  BAD_INPUT: base_url is not http:// or https://. OUT_OF_MEMORY. */
bool http_client_open(const struct http_client_options *options, struct http_client **out,
                      gos_error *err);
void http_client_close(struct http_client *client);
/*
 * Sends `body` (JSON; data NULL sends none) and reads the whole answer, whatever its status.
 *
 * Errors  UNAVAILABLE: nobody answers there, or not in time. TOO_LARGE: the answer.
 */
bool http_client_call(struct http_client *client, const char *method, const char *path,
                      gos_str body, gos_arena *arena, struct http_reply *out, gos_error *err);
/* POST of a form (application/x-www-form-urlencoded) to the base URL itself. Errors as above. */
bool http_client_form(struct http_client *client, gos_str form, gos_arena *arena,
                      struct http_reply *out, gos_error *err);
/*
 * http_client_call, and an answer other than 2xx is an error with the code, message and pointer
 * that the server gave.
 */
bool http_client_ask(struct http_client *client, const char *method, const char *path, gos_str body,
                     gos_arena *arena, gos_str *out_body, gos_error *err);

/* A message to a server that others have named. */
struct http_post {
    const char *url;
    const char *const *headers; /* "Name: value", NULL at the end */
    gos_str body;
    long timeout_ms;
    size_t body_bytes_max; /* of the answer, which is not kept */
    bool may_be_private;   /* may go to this machine and its networks */
};
/*
 * Sends it over a connection of its own. Redirects are answers, not followed. Where it goes is
 * checked at the connection, whatever its name said a moment before.
 *
 * Errors  UNAVAILABLE: nobody answers, or not in time; FORBIDDEN: a private address; TOO_LARGE
 */
bool http_post(const struct http_post *post, int *out_status, gos_error *err);

#endif
