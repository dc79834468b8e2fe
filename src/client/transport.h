/*
 * Requests to the server, several at a time on one thread: what was asked is answered later by a
 * call from transport_wait. Knows HTTP, not what it is about.
 */
#ifndef CLIENT_TRANSPORT_H
#define CLIENT_TRANSPORT_H

#include "gosset/base.h"

struct transport;

/* One request at a time in each; connections are kept. */
enum transport_lane { LANE_RULESET, LANE_EVENTS, LANE_STREAM, LANE_COUNT };

struct transport_answer {
    int status;            /* 0: no answer came */
    int64_t retry_after_s; /* 0: none said */
    gos_str body;          /* empty of a stream; valid during the call */
    const char *failure;   /* why no answer came; NULL: one did */
};

/* When the whole answer is there, or the stream has ended. May start the next. */
typedef void transport_answered(void *user, enum transport_lane lane,
                                const struct transport_answer *answer);
/* Bytes of LANE_STREAM, of an answer with status 200. */
typedef void transport_streamed(void *user, gos_str bytes);

struct transport_options {
    const char *url;
    const char *key;
    const char *ca_file; /* or NULL */
    transport_answered *answered;
    transport_streamed *streamed;
    void *user;
};

struct transport_request {
    enum transport_lane lane;
    const char *path;
    const char *accept;
    const char *etag; /* for If-None-Match; NULL: none */
    gos_str body;     /* JSON to be posted, which must stay until the answer; data NULL: a GET */
    long timeout_ms;  /* of a stream: of its silence */
};

bool transport_open(const struct transport_options *options, struct transport **out,
                    gos_error *err);
/* What is under way is given up without a call. NULL is harmless. */
void transport_close(struct transport *transport);
/* The lane must be free (asserted). False: no memory; nothing was started. */
bool transport_start(struct transport *transport, const struct transport_request *request);
/* Works for at most `ms`, less when something happened or transport_wake was called. */
void transport_wait(struct transport *transport, int64_t ms);
/* From any thread. */
void transport_wake(struct transport *transport);

#endif
