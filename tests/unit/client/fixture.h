/* A server as the client sees it, which answers as the test says, and a client of it. */
#ifndef TESTS_CLIENT_FIXTURE_H
#define TESTS_CLIENT_FIXTURE_H

#include "client/client.h"
#include "http/server.h"
#include "http/stream.h"
#include "test.h"

enum { BODIES_MAX = 64, BODY_BYTES = 16384 };

struct fixture {
    gos_arena *arena;
    struct http_server *server;
    char url[64];
    gos_client_options options;
    gos_client *client;
    gos_error err;

    pthread_mutex_t lock; /* of all below */
    gos_str document;
    gos_str block;
    char etag[48];
    bool blocks_are_foreign; /* of a version that nobody knows */
    int ruleset_status;      /* 0: as it should be */
    int events_status;
    int events_failures;  /* so many times events_status, then all is well; -1: for ever */
    gos_str events_error; /* the body of such an answer */
    const char *retry_after;
    uint64_t ruleset_asked, ruleset_fresh, events_asked;
    char bodies[BODIES_MAX][BODY_BYTES]; /* that were taken, or refused */
    uint32_t body_count;
    struct http_stream *stream;
};

/* What the server answers from now on; 0: as it should. */
void fixture_fail_rulesets(struct fixture *given, int status);
/* Serves the document (with ' for "); the options ask for haste. */
void fixture_open(struct fixture *given, const char *document);
void fixture_serve(struct fixture *given, const char *document);
void fixture_close(struct fixture *given);
/* Opens the client with the options, and waits until it is ready. */
void fixture_start(struct fixture *given);
/* Tells those on the stream of the present hash. */
void fixture_tell(struct fixture *given);
/* Waits until a count has reached so much; false after 10 s. */
bool fixture_reached(struct fixture *given, const uint64_t *count, uint64_t least);
/* How often a text occurs in the bodies of events. */
unsigned fixture_seen(struct fixture *given, const char *part);
gos_client_state fixture_state(struct fixture *given);
/* Waits until the client is in this ruleset's use, or for 10 s. */
bool fixture_uses(struct fixture *given);

#endif
