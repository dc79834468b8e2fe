/* Statistics without an experiment, for the calculator page: one case in, its answer out. */
#ifndef API_CALC_H
#define API_CALC_H

#include "base/json.h"

/*
 * Runs one method of calc.def on `input` (an object) and writes the answer as one object.
 *
 * Errors  NOT_FOUND: no such method; BAD_INPUT with the pointer of the field
 */
bool calc_run(gos_str method, const struct json *input, struct text *out, gos_error *err);

#endif
