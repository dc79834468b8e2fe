/* From a raw path to the rows that serve it: a tree of segments, built once from the table. */
#ifndef HTTP_ROUTER_H
#define HTTP_ROUTER_H

#include "http/http.h"

struct router;

/* The rows of one pattern, one a method. */
struct router_match {
    const struct http_route *const *routes;
    size_t route_count;
    struct http_field params[HTTP_PARAMS_MAX]; /* values are still raw; names of the first row */
    size_t param_count;
};

/* BAD_INPUT at /routes/N: a pattern that is malformed, or there twice with the same method. */
bool router_open(const struct http_route *routes, size_t count, gos_arena *arena,
                 struct router **out, gos_error *err);
/* False when no pattern fits the path. */
bool router_find(const struct router *router, gos_str path, struct router_match *out);
/* The row for a method: HEAD is served by GET. NULL when there is none. */
const struct http_route *router_pick(const struct router_match *match, gos_str method);
/* "GET, HEAD, POST" in the arena. */
gos_str router_allow(const struct router_match *match, gos_arena *arena);

#endif
