/* An earlier version of a definition, from the log of changes. */
#ifndef API_REVERT_H
#define API_REVERT_H

#include "api/change.h"

/*
 * What the stored definition decided at the version that the body names, to be written over it.
 * BAD_INPUT at "/to"; NOT_FOUND at "/to" when the log no longer has it.
 */
bool revert_find(struct http_request *request, const struct definition *stored,
                 const struct json *body, const struct json **out, gos_error *err);

#endif
