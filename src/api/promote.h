/* Taking definitions of another environment: read by promoting and by asking who would notice. */
#ifndef API_PROMOTE_H
#define API_PROMOTE_H

#include "api/transfer.h"

/*
 * Reads a promotion into a transfer with an arena and an action of its own.
 *
 * body         {"from", "at", "dry_run", "definitions": [{"kind", "name", "version"}]}
 * Errors       BAD_INPUT, NOT_FOUND with a pointer into the body; CONFLICT at
 *              "/definitions/N/version" when what would be replaced has changed
 */
bool promote_read(struct http_request *request, const struct json *body, struct transfer *transfer,
                  bool *out_dry_run, gos_error *err);

/* Sets transfer->only_here, of a transfer of everything that the other environment has. */
bool promote_find_only_here(struct http_request *request, struct transfer *transfer,
                            gos_error *err);

#endif
