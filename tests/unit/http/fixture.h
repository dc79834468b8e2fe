/* A server with a few routes, and clients that speak raw bytes to it. */
#ifndef TESTS_UNIT_HTTP_FIXTURE_H
#define TESTS_UNIT_HTTP_FIXTURE_H

#include "http/server.h"
#include "http/stream.h"
#include "test.h"

#include <stdatomic.h>

enum { ANSWER_BYTES = 1 << 20 };

/* Short timeouts, two loops and two workers on a free port. */
struct http_config fixture_config(void);
struct http_server *fixture_start(const struct http_config *config);
void fixture_stop(struct http_server *server);

/* A connected socket with a receive timeout of a few seconds. */
int client_open(const struct http_server *server);
void client_close(int client);
void client_send(int client, const char *text);
void client_send_bytes(int client, const void *bytes, size_t len);
/* Reads one whole answer (head and body, by its Content-Length or its chunks); "" at the end. */
gos_str client_answer(int client);
/* Reads until the other side closes. */
gos_str client_rest(int client);
/* Whether the other side closes within the receive timeout. */
bool client_is_closed(int client);

/* One connection, one request, one answer. */
gos_str ask(const struct http_server *server, const char *request);
/* The status of an answer; 0 when there is none. */
int status_of(gos_str answer);
gos_str body_of(gos_str answer);
/* The value of a header, "" when absent. */
gos_str header_of(gos_str answer, const char *name);

#define CHECK_STATUS(server, request, want) CHECK_INT(status_of(ask((server), (request))), (want))
#define CHECK_HAS(text, part)               assert_true(str_contains((text), gos_str_from(part)))

/* The close callbacks that have come, and the last stream that was started. */
extern atomic_int streams_closed;
extern struct http_stream *_Atomic last_stream;
/* The last request that the /held route holds. */
extern struct http_request *_Atomic last_held;
extern atomic_int answers_seen;

#endif
