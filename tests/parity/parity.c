/*
 * What the native engine says, for others to be held against: `decisions FIRST COUNT` prints
 * made-up documents and contexts with the answer to every flag and experiment, one document a line;
 * `patterns` reads lines ["PATTERN", "TEXT"] and prints 1, 0, or -1 for a pattern that is refused.
 */
#include "base/json.h"
#include "regex/regex_pcre2.h"
#include "unit/eval/oracle.h"
#include "wasm/exports.h"

#include <stdio.h>
#include <stdlib.h>

enum { CONTEXTS = 8, DOCUMENT_CHOICES = 400, CONTEXT_CHOICES = 32, LINE_BYTES = 1 << 16 };

int wasm_host_match(uint32_t number, uint32_t pattern, const char *text, size_t len)
{
    (void)number, (void)pattern, (void)text, (void)len;
    return 0;
}

int wasm_host_check(const char *pattern, size_t len)
{
    (void)pattern, (void)len;
    return 1;
}

static void fill(uint8_t *bytes, size_t count, uint64_t seed)
{
    uint64_t state = seed * UINT64_C(0x9E3779B97F4A7C15) + 1;
    for (size_t i = 0; i < count; i++) {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        bytes[i] = (uint8_t)(state >> 32);
    }
}

static void answer_print(const char *between)
{
    printf("%s%.*s", between, (int)wasm_answer_bytes(), wasm_answer());
}

/* The answers to all flags, or all experiments, of the document. */
static void all_print(struct wasm_rules *rules, const struct json *list, bool flags)
{
    for (uint32_t i = 0; list && i < list->count; i++) {
        gos_str name = json_find_text(&list->items[i], flags ? "key" : "name");
        if (flags)
            wasm_flag(rules, name.data, name.len);
        else
            wasm_experiment(rules, name.data, name.len);
        answer_print(i ? "," : "");
    }
}

static void context_print(struct wasm_rules *rules, const struct json *document, gos_str context)
{
    printf("{\"context\":%.*s,\"flags\":[", GOS_ARG(context));
    if (!wasm_bind(rules, context.data, context.len, (double)ORACLE_NOW))
        exit(1);
    all_print(rules, json_find(document, GOS_LIT("flags")), true);
    printf("],\"experiments\":[");
    all_print(rules, json_find(document, GOS_LIT("experiments")), false);
    printf("]}");
}

static void document_print(uint64_t seed, gos_arena *arena)
{
    uint8_t bytes[DOCUMENT_CHOICES];
    const struct json *json;
    fill(bytes, sizeof bytes, seed);
    struct choices choices = {bytes, sizeof bytes, 0};
    gos_str document = oracle_document(&choices, arena);
    struct wasm_rules *rules = wasm_open(document.data, document.len, 0, 1);
    if (!rules || !json_read(document, arena, &json, NULL))
        exit(1);
    wasm_about(rules);
    printf("{\"document\":%.*s,\"about\":", GOS_ARG(document));
    answer_print("");
    printf(",\"contexts\":[");
    for (uint64_t i = 0; i < CONTEXTS; i++) {
        uint8_t more[CONTEXT_CHOICES];
        fill(more, sizeof more, seed * 100 + i);
        struct choices drawn = {more, sizeof more, 0};
        printf(i ? "," : "");
        context_print(rules, json, oracle_context(&drawn, arena));
    }
    printf("]}\n");
    wasm_close(rules);
}

static int pattern_try(gos_str pattern, gos_str text, gos_arena *arena)
{
    struct json_writer json;
    struct text document;
    const gos_ruleset *rules;
    gos_report report;
    void *prepared;
    gos_compile_options options = {.check_pattern = regex_check};
    text_init(&document, arena);
    json_writer_init(&json, &document);
    text_add(&document, GOS_LIT("{\"flags\":[{\"key\":\"f\",\"type\":\"Boolean\",\"enabled\":true,"
                                "\"targeting_rules\":{\"attributes\":{\"a\":{\"matches\":"));
    json_text(&json, pattern);
    text_add(&document, GOS_LIT("}}}}]}"));
    if (!gos_ruleset_compile(text_str(&document), &options, arena, &rules, &report, NULL) ||
        !regex_prepare(rules, &prepared, NULL))
        return -1;
    int found = regex_match(prepared, 0, text);
    regex_release(prepared);
    return found;
}

static void patterns_run(gos_arena *arena)
{
    static char line[LINE_BYTES];
    const struct json *json;
    while (fgets(line, sizeof line, stdin)) {
        gos_arena_reset(arena);
        if (!json_read(gos_str_from(line), arena, &json, NULL) || json->count != 2)
            exit(1);
        printf("%d\n", pattern_try(json->items[0].text, json->items[1].text, arena));
    }
}

int main(int argc, char **argv)
{
    gos_arena *arena = gos_arena_open((size_t)64 << 20);
    if (argc == 2 && strcmp(argv[1], "patterns") == 0)
        patterns_run(arena);
    else if (argc == 4 && strcmp(argv[1], "decisions") == 0)
        for (long i = 0, first = atol(argv[2]); i < atol(argv[3]); i++) {
            gos_arena_reset(arena);
            document_print((uint64_t)(first + i), arena);
        }
    else
        return 2;
    gos_arena_close(arena);
    return 0;
}
