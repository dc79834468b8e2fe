/*
 * A run is a chain of tests, each of which goes on to the next or fails to one common place: all of
 * "all", and all of "any" as well, read the other way round. Only its first test may be jumped to,
 * so that what happens within it is seen by nobody.
 */
#include "eval/merge.h"

#include "eval/test.h"

#include <stdlib.h>

/* More symbols than this stay in sets of their own; a merged one would be mostly empty. */
enum { SET_BITS_MAX = 2048, WORD_BITS = 64 };
/* How many merged tests a test may look back for one of its attribute. */
enum { LOOKED_BACK_MAX = 32 };

static const uint8_t costs[] = {
#define KIND(name, cost) cost,
#include "eval/test_kinds.def"
#undef KIND
};

/* Tests of a run that become one; `holds`: what their answers must be for going on. */
struct merged {
    struct test test;
    bool holds;
    uint32_t count;
    uint32_t place; /* of the first in the run */
};

struct run {
    struct build *build;
    uint32_t first;
    uint32_t end;
    uint32_t pass;
    uint32_t fail;
    uint32_t base;         /* the program's first test */
    const bool *is_target; /* by test from there on */
    struct merged *merged;
    uint32_t count;
};

static bool is_symbolic(const struct test *test)
{
    return test->kind == TEST_SYMBOL || test->kind == TEST_SYMBOL_BITS ||
           test->kind == TEST_SYMBOLS || test->kind == TEST_SYMBOL_WORD ||
           test->kind == TEST_SYMBOL_SET;
}

static uint32_t symbol_bits(struct build *build, const struct test *test)
{
    return SYMBOL_FIRST + build_attributes(build)[test->slot].symbol_count;
}

static bool symbol_is_in(struct build *build, const struct test *test, uint32_t symbol)
{
    bool is_in = false;
    if (test->kind == TEST_SYMBOL)
        return symbol == (uint32_t)test->number;
    if (test->kind == TEST_SYMBOL_BITS)
        return symbol < (uint32_t)test->number &&
               (build_words(build)[test->first + symbol / WORD_BITS] >> (symbol % WORD_BITS) & 1);
    for (uint32_t i = 0; i < test->count; i++)
        is_in = is_in || build_indices(build)[test->first + i] == symbol;
    return is_in;
}

/* Whether the test goes on with such a value; one that is missing makes every test false. */
static bool symbol_passes(struct build *build, const struct test *test, bool holds, uint32_t symbol)
{
    bool answer = symbol != SYMBOL_MISSING &&
                  symbol_is_in(build, test, symbol) != ((test->flags & TEST_NEGATED) != 0);
    return answer == holds;
}

/* A bit for each thing a text may be, symbols that later conditions add among them: what fails
 * goes. */
static void symbols_narrow(struct build *build, const struct test *test, bool holds, uint32_t bits,
                           uint64_t *into)
{
    for (uint32_t symbol = 0; symbol < bits; symbol++) {
        if (!symbol_passes(build, test, holds, symbol))
            into[symbol / WORD_BITS] &= ~(UINT64_C(1) << (symbol % WORD_BITS));
    }
}

/* The first of a set: all may be, then what this one forbids may not. */
static void set_begin(struct build *build, struct merged *merged)
{
    struct test test = merged->test;
    uint32_t bits = symbol_bits(build, &test);
    if (bits <= WORD_BITS) {
        uint64_t word = UINT64_MAX;
        symbols_narrow(build, &test, merged->holds, WORD_BITS, &word);
        merged->test.kind = TEST_SYMBOL_WORD;
        merged->test.number = (int64_t)word;
    } else {
        uint32_t words = (bits + WORD_BITS - 1) / WORD_BITS;
        uint32_t first = build_extend(build, SECTION_words, words);
        if (build->failed)
            return;
        memset(build_words(build) + first, 0xFF, words * sizeof(uint64_t));
        symbols_narrow(build, &test, merged->holds, bits, build_words(build) + first);
        merged->test.kind = TEST_SYMBOL_SET;
        merged->test.first = first;
        merged->test.number = bits;
    }
    merged->test.flags = 0;
    merged->test.count = 0;
    merged->holds = true;
}

static void set_join(struct build *build, struct merged *merged, const struct test *test,
                     bool holds)
{
    if (merged->count == 1)
        set_begin(build, merged);
    if (build->failed)
        return;
    if (merged->test.kind == TEST_SYMBOL_WORD) {
        uint64_t word = (uint64_t)merged->test.number;
        symbols_narrow(build, test, holds, WORD_BITS, &word);
        merged->test.number = (int64_t)word;
    } else {
        symbols_narrow(build, test, holds, (uint32_t)merged->test.number,
                       build_words(build) + merged->test.first);
    }
}

static void range_join(struct build *build, struct merged *merged, const struct test *test)
{
    uint32_t first = build_extend(build, SECTION_numbers, 2);
    if (build->failed)
        return;
    const double *a = build_numbers(build) + merged->test.first;
    const double *b = build_numbers(build) + test->first;
    build_numbers(build)[first] = a[0] > b[0] ? a[0] : b[0];
    build_numbers(build)[first + 1] = a[1] < b[1] ? a[1] : b[1];
    merged->test.first = first;
}

static struct version version_at(struct build *build, uint32_t index)
{
    const struct version_ref *ref = &build_versions(build)[index];
    return (struct version){{ref->part[0], ref->part[1], ref->part[2]},
                            ref->key,
                            build_text_get(build, ref->prerelease)};
}

