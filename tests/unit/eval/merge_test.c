/* Deciding asks merged tests, explaining asks them one by one: both must say the same. */
#include "fixture.h"

#include <stdio.h>

enum { DOCUMENTS = 2000, TESTS_MAX = 6, TEXT_BYTES = 2000 };

static uint64_t chance_state;

static uint32_t chance(uint32_t below)
{
    chance_state = chance_state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (uint32_t)((chance_state >> 33) % below);
}

static const char *const numbers[] = {"1", "2", "3", "4"};
static const char *const versions[] = {"1.0",        "1.0.0-rc.1",      "1.0.0-rc.2",     "1.2.0",
                                       "2.0.0-beta", "99999999999.0.0", "99999999999.0.1"};
static const char *const texts[] = {"a", "b", "c", "d"};

#define ANY_OF(list) (list)[chance(sizeof(list) / sizeof(list)[0])]

/* One test on one of three attributes, with each operator that may be merged, and some beside. */
static int test_write(char *out, size_t size)
{
    static const char *const ranges[] = {"at_least", "at_most", "greater_than", "less_than"};
    static const char *const texts_in[] = {"in", "not_in"};
    static const char *const texts_equal[] = {"equals", "not_equals"};
    static const char *const version_ranges[] = {"version_at_least", "version_at_most",
                                                 "version_greater_than", "version_less_than"};
    switch (chance(7)) {
    case 0:
        return snprintf(out, size, "{\"n\":{\"%s\":%s}}", ANY_OF(ranges), ANY_OF(numbers));
    case 1:
        return snprintf(out, size, "{\"n\":{\"%sbetween\":[%u,3]}}", chance(2) ? "not_" : "",
                        chance(4));
    case 2:
    case 3:
        return snprintf(out, size, "{\"v\":{\"%s\":\"%s\"}}", ANY_OF(version_ranges),
                        ANY_OF(versions));
    case 4:
        return snprintf(out, size, "{\"t\":{\"%s\":[\"%s\",\"%s\"]}}", ANY_OF(texts_in),
                        ANY_OF(texts), ANY_OF(texts));
    case 5:
        return snprintf(out, size, "{\"t\":{\"%s\":\"%s\"}}", ANY_OF(texts_equal), ANY_OF(texts));
    default:
        return snprintf(out, size, "{\"t\":{\"exists\":%s}}", chance(2) ? "true" : "false");
    }
}

/* Some tests that must all hold, any of them, or none; some of the groups hold others. */
static void group_write(char *out, size_t size, uint32_t depth)
{
    static const char *const opens[] = {"{\"all\":[", "{\"any\":[", "{\"not\":{\"any\":[",
                                        "{\"not\":{\"all\":["};
    static const char *const closes[] = {"]}", "]}", "]}}", "]}}"};
    uint32_t kind = chance(4), count = 1 + chance(TESTS_MAX);
    char one[TEXT_BYTES];
    size_t at = (size_t)snprintf(out, size, "%s", opens[kind]);
    for (uint32_t i = 0; i < count; i++) {
        if (depth > 0 && chance(3) == 0)
            group_write(one, sizeof one / 3, depth - 1);
        else
            test_write(one, sizeof one);
        at += (size_t)snprintf(out + at, size - at, "%s%s", i ? "," : "", one);
        if (at > size - 400)
            break;
    }
    snprintf(out + at, size - at, "%s", closes[kind]);
}

static void context_check(const gos_ruleset *rules, gos_context *context, gos_arena *arena,
                          const char *attributes, uint64_t *served)
{
    gos_error err = {0};
    gos_subject subject = {.now_ms = 0};
    gos_decision explained;
    gos_str steps;
    CHECK_OK(gos_context_bind(context, rules, &subject, gos_str_from(attributes), &err), &err);
    gos_decision decided = gos_eval_flag(rules, GOS_LIT("f"), context);
    CHECK_OK(gos_explain_flag(rules, GOS_LIT("f"), context, arena, &explained, &steps, &err), &err);
    if (!gos_str_equal(decided.value, explained.value))
        printf("for %s: %.*s\n", attributes, GOS_ARG(steps));
    CHECK(gos_str_equal(decided.value, explained.value));
    *served += decided.rule == 0;
}

static void contexts_check(const gos_ruleset *rules, gos_context *context, gos_arena *arena,
                           uint64_t *served)
{
    static const char *const n[] = {"null", "0", "1", "1.5", "2", "3", "4", "5", "\"2\""};
    static const char *const v[] = {"null",    "\"1.0.0-rc.1\"", "\"1.0.0-rc.2\"",      "\"1.0\"",
                                    "\"1.2\"", "\"2.0.0-beta\"", "\"99999999999.0.0\"", "\"x\"",
                                    "7"};
    static const char *const t[] = {"null",         "\"a\"",       "\"b\"", "\"c\"",
                                    "\"other\"",    "\"more-79\"", "1",     "\"later-0\"",
                                    "\"later-79\"", "[\"a\"]"};
    for (size_t i = 0; i < 40; i++) {
        char attributes[200];
        snprintf(attributes, sizeof attributes, "{\"n\":%s,\"v\":%s,\"t\":%s}", ANY_OF(n),
                 ANY_OF(v), ANY_OF(t));
        context_check(rules, context, arena, attributes, served);
    }
}

/* So many texts that sets of them take more than one word, or one only. */
static void texts_add(char *out, size_t size, const char *name, bool many)
{
    size_t at = (size_t)snprintf(out, size, "{\"t\":[\"a\"");
    for (int i = 0; many && i < 80; i++)
        at += (size_t)snprintf(out + at, size - at, ",\"%s-%d\"", name, i);
    snprintf(out + at, size - at, "]}");
}

TEST(merge, merged_tests_say_what_the_tests_say)
{
    gos_context *context = gos_context_open(1 << 20);
    gos_arena *arena = gos_arena_open(64 << 20);
    uint64_t served = 0;
    chance_state = 20;
    for (int i = 0; i < DOCUMENTS; i++) {
        char group[TEXT_BYTES], more[TEXT_BYTES], later[TEXT_BYTES];
        gos_error err = {0};
        gos_report report;
        const gos_ruleset *rules;
        group_write(group, sizeof group, 2);
        texts_add(more, sizeof more, "more", i % 2);
        texts_add(later, sizeof later, "later", i % 3 == 0);
        gos_str document = gos_arena_print(
            arena,
            "{\"segments\":[{\"name\":\"many\",\"conditions\":%s}],\"flags\":[{\"key\":\"f\","
            "\"type\":\"Boolean\",\"enabled\":true,\"default_value\":false,\"rules\":"
            "[{\"conditions\":%s,\"value\":true}]},{\"key\":\"later\",\"type\":\"Boolean\","
            "\"enabled\":true,\"default_value\":false,\"rules\":[{\"conditions\":%s,\"value\":true}"
            "]}]}",
            more, group, later);
        CHECK_OK(gos_ruleset_compile(document, NULL, arena, &rules, &report, &err), &err);
        contexts_check(rules, context, arena, &served);
        gos_arena_reset(arena);
    }
    gos_arena_close(arena);
    gos_context_close(context);
    CHECK(served > 1000 && served < DOCUMENTS * 40 - 1000);
}
