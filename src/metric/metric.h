/*
 * The metric language: what a unit's events (or, for files, its rows) become. docs/metrics.md has
 * the grammar. Expressions are kept as postfix, so that nothing ever recurses over them.
 */
#ifndef METRIC_METRIC_H
#define METRIC_METRIC_H

#include "gosset/base.h"

enum {
    METRIC_OPS_MAX = 64,
    METRIC_AGGREGATES_MAX = 16,
    METRIC_TESTS_MAX = 64,
    METRIC_LITERALS_MAX = 1000,
    METRIC_STEPS_MAX = 8,
    METRIC_DEPTH_MAX = 32,
};

#define METRIC_NO_END INT64_MAX

enum metric_fn {
#define FN(constant, name, reads, without, arguments) METRIC_##constant,
#include "metric/functions.def"
#undef FN
    METRIC_FN_COUNT
};

enum metric_test_op {
    TEST_EQUAL,
    TEST_NOT_EQUAL,
    TEST_LESS,
    TEST_AT_MOST,
    TEST_GREATER,
    TEST_AT_LEAST,
    TEST_IN,
    TEST_NOT_IN,
    TEST_CONTAINS,
    TEST_PRESENT,
    TEST_MISSING,
    TEST_AND, /* these three take what the tests before them left */
    TEST_OR,
    TEST_NOT,
};

enum metric_literal_type { LITERAL_NUMBER, LITERAL_TEXT, LITERAL_BOOL };

struct metric_literal {
    enum metric_literal_type type;
    double number; /* 0 or 1 for a bool */
    gos_str text;
};

/* One element of a filter in postfix order. A missing property fails every test but `missing`. */
struct metric_test {
    enum metric_test_op op;
    gos_str property;
    const struct metric_literal *literals;
    uint32_t literal_count;
};

/* Events of one name that pass a filter, between two ages counted from the first exposure. */
struct metric_source {
    gos_str event;    /* empty for a file: rows have no name */
    gos_str property; /* empty: the event itself, or its value */
    const struct metric_test *tests;
    uint32_t test_count; /* 0: every event */
    int64_t from_ms;
    int64_t to_ms; /* exclusive; METRIC_NO_END */
};

struct metric_aggregate {
    enum metric_fn fn;
    struct metric_source source;
    double quantile; /* for METRIC_QUANTILE */
    gos_str trials;  /* for METRIC_PROPORTION: the second column, or empty */
    gos_str *steps;  /* for METRIC_FUNNEL: event names in order */
    uint32_t step_count;
};

enum metric_op_type {
    OP_NUMBER,
    OP_AGGREGATE,
    OP_ADD,
    OP_SUBTRACT,
    OP_MULTIPLY,
    OP_DIVIDE,
    OP_MINUS
};

struct metric_op {
    enum metric_op_type type;
    double number;
    uint32_t aggregate; /* index into the expression's aggregates */
};

struct metric_expression {
    const struct metric_op *ops; /* postfix */
    uint32_t op_count;
    const struct metric_aggregate *aggregates;
    uint32_t aggregate_count;
};

/* What names stand for: events and their properties, or the columns of a file, of which a row is a
 * unit, or one of several rows of a unit. */
enum metric_names { METRIC_OVER_EVENTS, METRIC_OVER_COLUMNS, METRIC_OVER_ROWS };

/*
 * Reads a calculation such as `sum(purchase.amount where country in ("DE", "FR")) / 100`.
 *
 * out         in `arena`; its texts point there or into `text`
 * out_offset  may be NULL; the byte at which reading failed
 * Errors      BAD_INPUT: "character 7: found ..., expected ..."; TOO_LARGE
 */
bool metric_parse(gos_str text, enum metric_names names, gos_arena *arena,
                  struct metric_expression *out, size_t *out_offset, gos_error *err);
/* Reads a filter alone, as behind `where`. */
bool metric_parse_filter(gos_str text, gos_arena *arena, const struct metric_test **out,
                         uint32_t *out_count, size_t *out_offset, gos_error *err);

/* The canonical spelling; reading it gives the same expression. data is NULL when it won't fit. */
gos_str metric_print(const struct metric_expression *expression, gos_arena *arena);
/* The line of `text` that holds `offset` with a caret below it, to show beside an error. */
gos_str metric_caret(gos_str text, size_t offset, gos_arena *arena);

/* The value from the aggregates' values; NaN where something needed is missing. */
double metric_evaluate(const struct metric_expression *expression, const double *aggregates);

const char *metric_fn_name(enum metric_fn fn);
/* Whether a unit without matching events has no value, rather than zero. */
bool metric_fn_is_missing(enum metric_fn fn);

#endif
