/* Any bytes as a context: it is refused, or everything can be decided with it. */
#include "gosset/eval.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char *const document =
    "{\"segments\":[{\"name\":\"s\",\"conditions\":{\"any\":[{\"country\":[\"DE\",\"US\"]},"
    "{\"a.b\":{\"at_least\":3}},{\"ip\":{\"in_network\":[\"10.0.0.0/8\",\"2001:db8::/32\"]}}]}}],"
    "\"experiments\":[{\"name\":\"e\",\"status\":\"Running\",\"unit\":\"company\",\"variants\":["
    "{\"name\":\"a\"},{\"name\":\"b\"}],\"traffic_allocation\":{\"a\":50,\"b\":50}}],"
    "\"flags\":[{\"key\":\"f\",\"type\":\"Boolean\",\"enabled\":true,\"rollout_percentage\":50,"
    "\"targeting_rules\":{\"segments\":[\"s\"]}},{\"key\":\"g\",\"type\":\"String\","
    "\"default_value\":\"d\",\"enabled\":true,\"rules\":[{\"conditions\":{\"version\":"
    "{\"version_at_least\":\"1.2.0\"},\"seen\":{\"after\":\"now-7d\"}},\"value\":\"v\"},"
    "{\"conditions\":{\"tags\":{\"contains_any\":[\"x\"],\"size_at_least\":1}},\"value\":\"t\"},"
    "{\"experiment\":\"e\"}],\"value\":\"w\"}]}";

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static gos_arena *arena;
    static const gos_ruleset *rules;
    static gos_context *context;
    gos_error err = {0};
    gos_report report;
    gos_subject subject = {.now_ms = 1780272000000};
    if (!rules) {
        arena = gos_arena_open((size_t)16 << 20);
        context = gos_context_open((size_t)1 << 20);
        if (!gos_ruleset_compile(gos_str_from(document), NULL, arena, &rules, &report, &err))
            abort();
    }
    /* An empty text means no attributes. */
    bool done =
        gos_context_bind(context, rules, &subject, (gos_str){(const char *)data, size}, &err);
    if (!done && err.code != GOS_BAD_JSON && err.code != GOS_INVALID_CONTEXT &&
        err.code != GOS_TOO_LARGE)
        abort();
    for (uint32_t i = 0; done && i < gos_ruleset_flag_count(rules); i++) {
        if (gos_eval_flag_at(rules, i, context).variant.len == 0)
            abort();
    }
    if (done)
        gos_eval_experiment_at(rules, 0, context);
    return 0;
}
