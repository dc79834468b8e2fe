/*
 * Clients that wait for changes: streams of server-sent events, one notice per change of the
 * ruleset of their environment (OFREP 0.3, event streams). A notice never carries values.
 */
#ifndef API_CHANGES_H
#define API_CHANGES_H

#include "api/api.h"

struct streams;

bool streams_open(struct streams **out, gos_error *err);
/* After the HTTP server is closed and the publisher is silent. NULL is harmless. */
void streams_close(struct streams *streams);
/*
 * Tells all who wait in the environment. Fits publisher_options.published; from any thread, never
 * waits. Changes that follow each other closely reach a client as one notice.
 */
void streams_changed(void *streams, gos_str environment, gos_str hash, int64_t sequence);
/*
 * From now on also tells of changes that come by themselves, such as a schedule's. NULL ends it,
 * and must be said before the publisher is closed.
 */
void streams_watch(struct streams *streams, struct publisher *publisher);
/* How many clients wait. */
size_t streams_count(struct streams *streams);

/*
 * Writes the member "eventStreams" into an open object: only for pages (requests with an Origin),
 * and only while there is room for a stream, as a client whose stream is refused asks without end.
 */
void changes_advertise(struct http_request *request, struct json_writer *json);

#endif
