/* Requests that wait for the roster's writer: held, answered when their items are durable. */
#ifndef API_HELD_H
#define API_HELD_H

#include "api/api.h"
#include "jobs/writer.h"

/* Fills the answer when the items carry their outcomes. On the writer's thread: it must not block.
 */
typedef void held_finish(struct http_request *request, struct http_response *response,
                         struct roster_item *items, size_t count, void *user);

/*
 * Holds the request, submits the items and answers later, or at once with the error of the writer.
 * The pointer of an error gets `pointer` in front, such as "/events".
 *
 * items, user  in the request's arena
 */
void held_submit(struct http_request *request, struct http_response *response,
                 struct roster_item *items, size_t count, const char *pointer, held_finish *finish,
                 void *user);

/*
 * What every way of taking events does once they are durable: counts them and shows the newest in
 * the tail of events. Items of other kinds are passed over. Returns how many had come before.
 */
uint64_t held_note_events(struct http_request *request, const struct roster_item *items,
                          size_t count);

#endif
