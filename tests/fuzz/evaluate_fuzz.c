/* Documents and contexts made from the input: the engine must agree with a slow, plain oracle. */
#include "../unit/eval/oracle.h"

#include "gosset/eval.h"

#include <stdio.h>
#include <stdlib.h>

/* One source is one fuzz target, so the oracle comes along as text. */
#include "../unit/eval/oracle.c"
#include "../unit/eval/oracle_make.c"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool holds, const char *what, gos_str document, gos_str context)
{
    if (holds)
        return;
    fprintf(stderr, "%s\n%.*s\n%.*s\n", what, GOS_ARG(document), GOS_ARG(context));
    abort();
}

static void decide_all(const gos_ruleset *rules, const gos_report *report, gos_context *context,
                       const struct json *document, gos_str document_text, gos_str context_text,
                       gos_arena *arena)
{
    gos_error err;
    gos_subject subject = {.now_ms = ORACLE_NOW};
    const struct json *json;
    const struct json *flags = json_find(document, GOS_LIT("flags"));
    const struct json *experiments = json_find(document, GOS_LIT("experiments"));
    require(json_read(context_text, arena, &json, &err) &&
                gos_context_bind(context, rules, &subject, context_text, &err),
            "the context is not taken", document_text, context_text);
    for (uint32_t i = 0; i < flags->count; i++) {
        gos_str want = oracle_flag(document, &flags->items[i], json, arena);
        gos_decision got = gos_eval_flag_at(rules, i, context);
        require(gos_str_equal(got.value, want), "a flag differs", document_text, context_text);
        require(!oracle_is_belied(report, &got), "a rule that never decides did", document_text,
                context_text);
    }
    for (uint32_t i = 0; i < experiments->count; i++) {
        gos_str want = oracle_experiment(document, &experiments->items[i], json);
        require(gos_str_equal(gos_eval_experiment_at(rules, i, context).variant, want),
                "an experiment differs", document_text, context_text);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    gos_arena *arena = gos_arena_open((size_t)64 << 20);
    gos_context *context = gos_context_open((size_t)1 << 20);
    struct choices choices = {data, size, 0};
    gos_error err;
    gos_report report;
    const gos_ruleset *rules;
    const struct json *json;
    gos_str document = oracle_document(&choices, arena);
    require(json_read(document, arena, &json, &err) &&
                gos_ruleset_compile(document, NULL, arena, &rules, &report, &err),
            "the document is not taken", document, (gos_str){"", 0});
    for (int i = 0; i < 4; i++)
        decide_all(rules, &report, context, json, document, oracle_context(&choices, arena), arena);
    gos_context_close(context);
    gos_arena_close(arena);
    return 0;
}
