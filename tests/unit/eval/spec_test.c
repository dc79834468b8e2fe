/* The cases of spec/, whose answers come from an implementation of their own. */
#include "fixture.h"

#include "base/json.h"
#include "eval/point.h"

#include <inttypes.h>
#include <stdio.h>

struct spec {
    gos_str file;
    gos_arena *arena;
    const struct json *cases;
};

static struct spec spec_open(const char *path)
{
    gos_error err = {0};
    const struct json *json = NULL;
    struct spec spec = {.file = test_file(path), .arena = gos_arena_open(256 << 20)};
    CHECK_OK(json_read(spec.file, spec.arena, &json, &err), &err);
    spec.cases = json_find(json, GOS_LIT("cases"));
    assert_non_null(spec.cases);
    return spec;
}

static void spec_close(struct spec *spec)
{
    gos_arena_close(spec->arena);
    test_free((void *)(uintptr_t)spec->file.data);
}

static gos_str member(const struct json *one, const char *name)
{
    return json_find(one, gos_str_from(name))->text;
}

static void copy_member(struct json_writer *out, const struct json *one, const char *from,
                        const char *to)
{
    if (!json_find(one, gos_str_from(from)))
        return;
    json_name(out, to);
    json_value(out, json_find(one, gos_str_from(from)));
}

/* A Boolean flag that is on when the case's condition holds. */
static gos_str condition_document(const struct json *one, gos_arena *arena)
{
    struct text text;
    struct json_writer out;
    text_init(&text, arena);
    text_add(&text, GOS_LIT("{\"flags\":[{\"key\":\"f\",\"type\":\"Boolean\",\"enabled\":true,"
                            "\"targeting_rules\":{\"attributes\":"));
    json_writer_init(&out, &text);
    json_open_object(&out);
    json_name(&out, "attribute");
    json_text(&out, GOS_LIT("x"));
    copy_member(&out, one, "operator", "operator");
    copy_member(&out, one, "operand", "value");
    copy_member(&out, one, "ignore_case", "ignore_case");
    json_close_object(&out);
    text_add(&text, GOS_LIT("}}]}"));
    assert_true(text_ok(&text, NULL));
    return text_str(&text);
}

static gos_str seen_context(const struct json *one, gos_arena *arena)
{
    struct text text;
    struct json_writer out;
    text_init(&text, arena);
    json_writer_init(&out, &text);
    json_open_object(&out);
    copy_member(&out, one, "seen", "x");
    json_close_object(&out);
    assert_true(text_ok(&text, NULL));
    return text_str(&text);
}

TEST(spec, operators_answer_as_the_cases_say)
{
    struct spec spec = spec_open("spec/operators.json");
    gos_context *context = gos_context_open(1 << 20);
    gos_subject subject = {.now_ms = FIXTURE_NOW};
    uint32_t wrong = 0;
    CHECK(spec.cases->count > 1000);
    for (uint32_t i = 0; i < spec.cases->count; i++) {
        gos_error err = {0};
        gos_report report;
        const gos_ruleset *rules;
        const struct json *one = &spec.cases->items[i];
        gos_arena_mark mark = gos_arena_mark_take(spec.arena);
        CHECK_OK(gos_ruleset_compile(condition_document(one, spec.arena), NULL, spec.arena, &rules,
                                     &report, &err),
                 &err);
        CHECK_OK(gos_context_bind(context, rules, &subject, seen_context(one, spec.arena), &err),
                 &err);
        bool got = gos_str_equal(gos_eval_flag_at(rules, 0, context).variant, GOS_LIT("on"));
        if (got != json_find(one, GOS_LIT("expect"))->boolean) {
            printf("%.*s is %d\n", GOS_ARG(member(one, "name")), got);
            wrong++;
        }
        gos_arena_mark_return(spec.arena, mark);
    }
    CHECK_INT(wrong, 0);
    gos_context_close(context);
    spec_close(&spec);
}

TEST(spec, points_are_sealed)
{
    struct spec spec = spec_open("spec/bucketing.json");
    for (uint32_t i = 0; i < spec.cases->count; i++) {
        char hex[24];
        const struct json *one = &spec.cases->items[i];
        uint64_t point = point_of(point_seed(member(one, "salt")), member(one, "unit"));
        snprintf(hex, sizeof hex, "%016" PRIx64, point);
        CHECK_TEXT(member(one, "point"), hex);
        CHECK_INT(point_slot(point), json_find(one, GOS_LIT("slot"))->number);
    }
    spec_close(&spec);
}

static void phase_write(struct json_writer *out, const struct json *allocation)
{
    json_open_object(out);
    json_name(out, "start");
    json_text(out, GOS_LIT("2026-01-01T00:00:00Z"));
    json_name(out, "traffic_allocation");
    json_value(out, allocation);
    json_close_object(out);
}

/* The last phase is the allocation in force, with one variant for each of its names. */
static gos_str split_document(const struct json *one, gos_arena *arena)
{
    struct text text;
    struct json_writer out;
    const struct json *phases = json_find(one, GOS_LIT("phases"));
    const struct json *last = &phases->items[phases->count - 1];
    text_init(&text, arena);
    text_add(&text, GOS_LIT("{\"experiments\":["));
    json_writer_init(&out, &text);
    json_open_object(&out);
    json_name(&out, "name");
    json_text(&out, GOS_LIT("e"));
    json_name(&out, "status");
    json_text(&out, GOS_LIT("Running"));
    copy_member(&out, one, "salt", "salt");
    json_name(&out, "variants");
    json_open_array(&out);
    for (uint32_t i = last->count; i-- > 0;) {
        json_open_object(&out);
        json_name(&out, "name");
        json_text(&out, last->names[i]);
        json_close_object(&out);
    }
    json_close_array(&out);
    json_name(&out, "traffic_allocation");
    json_value(&out, last);
    json_name(&out, "phases");
    json_open_array(&out);
    for (uint32_t i = 0; i < phases->count; i++)
        phase_write(&out, &phases->items[i]);
    json_close_array(&out);
    json_close_object(&out);
    text_add(&text, GOS_LIT("]}"));
    assert_true(text_ok(&text, NULL));
    return text_str(&text);
}

