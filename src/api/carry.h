/* What a definition decides, apart from what happened to it. */
#ifndef API_CARRY_H
#define API_CARRY_H

#include "base/json.h"

/*
 * The definition without its state, dates, phases, shipped variant, version and authors: what may
 * travel to another environment, or come back from an earlier version.
 */
void carry_write(struct json_writer *json, const struct json *definition);

#endif
