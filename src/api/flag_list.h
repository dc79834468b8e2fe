/* What lists of flags say beside the definitions: their use, and their state in all environments.
 */
#ifndef API_FLAG_LIST_H
#define API_FLAG_LIST_H

#include "api/api.h"
#include "catalog/listing.h"

struct flag_list {
    struct catalog_page page;
    bool has_places;
    const struct place *places; /* sorted by name */
    uint32_t place_count;
    gos_str only; /* the environment that the caller may see; empty: all */
};

/*
 * Reads `query` and, asked by include=environments, the states.
 *
 * Errors  BAD_INPUT at "/stale": true, false or reasons; at "/stale_days", "/include"
 */
bool flag_list_read(struct http_request *request, struct catalog_query *query,
                    struct flag_list *out, gos_error *err);

/* Item `i` with last_evaluated_at, stale and environments as its last members. */
void flag_list_write(const struct flag_list *list, uint32_t i, struct json_writer *json);

#endif
