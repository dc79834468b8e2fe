/*
 * What an identity provider says of somebody (OpenID Connect Core 1.0, 2). The token comes straight
 * from the provider's token endpoint over TLS, which stands for its signature (3.1.3.7, step 6).
 */
#ifndef API_ID_TOKEN_H
#define API_ID_TOKEN_H

#include "base/json.h"

enum { ID_TOKEN_SKEW_S = 120, ID_TOKEN_BYTES_MAX = 64 << 10 };

/* What a token must say. */
struct id_token_check {
    gos_str issuer;
    gos_str client_id;
    gos_str nonce;
    int64_t now_ms;
};

struct id_claims {
    gos_str email;
    gos_str name; /* may be empty */
};

/* Without padding; `out` has room for 4 * len / 3 + 4 bytes. Returns the length. */
size_t base64url_write(const uint8_t *data, size_t len, char *out);
/* False when a character is not of the alphabet; `out` has room for len bytes. */
bool base64url_read(gos_str text, char *out, size_t *out_len);

/* Errors  UNAUTHORIZED: which claim is missing or not as it must be; never the token itself. */
bool id_token_read(gos_str token, const struct id_token_check *check, gos_arena *arena,
                   struct id_claims *out, gos_error *err);

#endif
