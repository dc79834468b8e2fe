/* Definitions as the tests write them: a sound one of each kind, with one field changed. */
#ifndef TESTS_MODEL_FIXTURE_H
#define TESTS_MODEL_FIXTURE_H

#include "model/definition.h"
#include "test.h"

/* 2026-03-01T12:00:00Z */
#define FIXTURE_NOW INT64_C(1772366400000)

/* Memory that the next call of a test forgets. */
gos_arena *fixture_arena(void);
/* The sound definition of a kind as JSON text with `field` set to `json` (both NULL: as it is). A
 * field that is set to NULL is left out. */
gos_str fixture_with(enum kind kind, const char *field, const char *json);
bool fixture_new(enum kind kind, gos_str json, struct definition *out, gos_error *err);
bool fixture_import(enum kind kind, gos_str json, struct definition *out, gos_error *err);
/* PATCH of a stored definition, a minute later. */
bool fixture_patch(const struct definition *stored, const char *json, struct definition *out,
                   gos_error *err);
bool fixture_put(const struct definition *stored, gos_str json, struct definition *out,
                 gos_error *err);
bool fixture_move(const struct definition *stored, const char *verb, struct definition *out,
                  gos_error *err);
/* The JSON text of what a pointer names in the body, or "absent". */
gos_str fixture_at(const struct definition *definition, const char *pointer);

#define CHECK_NEW(kind, field, json)                                                               \
    do {                                                                                           \
        struct definition made_;                                                                   \
        gos_error err_;                                                                            \
        CHECK_OK(fixture_new(kind, fixture_with(kind, field, json), &made_, &err_), &err_);        \
    } while (0)
#define CHECK_NOT_NEW(kind, field, json, pointer)                                                  \
    do {                                                                                           \
        struct definition made_;                                                                   \
        gos_error err_;                                                                            \
        CHECK_FAILS(fixture_new(kind, fixture_with(kind, field, json), &made_, &err_), &err_,      \
                    GOS_BAD_INPUT, pointer);                                                       \
    } while (0)

#endif
