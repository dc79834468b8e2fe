/* Engine and oracle agree on documents and contexts made from pseudo-random bytes. */
#include "fixture.h"

#include "oracle.h"

#include <stdio.h>

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

static void compare(const gos_ruleset *rules, const gos_report *report, gos_context *context,
                    const struct json *document, gos_str attributes, gos_arena *arena)
{
    gos_error err = {0};
    gos_subject subject = {.now_ms = ORACLE_NOW};
    const struct json *json, *flags = json_find(document, GOS_LIT("flags"));
    const struct json *experiments = json_find(document, GOS_LIT("experiments"));
    CHECK_OK(json_read(attributes, arena, &json, &err), &err);
    CHECK_OK(gos_context_bind(context, rules, &subject, attributes, &err), &err);
    for (uint32_t i = 0; i < flags->count; i++) {
        gos_decision got = gos_eval_flag_at(rules, i, context);
        gos_str want = oracle_flag(document, &flags->items[i], json, arena);
        if (!gos_str_equal(got.value, want))
            printf("flag %u for %.*s\n", i, GOS_ARG(attributes));
        CHECK(gos_str_equal(got.value, want));
        CHECK(!oracle_is_belied(report, &got));
    }
    for (uint32_t i = 0; i < experiments->count; i++) {
        gos_str want = oracle_experiment(document, &experiments->items[i], json);
        CHECK(gos_str_equal(gos_eval_experiment_at(rules, i, context).variant, want));
    }
}

static uint32_t count_never(const gos_report *report)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < report->count; i++)
        count += str_contains(report->findings[i].message, GOS_LIT("can never hold"));
    return count;
}

TEST(differential, engine_and_oracle_agree)
{
    uint32_t never = 0;
    enum { DOCUMENTS = 1500, CONTEXTS = 8, BYTES = 400 };
    gos_context *context = gos_context_open(1 << 20);
    gos_arena *arena = gos_arena_open(64 << 20);
    for (uint64_t seed = 0; seed < DOCUMENTS; seed++) {
        uint8_t bytes[BYTES];
        gos_error err = {0};
        gos_report report;
        const gos_ruleset *rules;
        const struct json *json;
        fill(bytes, sizeof bytes, seed);
        struct choices choices = {bytes, sizeof bytes, 0};
        gos_str document = oracle_document(&choices, arena);
        CHECK_OK(gos_ruleset_compile(document, NULL, arena, &rules, &report, &err), &err);
        CHECK_OK(json_read(document, arena, &json, &err), &err);
        never += count_never(&report);
        for (uint64_t i = 0; i < CONTEXTS; i++) {
            uint8_t more[32];
            fill(more, sizeof more, seed * 100 + i);
            struct choices drawn = {more, sizeof more, 0};
            compare(rules, &report, context, json, oracle_context(&drawn, arena), arena);
        }
        gos_arena_reset(arena);
    }
    gos_arena_close(arena);
    gos_context_close(context);
    printf("%u conditions that can never hold\n", never);
    CHECK(never > 100);
}
