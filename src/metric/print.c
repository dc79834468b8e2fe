/* Writes expressions back canonically, and evaluates them: one pass over postfix with a stack. */
#include "base/text.h"
#include "metric/metric.h"

#include <math.h>
#include <stdio.h>

struct piece {
    gos_str text;
    int precedence; /* 0: loosest */
};

static const struct {
    const char *sign;
    int precedence;
} operators[] = {
    [OP_ADD] = {"+", 1},    [OP_SUBTRACT] = {"-", 1}, [OP_MULTIPLY] = {"*", 2},
    [OP_DIVIDE] = {"/", 2}, [OP_MINUS] = {"-", 3},
};

static const char *const test_signs[] = {
    [TEST_EQUAL] = "=",    [TEST_NOT_EQUAL] = "!=",  [TEST_LESS] = "<",
    [TEST_AT_MOST] = "<=", [TEST_GREATER] = ">",     [TEST_AT_LEAST] = ">=",
    [TEST_IN] = "in",      [TEST_NOT_IN] = "not in", [TEST_CONTAINS] = "contains",
};

static bool is_plain_name(gos_str name)
{
    for (size_t i = 0; i < name.len; i++) {
        char c = name.data[i];
        bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == '$' ||
                      (unsigned char)c >= 0x80;
        if (!letter && (i == 0 || c < '0' || c > '9'))
            return false;
    }
    return name.len > 0;
}

static void add_quoted(struct text *out, gos_str text, char quote)
{
    text_add_char(out, quote);
    for (size_t i = 0; i < text.len; i++) {
        if (text.data[i] == quote || text.data[i] == '\\')
            text_add_char(out, '\\');
        text_add_char(out, text.data[i]);
    }
    text_add_char(out, quote);
}

static void add_name(struct text *out, gos_str name)
{
    if (is_plain_name(name))
        text_add(out, name);
    else
        add_quoted(out, name, '`');
}

/* A property: its parts between dots, each quoted when it must be. */
static void add_path(struct text *out, gos_str path)
{
    gos_str rest = path;
    bool more = true;
    while (more) {
        more = memchr(rest.data, '.', rest.len) != NULL;
        add_name(out, str_cut(&rest, '.'));
        if (more)
            text_add_char(out, '.');
    }
}

/* A column: one name, which stands as it is when all its parts between dots are plain. */
static void add_column(struct text *out, gos_str name)
{
    gos_str rest = name;
    bool plain = name.len > 0 && name.data[name.len - 1] != '.';
    while (plain && rest.len > 0)
        plain = is_plain_name(str_cut(&rest, '.'));
    if (plain)
        text_add(out, name);
    else
        add_quoted(out, name, '`');
}

static void add_number(struct text *out, double number)
{
    char digits[32];
    text_add(out, (gos_str){digits, double_write(number, digits)});
}

static void add_literal(struct text *out, const struct metric_literal *literal)
{
    if (literal->type == LITERAL_TEXT)
        add_quoted(out, literal->text, '"');
    else if (literal->type == LITERAL_BOOL)
        text_add(out, literal->number != 0 ? GOS_LIT("true") : GOS_LIT("false"));
    else
        add_number(out, literal->number);
}

static gos_str print_test(const struct metric_test *test, gos_arena *arena)
{
    struct text out;
    text_init(&out, arena);
    add_path(&out, test->property);
    if (test->op == TEST_MISSING || test->op == TEST_PRESENT) {
        text_print(&out, " is %s", test->op == TEST_MISSING ? "missing" : "present");
        return text_str(&out);
    }
    text_print(&out, " %s ", test_signs[test->op]);
    bool list = test->op == TEST_IN || test->op == TEST_NOT_IN;
    for (uint32_t i = 0; i < test->literal_count; i++) {
        if (list)
            text_add(&out, i ? GOS_LIT(", ") : GOS_LIT("("));
        add_literal(&out, &test->literals[i]);
    }
    if (list)
        text_add_char(&out, ')');
    return text_str(&out);
}

static gos_str in_parentheses(struct piece piece, int at_least, gos_arena *arena)
{
    if (piece.precedence >= at_least)
        return piece.text;
    return gos_arena_print(arena, "(%.*s)", GOS_ARG(piece.text));
}

static gos_str print_filter(const struct metric_test *tests, uint32_t count, gos_arena *arena)
{
    struct piece stack[METRIC_TESTS_MAX];
    uint32_t top = 0;
    for (uint32_t i = 0; i < count; i++) {
        enum metric_test_op op = tests[i].op;
        if (op == TEST_NOT) {
            gos_str text = in_parentheses(stack[top - 1], 3, arena);
            stack[top - 1] = (struct piece){gos_arena_print(arena, "not %.*s", GOS_ARG(text)), 3};
        } else if (op == TEST_AND || op == TEST_OR) {
            int rank = op == TEST_AND ? 2 : 1;
            gos_str left = in_parentheses(stack[top - 2], rank, arena);
            gos_str right = in_parentheses(stack[top - 1], rank + 1, arena);
            gos_str joint = op == TEST_AND ? GOS_LIT("and") : GOS_LIT("or");
            stack[--top - 1] =
                (struct piece){gos_arena_print(arena, "%.*s %.*s %.*s", GOS_ARG(left),
                                               GOS_ARG(joint), GOS_ARG(right)),
                               rank};
        } else {
            stack[top++] = (struct piece){print_test(&tests[i], arena), 4};
        }
    }
    return stack[0].text;
}

