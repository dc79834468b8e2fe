/*
 * What a JSON flag's values must look like: the part of JSON Schema 2020-12 that value_schema.def
 * lists. A schema may also be true (anything) or false (nothing).
 */
#ifndef MODEL_VALUE_SCHEMA_H
#define MODEL_VALUE_SCHEMA_H

#include "base/json.h"

/* Whether it is a schema. Errors: BAD_INPUT below `pointer`. */
bool value_schema_check(const struct json *schema, const char *pointer, gos_error *err);
/*
 * Whether a value fits a schema that was checked.
 *
 * Errors  BAD_INPUT at the place below `pointer` that does not fit; TOO_LARGE at `pointer`: the two
 *         together take more steps than are allowed
 */
bool value_schema_holds(const struct json *schema, const struct json *value, const char *pointer,
                        gos_error *err);

#endif
