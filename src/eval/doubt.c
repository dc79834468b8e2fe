/*
 * Tests that must hold together are compared two by two. A negated test, too, needs a value, so
 * that types and existence count for both; only operands are read the other way.
 */
#include "eval/doubt.h"

#include "eval/bound.h"
#include "eval/plan.h"
#include "eval/test.h"

/* Tests of one conjunction that are compared; more would take too long. */
enum { TOGETHER_MAX = 64 };

enum {
    IS_BOOL = 1 << VALUE_BOOL,
    IS_NUMBER = 1 << VALUE_NUMBER,
    IS_TEXT = 1 << VALUE_TEXT,
    IS_LIST = 1 << VALUE_LIST,
    IS_OBJECT = 1 << VALUE_OBJECT,
    IS_ANY = IS_BOOL | IS_NUMBER | IS_TEXT | IS_LIST | IS_OBJECT
};

/* Types of values that the test asks for, and whether its negation asks for them as well. */
static const struct {
    uint8_t types;
    bool also_negated;
} kinds[] = {
    [TEST_ALWAYS] = {IS_ANY, true},     [TEST_SEGMENT] = {IS_ANY, true},
    [TEST_EXISTS] = {IS_ANY, true},     [TEST_BOOL] = {IS_BOOL, false},
    [TEST_SYMBOL] = {IS_TEXT, false},   [TEST_SYMBOL_BITS] = {IS_TEXT, false},
    [TEST_SYMBOLS] = {IS_TEXT, false},  [TEST_NUMBERS] = {IS_NUMBER, false},
    [TEST_IDS] = {IS_TEXT, false},      [TEST_RANGE] = {IS_NUMBER, true},
    [TEST_MODULO] = {IS_NUMBER, false}, [TEST_SAME] = {IS_TEXT, false},
    [TEST_CONTAINS] = {IS_TEXT, true},  [TEST_STARTS] = {IS_TEXT, true},
    [TEST_ENDS] = {IS_TEXT, true},      [TEST_MATCHES] = {IS_TEXT, true},
    [TEST_TIMES] = {IS_ANY, true},      [TEST_VERSIONS] = {IS_ANY, true},
    [TEST_NETWORKS] = {IS_ANY, true},   [TEST_LIST_ANY] = {IS_LIST, true},
    [TEST_LIST_ALL] = {IS_LIST, true},  [TEST_SIZE] = {IS_LIST | IS_OBJECT, true},
};

static bool is_negated(const struct test *test)
{
    return test->flags & TEST_NEGATED;
}

static uint8_t types_of(const struct test *test)
{
    return is_negated(test) && !kinds[test->kind].also_negated ? IS_ANY : kinds[test->kind].types;
}

static const double *range_of(struct build *build, const struct test *test)
{
    return build_numbers(build) + test->first;
}

static const int64_t *times_of(struct build *build, const struct test *test)
{
    return (const int64_t *)(const void *)(build_words(build) + test->first);
}

/* Nothing is in what it asks for, which makes its negation say nothing. */
static bool is_empty(struct build *build, const struct test *test)
{
    switch (test->kind) {
    case TEST_NUMBERS:
    case TEST_CONTAINS:
    case TEST_STARTS:
    case TEST_ENDS:
    case TEST_NETWORKS:
    case TEST_LIST_ANY:
        return test->count == 0;
    case TEST_RANGE:
    case TEST_SIZE:
        return range_of(build, test)[0] > range_of(build, test)[1] ||
               (test->kind == TEST_SIZE && range_of(build, test)[1] < 0);
    case TEST_TIMES:
        return times_of(build, test)[0] > times_of(build, test)[1];
    default:
        return false;
    }
}

static bool never_fits(struct build *build, const struct test *test)
{
    return !is_negated(test) && is_empty(build, test);
}

