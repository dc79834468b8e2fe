/* Percent-decoding of paths and queries. */
#ifndef HTTP_PATH_H
#define HTTP_PATH_H

#include "http/http.h"

/*
 * Decodes %XX; what is no valid escape stays as it is, as some clients send keys raw. '+' becomes a
 * blank when `is_query`. BAD_INPUT when the outcome is not UTF-8 or holds a NUL.
 */
bool path_decode(gos_str raw, bool is_query, gos_arena *arena, gos_str *out, gos_error *err);
/* Splits and decodes "a=1&b=2". TOO_LARGE past HTTP_QUERIES_MAX. */
bool path_read_query(gos_str query, gos_arena *arena, struct http_field **out, size_t *out_count,
                     gos_error *err);
/*
 * The path and query of a request target: "/x?y", "http://host/x?y" or "*". Doubled slashes at the
 * start count as one. False for anything else.
 */
bool path_split_target(gos_str target, gos_str *out_path, gos_str *out_query);

#endif
