/* Both sides of every rule of flags, metrics, segments, overrides and results. */
#include "fixture.h"

#include "base/time.h"
#include "model/record.h"
#include "model/result.h"

#include <stdio.h>

TEST(flag, keys_are_safe_everywhere)
{
    static const char *const good[] = {"a", "9", "new-checkout", "a.b_c-d:e", "A", "v2.1"};
    static const char *const bad[] = {"", ".a", "-a", "_a", ":a", "a b", "a..b", "a/b", "ä", "a%"};
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++)
        CHECK(record_is_key(gos_str_from(good[i])));
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        char json[32];
        CHECK(!record_is_key(gos_str_from(bad[i])));
        snprintf(json, sizeof json, "\"%s\"", bad[i]);
        CHECK_NOT_NEW(KIND_FLAG, "key", json, "/key");
    }
    CHECK_NOT_NEW(KIND_FLAG, "key", NULL, "/key");
}

TEST(flag, a_key_has_at_most_128_bytes)
{
    char key[160];
    memset(key, 'k', sizeof key);
    CHECK(record_is_key((gos_str){key, 128}));
    CHECK(!record_is_key((gos_str){key, 129}));
}

TEST(flag, rollout_is_0_to_100)
{
    CHECK_NEW(KIND_FLAG, "rollout_percentage", "0");
    CHECK_NEW(KIND_FLAG, "rollout_percentage", "100");
    CHECK_NEW(KIND_FLAG, "rollout_percentage", "0.001");
    CHECK_NOT_NEW(KIND_FLAG, "rollout_percentage", "-0.001", "/rollout_percentage");
    CHECK_NOT_NEW(KIND_FLAG, "rollout_percentage", "100.001", "/rollout_percentage");
    CHECK_NOT_NEW(KIND_FLAG, "rollout_percentage", "\"10\"", "/rollout_percentage");
}

TEST(flag, values_have_the_type_of_the_flag)
{
    static const struct {
        const char *type, *good, *bad;
    } cases[] = {
        {"Boolean", "true", "\"true\""}, {"String", "\"x\"", "1"}, {"Number", "1.5", "\"1.5\""}};
    for (size_t i = 0; i < 3; i++) {
        char json[128];
        gos_error err;
        struct definition made;
        const char *format = "{\"key\":\"f\",\"type\":\"%s\",\"default_value\":%s,\"value\":%s}";
        snprintf(json, sizeof json, format, cases[i].type, cases[i].good, cases[i].good);
        CHECK_OK(fixture_new(KIND_FLAG, gos_str_from(json), &made, &err), &err);
        snprintf(json, sizeof json, format, cases[i].type, cases[i].bad, cases[i].good);
        CHECK_FAILS(fixture_new(KIND_FLAG, gos_str_from(json), &made, &err), &err, GOS_BAD_INPUT,
                    "/default_value");
        snprintf(json, sizeof json, format, cases[i].type, cases[i].good, cases[i].bad);
        CHECK_FAILS(fixture_new(KIND_FLAG, gos_str_from(json), &made, &err), &err, GOS_BAD_INPUT,
                    "/value");
    }
    CHECK_NOT_NEW(KIND_FLAG, "type", "\"boolean\"", "/type");
    CHECK_NOT_NEW(KIND_FLAG, "type", "\"Integer\"", "/type");
}

TEST(flag, only_a_boolean_may_leave_its_default_out)
{
    gos_error err;
    struct definition made;
    CHECK_OK(fixture_new(KIND_FLAG, GOS_LIT("{\"key\":\"f\",\"type\":\"Boolean\"}"), &made, &err),
             &err);
    CHECK_TEXT(fixture_at(&made, "/default_value"), "false");
    CHECK_TEXT(made.status, "disabled");
    CHECK_TEXT(made.name, "f");
    CHECK_FAILS(fixture_new(KIND_FLAG, GOS_LIT("{\"key\":\"f\",\"type\":\"String\"}"), &made, &err),
                &err, GOS_BAD_INPUT, "/default_value");
}

TEST(flag, keeps_its_old_key_as_salt_when_it_is_renamed)
{
    gos_error err;
    struct definition flag, renamed;
    CHECK_OK(fixture_new(KIND_FLAG, fixture_with(KIND_FLAG, NULL, NULL), &flag, &err), &err);
    CHECK_OK(fixture_patch(&flag, "{\"key\":\"other\"}", &renamed, &err), &err);
    CHECK_TEXT(fixture_at(&renamed, "/salt"), "\"new-checkout\"");
    CHECK_OK(fixture_patch(&renamed, "{\"key\":\"third\"}", &flag, &err), &err);
    CHECK_TEXT(fixture_at(&flag, "/salt"), "\"new-checkout\"");
    CHECK_OK(fixture_patch(&flag, "{\"enabled\":false}", &renamed, &err), &err);
    CHECK_TEXT(fixture_at(&renamed, "/key"), "\"third\"");
}

TEST(flag, an_override_has_the_type_of_its_flag)
{
    gos_error err;
    struct definition flag;
    gos_arena *arena = fixture_arena();
    const struct json *value;
    CHECK_OK(fixture_new(KIND_FLAG, GOS_LIT("{\"key\":\"f\",\"type\":\"Boolean\"}"), &flag, &err),
             &err);
    CHECK(json_read(GOS_LIT("true"), arena, &value, NULL));
    CHECK_OK(definition_check_override(flag.tree, value, &err), &err);
    CHECK(json_read(GOS_LIT("\"on\""), arena, &value, NULL));
    CHECK_FAILS(definition_check_override(flag.tree, value, &err), &err, GOS_BAD_INPUT, "/value");
}