/* The narrower of two ends: for the low one (`side` 1) the higher, for the high one the lower. */
static uint32_t version_end(struct build *build, uint32_t a, uint32_t b, int side, uint8_t open,
                            uint8_t *flags, uint8_t other)
{
    if (b == NONE)
        return a;
    int order = 1;
    if (a != NONE) {
        struct version x = version_at(build, a), y = version_at(build, b);
        order = version_compare(&y, &x) * side;
    }
    if (order < 0)
        return a;
    if (order == 0) {
        *flags |= other & open;
        return a;
    }
    *flags = (uint8_t)((*flags & ~open) | (other & open));
    return b;
}

static void versions_join(struct build *build, struct merged *merged, const struct test *test)
{
    struct test *into = &merged->test;
    into->first =
        version_end(build, into->first, test->first, 1, TEST_LOW_OPEN, &into->flags, test->flags);
    into->count =
        version_end(build, into->count, test->count, -1, TEST_HIGH_OPEN, &into->flags, test->flags);
}

/* Whether the test may be part of a merged one; a range only as it stands. */
static bool is_joining(struct build *build, const struct test *test, bool holds)
{
    if (is_symbolic(test))
        return symbol_bits(build, test) <= SET_BITS_MAX;
    return (test->kind == TEST_RANGE || test->kind == TEST_VERSIONS) && holds &&
           !(test->flags & TEST_NEGATED);
}

static bool joins(const struct merged *merged, const struct test *test)
{
    bool is_alike = is_symbolic(test) ? is_symbolic(&merged->test)
                                      : merged->test.kind == test->kind && merged->holds &&
                                            !(merged->test.flags & TEST_NEGATED);
    return merged->test.slot == test->slot && is_alike;
}

static void run_add(struct run *run, const struct test *test, bool holds)
{
    uint32_t back = run->count > LOOKED_BACK_MAX ? run->count - LOOKED_BACK_MAX : 0;
    for (uint32_t i = run->count; is_joining(run->build, test, holds) && i > back; i--) {
        struct merged *merged = &run->merged[i - 1];
        if (!joins(merged, test))
            continue;
        if (is_symbolic(test))
            set_join(run->build, merged, test, holds);
        else if (test->kind == TEST_RANGE)
            range_join(run->build, merged, test);
        else
            versions_join(run->build, merged, test);
        merged->count++;
        return;
    }
    run->merged[run->count] = (struct merged){*test, holds, 1, run->count};
    run->count++;
}

static int order_costs(const void *a, const void *b)
{
    const struct merged *x = a, *y = b;
    if (costs[x->test.kind] != costs[y->test.kind])
        return costs[x->test.kind] < costs[y->test.kind] ? -1 : 1;
    return x->place < y->place ? -1 : 1;
}

/* The run's quick tests stand where it stands; what it saves is left as it was, and not reached. */
static void run_write(struct run *run)
{
    struct test *quick = build_quick_tests(run->build);
    qsort(run->merged, run->count, sizeof *run->merged, order_costs);
    for (uint32_t i = 0; i < run->count; i++) {
        struct merged *merged = &run->merged[i];
        if (merged->test.kind == TEST_SYMBOL_BITS &&
            symbol_bits(run->build, &merged->test) <= WORD_BITS)
            set_begin(run->build, merged);
        uint32_t next = i + 1 < run->count ? run->first + i + 1 : run->pass;
        merged->test.yes = merged->holds ? next : run->fail;
        merged->test.no = merged->holds ? run->fail : next;
        quick[run->first + i] = merged->test;
    }
}

/* How far the run goes that begins here. */
static void run_find(struct run *run, uint32_t end)
{
    const struct test *tests = build_tests(run->build);
    const struct test *first = &tests[run->first];
    bool is_turned = first->no == run->first + 1 && first->yes != run->first + 1;
    run->pass = is_turned ? first->no : first->yes;
    run->fail = is_turned ? first->yes : first->no;
    run->end = run->first + 1;
    while (run->end < end && run->pass == run->end && !run->is_target[run->end - run->base]) {
        const struct test *test = &tests[run->end];
        if ((test->yes == run->fail) == (test->no == run->fail))
            return;
        run->pass = test->yes == run->fail ? test->no : test->yes;
        run->end++;
    }
}

static void run_merge(struct run *run)
{
    run->count = 0;
    for (uint32_t i = run->first; i < run->end && !run->build->failed; i++) {
        struct test test = build_tests(run->build)[i];
        run_add(run, &test, test.no == run->fail && test.yes != run->fail);
    }
    if (!run->build->failed)
        run_write(run);
}

/* What is jumped to, other than from the place before. */
static void targets_mark(struct build *build, uint32_t first, uint32_t end, bool *is_target)
{
    const struct test *tests = build_tests(build);
    for (uint32_t i = first; i < end; i++) {
        uint32_t ways[2] = {tests[i].yes, tests[i].no};
        for (int way = 0; way < 2; way++) {
            if (ways[way] < end && ways[way] != i + 1)
                is_target[ways[way] - first] = true;
        }
    }
}

void merge_tests(struct build *build, uint32_t first)
{
    uint32_t end = build_tests_count(build), have = build_quick_tests_count(build);
    build_extend(build, SECTION_quick_tests, end - have);
    bool *is_target = gos_arena_array(build->scratch, end - first, sizeof *is_target, NULL);
    struct run run = {.build = build, .first = first, .base = first, .is_target = is_target};
    run.merged = gos_arena_array(build->scratch, end - first, sizeof *run.merged, NULL);
    build->failed = build->failed || !is_target || !run.merged;
    if (build->failed)
        return;
    memcpy(build_quick_tests(build) + have, build_tests(build) + have,
           (end - have) * sizeof(struct test));
    targets_mark(build, first, end, is_target);
    while (run.first < end && !build->failed) {
        run_find(&run, end);
        run_merge(&run);
        run.first = run.end;
    }
}
