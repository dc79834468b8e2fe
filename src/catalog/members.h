/*
 * People who log in, and their sessions. Only hashes are kept: of passwords by Argon2id, of session
 * tokens by BLAKE2b. Errors as in catalog.h.
 */
#ifndef CATALOG_MEMBERS_H
#define CATALOG_MEMBERS_H

#include "base/uuid.h"
#include "gosset/base.h"

struct catalog;

struct member {
    struct uuid id;
    gos_str email;    /* in lower case; its name in the audit log */
    gos_str name;     /* may be empty */
    gos_str role;     /* viewer, editor, approver or admin */
    gos_str password; /* its hash; empty: nobody logs in with a password */
    bool is_disabled;
    gos_str created_by;
    int64_t created_at;
    int64_t last_login_at; /* TIME_NONE: never */
};

struct session {
    gos_str hash; /* secret_hash of the token */
    struct uuid member_id;
    gos_str email;
    gos_str role;
    int64_t created_at;
    int64_t used_at;
    int64_t expires_at; /* however much it is used */
};

/* CONFLICT at "/email" when somebody has it. */
bool catalog_add_member(struct catalog *catalog, const struct member *member, gos_error *err);
/* By e-mail or id. */
bool catalog_find_member(struct catalog *catalog, gos_str name, gos_arena *arena,
                         struct member *out, bool *out_found, gos_error *err);
/* By e-mail. */
bool catalog_list_members(struct catalog *catalog, gos_arena *arena, struct member **out,
                          uint32_t *out_count, gos_error *err);
/* Replaces name, role, password and is_disabled. NOT_FOUND. */
bool catalog_put_member(struct catalog *catalog, const struct member *member, bool ends_sessions,
                        gos_str actor, int64_t now_ms, gos_error *err);
/* With all sessions. NOT_FOUND. */
bool catalog_delete_member(struct catalog *catalog, const struct member *member, gos_str actor,
                           int64_t now_ms, gos_error *err);

/* Somebody has come or gone, or was turned away; the audit log of the first environment keeps it.
 */
struct access_note {
    const struct uuid *member_id; /* NULL: nobody has this e-mail */
    gos_str email;
    gos_str action; /* login, logout or login_failed */
    gos_str address;
    int64_t at;
};
bool catalog_note_access(struct catalog *catalog, const struct access_note *note, gos_error *err);

/* Also says that its member has logged in. */
bool catalog_add_session(struct catalog *catalog, const struct session *session, gos_error *err);
/* Of members who are not disabled; the last used first. */
bool catalog_list_sessions(struct catalog *catalog, gos_arena *arena, struct session **out,
                           uint32_t *out_count, gos_error *err);
bool catalog_touch_session(struct catalog *catalog, gos_str hash, int64_t now_ms, gos_error *err);
/* Ending what is not there is no error. */
bool catalog_end_session(struct catalog *catalog, gos_str hash, gos_error *err);
/* Ends those that are past their time, and those that were not used since. */
bool catalog_prune_sessions(struct catalog *catalog, int64_t now_ms, int64_t unused_since_ms,
                            gos_error *err);

#endif
