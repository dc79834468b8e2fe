#include "fixture.h"

#include "base/text.h"

static const gos_compile_options options = {.check_pattern = fixture_check_pattern};

bool fixture_check_pattern(void *user, gos_str pattern, gos_error *err)
{
    (void)user;
    return str_contains(pattern, GOS_LIT(".*")) ||
           gos_fail(err, GOS_BAD_INPUT, "", "the pattern has no .*");
}

bool fixture_match_pattern(void *user, uint32_t pattern, gos_str text)
{
    const gos_ruleset *const *rules = user;
    gos_str source = gos_ruleset_pattern(*rules, pattern);
    const char *gap = memmem(source.data, source.len, ".*", 2);
    gos_str head = {source.data, (size_t)(gap - source.data)};
    gos_str tail = {gap + 2, source.len - head.len - 2};
    return text.len >= head.len + tail.len && str_starts_with(text, head) &&
           str_ends_with(text, tail);
}

gos_str fixture_json(struct fixture *fixture, const char *text)
{
    gos_str copy = gos_arena_text(fixture->arena, gos_str_from(text), NULL);
    char *bytes = (char *)copy.data;
    for (size_t i = 0; i < copy.len; i++) {
        if (bytes[i] == '\'')
            bytes[i] = '"';
    }
    return copy;
}

static struct fixture fixture_make(const char *document, bool *out_done)
{
    struct fixture fixture = {.arena = gos_arena_open(64 << 20)};
    assert_non_null(fixture.arena);
    *out_done = gos_ruleset_compile(fixture_json(&fixture, document), &options, fixture.arena,
                                    &fixture.rules, &fixture.report, &fixture.err);
    fixture.context = gos_context_open(1 << 20);
    assert_non_null(fixture.context);
    fixture.subject.now_ms = FIXTURE_NOW;
    fixture.subject.match_pattern = fixture_match_pattern;
    return fixture;
}

struct fixture fixture_compile(const char *document)
{
    bool done;
    struct fixture fixture = fixture_make(document, &done);
    CHECK_OK(done, &fixture.err);
    CHECK_OK(gos_ruleset_check(fixture.rules, gos_ruleset_bytes(fixture.rules), &fixture.err),
             &fixture.err);
    return fixture;
}

struct fixture fixture_refuse(const char *document)
{
    bool done;
    struct fixture fixture = fixture_make(document, &done);
    CHECK(!done);
    CHECK(fixture.report.error_count > 0);
    return fixture;
}

void fixture_close(struct fixture *fixture)
{
    gos_context_close(fixture->context);
    gos_arena_close(fixture->arena);
}

static void bind(struct fixture *fixture, const char *attributes)
{
    fixture->subject.match_pattern_user = &fixture->rules;
    CHECK_OK(gos_context_bind(fixture->context, fixture->rules, &fixture->subject,
                              fixture_json(fixture, attributes), &fixture->err),
             &fixture->err);
}

gos_decision fixture_flag(struct fixture *fixture, const char *key, const char *attributes)
{
    bind(fixture, attributes);
    return gos_eval_flag(fixture->rules, gos_str_from(key), fixture->context);
}

gos_decision fixture_experiment(struct fixture *fixture, const char *name, const char *attributes)
{
    bind(fixture, attributes);
    return gos_eval_experiment(fixture->rules, gos_str_from(name), fixture->context);
}

gos_str fixture_finding(const struct fixture *fixture, const char *pointer)
{
    for (uint32_t i = 0; i < fixture->report.count; i++) {
        if (gos_str_equal(fixture->report.findings[i].pointer, gos_str_from(pointer)))
            return fixture->report.findings[i].message;
    }
    return (gos_str){"", 0};
}
