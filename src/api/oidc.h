/* Login by an identity provider: OpenID Connect, authorization code with PKCE. */
#ifndef API_OIDC_H
#define API_OIDC_H

#include "gosset/base.h"

struct oidc {
    gos_str issuer; /* empty: there is none */
    gos_str client_id;
    gos_str client_secret; /* may be empty */
    gos_str base_url;      /* where browsers find us, without a slash at its end */
    gos_str domains;       /* of e-mails that may come without being made a user first */
    gos_str role;          /* that they get; empty: nobody comes unmade */
};

/* BAD_INPUT at the setting that is missing or wrong. */
bool oidc_check(const struct oidc *oidc, gos_error *err);

#endif
