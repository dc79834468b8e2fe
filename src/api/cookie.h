/* The cookie that carries a session's token. */
#ifndef API_COOKIE_H
#define API_COOKIE_H

#include "api/api.h"

/* The value of a cookie in a Cookie header; data NULL when it is not there. */
gos_str cookie_find(gos_str header, gos_str name);
/* The session's token that a request brings, or data NULL. */
gos_str cookie_token(const struct http_request *request);
/* Hands out a token for `seconds`; 0 takes it back. */
void cookie_set(struct http_request *request, struct http_response *response, gos_str token,
                int64_t seconds);

#endif
