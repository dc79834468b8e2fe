/*
 * Who is logged in: sessions by the hash of their token, in memory, so that no request waits for a
 * disk to be let in; each is in the catalog too, so that a restart logs nobody out.
 */
#ifndef API_SESSIONS_H
#define API_SESSIONS_H

#include "api/keyring.h"
#include "catalog/members.h"

enum {
    SESSION_TOKEN_BYTES = 53, /* 52 letters of 5 bits, and a NUL */
    SESSION_CSRF_BYTES = 33,
    SESSIONS_PER_MEMBER_MAX = 20, /* the one that was used longest ago ends */
};

struct sessions;

struct sessions_options {
    struct catalog *catalog;
    int64_t idle_ms; /* a session ends when it was not used for so long */
    int64_t life_ms; /* and after so long whatever happens */
};

/* A session as a request sees it. */
struct session_use {
    struct caller caller;
    int64_t expires_at;
    char csrf[SESSION_CSRF_BYTES]; /* what a changing request must bring along */
};

/* Takes over from the catalog those that still hold. */
bool sessions_open(const struct sessions_options *options, int64_t now_ms, struct sessions **out,
                   gos_error *err);
void sessions_close(struct sessions *sessions);

/* Finds the session of a token and remembers that it was used. From any thread, without a disk. */
bool sessions_use(struct sessions *sessions, gos_str token, int64_t now_ms,
                  struct session_use *out);
/*
 * Begins a session of a member who has shown who they are.
 *
 * Errors  UNAUTHORIZED: the member has changed since it was read
 */
bool sessions_begin(struct sessions *sessions, const struct member *member, int64_t now_ms,
                    char out_token[SESSION_TOKEN_BYTES], gos_error *err);
/* Logs out. */
bool sessions_end(struct sessions *sessions, gos_str token, gos_error *err);

/* Changes of a member that end its sessions, here and in the catalog. */
bool sessions_put_member(struct sessions *sessions, const struct member *member, gos_str actor,
                         int64_t now_ms, gos_error *err);
bool sessions_delete_member(struct sessions *sessions, const struct member *member, gos_str actor,
                            int64_t now_ms, gos_error *err);

/* Writes to the catalog when sessions were last used, and forgets those that have ended. */
bool sessions_flush(struct sessions *sessions, int64_t now_ms, gos_error *err);
size_t sessions_count(struct sessions *sessions, int64_t now_ms);

#endif