TEST(spec, splits_and_their_changes_are_sealed)
{
    struct spec spec = spec_open("spec/splits.json");
    gos_context *context = gos_context_open(1 << 20);
    for (uint32_t i = 0; i < spec.cases->count; i++) {
        gos_error err = {0};
        gos_report report;
        const gos_ruleset *rules;
        const struct json *one = &spec.cases->items[i];
        gos_subject subject = {.user_id = member(one, "unit"), .now_ms = FIXTURE_NOW};
        CHECK_OK(gos_ruleset_compile(split_document(one, spec.arena), NULL, spec.arena, &rules,
                                     &report, &err),
                 &err);
        CHECK_OK(gos_context_bind(context, rules, &subject, (gos_str){"", 0}, &err), &err);
        gos_decision got = gos_eval_experiment_at(rules, 0, context);
        if (!gos_str_equal(got.variant, member(one, "expect")))
            printf("%.*s is %.*s\n", GOS_ARG(member(one, "name")), GOS_ARG(got.variant));
        CHECK(gos_str_equal(got.variant, member(one, "expect")));
    }
    gos_context_close(context);
    spec_close(&spec);
}

static gos_earlier spec_earlier(void *user, gos_str experiment_id, gos_str unit,
                                gos_str *out_variant)
{
    const struct json *earlier = user;
    (void)experiment_id;
    (void)unit;
    *out_variant = member(earlier, "variant");
    return gos_str_equal(member(earlier, "found"), GOS_LIT("unit")) ? GOS_EARLIER_UNIT
                                                                    : GOS_EARLIER_IDENTITY;
}

/* null is no variant. */
static bool text_is(const struct json *expect, const char *name, gos_str got)
{
    const struct json *want = json_find(expect, gos_str_from(name));
    return !want || gos_str_equal(want->text, got);
}

static bool value_is(const struct json *expect, gos_str got, gos_arena *arena)
{
    gos_error err;
    const struct json *value, *want = json_find(expect, GOS_LIT("value"));
    return !want || (json_read(got, arena, &value, &err) && json_equal(value, want));
}

static bool decision_is(const struct json *expect, const gos_decision *got, gos_arena *arena)
{
    return value_is(expect, got->value, arena) && text_is(expect, "variant", got->variant) &&
           text_is(expect, "reason", gos_str_from(gos_reason_name(got->reason))) &&
           text_is(expect, "code", gos_str_from(gos_code_name(got->code))) &&
           text_is(expect, "assignment_reason", gos_str_from(gos_assignment_name(got->assignment)));
}

static gos_str json_text_of(const struct json *value, gos_arena *arena)
{
    struct text text;
    struct json_writer out;
    text_init(&text, arena);
    json_writer_init(&out, &text);
    json_value(&out, value);
    assert_true(text_ok(&text, NULL));
    return text_str(&text);
}

TEST(spec, what_comes_first_decides)
{
    struct spec spec = spec_open("spec/evaluation.json");
    gos_context *context = gos_context_open(1 << 20);
    for (uint32_t i = 0; i < spec.cases->count; i++) {
        gos_error err = {0};
        gos_report report;
        const gos_ruleset *rules;
        const struct json *one = &spec.cases->items[i];
        const struct json *earlier = json_find(one, GOS_LIT("earlier"));
        const struct json *flag = json_find(one, GOS_LIT("flag"));
        gos_subject subject = {.now_ms = FIXTURE_NOW,
                               .find_earlier = earlier ? spec_earlier : NULL,
                               .find_earlier_user = (void *)(uintptr_t)earlier};
        gos_str document = json_text_of(json_find(one, GOS_LIT("document")), spec.arena);
        gos_str attributes = json_text_of(json_find(one, GOS_LIT("context")), spec.arena);
        CHECK_OK(gos_ruleset_compile(document, NULL, spec.arena, &rules, &report, &err), &err);
        CHECK_OK(gos_context_bind(context, rules, &subject, attributes, &err), &err);
        gos_decision got = flag ? gos_eval_flag(rules, flag->text, context)
                                : gos_eval_experiment(rules, member(one, "experiment"), context);
        bool is_right = decision_is(json_find(one, GOS_LIT("expect")), &got, spec.arena);
        if (!is_right)
            printf("%.*s is %.*s, %s, %s\n", GOS_ARG(member(one, "name")), GOS_ARG(got.variant),
                   gos_reason_name(got.reason), gos_assignment_name(got.assignment));
        CHECK(is_right);
    }
    gos_context_close(context);
    spec_close(&spec);
}

TEST(spec, every_operator_is_described)
{
    static const char *const names[] = {
#define OPERATOR(name, reader, relation, negated) name,
#include "eval/operators.def"
#undef OPERATOR
    };
    gos_str page = test_file("docs/targeting.md");
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        gos_str name = gos_str_from(names[i]);
        bool is_negated = str_starts_with(name, GOS_LIT("not_"));
        gos_str plain = is_negated ? (gos_str){name.data + 4, name.len - 4} : name;
        CHECK(str_contains(page, plain));
    }
    test_free((void *)(uintptr_t)page.data);
}
