/*
 * Calculations by operator precedence with an explicit stack. A call is one operand: its arguments
 * are a source, a filter and a window, never another expression.
 */
#include "base/limits.h"
#include "base/text.h"
#include "metric/filter.h"
#include "metric/lexer.h"
#include "metric/metric.h"

#include <stdio.h>

enum reads { READS_NUMBER, READS_EVENT, READS_ANY, READS_STEPS, READS_PAIR };
enum without { WITHOUT_ZERO, WITHOUT_MISSING };
enum { PARENTHESIS = -1 };

static const struct {
    const char *name;
    enum reads reads;
    enum without without;
    uint32_t argument_count;
} functions[] = {
#define FN(constant, name, reads, without, arguments)                                              \
    {name, READS_##reads, WITHOUT_##without, arguments},
#include "metric/functions.def"
#undef FN
};

struct expression_reader {
    struct lexer lexer;
    enum metric_names names;
    struct metric_op *ops;
    uint32_t op_count;
    struct metric_aggregate *aggregates;
    uint32_t aggregate_count;
    int stack[METRIC_DEPTH_MAX]; /* enum metric_op_type or PARENTHESIS */
    uint32_t stack_count;
};

const char *metric_fn_name(enum metric_fn fn)
{
    return functions[fn].name;
}

bool metric_fn_is_missing(enum metric_fn fn)
{
    return functions[fn].without == WITHOUT_MISSING;
}

/* pNN, such as p95, is the quantile NN/100. */
static bool percentile_read(gos_str name, double *out)
{
    int64_t percent = 0;
    if (name.len < 2 || name.len > 3 || (name.data[0] != 'p' && name.data[0] != 'P') ||
        !str_read_int((gos_str){name.data + 1, name.len - 1}, &percent) || percent < 1)
        return false;
    *out = (double)percent / 100;
    return true;
}

/* The function of that name; synonyms and percentiles included. */
static bool function_find(gos_str name, struct metric_aggregate *out)
{
    for (int i = 0; i < METRIC_FN_COUNT; i++) {
        if (str_equal_nocase(name, gos_str_from(functions[i].name))) {
            out->fn = (enum metric_fn)i;
            return true;
        }
    }
    out->fn = METRIC_QUANTILE;
    if (percentile_read(name, &out->quantile))
        return true;
    out->quantile = 0.5;
    if (str_equal_nocase(name, GOS_LIT("median")))
        return true;
    out->quantile = 0;
    out->fn = METRIC_AVG;
    return str_equal_nocase(name, GOS_LIT("mean")) || str_equal_nocase(name, GOS_LIT("average"));
}

/* An event's name: quoted when it has characters that names do not. */
static bool read_event(struct lexer *lexer, gos_str *out)
{
    if (lexer->token.type != TOKEN_NAME && lexer->token.type != TOKEN_TEXT)
        return lexer_fail(lexer, "the name of an event");
    *out = lexer->token.text;
    lexer_next(lexer);
    return out->len > 0 || lexer_fail(lexer, "the name of an event");
}

static bool read_column(struct lexer *lexer, gos_str *out)
{
    if (lexer->token.type != TOKEN_NAME && lexer->token.type != TOKEN_TEXT)
        return lexer_fail(lexer, "the name of a column");
    if (lexer->token.type == TOKEN_NAME && !lexer->token.quoted)
        return filter_read_name(lexer, "the name of a column", out);
    *out = lexer->token.text;
    lexer_next(lexer);
    return out->len > 0 || lexer_fail(lexer, "the name of a column");
}

static bool read_source(struct expression_reader *reader, struct metric_aggregate *aggregate)
{
    struct lexer *lexer = &reader->lexer;
    struct metric_source *source = &aggregate->source;
    enum reads reads = functions[aggregate->fn].reads;
    if (reader->names != METRIC_OVER_EVENTS) {
        bool rows = aggregate->fn == METRIC_COUNT &&
                    (lexer_is_sign(lexer, ")") || lexer_is_word(lexer, "where"));
        return rows || read_column(lexer, &source->property);
    }
    if (!read_event(lexer, &source->event))
        return false;
    if (lexer_take_sign(lexer, ".") &&
        !filter_read_name(lexer, "a property behind the dot", &source->property))
        return false;
    if (reads == READS_ANY && source->property.len == 0)
        return lexer_fail(lexer, "a property to tell apart: count_distinct(EVENT.PROPERTY)");
    return true;
}

static bool read_steps(struct expression_reader *reader, struct metric_aggregate *aggregate)
{
    struct lexer *lexer = &reader->lexer;
    aggregate->steps =
        gos_arena_array(lexer->arena, METRIC_STEPS_MAX, sizeof *aggregate->steps, lexer->err);
    if (!aggregate->steps)
        return false;
    do {
        if (aggregate->step_count == METRIC_STEPS_MAX)
            return lexer_fail_at(lexer, lexer->token.offset, "a funnel has at most %d steps",
                                 METRIC_STEPS_MAX);
        if (!read_event(lexer, &aggregate->steps[aggregate->step_count]))
            return false;
        aggregate->step_count++;
    } while (lexer_take_sign(lexer, ","));
    aggregate->source.event = aggregate->steps[0];
    return aggregate->step_count > 1 || lexer_fail(lexer, "\",\" and the next step");
}

static bool read_duration(struct lexer *lexer, int64_t *out)
{
    bool zero = lexer->token.type == TOKEN_NUMBER && lexer->token.number == 0;
    if (lexer->token.type != TOKEN_DURATION && !zero)
        return lexer_fail(lexer, "a duration such as 30m, 12h, 7d or 2w");
    *out = (int64_t)lexer->token.number;
    lexer_next(lexer);
    return true;
}

static bool read_window(struct lexer *lexer, struct metric_source *source, bool to_follows)
{
    size_t offset = lexer->token.offset;
    int64_t first = 0;
    if (!read_duration(lexer, &first))
        return false;
    if (to_follows || lexer_take_word(lexer, "to")) {
        source->from_ms = first;
        if (to_follows && !lexer_expect_sign(lexer, ","))
            return false;
        if (!read_duration(lexer, &source->to_ms))
            return false;
    } else {
        source->to_ms = first;
    }
    if (source->to_ms <= source->from_ms)
        return lexer_fail_at(lexer, offset, "the window must end after it begins");
    return true;
}

/* What may stand behind the source: where FILTER and within DURATION [to DURATION], once each. */
static bool read_clauses(struct expression_reader *reader, struct metric_source *source)
{
    struct lexer *lexer = &reader->lexer;
    for (;;) {
        size_t offset = lexer->token.offset;
        if (lexer_take_word(lexer, "where")) {
            if (source->test_count > 0)
                return lexer_fail_at(lexer, offset, "there is a filter already; join them by and");
            if (!filter_read(lexer, &source->tests, &source->test_count))
                return false;
        } else if (reader->names == METRIC_OVER_EVENTS && lexer_take_word(lexer, "within")) {
            if (source->to_ms != METRIC_NO_END)
                return lexer_fail_at(lexer, offset, "there is a window already");
            if (!read_window(lexer, source, false))
                return false;
        } else {
            return true;
        }
    }
}

static bool read_quantile(struct lexer *lexer, struct metric_aggregate *aggregate)
{
    if (aggregate->quantile > 0)
        return true;
    if (!lexer_expect_sign(lexer, ","))
        return false;
    double q = lexer->token.number;
    if (lexer->token.type != TOKEN_NUMBER || !(q > 0 && q < 1))
        return lexer_fail(lexer, "a quantile between 0 and 1, such as 0.95");
    aggregate->quantile = q;
    lexer_next(lexer);
    return true;
}

/* Arguments that only some functions have. Retention is exists with a window: kept as that. */
static bool read_arguments(struct expression_reader *reader, struct metric_aggregate *aggregate)
{
    struct lexer *lexer = &reader->lexer;
    if (aggregate->fn == METRIC_QUANTILE)
        return read_quantile(lexer, aggregate);
    if (aggregate->fn == METRIC_RETENTION) {
        aggregate->fn = METRIC_EXISTS;
        return lexer_expect_sign(lexer, ",") && read_window(lexer, &aggregate->source, true);
    }
    if (aggregate->fn == METRIC_PROPORTION && lexer_take_sign(lexer, ","))
        return read_column(lexer, &aggregate->trials);
    return true;
}

static bool check_function(struct expression_reader *reader, const struct metric_aggregate *found,
                           gos_str name, size_t offset)
{
    bool columns_only = found->fn == METRIC_PROPORTION;
    bool events_only =
        found->fn == METRIC_FUNNEL || found->fn == METRIC_RETENTION || found->fn == METRIC_TIME_TO;
    if (reader->names == METRIC_OVER_EVENTS ? columns_only : events_only)
        return lexer_fail_at(&reader->lexer, offset, "%.*s does not work over %s", GOS_ARG(name),
                             columns_only ? "events; use exists or a ratio" : "columns of a file");
    return true;
}

static bool fail_unknown(struct lexer *lexer, gos_str name, size_t offset)
{
    char names[256] = "";
    size_t used = 0;
    for (int i = 0; i < METRIC_FN_COUNT; i++)
        used += (size_t)snprintf(names + used, sizeof names - used, "%s, ", functions[i].name);
    return lexer_fail_at(lexer, offset, "found %.*s, expected one of %spNN",
                         (int)(name.len < 40 ? name.len : 40), name.data, names);
}

static bool read_call(struct expression_reader *reader, gos_str name, size_t offset)
{
    struct lexer *lexer = &reader->lexer;
    if (reader->aggregate_count == METRIC_AGGREGATES_MAX)
        return lexer_fail_at(lexer, offset, "a calculation has at most %d aggregates",
                             METRIC_AGGREGATES_MAX);
    struct metric_aggregate *aggregate = &reader->aggregates[reader->aggregate_count];
    aggregate->source.to_ms = METRIC_NO_END;
    if (!function_find(name, aggregate))
        return fail_unknown(lexer, name, offset);
    if (!check_function(reader, aggregate, name, offset) || !lexer_expect_sign(lexer, "("))
        return false;
    bool steps = functions[aggregate->fn].reads == READS_STEPS;
    if (!(steps ? read_steps(reader, aggregate) : read_source(reader, aggregate)))
        return false;
    if (!read_arguments(reader, aggregate) || !read_clauses(reader, &aggregate->source) ||
        !lexer_expect_sign(lexer, ")"))
        return false;
    reader->aggregate_count++;
    return read_clauses(reader, &aggregate->source);
}

static bool emit(struct expression_reader *reader, struct metric_op op)
{
    if (reader->op_count == METRIC_OPS_MAX)
        return lexer_fail_at(&reader->lexer, reader->lexer.token.offset,
                             "a calculation has at most %d parts", METRIC_OPS_MAX);
    reader->ops[reader->op_count++] = op;
    return true;
}

static bool push(struct expression_reader *reader, int op)
{
    if (reader->stack_count == METRIC_DEPTH_MAX)
        return lexer_fail_at(&reader->lexer, reader->lexer.token.offset,
                             "a calculation is nested at most %d deep", METRIC_DEPTH_MAX);
    reader->stack[reader->stack_count++] = op;
    return true;
}

static int precedence(int op)
{
    switch (op) {
    case OP_MINUS:
        return 3;
    case OP_MULTIPLY:
    case OP_DIVIDE:
        return 2;
    case OP_ADD:
    case OP_SUBTRACT:
        return 1;
    default:
        return 0;
    }
}

static bool unwind(struct expression_reader *reader, int at_least)
{
    while (reader->stack_count > 0 &&
           precedence(reader->stack[reader->stack_count - 1]) >= at_least) {
        int op = reader->stack[--reader->stack_count];
        if (!emit(reader, (struct metric_op){.type = (enum metric_op_type)op}))
            return false;
    }
    return true;
}

static bool read_operand(struct expression_reader *reader)
{
    struct lexer *lexer = &reader->lexer;
    for (;;) {
        bool minus = lexer_take_sign(lexer, "-");
        if (!minus && !lexer_take_sign(lexer, "("))
            break;
        if (!push(reader, minus ? OP_MINUS : PARENTHESIS))
            return false;
    }
    struct token token = lexer->token;
    if (token.type == TOKEN_NUMBER) {
        lexer_next(lexer);
        return emit(reader, (struct metric_op){.type = OP_NUMBER, .number = token.number});
    }
    if (token.type != TOKEN_NAME || token.quoted)
        return lexer_fail(lexer, reader->names == METRIC_OVER_EVENTS
                                     ? "a number or a call such as count(purchase)"
                                     : "a number or a call such as mean(COLUMN)");
    lexer_next(lexer);
    struct metric_op op = {.type = OP_AGGREGATE, .aggregate = reader->aggregate_count};
    return read_call(reader, token.text, token.offset) && emit(reader, op);
}

static bool holds_parenthesis(const struct expression_reader *reader)
{
    for (uint32_t i = 0; i < reader->stack_count; i++) {
        if (reader->stack[i] == PARENTHESIS)
            return true;
    }
    return false;
}

static bool close_parentheses(struct expression_reader *reader)
{
    while (holds_parenthesis(reader) && lexer_take_sign(&reader->lexer, ")")) {
        if (!unwind(reader, 1))
            return false;
        reader->stack_count--;
    }
    return true;
}

/* Steps over + - * / and says which it was, or -1. */
static int take_operator(struct lexer *lexer)
{
    static const char signs[] = "+-*/";
    static const int ops[] = {OP_ADD, OP_SUBTRACT, OP_MULTIPLY, OP_DIVIDE};
    for (int i = 0; i < 4; i++) {
        if (lexer_take_sign(lexer, (char[]){signs[i], '\0'}))
            return ops[i];
    }
    return -1;
}

static bool read_expression(struct expression_reader *reader)
{
    struct lexer *lexer = &reader->lexer;
    for (;;) {
        if (!read_operand(reader) || !close_parentheses(reader))
            return false;
        int op = take_operator(lexer);
        if (op < 0)
            break;
        if (!unwind(reader, precedence(op)) || !push(reader, op))
            return false;
    }
    if (holds_parenthesis(reader))
        return lexer_fail(lexer, "\")\" or an operator");
    if (!unwind(reader, 1))
        return false;
    if (lexer->token.type != TOKEN_END)
        return lexer_fail(lexer, "the end, an operator, where or within");
    if (reader->aggregate_count == 0)
        return lexer_fail_at(lexer, 0, "a calculation needs an aggregate such as count(purchase)");
    return true;
}

static bool check_text(gos_str text, size_t *out_offset, gos_error *err)
{
    if (out_offset)
        *out_offset = 0;
    if (text.len > CALCULATION_BYTES_MAX)
        return gos_fail(err, GOS_BAD_INPUT, "", "a calculation of %zu bytes is longer than %d",
                        text.len, CALCULATION_BYTES_MAX);
    if (!str_is_utf8(text))
        return gos_fail(err, GOS_BAD_INPUT, "", "the calculation is not well-formed UTF-8");
    const char *nul = text.len ? memchr(text.data, '\0', text.len) : NULL;
    if (nul && out_offset)
        *out_offset = (size_t)(nul - text.data);
    if (nul)
        return gos_fail(err, GOS_BAD_INPUT, "", "character %zu: found a NUL, which is no text",
                        (size_t)(nul - text.data) + 1);
    return true;
}

bool metric_parse(gos_str text, enum metric_names names, gos_arena *arena,
                  struct metric_expression *out, size_t *out_offset, gos_error *err)
{
    if (!check_text(text, out_offset, err))
        return false;
    struct expression_reader *reader = gos_arena_take(arena, sizeof *reader, err);
    if (!reader)
        return false;
    reader->names = names;
    reader->ops = gos_arena_array(arena, METRIC_OPS_MAX, sizeof *reader->ops, err);
    reader->aggregates =
        gos_arena_array(arena, METRIC_AGGREGATES_MAX, sizeof *reader->aggregates, err);
    if (!reader->ops || !reader->aggregates)
        return false;
    lexer_init(&reader->lexer, text, arena, out_offset, err);
    if (!read_expression(reader))
        return false;
    *out = (struct metric_expression){reader->ops, reader->op_count, reader->aggregates,
                                      reader->aggregate_count};
    return true;
}

bool metric_parse_filter(gos_str text, gos_arena *arena, const struct metric_test **out,
                         uint32_t *out_count, size_t *out_offset, gos_error *err)
{
    if (!check_text(text, out_offset, err))
        return false;
    struct lexer lexer;
    lexer_init(&lexer, text, arena, out_offset, err);
    if (!filter_read(&lexer, out, out_count))
        return false;
    return lexer.token.type == TOKEN_END || lexer_fail(&lexer, "the end, and or or");
}
