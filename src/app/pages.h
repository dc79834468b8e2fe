/* Serves the web UI: rows of the table of routes. */
#ifndef APP_PAGES_H
#define APP_PAGES_H

#include "http/http.h"

/* GET "/", "/icon.svg" and "/assets/{name...}"; they need no key. */
extern const struct http_route page_routes[];
extern const size_t page_route_count;

#endif
