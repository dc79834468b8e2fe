/* Regular expressions of rules. */
#include "regex/regex_pcre2.h"

#include "gosset/eval.h"

#include "test.h"

static const char *const document =
    "{\"flags\":[{\"key\":\"f\",\"type\":\"Boolean\",\"enabled\":true,\"targeting_rules\":"
    "{\"attributes\":{\"email\":{\"matches\":\"^[^@]+@example\\\\.(org|com)$\"},"
    "\"slow\":{\"not_matches\":\"^(a+)+$\"}}}}]}";

struct ruled {
    gos_arena *arena;
    const gos_ruleset *rules;
    void *prepared;
    gos_context *context;
};

static struct ruled ruled_open(void)
{
    gos_error err = {0};
    gos_report report;
    gos_compile_options options = {.check_pattern = regex_check};
    struct ruled ruled = {.arena = gos_arena_open(16 << 20), .context = gos_context_open(1 << 20)};
    CHECK_OK(gos_ruleset_compile(gos_str_from(document), &options, ruled.arena, &ruled.rules,
                                 &report, &err),
             &err);
    CHECK_OK(regex_prepare(ruled.rules, &ruled.prepared, &err), &err);
    return ruled;
}

static bool serves(struct ruled *ruled, const char *attributes)
{
    gos_error err = {0};
    gos_subject subject = {.match_pattern = regex_match, .match_pattern_user = ruled->prepared};
    CHECK_OK(
        gos_context_bind(ruled->context, ruled->rules, &subject, gos_str_from(attributes), &err),
        &err);
    return gos_str_equal(gos_eval_flag(ruled->rules, GOS_LIT("f"), ruled->context).value,
                         GOS_LIT("true"));
}

static void ruled_close(struct ruled *ruled)
{
    regex_release(ruled->prepared);
    gos_context_close(ruled->context);
    gos_arena_close(ruled->arena);
}

TEST(regex, patterns_match_anywhere_unless_they_say_where)
{
    struct ruled given = ruled_open();
    CHECK(serves(&given, "{\"email\":\"a@example.org\",\"slow\":\"b\"}"));
    CHECK(!serves(&given, "{\"email\":\"a@example.orgx\",\"slow\":\"b\"}"));
    CHECK(!serves(&given, "{\"email\":\"a@example.org\"}"));
    ruled_close(&given);
}

TEST(regex, a_match_that_would_take_for_ever_ends_and_counts_as_none)
{
    struct ruled given = ruled_open();
    CHECK(serves(&given, "{\"email\":\"a@example.org\","
                         "\"slow\":\"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!\"}"));
    ruled_close(&given);
}

TEST(regex, a_wrong_pattern_is_refused_with_its_place)
{
    gos_error err = {0};
    CHECK(regex_check(NULL, GOS_LIT("^a+$"), &err));
    CHECK_FAILS(regex_check(NULL, GOS_LIT("a(b"), &err), &err, GOS_BAD_INPUT, "");
}