/* Whether a number is what the test asks for, its negation seen to. */
static bool number_fits(struct build *build, const struct test *test, double number)
{
    bool is_in = false;
    if (test->kind == TEST_RANGE || test->kind == TEST_SIZE)
        is_in = range_of(build, test)[0] <= number && number <= range_of(build, test)[1];
    for (uint32_t i = 0; test->kind == TEST_NUMBERS && i < test->count; i++)
        is_in = is_in || build_numbers(build)[test->first + i] == number;
    return is_in != is_negated(test);
}

static bool is_about_numbers(const struct test *test)
{
    return test->kind == TEST_NUMBERS || test->kind == TEST_RANGE;
}

/* `a` is not negated. */
static bool numbers_exclude(struct build *build, const struct test *a, const struct test *b)
{
    if (a->kind == TEST_NUMBERS) {
        for (uint32_t i = 0; i < a->count; i++) {
            if (number_fits(build, b, build_numbers(build)[a->first + i]))
                return false;
        }
        return true;
    }
    if (b->kind == TEST_NUMBERS)
        return false;
    const double *x = range_of(build, a), *y = range_of(build, b);
    return is_negated(b) ? y[0] <= x[0] && x[1] <= y[1] : x[1] < y[0] || y[1] < x[0];
}

static bool is_about_symbols(const struct test *test)
{
    return test->kind == TEST_SYMBOL || test->kind == TEST_SYMBOL_BITS ||
           test->kind == TEST_SYMBOLS;
}

static bool symbol_fits(struct build *build, const struct test *test, uint32_t symbol)
{
    bool is_in = false;
    if (test->kind == TEST_SYMBOL)
        is_in = symbol == (uint32_t)test->number;
    else if (test->kind == TEST_SYMBOL_BITS)
        is_in = symbol < (uint32_t)test->number &&
                (build_words(build)[test->first + symbol / 64] >> (symbol % 64) & 1);
    for (uint32_t i = 0; test->kind == TEST_SYMBOLS && i < test->count; i++)
        is_in = is_in || build_indices(build)[test->first + i] == symbol;
    return is_in != is_negated(test);
}

/* `a` is not negated. */
static bool symbols_exclude(struct build *build, const struct test *a, const struct test *b)
{
    if (a->kind == TEST_SYMBOL)
        return !symbol_fits(build, b, (uint32_t)a->number);
    uint32_t count = a->kind == TEST_SYMBOLS ? a->count : (uint32_t)a->number;
    for (uint32_t i = 0; i < count; i++) {
        uint32_t symbol = a->kind == TEST_SYMBOLS ? build_indices(build)[a->first + i] : i;
        if (symbol_fits(build, a, symbol) && symbol_fits(build, b, symbol))
            return false;
    }
    return true;
}

static bool times_exclude(struct build *build, const struct test *a, const struct test *b)
{
    const int64_t *x = times_of(build, a), *y = times_of(build, b);
    if ((a->flags & TEST_FROM_NOW) != (b->flags & TEST_FROM_NOW))
        return false;
    return is_negated(b) ? y[0] <= x[0] && x[1] <= y[1] : x[1] < y[0] || y[1] < x[0];
}

static struct version version_at(struct build *build, uint32_t index)
{
    const struct version_ref *ref = &build_versions(build)[index];
    return (struct version){{ref->part[0], ref->part[1], ref->part[2]},
                            ref->key,
                            build_text_get(build, ref->prerelease)};
}

/* Everything that `a` lets through lies above what `b` does. */
static bool version_above(struct build *build, const struct test *a, const struct test *b)
{
    if (a->first == NONE || b->count == NONE)
        return false;
    struct version low = version_at(build, a->first), high = version_at(build, b->count);
    int order = version_compare(&low, &high);
    bool is_open = (a->flags & TEST_LOW_OPEN) || (b->flags & TEST_HIGH_OPEN);
    return order > 0 || (order == 0 && is_open);
}

static bool versions_exclude(struct build *build, const struct test *a, const struct test *b)
{
    return !is_negated(b) && (version_above(build, a, b) || version_above(build, b, a));
}

