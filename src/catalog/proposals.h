/*
 * Changes that wait until somebody else has agreed. Which environments ask for that is theirs to
 * say. Errors as in catalog.h.
 */
#ifndef CATALOG_PROPOSALS_H
#define CATALOG_PROPOSALS_H

#include "base/uuid.h"
#include "gosset/base.h"

struct catalog;

struct proposal {
    struct uuid id;
    gos_str environment;
    gos_str author;
    struct uuid author_id; /* of a member or a key */
    int64_t created_at;
    gos_str summary;    /* "update flag checkout" */
    gos_str changes;    /* JSON; empty in lists */
    gos_str status;     /* pending, approved, rejected or withdrawn */
    gos_str decided_by; /* empty while it is pending */
    int64_t decided_at; /* TIME_NONE while it is pending */
    gos_str reason;
};

/* How a proposal leaves the state pending. */
struct proposal_end {
    struct uuid id;
    gos_str environment;
    gos_str status;
    gos_str action; /* for the audit log: "approve", "reject", "withdraw" */
    gos_str actor;
    gos_str reason;
    int64_t now_ms;
};

bool catalog_requires_approval(struct catalog *catalog, gos_str environment, bool *out,
                               gos_error *err);
bool catalog_set_approval(struct catalog *catalog, gos_str environment, bool requires_approval,
                          gos_str actor, int64_t now_ms, gos_error *err);

bool catalog_add_proposal(struct catalog *catalog, const struct proposal *proposal, gos_error *err);
bool catalog_find_proposal(struct catalog *catalog, gos_str environment, struct uuid id,
                           gos_arena *arena, struct proposal *out, bool *out_found, gos_error *err);
/* The newest first; an empty status does not filter. */
bool catalog_list_proposals(struct catalog *catalog, gos_str environment, gos_str status,
                            uint32_t limit, gos_arena *arena, struct proposal **out,
                            uint32_t *out_count, gos_error *err);
/* NOT_ALLOWED_NOW: it is not pending (any more). catalog_apply approves, see catalog_write. */
bool catalog_end_proposal(struct catalog *catalog, const struct proposal_end *end, gos_error *err);

#endif
