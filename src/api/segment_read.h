/* Messages of the Segment HTTP API, read from JSON into what the roster keeps. */
#ifndef API_SEGMENT_READ_H
#define API_SEGMENT_READ_H

#include "base/json.h"
#include "roster/roster.h"

enum { SEGMENT_ITEMS_PER_MESSAGE = 2 };

/* Whose messages these are, and how far the sender's clock is off. */
struct segment_origin {
    gos_str environment;
    enum profile_source source; /* of the attributes */
    int64_t now_ms;
    int64_t sent_ms; /* "sentAt" by the sender's clock, or TIME_NONE */
};

/*
 * One message. identify and alias become attributes and links, all others events: "track" under its
 * own name, "page", "screen" and "group" under theirs.
 *
 * type       "track", ...; NULL data: the message's own "type"
 * out_items  room for SEGMENT_ITEMS_PER_MESSAGE
 * Errors     BAD_INPUT below pointer: no userId and no anonymousId, no event for a track, unknown
 *            type, a text that is too long, properties that are no object
 */
bool segment_read(const struct json *message, gos_str type, const struct segment_origin *origin,
                  const char *pointer, gos_arena *arena, struct roster_item *out_items,
                  size_t *out_count, gos_error *err);

/* "sentAt" of a body as milliseconds, or TIME_NONE. */
int64_t segment_sent_ms(const struct json *body);

#endif
