/*
 * Who may call: the keys of the catalog by their hash, in memory, so that no request waits for a
 * disk to be let in. A key is bound to one environment and has one scope.
 */
#ifndef API_KEYRING_H
#define API_KEYRING_H

#include "api/access.h"
#include "base/limits.h"
#include "catalog/catalog.h"

enum { CALLER_NAME_BYTES = 256, KEY_TEXT_BYTES = 128 };

struct proposal;

/* A caller that was let in; kept by value in its request. */
struct caller {
    struct uuid key_id;              /* of a key, or of a member */
    enum scope scope;                /* of a member: the one whose answers the member may see */
    enum role role;                  /* ROLE_NONE: a key */
    const struct proposal *proposal; /* what its change has become, where it must wait */
    gos_str warnings;                /* of its change: a JSON list; empty: none */
    char environment[KEY_BYTES_MAX + 1];
    char name[CALLER_NAME_BYTES];
};

struct keyring;

bool keyring_open(struct catalog *catalog, struct keyring **out, gos_error *err);
void keyring_close(struct keyring *keyring);
/* Reads the keys anew; called after every change of one. */
bool keyring_load(struct keyring *keyring, gos_error *err);
/* Requests a second that one key may make, in bursts of a second's worth; 0: as many as it likes.
 * Set before the first use. */
void keyring_limit(struct keyring *keyring, int64_t requests_per_second);

/* What a key is worth at the door. */
enum keyring_verdict {
    KEY_UNKNOWN,
    KEY_ADMITTED,
    KEY_WRONG_ORIGIN, /* it may not be used by pages of this origin */
    KEY_TOO_OFTEN     /* more requests than keyring_limit allows */
};

/*
 * Looks a key up for one request, counts it, and remembers that it was used. From any thread.
 *
 * origin  the header of a browser, or empty
 */
enum keyring_verdict keyring_use(struct keyring *keyring, gos_str key, gos_str origin,
                                 int64_t now_ms, struct caller *out);
/* Writes to the catalog when each key was last used, if that is new. */
bool keyring_flush(struct keyring *keyring, gos_error *err);

/* Whether the key is known and not revoked. From any thread. */
bool keyring_find(struct keyring *keyring, gos_str key, struct caller *out);
size_t keyring_count(struct keyring *keyring);

/*
 * Makes a key and stores its hash.
 *
 * given    the key to take, or empty to make one (written to out_key, shown this once)
 * Errors   BAD_INPUT: "/scope" is none of admin, server, client; "/key" is under 16 or over 63
 *          characters; CONFLICT: the key exists
 */
bool keyring_add(struct keyring *keyring, const struct api_key *key, gos_str given,
                 char out_key[KEY_TEXT_BYTES], gos_error *err);

#endif
