/* Operands that are scalars, texts, sets and patterns. */
#include "eval/operand.h"

#include "base/text.h"
#include "eval/test.h"

#include <stdlib.h>

/* Constants that would make more words of bits than this for each of them are kept sorted. */
enum { BIT_WORDS_PER_SYMBOL_MAX = 4 };

static bool wrong(struct compiler *compiler, const struct operand *operand, const char *wanted)
{
    return compiler_error(compiler, "\"%s\" is given %s; it needs %s", operand->name,
                          json_type_name(operand->value->type), wanted);
}

static uint32_t slot_of(struct compiler *compiler, const struct operand *operand, uint32_t wants)
{
    return attribute_slot(compiler, operand->path, wants);
}

bool operand_read_exists(struct compiler *compiler, struct operand *operand)
{
    if (operand->value->type != JSON_BOOL)
        return wrong(compiler, operand, "true or false");
    operand->test.kind = TEST_EXISTS;
    operand->test.slot = slot_of(compiler, operand, 0);
    operand->test.number = operand->value->boolean;
    return true;
}

static uint32_t add_string(struct compiler *compiler, gos_str text)
{
    return build_add_strings(&compiler->build, build_text(&compiler->build, text));
}

static void set_text_equal(struct compiler *compiler, struct operand *operand, gos_str text)
{
    if (operand->nocase) {
        operand->test.kind = TEST_SAME;
        operand->test.slot = slot_of(compiler, operand, 0);
        operand->test.first = add_string(compiler, text);
        operand->test.count = 1;
    } else {
        operand->test.kind = TEST_SYMBOL;
        operand->test.slot = slot_of(compiler, operand, WANT_SYMBOL);
        operand->test.number = attribute_symbol(compiler, operand->test.slot, text);
    }
}

bool operand_read_scalar(struct compiler *compiler, struct operand *operand)
{
    const struct json *value = operand->value;
    if (value->type == JSON_STRING) {
        set_text_equal(compiler, operand, value->text);
    } else if (value->type == JSON_NUMBER) {
        operand->test.kind = TEST_NUMBERS;
        operand->test.slot = slot_of(compiler, operand, 0);
        operand->test.first = build_add_numbers(&compiler->build, value->number);
        operand->test.count = 1;
    } else if (value->type == JSON_BOOL) {
        operand->test.kind = TEST_BOOL;
        operand->test.slot = slot_of(compiler, operand, 0);
        operand->test.number = value->boolean;
    } else {
        return wrong(compiler, operand, "a text, a number, true or false");
    }
    return true;
}

/* A list of one type: texts or numbers; a single one counts as a list of one. */
static bool list_check(struct compiler *compiler, const struct operand *operand,
                       enum json_type type, uint32_t count_max, const char *wanted)
{
    const struct json *value = operand->value;
    if (value->type == type)
        return true;
    if (value->type != JSON_ARRAY)
        return wrong(compiler, operand, wanted);
    if (value->count > count_max)
        return compiler_error(compiler, "\"%s\" is given %u elements; at most %u are allowed",
                              operand->name, value->count, count_max);
    for (uint32_t i = 0; i < value->count; i++) {
        if (value->items[i].type == type)
            continue;
        size_t mark = at_enter_index(compiler, i);
        compiler_error(compiler, "\"%s\" is given a list with %s in it; it needs %s", operand->name,
                       json_type_name(value->items[i].type), wanted);
        at_leave(compiler, mark);
        return false;
    }
    return true;
}

static const struct json *list_items(const struct json *value)
{
    return value->type == JSON_ARRAY ? value->items : value;
}

static uint32_t list_count(const struct json *value)
{
    return value->type == JSON_ARRAY ? value->count : 1;
}

