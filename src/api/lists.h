/* Segments with lists of up to a million ids: room to read them, and answers that leave them out.
 */
#ifndef API_LISTS_H
#define API_LISTS_H

#include "api/change.h"

/* Lets the request's arena hold a segment several times, as reading and writing it takes. */
void lists_allow(struct http_request *request);

/*
 * The body of a segment, with "include_count" and "exclude_count" in place of lists longer than the
 * query's ids_max; as it is when the query says nothing, or the definition is of another kind.
 *
 * Errors  BAD_INPUT at /ids_max
 */
bool lists_cut(struct http_request *request, const struct definition *definition, gos_str *out_body,
               gos_error *err);

#endif