static bool operands_exclude(struct build *build, const struct test *a, const struct test *b)
{
    if (is_negated(a))
        return false;
    if (is_about_numbers(a) && is_about_numbers(b))
        return numbers_exclude(build, a, b);
    if (a->kind == TEST_SIZE && b->kind == TEST_SIZE)
        return numbers_exclude(build, a, b);
    if (is_about_symbols(a) && is_about_symbols(b))
        return symbols_exclude(build, a, b);
    if (a->kind != b->kind)
        return false;
    switch (a->kind) {
    case TEST_BOOL:
        return is_negated(b) == (a->number == b->number);
    case TEST_TIMES:
        return times_exclude(build, a, b);
    case TEST_VERSIONS:
        return versions_exclude(build, a, b);
    default:
        return false;
    }
}

/* One of the tests that must hold together, or, under a "not", must fail. */
struct member {
    uint32_t node;
    bool must_fail;
};

static bool exclude(struct build *build, const struct test *a, bool a_fails, const struct test *b,
                    bool b_fails)
{
    if (a->kind == TEST_SEGMENT && b->kind == TEST_SEGMENT)
        return a->first == b->first && a_fails != b_fails;
    if (a->slot == NONE || a->slot != b->slot)
        return false;
    bool a_exists = a->kind == TEST_EXISTS, b_exists = b->kind == TEST_EXISTS;
    if (never_fits(build, a) || never_fits(build, b))
        return false; /* which is told by itself */
    if ((a_fails && !a_exists) || (b_fails && !b_exists))
        return false;
    bool a_absent = a_exists && (a->number != 0) == a_fails;
    bool b_absent = b_exists && (b->number != 0) == b_fails;
    if (a_absent || b_absent)
        return a_absent != b_absent;
    return !(types_of(a) & types_of(b)) || operands_exclude(build, a, b) ||
           operands_exclude(build, b, a);
}

/* What is known of each node of the plan. */
struct doubt {
    struct compiler *compiler;
    uint8_t *truths;
    uint32_t *roots; /* the conjunction that a node belongs to: its topmost node */
    bool *denied;    /* whether the conjunction wants it to fail */
};

static const struct test *test_of(const struct doubt *doubt, uint32_t node)
{
    return &build_tests(&doubt->compiler->build)[doubt->compiler->nodes[node].test];
}

static bool has_one_child(const struct plan_node *nodes, uint32_t index)
{
    return nodes[index + 1].end == nodes[index].end;
}

static void find_roots(struct doubt *doubt)
{
    const struct plan_node *nodes = doubt->compiler->nodes;
    for (uint32_t i = 0; i < doubt->compiler->node_count; i++) {
        uint32_t above = nodes[i].parent;
        doubt->roots[i] = i;
        doubt->denied[i] = false;
        if (above == NONE)
            continue;
        bool is_denied = doubt->denied[above];
        bool goes_on = nodes[above].kind == PLAN_NOT || has_one_child(nodes, above) ||
                       nodes[above].kind == (is_denied ? PLAN_ANY : PLAN_ALL);
        if (goes_on) {
            doubt->roots[i] = doubt->roots[above];
            doubt->denied[i] = is_denied != (nodes[above].kind == PLAN_NOT);
        }
    }
}

static void warn_at(struct compiler *compiler, uint32_t test, const char *format, gos_str other)
{
    struct build *build = &compiler->build;
    gos_str at = build_text_get(build, build_sources(build)[test].pointer);
    size_t mark = strlen(compiler->pointer);
    char kept[GOS_POINTER_BYTES];
    memcpy(kept, compiler->pointer, mark + 1);
    memcpy(compiler->pointer, at.data, at.len);
    compiler->pointer[at.len] = 0;
    compiler_warn(compiler, format, (int)(other.len < 100 ? other.len : 100), other.data);
    memcpy(compiler->pointer, kept, mark + 1);
}

