/* A server with a catalog and keys, spoken to over HTTP as a client does. */
#ifndef TESTS_API_FIXTURE_H
#define TESTS_API_FIXTURE_H

#include "api/api.h"
#include "catalog/catalog.h"
#include "http/client.h"
#include "test.h"

struct fixture {
    struct catalog *catalog;
    struct api api;
    struct telemetry telemetry;
    struct http_server *server;
    char url[64];
    char admin[KEY_TEXT_BYTES];   /* keys of production */
    char reader[KEY_TEXT_BYTES];  /* scope server */
    char browser[KEY_TEXT_BYTES]; /* scope client */
    char staging[KEY_TEXT_BYTES]; /* admin of staging */
    const char *key;              /* with which calls are made; admin at first */
    gos_arena *arena;
    /* What the last call answered. */
    int status;
    gos_str body;
    const struct json *json; /* NULL when the body is empty */
};

void fixture_start(struct fixture *given);
void fixture_stop(struct fixture *given);
/* `body` may be NULL. Returns the status. */
int fixture_call(struct fixture *given, const char *method, const char *path, const char *body);
/* Sends a request with one more header and answers with the whole text of the reply. */
gos_str fixture_raw(struct fixture *given, const char *method, const char *path, const char *header,
                    const char *body);
/* The JSON text of what a pointer names in the last answer, or "absent". */
gos_str fixture_at(struct fixture *given, const char *pointer);

#define CHECK_STATUS(given, status_, method, path, body_)                                          \
    test_check_int(fixture_call(given, method, path, body_), status_, __FILE__, __LINE__)
/* The call is refused with this code and pointer. */
#define CHECK_REFUSED(given, status_, code_, pointer_, method, path, body_)                        \
    do {                                                                                           \
        CHECK_STATUS(given, status_, method, path, body_);                                         \
        CHECK_TEXT(fixture_at(given, "/code"), "\"" code_ "\"");                                   \
        CHECK_TEXT(fixture_at(given, "/pointer"), "\"" pointer_ "\"");                             \
    } while (0)

#endif
