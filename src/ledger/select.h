/*
 * Parts of statements. Names are replaced by columns that a resolver knows; values become
 * parameters. What a person wrote never becomes part of the text.
 */
#ifndef LEDGER_SELECT_H
#define LEDGER_SELECT_H

#include "base/text.h"
#include "ledger/sql.h"
#include "metric/metric.h"

enum { SELECT_VALUES_MAX = 8192 };

/* SQL that gives a property as a number and as a text; empty where it can be none. */
struct select_property {
    gos_str number; /* DOUBLE */
    gos_str text;   /* VARCHAR */
};

struct select_resolver {
    bool (*resolve)(void *context, gos_str property, struct select_property *out, gos_error *err);
    void *context;
};

struct select {
    gos_arena *arena;
    struct text text;
    struct sql_value *values;
    uint32_t value_count;
    const struct select_resolver *resolver;
};

bool select_init(struct select *select, const struct select_resolver *resolver, gos_arena *arena,
                 gos_error *err);
/* Appends "$n" for a value. */
bool select_add_value(struct select *select, struct sql_value value, gos_error *err);
/* Appends a condition that is true or false, never missing; "true" without tests. */
bool select_add_filter(struct select *select, const struct metric_test *tests, uint32_t test_count,
                       gos_error *err);
/* NUL-terminated; NULL with TOO_LARGE. */
const char *select_text(struct select *select, gos_error *err);
/* Appends a name in double quotes, as SQL quotes it. */
void select_add_identifier(struct text *text, gos_str name);
/* Appends a text in single quotes: of paths, which no parameter can stand for. */
void select_add_literal(struct text *text, gos_str value);

#endif