static enum truth test_truth(struct doubt *doubt, uint32_t node)
{
    struct compiler *compiler = doubt->compiler;
    const struct test *test = test_of(doubt, node);
    if (test->kind == TEST_ALWAYS)
        return test->number ? TRUTH_ALWAYS : TRUTH_NEVER;
    if (test->kind == TEST_SEGMENT)
        return compiler->segment_truths[test->first];
    if (never_fits(&compiler->build, test)) {
        warn_at(compiler, compiler->nodes[node].test,
                "no value can be what this asks for: there is nothing between its ends, or in its "
                "list%.*s",
                (gos_str){"", 0});
        return TRUTH_NEVER;
    }
    return TRUTH_MAYBE;
}

/* Compares a test with those of its conjunction that were read before. */
static void compare_with(struct doubt *doubt, const struct member *members, uint32_t count,
                         struct member with)
{
    struct compiler *compiler = doubt->compiler;
    struct build *build = &compiler->build;
    uint32_t root = doubt->roots[with.node];
    for (uint32_t i = 0; i < count; i++) {
        if (doubt->roots[members[i].node] != root ||
            !exclude(build, test_of(doubt, members[i].node), members[i].must_fail,
                     test_of(doubt, with.node), with.must_fail))
            continue;
        doubt->truths[root] = TRUTH_NEVER;
        warn_at(compiler, compiler->nodes[with.node].test,
                "this cannot hold together with what is asked at %.*s",
                build_text_get(
                    build, build_sources(build)[compiler->nodes[members[i].node].test].pointer));
        return;
    }
}

static void find_contradictions(struct doubt *doubt)
{
    struct member members[TOGETHER_MAX];
    uint32_t count = 0;
    for (uint32_t i = 0; i < doubt->compiler->node_count; i++) {
        if (doubt->compiler->nodes[i].kind != PLAN_TEST)
            continue;
        struct member member = {i, doubt->denied[i]};
        compare_with(doubt, members, count < TOGETHER_MAX ? count : TOGETHER_MAX, member);
        members[count++ % TOGETHER_MAX] = member;
    }
}

static enum truth inverse(enum truth truth)
{
    return truth == TRUTH_NEVER ? TRUTH_ALWAYS : truth == TRUTH_ALWAYS ? TRUTH_NEVER : TRUTH_MAYBE;
}

static enum truth group_truth(const struct doubt *doubt, uint32_t node)
{
    const struct plan_node *nodes = doubt->compiler->nodes;
    if (nodes[node].kind == PLAN_NOT)
        return inverse(doubt->truths[node + 1]);
    /* One such element decides an `all`, or an `any`; all of the other kind do, too. */
    enum truth decides = nodes[node].kind == PLAN_ALL ? TRUTH_NEVER : TRUTH_ALWAYS;
    enum truth truth = inverse(decides);
    for (uint32_t i = node + 1; i < nodes[node].end; i = nodes[i].end) {
        if (doubt->truths[i] == decides)
            return decides;
        if (doubt->truths[i] == TRUTH_MAYBE)
            truth = TRUTH_MAYBE;
    }
    return truth;
}

enum truth doubt_plan(struct compiler *compiler)
{
    gos_arena *scratch = compiler->build.scratch;
    uint32_t count = compiler->node_count;
    gos_arena_mark mark = gos_arena_mark_take(scratch);
    struct doubt doubt = {
        compiler,
        gos_arena_array(scratch, count + 1, sizeof *doubt.truths, NULL),
        gos_arena_array(scratch, count + 1, sizeof *doubt.roots, NULL),
        gos_arena_array(scratch, count + 1, sizeof *doubt.denied, NULL),
    };
    if (!doubt.truths || !doubt.roots || !doubt.denied) {
        compiler->build.failed = true;
        return TRUTH_MAYBE;
    }
    find_roots(&doubt);
    find_contradictions(&doubt);
    for (uint32_t i = count; i-- > 0;) {
        bool is_test = compiler->nodes[i].kind == PLAN_TEST;
        enum truth truth = is_test ? test_truth(&doubt, i) : group_truth(&doubt, i);
        if (doubt.truths[i] != TRUTH_NEVER)
            doubt.truths[i] = (uint8_t)truth;
    }
    enum truth found = doubt.truths[0];
    gos_arena_mark_return(scratch, mark);
    return found;
}
