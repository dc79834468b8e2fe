/* What a canonical body of each kind must hold beyond the types and ranges of its fields. */
#ifndef MODEL_CHECK_H
#define MODEL_CHECK_H

#include "base/json.h"
#include "model/definition.h"

bool check_experiment(const struct json *body, gos_error *err);
bool check_flag(const struct json *body, gos_error *err);
bool check_holdout(const struct json *body, gos_error *err);
bool check_layer(const struct json *body, gos_error *err);
bool check_metric(const struct json *body, gos_error *err);
bool check_segment(const struct json *body, gos_error *err);
/* By kind. */
bool check_body(enum kind kind, const struct json *body, gos_error *err);

/* Whether a value has a flag type's JSON type: Boolean, String, Number or JSON (anything). */
bool check_value_type(gos_str flag_type, const struct json *value, const char *pointer,
                      gos_error *err);

#endif
