/*
 * Writes to the catalog as every resource makes them: checked by the compiler, made in one
 * transaction, and published before the answer leaves.
 */
#ifndef API_CHANGE_H
#define API_CHANGE_H

#include "api/api.h"
#include "catalog/catalog.h"
#include "model/document.h"
#include "model/record.h"

/*
 * On false nothing has changed; change_fail then answers, since the change may have become a
 * proposal. out_sequence may be NULL.
 */
bool change_apply(struct http_request *request, const struct catalog_change *changes, size_t count,
                  bool dry_run, int64_t *out_sequence, gos_error *err);

/* Writes what somebody else has approved, and ends its proposal with it. */
bool change_apply_approved(struct http_request *request, gos_str actor,
                           const struct catalog_change *changes, size_t count,
                           const struct proposal_end *ends, gos_error *err);
/* Answers with an error, or 202 with the proposal when the change waits for approval. */
void change_fail(struct http_request *request, struct http_response *response,
                 const gos_error *err);

/*
 * The version that the caller wants to replace: of If-Match ("3", W/"3"), else of the body's field
 * "version"; CATALOG_VERSION_ANY when neither is there or If-Match is *. BAD_INPUT when malformed.
 */
bool change_expected(const struct http_request *request, const struct json *body, int64_t *out,
                     gos_error *err);
/* CONFLICT at "/version" when `expected` is not the stored version. */
bool change_check_version(int64_t expected, const struct definition *stored, gos_error *err);

/* Answers with a definition's body, its ETag and, when it is new, its Location. */
void change_reply(struct http_request *request, struct http_response *response, int status,
                  const struct definition *definition);

/*
 * Whether the caller may reach into an environment: a key into its own, or any when it rules
 * production; a member into any.
 * FORBIDDEN at "/environment".
 */
bool change_check_home(struct http_request *request, gos_str environment, gos_error *err);
/* Checks a body by a field table; *body becomes the canonical form with defaults. */
bool change_check_body(struct http_request *request, const struct record *record,
                       const struct json **body, gos_error *err);

/* The kind that a route is about: the word behind /api/v1/ in its pattern. */
enum kind change_kind(const struct http_request *request);

#endif
