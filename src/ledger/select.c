/* Filters to SQL: postfix becomes text with a stack of pieces. */
#include "ledger/select.h"

bool select_init(struct select *select, const struct select_resolver *resolver, gos_arena *arena,
                 gos_error *err)
{
    *select = (struct select){.arena = arena, .resolver = resolver};
    text_init(&select->text, arena);
    select->values = gos_arena_array(arena, SELECT_VALUES_MAX, sizeof *select->values, err);
    return select->values != NULL;
}

/* The place of a parameter, as text of its own. */
static bool place(struct select *select, struct sql_value value, gos_str *out, gos_error *err)
{
    if (select->value_count == SELECT_VALUES_MAX)
        return gos_fail(err, GOS_TOO_LARGE, "", "the filters have more than %d values",
                        SELECT_VALUES_MAX);
    select->values[select->value_count++] = value;
    *out = gos_arena_print(select->arena, "$%u", select->value_count);
    return out->data || gos_fail(err, GOS_TOO_LARGE, "", "the query is too large");
}

bool select_add_value(struct select *select, struct sql_value value, gos_error *err)
{
    gos_str text;
    if (!place(select, value, &text, err))
        return false;
    text_add(&select->text, text);
    return true;
}

static void add_between(struct text *text, char quote, gos_str value)
{
    text_add_char(text, quote);
    for (size_t i = 0; i < value.len; i++) {
        if (value.data[i] == quote)
            text_add_char(text, quote);
        text_add_char(text, value.data[i]);
    }
    text_add_char(text, quote);
}

void select_add_identifier(struct text *text, gos_str name)
{
    add_between(text, '"', name);
}

void select_add_literal(struct text *text, gos_str value)
{
    add_between(text, '\'', value);
}

static const char *const signs[] = {
    [TEST_EQUAL] = "=",   [TEST_NOT_EQUAL] = "<>", [TEST_LESS] = "<", [TEST_AT_MOST] = "<=",
    [TEST_GREATER] = ">", [TEST_AT_LEAST] = ">=",  [TEST_IN] = "IN",  [TEST_NOT_IN] = "NOT IN",
};

static gos_str print_presence(const struct select_property *property, bool present,
                              gos_arena *arena)
{
    const char *is = present ? "IS NOT NULL" : "IS NULL";
    const char *joint = present ? "OR" : "AND";
    bool number = property->number.len > 0, text = property->text.len > 0;
    if (!number && !text)
        return present ? GOS_LIT("false") : GOS_LIT("true");
    if (number && text)
        return gos_arena_print(arena, "(%.*s %s %s %.*s %s)", GOS_ARG(property->number), is, joint,
                               GOS_ARG(property->text), is);
    return gos_arena_print(arena, "(%.*s %s)", GOS_ARG(number ? property->number : property->text),
                           is);
}

static struct sql_value literal_value(const struct metric_literal *literal)
{
    return literal->type == LITERAL_TEXT ? SQL_VALUE_TEXT(literal->text)
                                         : SQL_VALUE_DOUBLE(literal->number);
}

/* One comparison; false where the property never has a value of the literal's type. */
static bool print_test(struct select *select, const struct metric_test *test, gos_str *out,
                       gos_error *err)
{
    struct select_property property = {0};
    if (!select->resolver->resolve(select->resolver->context, test->property, &property, err))
        return false;
    if (test->op == TEST_PRESENT || test->op == TEST_MISSING) {
        *out = print_presence(&property, test->op == TEST_PRESENT, select->arena);
        return true;
    }
    bool is_text = test->literals[0].type == LITERAL_TEXT;
    gos_str column = is_text ? property.text : property.number;
    *out = GOS_LIT("false");
    if (column.len == 0)
        return true;
    struct text text;
    text_init(&text, select->arena);
    text_print(&text, test->op == TEST_CONTAINS ? "coalesce(contains(%.*s, " : "coalesce(%.*s %s (",
               GOS_ARG(column), test->op == TEST_CONTAINS ? "" : signs[test->op]);
    for (uint32_t i = 0; i < test->literal_count; i++) {
        gos_str value = {0};
        if (!place(select, literal_value(&test->literals[i]), &value, err))
            return false;
        text_print(&text, i ? ", %.*s" : "%.*s", GOS_ARG(value));
    }
    text_add(&text, GOS_LIT("), false)"));
    *out = text_str(&text);
    return text_ok(&text, err);
}

bool select_add_filter(struct select *select, const struct metric_test *tests, uint32_t test_count,
                       gos_error *err)
{
    gos_str stack[METRIC_TESTS_MAX];
    uint32_t top = 0;
    for (uint32_t i = 0; i < test_count; i++) {
        enum metric_test_op op = tests[i].op;
        if (op == TEST_NOT) {
            stack[top - 1] = gos_arena_print(select->arena, "(NOT %.*s)", GOS_ARG(stack[top - 1]));
        } else if (op == TEST_AND || op == TEST_OR) {
            top--;
            stack[top - 1] =
                gos_arena_print(select->arena, "(%.*s %s %.*s)", GOS_ARG(stack[top - 1]),
                                op == TEST_AND ? "AND" : "OR", GOS_ARG(stack[top]));
        } else if (!print_test(select, &tests[i], &stack[top++], err)) {
            return false;
        }
        if (!stack[top - 1].data)
            return gos_fail(err, GOS_TOO_LARGE, "", "the query is too large");
    }
    text_add(&select->text, test_count ? stack[0] : GOS_LIT("true"));
    return true;
}

const char *select_text(struct select *select, gos_error *err)
{
    text_add_char(&select->text, '\0');
    return text_ok(&select->text, err) ? select->text.data : NULL;
}
