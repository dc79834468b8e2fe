/* Asking a bound context the tests of a program: one loop, no recursion, nothing allocated. */
#include "eval/test.h"

#include "base/text.h"
#include "eval/address.h"
#include "eval/id_list.h"
#include "eval/limits.h"
#include "eval/trace.h"

#include <math.h>

static inline bool number_in(const gos_ruleset *rules, const struct test *test, double number)
{
    const double *ends = ruleset_numbers(rules) + test->first;
    return (ends[0] <= number) & (number <= ends[1]);
}

static bool numbers_have(const gos_ruleset *rules, const struct test *test, double number)
{
    const double *numbers = ruleset_numbers(rules) + test->first;
    uint32_t low = 0, high = test->count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (numbers[middle] < number)
            low = middle + 1;
        else
            high = middle;
    }
    return low < test->count && numbers[low] == number;
}

static bool symbols_have(const gos_ruleset *rules, const struct test *test, uint32_t symbol)
{
    const uint32_t *symbols = ruleset_indices(rules) + test->first;
    uint32_t low = 0, high = test->count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (symbols[middle] < symbol)
            low = middle + 1;
        else
            high = middle;
    }
    return low < test->count && symbols[low] == symbol;
}

static inline bool symbol_set_has(const gos_ruleset *rules, const struct test *test,
                                  uint32_t symbol)
{
    if (symbol >= (uint32_t)test->number)
        symbol = SYMBOL_OTHER;
    return ruleset_words(rules)[test->first + symbol / 64] >> (symbol % 64) & 1;
}

static bool modulo_is(const gos_ruleset *rules, const struct test *test, double number)
{
    double divisor = (double)ruleset_words(rules)[test->first];
    if (number != floor(number) || fabs(number) > 9007199254740991.0)
        return false;
    double remainder = fmod(number, divisor);
    return (remainder < 0 ? remainder + divisor : remainder) == (double)test->number;
}

static bool contains_nocase(gos_str text, gos_str part)
{
    for (size_t i = 0; i + part.len <= text.len; i++) {
        if (str_equal_nocase((gos_str){text.data + i, part.len}, part))
            return true;
    }
    return false;
}

static gos_str tail_of(gos_str text, size_t len)
{
    return (gos_str){text.data + (text.len - len), len};
}

static bool text_fits(const struct test *test, gos_str text, gos_str part)
{
    bool nocase = test->flags & TEST_NOCASE;
    if (part.len > text.len)
        return false;
    switch (test->kind) {
    case TEST_STARTS:
        text.len = part.len;
        break;
    case TEST_ENDS:
        text = tail_of(text, part.len);
        break;
    default:
        return nocase ? contains_nocase(text, part) : str_contains(text, part);
    }
    return nocase ? str_equal_nocase(text, part) : gos_str_equal(text, part);
}

static bool text_fits_any(const gos_ruleset *rules, const struct test *test, gos_str text)
{
    const struct text_ref *parts = ruleset_strings(rules) + test->first;
    for (uint32_t i = 0; i < test->count; i++) {
        if (text_fits(test, text, ruleset_text(rules, parts[i])))
            return true;
    }
    return false;
}

/* The parts are sorted, letter case aside. */
static bool text_is_any(const gos_ruleset *rules, const struct test *test, gos_str text)
{
    const struct text_ref *parts = ruleset_strings(rules) + test->first;
    uint32_t low = 0, high = test->count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        int order = str_compare_nocase(ruleset_text(rules, parts[middle]), text);
        if (order == 0)
            return true;
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return false;
}

static bool list_has(const struct json *list, gos_str wanted, bool nocase)
{
    for (uint32_t i = 0; i < list->count; i++) {
        const struct json *item = &list->items[i];
        if (item->type == JSON_STRING &&
            (nocase ? str_equal_nocase(item->text, wanted) : gos_str_equal(item->text, wanted)))
            return true;
    }
    return false;
}

static bool list_fits(const gos_ruleset *rules, const struct test *test, const struct json *list)
{
    const struct text_ref *wanted = ruleset_strings(rules) + test->first;
    bool is_any = test->kind == TEST_LIST_ANY;
    for (uint32_t i = 0; i < test->count; i++) {
        if (list_has(list, ruleset_text(rules, wanted[i]), test->flags & TEST_NOCASE) == is_any)
            return is_any;
    }
    return !is_any;
}

static bool time_in(const gos_ruleset *rules, const struct test *test, int64_t ms, int64_t now_ms)
{
    const uint64_t *ends = ruleset_words(rules) + test->first;
    int64_t base = test->flags & TEST_FROM_NOW ? now_ms : 0;
    return (int64_t)ends[0] + base <= ms && ms <= (int64_t)ends[1] + base;
}

static int version_order_slow(const gos_ruleset *rules, const struct version_ref *ref,
                              const struct version *version)
{
    struct version end = {
        {ref->part[0], ref->part[1], ref->part[2]}, ref->key, ruleset_text(rules, ref->prerelease)};
    return version_compare(version, &end);
}

static inline int version_order(const gos_ruleset *rules, uint32_t index,
                                const struct version *version)
{
    const struct version_ref *ref = &ruleset_versions(rules)[index];
    uint64_t a = version->key, b = ref->key;
    if (a && b && (a != b || (a & 1)))
        return (a > b) - (a < b);
    return version_order_slow(rules, ref, version);
}