static void add_duration(struct text *out, int64_t ms)
{
    static const struct {
        int64_t ms;
        const char *unit;
    } units[] = {{86400000, "d"}, {3600000, "h"}, {60000, "m"}};
    for (size_t i = 0; i < sizeof units / sizeof *units; i++) {
        if (ms > 0 && ms % units[i].ms == 0) {
            text_print(out, "%lld%s", (long long)(ms / units[i].ms), units[i].unit);
            return;
        }
    }
    add_number(out, (double)ms / 1000);
    text_add_char(out, 's');
}

static void add_source(struct text *out, const struct metric_aggregate *aggregate)
{
    const struct metric_source *source = &aggregate->source;
    for (uint32_t i = 0; i < aggregate->step_count; i++) {
        if (i > 0)
            text_add(out, GOS_LIT(", "));
        add_name(out, aggregate->steps[i]);
    }
    if (aggregate->step_count > 0)
        return;
    if (source->event.len > 0)
        add_name(out, source->event);
    if (source->event.len > 0 && source->property.len > 0)
        text_add_char(out, '.');
    if (source->property.len > 0 && source->event.len == 0)
        add_column(out, source->property);
    else if (source->property.len > 0)
        add_path(out, source->property);
}

static gos_str print_aggregate(const struct metric_aggregate *aggregate, gos_arena *arena)
{
    const struct metric_source *source = &aggregate->source;
    struct text out;
    text_init(&out, arena);
    text_print(&out, "%s(", metric_fn_name(aggregate->fn));
    add_source(&out, aggregate);
    if (aggregate->trials.len > 0) {
        text_add(&out, GOS_LIT(", "));
        add_column(&out, aggregate->trials);
    }
    if (aggregate->fn == METRIC_QUANTILE) {
        text_add(&out, GOS_LIT(", "));
        add_number(&out, aggregate->quantile);
    }
    if (source->test_count > 0)
        text_print(&out, "%swhere %.*s", out.data[out.len - 1] == '(' ? "" : " ",
                   GOS_ARG(print_filter(source->tests, source->test_count, arena)));
    if (source->to_ms != METRIC_NO_END) {
        text_add(&out, GOS_LIT(" within "));
        if (source->from_ms > 0) {
            add_duration(&out, source->from_ms);
            text_add(&out, GOS_LIT(" to "));
        }
        add_duration(&out, source->to_ms);
    }
    text_add_char(&out, ')');
    return text_str(&out);
}

static struct piece print_operator(enum metric_op_type type, const struct piece *top,
                                   gos_arena *arena)
{
    int rank = operators[type].precedence;
    gos_str right = in_parentheses(top[-1], type == OP_MINUS ? rank : rank + 1, arena);
    if (type == OP_MINUS)
        return (struct piece){gos_arena_print(arena, "-%.*s", GOS_ARG(right)), rank};
    gos_str left = in_parentheses(top[-2], rank, arena);
    return (struct piece){
        gos_arena_print(arena, "%.*s %s %.*s", GOS_ARG(left), operators[type].sign, GOS_ARG(right)),
        rank};
}

gos_str metric_print(const struct metric_expression *expression, gos_arena *arena)
{
    struct piece stack[METRIC_OPS_MAX];
    uint32_t top = 0;
    for (uint32_t i = 0; i < expression->op_count; i++) {
        const struct metric_op *op = &expression->ops[i];
        char digits[32];
        if (op->type == OP_NUMBER) {
            gos_str text = {digits, double_write(op->number, digits)};
            stack[top++] = (struct piece){gos_arena_text(arena, text, NULL), 4};
        } else if (op->type == OP_AGGREGATE) {
            stack[top++] =
                (struct piece){print_aggregate(&expression->aggregates[op->aggregate], arena), 4};
        } else {
            struct piece piece = print_operator(op->type, &stack[top], arena);
            top -= op->type == OP_MINUS ? 1 : 2;
            stack[top++] = piece;
        }
    }
    return stack[0].text;
}

gos_str metric_caret(gos_str text, size_t offset, gos_arena *arena)
{
    size_t start = offset < text.len ? offset : text.len;
    size_t end = start;
    while (start > 0 && text.data[start - 1] != '\n')
        start--;
    while (end < text.len && text.data[end] != '\n')
        end++;
    size_t column = 0;
    for (size_t i = start; i < offset && i < text.len; i++)
        column += ((unsigned char)text.data[i] & 0xC0) != 0x80;
    return gos_arena_print(arena, "%.*s\n%*s^", (int)(end - start), text.data + start, (int)column,
                           "");
}

double metric_evaluate(const struct metric_expression *expression, const double *aggregates)
{
    double stack[METRIC_OPS_MAX];
    uint32_t top = 0;
    for (uint32_t i = 0; i < expression->op_count; i++) {
        const struct metric_op *op = &expression->ops[i];
        if (op->type == OP_NUMBER || op->type == OP_AGGREGATE) {
            stack[top++] = op->type == OP_NUMBER ? op->number : aggregates[op->aggregate];
            continue;
        }
        double right = stack[--top];
        if (op->type == OP_MINUS) {
            stack[top++] = -right;
            continue;
        }
        double *left = &stack[top - 1];
        if (op->type == OP_ADD)
            *left += right;
        else if (op->type == OP_SUBTRACT)
            *left -= right;
        else if (op->type == OP_MULTIPLY)
            *left *= right;
        else
            *left = right != 0 ? *left / right : (double)NAN;
    }
    return stack[0];
}
