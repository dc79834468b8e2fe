/* What a definition decides, apart from what happened to it. */
#ifndef API_CARRY_H
#define API_CARRY_H

#include "base/json.h"

/*
 * The definition without its state, dates, phases, shipped variant, version and authors: what may
 * travel to another environment, or come back from an earlier version.
 */
void carry_write(struct json_writer *json, const struct json *definition);
/*
 * The same for a new definition: without what makes it this one (its name in `name_field`, id,
 * salt, users of its own), and with the members of `changes` in place of those that it has.
 */
void carry_copy(struct json_writer *json, const struct json *definition, const char *name_field,
                const struct json *changes);

#endif
