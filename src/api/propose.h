/*
 * Changes that wait for approval: made from what a handler wanted to write, kept with the versions
 * that it saw, and read back when somebody agrees.
 */
#ifndef API_PROPOSE_H
#define API_PROPOSE_H

#include "api/change.h"
#include "catalog/proposals.h"

enum { PROPOSAL_BYTES_MAX = 4 << 20, REASON_BYTES_MAX = 500 };
#define PROPOSAL_ARENA_BYTES ((size_t)256 << 20)

/*
 * Whether the caller's change must wait. An administrator may go past by the header X-Gosset-Bypass
 * with a reason; then *out_actor says so to the audit log.
 *
 * Errors  FORBIDDEN: X-Gosset-Bypass of somebody else; BAD_INPUT: no reason, or too long
 */
bool propose_waits(struct http_request *request, bool *out_waits, gos_str *out_actor,
                   gos_error *err);
/* What the audit log says of an administrator who goes past approval for this reason; the same
 * errors. */
bool propose_bypass(struct http_request *request, gos_str reason, gos_str *out_actor,
                    gos_error *err);
/* Keeps changes that were tried already; api_caller()->proposal is set. TOO_LARGE. */
bool propose_put(struct http_request *request, const struct catalog_change *changes, size_t count,
                 gos_error *err);
/* The changes of a stored proposal, as propose_put got them. */
bool propose_read(const struct proposal *proposal, gos_arena *arena, struct catalog_change **out,
                  size_t *out_count, gos_error *err);
/* As REST shows it; with the changes when they are there. */
void proposal_write(struct json_writer *json, const struct proposal *proposal);

#endif