TEST(metric, words_are_those_of_the_data_model)
{
    CHECK_NOT_NEW(KIND_METRIC, "type", "\"Ratio\"", "/type");
    CHECK_NOT_NEW(KIND_METRIC, "aggregation", "\"Median\"", "/aggregation");
    CHECK_NOT_NEW(KIND_METRIC, "calculation", NULL, "/calculation");
    CHECK_NOT_NEW(KIND_METRIC, "calculation", "\"\"", "/calculation");
    CHECK_NOT_NEW(KIND_METRIC, "calculation", "\"exists(\"", "/calculation");
    CHECK_NEW(KIND_METRIC, "calculation", "\"count(purchase)\"");
    CHECK_NEW(KIND_METRIC, "window", "\"7d\"");
    CHECK_NOT_NEW(KIND_METRIC, "window", "\"a week\"", "/window");
    CHECK_NOT_NEW(KIND_METRIC, "window", "\"`d)\"", "/window");
    CHECK_NOT_NEW(KIND_METRIC, "window", "\"7d 'x\"", "/window");
    CHECK_NOT_NEW(KIND_METRIC, "window", "\"\"", "/window");
    CHECK_NEW(KIND_METRIC, "direction", "\"decrease\"");
    CHECK_NOT_NEW(KIND_METRIC, "direction", "\"down\"", "/direction");
}

TEST(segment, has_conditions_and_may_have_an_estimate)
{
    gos_error err;
    struct definition made;
    CHECK_OK(fixture_new(KIND_SEGMENT, fixture_with(KIND_SEGMENT, NULL, NULL), &made, &err), &err);
    CHECK_TEXT(made.status, "active");
    CHECK_TEXT(fixture_at(&made, "/size_estimate"), "null");
    CHECK_NEW(KIND_SEGMENT, "size_estimate", "0");
    CHECK_NOT_NEW(KIND_SEGMENT, "size_estimate", "-1", "/size_estimate");
    CHECK_NOT_NEW(KIND_SEGMENT, "conditions", NULL, "/conditions");
    CHECK_NOT_NEW(KIND_SEGMENT, "conditions", "\"DE\"", "/conditions");
    CHECK_NOT_NEW(KIND_SEGMENT, "is_active", "1", "/is_active");
}

static struct result sound_result(void)
{
    return (struct result){.variant = GOS_LIT("treatment"),
                           .metric_name = GOS_LIT("conversion"),
                           .sample_size = 100,
                           .conversions = 20,
                           .mean_value = 0.2,
                           .variance = 0.16,
                           .interval_lower = 0.13,
                           .interval_upper = 0.29,
                           .p_value = 0.04,
                           .lift = 10,
                           .statistical_power = 0.8,
                           .computed_at = FIXTURE_NOW,
                           .window_start = FIXTURE_NOW - 1000,
                           .window_end = FIXTURE_NOW};
}

#define CHECK_RESULT(field, good, bad, where)                                                      \
    do {                                                                                           \
        gos_error err_;                                                                            \
        struct result row_ = sound_result();                                                       \
        row_.field = (good);                                                                       \
        CHECK_OK(result_check(&row_, &err_), &err_);                                               \
        row_.field = (bad);                                                                        \
        CHECK_FAILS(result_check(&row_, &err_), &err_, GOS_BAD_INPUT, where);                      \
    } while (0)

TEST(result, keeps_the_rules_of_the_data_model)
{
    CHECK_RESULT(p_value, 0, -1e-9, "/p_value");
    CHECK_RESULT(p_value, 1, 1.0000001, "/p_value");
    CHECK_RESULT(p_value, NAN, 2, "/p_value");
    CHECK_RESULT(statistical_power, 1, 1.1, "/statistical_power");
    CHECK_RESULT(sample_size, 20, 0, "/sample_size");
    CHECK_RESULT(sample_size, 20, -1, "/sample_size");
    CHECK_RESULT(conversions, 100, 101, "/conversions");
    CHECK_RESULT(conversions, 0, -1, "/conversions");
    CHECK_RESULT(interval_lower, 0.2, 0.2000001, "/confidence_interval");
    CHECK_RESULT(interval_upper, 0.2, 0.1999999, "/confidence_interval");
    CHECK_RESULT(variance, 0, -0.1, "/variance");
    CHECK_RESULT(window_start, FIXTURE_NOW, FIXTURE_NOW + 1, "/data_window");
    CHECK_RESULT(variant, GOS_LIT("v"), GOS_LIT(""), "/variant");
}

TEST(result, is_written_with_the_names_of_the_data_model)
{
    struct json_writer writer;
    struct text text;
    struct result row = sound_result();
    row.p_value = NAN;
    row.detail = GOS_LIT("{\"diff\":0.02,\"status\":\"ok\"}");
    text_init(&text, fixture_arena());
    json_writer_init(&writer, &text);
    result_write(&row, &writer);
    CHECK_TEXT(text_str(&text),
               "{\"id\":\"00000000-0000-0000-0000-000000000000\","
               "\"experiment_id\":\"00000000-0000-0000-0000-000000000000\","
               "\"variant\":\"treatment\",\"metric_name\":\"conversion\",\"sample_size\":100,"
               "\"conversions\":20,\"mean_value\":0.2,\"variance\":0.16,"
               "\"confidence_interval\":{\"lower\":0.13,\"upper\":0.29},\"p_value\":null,"
               "\"lift\":10,\"statistical_power\":0.8,\"computed_at\":\"2026-03-01T12:00:00Z\","
               "\"data_window\":{\"start\":\"2026-03-01T11:59:59Z\","
               "\"end\":\"2026-03-01T12:00:00Z\"},\"diff\":0.02,\"status\":\"ok\"}");
}
