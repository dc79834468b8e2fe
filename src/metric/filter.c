/*
 * Filters by operator precedence with an explicit stack: not binds before and, and before or.
 * Every pushed operator and test counts against METRIC_TESTS_MAX, so that both stacks are bounded.
 */
#include "metric/filter.h"

#include "base/text.h"

enum { PARENTHESIS = -1 };

struct filter_reader {
    struct lexer *lexer;
    struct metric_test *out;
    uint32_t count;
    int stack[METRIC_TESTS_MAX]; /* enum metric_test_op or PARENTHESIS */
    uint32_t stack_count;
};

static const struct {
    const char *sign;
    enum metric_test_op op;
} comparisons[] = {
    {"=", TEST_EQUAL},    {"==", TEST_EQUAL},  {"!=", TEST_NOT_EQUAL}, {"<", TEST_LESS},
    {"<=", TEST_AT_MOST}, {">", TEST_GREATER}, {">=", TEST_AT_LEAST},
};

static bool has_empty_part(gos_str name)
{
    return str_starts_with(name, GOS_LIT(".")) || str_ends_with(name, GOS_LIT(".")) ||
           str_contains(name, GOS_LIT(".."));
}

bool filter_read_name(struct lexer *lexer, const char *expected, gos_str *out)
{
    if (lexer->token.type != TOKEN_NAME)
        return lexer_fail(lexer, expected);
    size_t offset = lexer->token.offset;
    *out = lexer->token.text;
    lexer_next(lexer);
    while (lexer_take_sign(lexer, ".")) {
        if (lexer->token.type != TOKEN_NAME)
            return lexer_fail(lexer, "a name behind the dot");
        *out =
            gos_arena_print(lexer->arena, "%.*s.%.*s", GOS_ARG(*out), GOS_ARG(lexer->token.text));
        if (!out->data)
            return gos_fail(lexer->err, GOS_TOO_LARGE, "", "the calculation is too large");
        lexer_next(lexer);
    }
    if (has_empty_part(*out))
        return lexer_fail_at(lexer, offset, "a name between dots may not be empty");
    return true;
}

static bool read_literal(struct lexer *lexer, struct metric_literal *out)
{
    bool minus = lexer_take_sign(lexer, "-");
    const struct token *token = &lexer->token;
    if (token->type == TOKEN_NUMBER)
        *out = (struct metric_literal){.type = LITERAL_NUMBER,
                                       .number = minus ? -token->number : token->number};
    else if (minus)
        return lexer_fail(lexer, "a number behind the minus");
    else if (token->type == TOKEN_TEXT)
        *out = (struct metric_literal){.type = LITERAL_TEXT, .text = token->text};
    else if (lexer_is_word(lexer, "true") || lexer_is_word(lexer, "false"))
        *out = (struct metric_literal){.type = LITERAL_BOOL, .number = token->text.len == 4};
    else
        return lexer_fail(lexer, "a number, a text in quotes, true or false");
    lexer_next(lexer);
    return true;
}

/* The list behind `in`, in parentheses. */
static bool read_list(struct lexer *lexer, struct metric_test *test)
{
    struct metric_literal *list =
        gos_arena_array(lexer->arena, METRIC_LITERALS_MAX, sizeof *list, lexer->err);
    if (!list || !lexer_expect_sign(lexer, "("))
        return false;
    do {
        if (test->literal_count == METRIC_LITERALS_MAX)
            return lexer_fail_at(lexer, lexer->token.offset, "a list has at most %d values",
                                 METRIC_LITERALS_MAX);
        if (!read_literal(lexer, &list[test->literal_count]))
            return false;
        if (list[test->literal_count].type != list[0].type)
            return lexer_fail_at(lexer, lexer->token.offset,
                                 "the values of a list must be of one type");
        test->literal_count++;
    } while (lexer_take_sign(lexer, ","));
    test->literals = list;
    return lexer_expect_sign(lexer, ")");
}

static bool read_one_literal(struct lexer *lexer, struct metric_test *test)
{
    struct metric_literal *literal = gos_arena_take(lexer->arena, sizeof *literal, lexer->err);
    size_t offset = lexer->token.offset;
    if (!literal || !read_literal(lexer, literal))
        return false;
    test->literals = literal;
    test->literal_count = 1;
    if (test->op == TEST_CONTAINS && literal->type != LITERAL_TEXT)
        return lexer_fail_at(lexer, offset, "contains needs a text in quotes");
    if (literal->type == LITERAL_BOOL && test->op != TEST_EQUAL && test->op != TEST_NOT_EQUAL)
        return lexer_fail_at(lexer, offset, "true and false have no order; use = or !=");
    return true;
}

