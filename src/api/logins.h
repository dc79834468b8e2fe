/*
 * Passwords at the door: how often they may be tried, and how many are hashed at the same time
 * (each takes 64 MiB for about a tenth of a second).
 */
#ifndef API_LOGINS_H
#define API_LOGINS_H

#include "base/secret.h"

enum {
    PASSWORD_BYTES_MIN = 10,
    PASSWORD_BYTES_MAX = 1024,
    LOGIN_TRIES = 10,         /* for one account or address at once */
    LOGIN_INTERVAL_MS = 30000 /* until one more is allowed */
};

struct logins;

bool logins_open(struct logins **out, gos_error *err);
void logins_close(struct logins *logins);

/*
 * Counts a try for the account and for the address. The table is of fixed size: accounts that share
 * a place share their tries.
 *
 * Errors  OVERLOADED: too many; *out_wait_s says for how long
 */
bool logins_try(struct logins *logins, gos_str account, gos_str address, int64_t now_ms,
                int64_t *out_wait_s, gos_error *err);
/* A try that was right does not count. */
void logins_forgive(struct logins *logins, gos_str account, gos_str address);

/*
 * Whether the password is the one behind `hash`; an empty hash takes as long and is always wrong.
 * Errors  OVERLOADED: too many passwords are being checked
 */
bool logins_check(struct logins *logins, gos_str password, gos_str hash, bool *out_right,
                  gos_error *err);
/* Errors  BAD_INPUT at "/password": too short or too long; OVERLOADED as above. */
bool logins_hash(struct logins *logins, gos_str password, char out[PASSWORD_HASH_BYTES],
                 gos_error *err);

#endif
