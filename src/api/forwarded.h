/*
 * What a proxy in front says of its client: believed only when the peer is one of the proxies that
 * the configuration names.
 */
#ifndef API_FORWARDED_H
#define API_FORWARDED_H

#include "api/api.h"
#include "eval/address.h"

enum { PROXIES_MAX = 32 };

struct proxies {
    uint32_t count;
    struct network networks[PROXIES_MAX];
};

/* Addresses and networks, separated by spaces. BAD_INPUT names what is none. */
bool proxies_read(gos_str text, struct proxies *out, gos_error *err);
/* The address of whoever asks: behind trusted proxies the last in X-Forwarded-For that is none. */
gos_str forwarded_address(const struct http_request *request);
/* Whether the client speaks TLS, with us or with a trusted proxy (X-Forwarded-Proto). */
bool forwarded_is_tls(const struct http_request *request);
/* Whether a browser sends this from a page of our own; also when it is no browser. */
bool forwarded_is_own_page(const struct http_request *request);

#endif