/* What stands behind a property's name. */
static bool read_comparison(struct lexer *lexer, struct metric_test *test)
{
    for (size_t i = 0; i < sizeof comparisons / sizeof *comparisons; i++) {
        if (lexer_take_sign(lexer, comparisons[i].sign)) {
            test->op = comparisons[i].op;
            return read_one_literal(lexer, test);
        }
    }
    if (lexer_take_word(lexer, "is")) {
        test->op = lexer_is_word(lexer, "missing") ? TEST_MISSING : TEST_PRESENT;
        return lexer_take_word(lexer, "missing") || lexer_take_word(lexer, "present") ||
               lexer_fail(lexer, "\"missing\" or \"present\"");
    }
    if (lexer_take_word(lexer, "contains")) {
        test->op = TEST_CONTAINS;
        return read_one_literal(lexer, test);
    }
    bool not = lexer_take_word(lexer, "not");
    if (!lexer_take_word(lexer, "in"))
        return lexer_fail(lexer, not ? "\"in\""
                                     : "a comparison: =, !=, <, <=, >, >=, in, not in, contains, "
                                       "is missing or is present");
    test->op = not ? TEST_NOT_IN : TEST_IN;
    return read_list(lexer, test);
}

static bool emit(struct filter_reader *reader, struct metric_test test)
{
    if (reader->count == METRIC_TESTS_MAX)
        return lexer_fail_at(reader->lexer, reader->lexer->token.offset,
                             "a filter has at most %d tests and joints", METRIC_TESTS_MAX);
    reader->out[reader->count++] = test;
    return true;
}

static bool push(struct filter_reader *reader, int op)
{
    if (reader->stack_count == METRIC_DEPTH_MAX)
        return lexer_fail_at(reader->lexer, reader->lexer->token.offset,
                             "a filter is nested at most %d deep", METRIC_DEPTH_MAX);
    reader->stack[reader->stack_count++] = op;
    return true;
}

static int precedence(int op)
{
    return op == TEST_NOT ? 3 : op == TEST_AND ? 2 : op == TEST_OR ? 1 : 0;
}

/* Moves operators that bind at least as tightly from the stack to the output. */
static bool unwind(struct filter_reader *reader, int at_least)
{
    while (reader->stack_count > 0 &&
           precedence(reader->stack[reader->stack_count - 1]) >= at_least) {
        int op = reader->stack[--reader->stack_count];
        if (!emit(reader, (struct metric_test){.op = (enum metric_test_op)op}))
            return false;
    }
    return true;
}

/* Prefixes and one test. */
static bool read_operand(struct filter_reader *reader)
{
    struct lexer *lexer = reader->lexer;
    for (;;) {
        if (lexer_take_word(lexer, "not")) {
            if (!push(reader, TEST_NOT))
                return false;
        } else if (lexer_take_sign(lexer, "(")) {
            if (!push(reader, PARENTHESIS))
                return false;
        } else {
            break;
        }
    }
    struct metric_test test = {0};
    return filter_read_name(lexer, "a property to test", &test.property) &&
           read_comparison(lexer, &test) && emit(reader, test);
}

static bool holds_parenthesis(const struct filter_reader *reader)
{
    for (uint32_t i = 0; i < reader->stack_count; i++) {
        if (reader->stack[i] == PARENTHESIS)
            return true;
    }
    return false;
}

static bool close_parentheses(struct filter_reader *reader)
{
    while (holds_parenthesis(reader) && lexer_take_sign(reader->lexer, ")")) {
        if (!unwind(reader, 1))
            return false;
        reader->stack_count--;
    }
    return true;
}

bool filter_read(struct lexer *lexer, const struct metric_test **out, uint32_t *out_count)
{
    struct filter_reader *reader = gos_arena_take(lexer->arena, sizeof *reader, lexer->err);
    struct metric_test *tests =
        gos_arena_array(lexer->arena, METRIC_TESTS_MAX, sizeof *tests, lexer->err);
    if (!reader || !tests)
        return false;
    reader->lexer = lexer;
    reader->out = tests;
    bool more;
    do {
        if (!read_operand(reader) || !close_parentheses(reader))
            return false;
        bool and = lexer_take_word(lexer, "and");
        more = and || lexer_take_word(lexer, "or");
        if (more && (!unwind(reader, and? 2 : 1) || !push(reader, and? TEST_AND : TEST_OR)))
            return false;
    } while (more);
    if (holds_parenthesis(reader))
        return lexer_fail(lexer, "\")\", and or or");
    if (!unwind(reader, 1))
        return false;
    *out = tests;
    *out_count = reader->count;
    return true;
}