static inline bool version_in(const gos_ruleset *rules, const struct test *test,
                              const struct version *version)
{
    int low = test->first == NONE ? 1 : version_order(rules, test->first, version);
    if (low < (test->flags & TEST_LOW_OPEN ? 1 : 0))
        return false;
    int high = test->count == NONE ? -1 : version_order(rules, test->count, version);
    return high <= (test->flags & TEST_HIGH_OPEN ? -1 : 0);
}

static bool networks_have(const gos_ruleset *rules, const struct test *test,
                          const struct address *address)
{
    for (uint32_t i = 0; i < test->count; i++) {
        if (network_has(&ruleset_networks(rules)[test->first + i], address))
            return true;
    }
    return false;
}

/* The answer when the value is of the type that the test asks for; otherwise *fits is false. */
static inline bool value_ask(const gos_ruleset *rules, const struct test *test,
                             const struct value *value, const gos_subject *subject, bool *fits)
{
    bool is_text = value->type == VALUE_TEXT, is_number = value->type == VALUE_NUMBER;
    switch (test->kind) {
    case TEST_BOOL:
        return value->type == VALUE_BOOL && value->boolean == test->number;
    case TEST_SYMBOL:
        return value->symbol == (uint32_t)test->number;
    case TEST_SYMBOL_BITS:
        return value->symbol < (uint32_t)test->number &&
               (ruleset_words(rules)[test->first + value->symbol / 64] >> (value->symbol % 64) & 1);
    case TEST_SYMBOLS:
        return symbols_have(rules, test, value->symbol);
    case TEST_NUMBERS:
        return is_number && numbers_have(rules, test, value->number);
    case TEST_IDS:
        return is_text && id_list_has(rules, &ruleset_id_lists(rules)[test->first], value->text);
    case TEST_RANGE:
        *fits = is_number;
        return is_number && number_in(rules, test, value->number);
    case TEST_MODULO:
        return is_number && modulo_is(rules, test, value->number);
    case TEST_SAME:
        return is_text && text_is_any(rules, test, value->text);
    case TEST_CONTAINS:
    case TEST_STARTS:
    case TEST_ENDS:
        *fits = is_text;
        return is_text && text_fits_any(rules, test, value->text);
    case TEST_MATCHES:
        *fits = is_text && subject->match_pattern;
        return *fits &&
               subject->match_pattern(subject->match_pattern_user, test->first, value->text);
    case TEST_TIMES:
        *fits = value->has & HAS_TIME;
        return *fits && time_in(rules, test, value->readings->time_ms, subject->now_ms);
    case TEST_VERSIONS:
        *fits = value->has & HAS_VERSION;
        return *fits && version_in(rules, test, &value->readings->version);
    case TEST_NETWORKS:
        *fits = value->has & HAS_ADDRESS;
        return *fits && networks_have(rules, test, &value->readings->address);
    case TEST_LIST_ANY:
    case TEST_LIST_ALL:
        *fits = value->type == VALUE_LIST;
        return *fits && list_fits(rules, test, value->json);
    default:
        assert(test->kind == TEST_SIZE);
        *fits = value->type == VALUE_LIST || value->type == VALUE_OBJECT;
        return *fits && number_in(rules, test, value->json->count);
    }
}

static inline bool test_ask(const gos_ruleset *rules, const struct test *test,
                            const gos_context *context)
{
    if (test->kind == TEST_ALWAYS)
        return test->number;
    const struct value *value = &context->values[test->slot];
    if (test->kind == TEST_SYMBOL_WORD)
        return (uint64_t)test->number >> (value->symbol < 64 ? value->symbol : SYMBOL_OTHER) & 1;
    if (test->kind == TEST_SYMBOL_SET)
        return symbol_set_has(rules, test, value->symbol);
    if (test->kind == TEST_EXISTS)
        return (value->type != VALUE_NONE) == test->number;
    if (value->type == VALUE_NONE)
        return false;
    bool fits = true;
    bool answer = value_ask(rules, test, value, &context->subject, &fits);
    return fits && answer != (test->flags & TEST_NEGATED);
}

bool program_run(const gos_ruleset *rules, uint32_t program, const gos_context *context,
                 struct trace *trace)
{
    const struct test *tests = trace ? ruleset_tests(rules) : ruleset_quick_tests(rules);
    const struct test *callers[SEGMENT_DEPTH_MAX];
    uint32_t depth = 0;
    if (program == NONE)
        return true;
    for (uint32_t at = program;;) {
        const struct test *test = &tests[at];
        bool answer;
        if (test->kind == TEST_SEGMENT) {
            const struct segment *segment = &ruleset_segments(rules)[test->first];
            if (segment->is_active && segment->program != NONE) {
                if (trace)
                    trace_segment_begin(trace, test->first);
                assert(depth < SEGMENT_DEPTH_MAX);
                callers[depth++] = test;
                at = segment->program;
                continue;
            }
            answer = segment->is_active;
        } else {
            answer = test_ask(rules, test, context);
        }
        if (__builtin_expect(trace != NULL, 0))
            trace_test(trace, at, answer);
        at = answer ? test->yes : test->no;
        while (at >= EXIT_FALSE) {
            answer = at == EXIT_TRUE;
            if (depth == 0)
                return answer;
            test = callers[--depth];
            if (trace)
                trace_segment_end(trace, test->first, answer);
            at = answer ? test->yes : test->no;
        }
    }
}
