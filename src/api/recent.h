/*
 * The newest events in memory, so that people can watch what arrives. A tail, not a store: it
 * forgets, and of a large batch it keeps only the last ones.
 */
#ifndef API_RECENT_H
#define API_RECENT_H

#include "base/json.h"
#include "model/facts.h"

enum { RECENT_EVENTS = 512, RECENT_OF_BATCH = 64, RECENT_BYTES = 1024 };

struct recent;

bool recent_open(struct recent **out, gos_error *err);
void recent_close(struct recent *recent);
/* Notes an event. Properties that do not fit are left out. From any thread; NULL does nothing. */
void recent_put(struct recent *recent, const struct event *event);
/* The newest events of an environment as elements of the open array, newest first; `name` empty:
 * of all names. Returns how many; none of NULL. */
uint32_t recent_write(struct recent *recent, gos_str environment, gos_str name, uint32_t limit,
                      struct json_writer *json);

#endif
