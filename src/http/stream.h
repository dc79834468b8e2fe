/*
 * Server-sent events: an answer that stays open. The handler starts the stream, others send into it
 * from any thread, and the close callback says when it has ended.
 */
#ifndef HTTP_STREAM_H
#define HTTP_STREAM_H

#include "http/http.h"
#include "http/server.h"

struct http_stream;

/* On the loop's thread, once, when the stream has ended for whatever reason. */
typedef void http_stream_closed(struct http_stream *stream, void *user);

/*
 * Makes the answer of this request a stream with the status and headers of its response; type
 * text/event-stream unless the handler has set another. What is sent before the handler returns
 * goes out behind the head.
 *
 * The handle is good until the close callback returns, and the callback always comes: it must make
 * sure that no other thread uses the handle afterwards.
 * Errors  OVERLOADED when streams_max is reached; the request is then an ordinary one.
 */
bool http_stream_start(struct http_request *request, http_stream_closed *closed, void *user,
                       struct http_stream **out, gos_error *err);

/*
 * Sends bytes, copied. False when the stream has ended, or ends now because more than
 * stream_backlog_bytes_max are unsent. Any thread.
 */
bool http_stream_send(struct http_stream *stream, gos_str bytes);
/* Ends it after what was sent has gone out; the close callback still comes. Any thread. */
void http_stream_end(struct http_stream *stream);
/* How many more streams fit now: never advertise one at 0. */
unsigned http_stream_room(const struct http_server *server);

#endif
