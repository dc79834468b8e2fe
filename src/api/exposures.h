/*
 * Exposures by programs that decided themselves. The first one of a unit becomes its assignment,
 * as if the server had decided; one that differs from what the unit has is recorded as a crossover.
 */
#ifndef API_EXPOSURES_H
#define API_EXPOSURES_H

#include "api/api.h"
#include "roster/roster.h"

struct batch_list {
    const struct json *items;
    uint32_t count;
};

/*
 * Reads a list into as many items.
 *
 * Errors  FORBIDDEN: the key is of scope client, whose word on variants counts for nothing.
 *         NOT_FOUND: no such experiment; BAD_INPUT: it has no such variant, and
 * exposure_request_read's. Each below "/exposures/INDEX". What the roster says
 */
bool exposures_read(struct http_request *request, const struct batch_list *list,
                    struct roster_item *items, gos_error *err);
/* Counts them once they are durable; returns how many had come before. */
uint64_t exposures_note(struct http_request *request, const struct roster_item *items,
                        size_t count);

#endif