static int compare_doubles(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static int compare_indices(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return (x > y) - (x < y);
}

static void set_numbers(struct compiler *compiler, struct operand *operand)
{
    struct build *build = &compiler->build;
    uint32_t count = list_count(operand->value);
    uint32_t first = build_extend(build, SECTION_numbers, count);
    operand->test.kind = TEST_NUMBERS;
    operand->test.slot = slot_of(compiler, operand, 0);
    operand->test.first = first;
    operand->test.count = count;
    if (build->failed || count == 0)
        return;
    for (uint32_t i = 0; i < count; i++)
        build_numbers(build)[first + i] = list_items(operand->value)[i].number;
    qsort(build_numbers(build) + first, count, sizeof(double), compare_doubles);
}

static int compare_texts_nocase(const void *a, const void *b)
{
    const struct json *x = *(const struct json *const *)a, *y = *(const struct json *const *)b;
    return str_compare_nocase(x->text, y->text);
}

/* Texts of which any may be the value, letter case aside: sorted, to be searched in halves. */
static void set_same(struct compiler *compiler, struct operand *operand)
{
    struct build *build = &compiler->build;
    uint32_t count = list_count(operand->value);
    const struct json **sorted = gos_arena_array(build->scratch, count, sizeof *sorted, NULL);
    if (!sorted) {
        build->failed = true;
        return;
    }
    for (uint32_t i = 0; i < count; i++)
        sorted[i] = &list_items(operand->value)[i];
    qsort(sorted, count, sizeof *sorted, compare_texts_nocase);
    operand->test.kind = TEST_SAME;
    operand->test.slot = slot_of(compiler, operand, 0);
    operand->test.first = build_strings_count(build);
    operand->test.count = count;
    for (uint32_t i = 0; i < count; i++)
        add_string(compiler, sorted[i]->text);
}

static void set_strings(struct compiler *compiler, struct operand *operand, enum test_kind kind)
{
    uint32_t count = list_count(operand->value);
    operand->test.kind = (uint8_t)kind;
    operand->test.slot = slot_of(compiler, operand, 0);
    operand->test.first = build_strings_count(&compiler->build);
    operand->test.count = count;
    for (uint32_t i = 0; i < count; i++)
        add_string(compiler, list_items(operand->value)[i].text);
}

/* Symbols as bits when they lie close together, else sorted. */
static void set_symbols(struct compiler *compiler, struct operand *operand)
{
    struct build *build = &compiler->build;
    uint32_t count = list_count(operand->value), largest = 0;
    uint32_t first = build_extend(build, SECTION_indices, count);
    operand->test.slot = slot_of(compiler, operand, WANT_SYMBOL);
    for (uint32_t i = 0; i < count; i++) {
        uint32_t symbol =
            attribute_symbol(compiler, operand->test.slot, list_items(operand->value)[i].text);
        if (build->failed)
            return;
        build_indices(build)[first + i] = symbol;
        largest = symbol > largest ? symbol : largest;
    }
    if (build->failed)
        return;
    uint32_t words = largest / 64 + 1;
    if (words > count * BIT_WORDS_PER_SYMBOL_MAX) {
        qsort(build_indices(build) + first, count, sizeof(uint32_t), compare_indices);
        operand->test.kind = TEST_SYMBOLS;
        operand->test.first = first;
        operand->test.count = count;
        return;
    }
    operand->test.kind = TEST_SYMBOL_BITS;
    operand->test.first = build_extend(build, SECTION_words, words);
    operand->test.number = (int64_t)words * 64;
    for (uint32_t i = 0; i < count && !build->failed; i++) {
        uint32_t symbol = build_indices(build)[first + i];
        build_words(build)[operand->test.first + symbol / 64] |= UINT64_C(1) << (symbol % 64);
    }
    build->parts[SECTION_indices].count = first;
}

bool operand_read_set(struct compiler *compiler, struct operand *operand)
{
    const struct json *value = operand->value;
    if (value->type != JSON_ARRAY)
        return wrong(compiler, operand, "a list of texts or numbers");
    bool has_numbers = value->count && value->items[0].type == JSON_NUMBER;
    if (!list_check(compiler, operand, has_numbers ? JSON_NUMBER : JSON_STRING, NONE,
                    "a list of texts or a list of numbers"))
        return false;
    if (has_numbers || value->count == 0) {
        set_numbers(compiler, operand);
        return true;
    }
    if (operand->nocase) {
        set_same(compiler, operand);
        return true;
    }
    if (value->count > EXACT_IDS_MAX) {
        operand->test.slot = slot_of(compiler, operand, 0);
        return operand_read_ids(compiler, value, &operand->test);
    }
    set_symbols(compiler, operand);
    return true;
}

bool operand_read_text(struct compiler *compiler, struct operand *operand)
{
    if (!list_check(compiler, operand, JSON_STRING, LIST_OPERAND_MAX, "a text or a list of texts"))
        return false;
    enum test_kind kind = operand->relation == RELATION_STARTS ? TEST_STARTS
                          : operand->relation == RELATION_ENDS ? TEST_ENDS
                                                               : TEST_CONTAINS;
    set_strings(compiler, operand, kind);
    return true;
}

bool operand_read_list(struct compiler *compiler, struct operand *operand)
{
    if (operand->value->type != JSON_ARRAY)
        return wrong(compiler, operand, "a list of texts");
    if (!list_check(compiler, operand, JSON_STRING, LIST_OPERAND_MAX, "a list of texts"))
        return false;
    set_strings(compiler, operand,
                operand->relation == RELATION_ALL ? TEST_LIST_ALL : TEST_LIST_ANY);
    return true;
}

bool operand_read_pattern(struct compiler *compiler, struct operand *operand)
{
    const struct json *value = operand->value;
    gos_error err = {0};
    if (value->type != JSON_STRING)
        return wrong(compiler, operand, "a regular expression as a text");
    if (value->text.len > PATTERN_BYTES_MAX)
        return compiler_error(compiler, "the regular expression has more than %d bytes",
                              PATTERN_BYTES_MAX);
    if (operand->nocase)
        return compiler_error(compiler, "\"%s\" knows no ignore_case; begin the pattern with (?i)",
                              operand->name);
    const gos_compile_options *options = compiler->options;
    if (!options->check_pattern)
        return compiler_error(compiler, "regular expressions are not available here");
    if (!options->check_pattern(options->check_pattern_user, value->text, &err))
        return compiler_error(compiler, "%s", err.message);
    struct build *build = &compiler->build;
    operand->test.kind = TEST_MATCHES;
    operand->test.slot = slot_of(compiler, operand, 0);
    operand->test.first = build_add_patterns(build, build_text(build, value->text));
    return true;
}
