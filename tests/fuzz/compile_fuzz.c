/* Any bytes as a definitions document: what compiles is whole, and decides as it explains. */
#include "gosset/eval.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool any_pattern(void *user, gos_str pattern, gos_error *err)
{
    (void)user;
    (void)pattern;
    (void)err;
    return true;
}

static const char *const contexts[] = {
    "{}", "{\"targetingKey\":\"u1\"}",
    "{\"user_id\":\"u1\",\"device_id\":\"d\",\"a\":1,\"b\":\"x\",\"country\":\"DE\",\"age\":30,"
    "\"plan\":\"pro\",\"version\":\"1.2.3\",\"tags\":[\"a\"],\"ip\":\"10.0.0.1\",\"c\":{\"d\":true}"
    "}"};

static void decide_all(const gos_ruleset *rules, gos_context *context, gos_arena *arena)
{
    gos_decision explained;
    gos_str steps;
    gos_error err;
    for (uint32_t i = 0; i < gos_ruleset_flag_count(rules); i++) {
        gos_str key = gos_ruleset_flag(rules, i).key;
        gos_decision decided = gos_eval_flag(rules, key, context);
        if (decided.flag != (int32_t)i || decided.variant.len == 0 || decided.value.len == 0)
            abort();
        if (gos_explain_flag(rules, key, context, arena, &explained, &steps, &err) &&
            (!gos_str_equal(explained.value, decided.value) || explained.reason != decided.reason ||
             explained.rule != decided.rule))
            abort();
    }
    for (uint32_t i = 0; i < gos_ruleset_experiment_count(rules); i++) {
        gos_decision decided = gos_eval_experiment_at(rules, i, context);
        if ((decided.experiment_variant >= 0) != gos_assignment_serves(decided.assignment))
            abort();
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    gos_arena *arena = gos_arena_open((size_t)256 << 20);
    gos_context *context = gos_context_open((size_t)1 << 20);
    gos_compile_options options = {.check_pattern = any_pattern};
    gos_subject subject = {.now_ms = 1780272000000};
    gos_error err = {0};
    gos_report report;
    const gos_ruleset *rules;
    bool done = gos_ruleset_compile((gos_str){(const char *)data, size}, &options, arena, &rules,
                                    &report, &err);
    if (!done && (err.code == GOS_OK || (report.error_count == 0 && err.code != GOS_TOO_LARGE)))
        abort();
    if (done && (report.error_count || !gos_ruleset_check(rules, gos_ruleset_bytes(rules), &err)))
        abort();
    for (size_t i = 0; done && i < sizeof contexts / sizeof contexts[0]; i++) {
        if (!gos_context_bind(context, rules, &subject, gos_str_from(contexts[i]), &err))
            abort();
        decide_all(rules, context, arena);
    }
    gos_context_close(context);
    gos_arena_close(arena);
    return 0;
}
