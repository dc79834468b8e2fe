/* The resources of definitions over HTTP: what is taken, what is refused, and with what words. */
#include "fixture.h"

#include <stdio.h>

#define FLAG(key) "{\"key\":\"" key "\",\"type\":\"Boolean\"}"
#define METRIC    "{\"name\":\"m\",\"type\":\"Count\",\"calculation\":\"count(x)\"}"
#define EXPERIMENT                                                                                 \
    "{\"name\":\"e\",\"variants\":[{\"name\":\"control\"},{\"name\":\"treatment\"}],"              \
    "\"traffic_allocation\":{\"control\":50,\"treatment\":50},"                                    \
    "\"success_metrics\":{\"primary_metric\":\"m\"}}"

TEST(definitions, are_created_read_changed_and_deleted)
{
    struct fixture given;
    fixture_start(&given);
    CHECK_STATUS(&given, 201, "POST", "/api/v1/flags", FLAG("a"));
    CHECK_TEXT(fixture_at(&given, "/key"), "\"a\"");
    CHECK_TEXT(fixture_at(&given, "/version"), "1");
    CHECK_TEXT(fixture_at(&given, "/environment"), "\"production\"");
    CHECK_TEXT(fixture_at(&given, "/created_by"), "\"admin\"");
    CHECK_STATUS(&given, 200, "GET", "/api/v1/flags/a", NULL);
    CHECK_TEXT(fixture_at(&given, "/enabled"), "false");
    CHECK_STATUS(&given, 200, "PATCH", "/api/v1/flags/a", "{\"enabled\":true}");
    CHECK_TEXT(fixture_at(&given, "/version"), "2");
    CHECK_STATUS(&given, 200, "PUT", "/api/v1/flags/a",
                 "{\"key\":\"a\",\"type\":\"String\",\"default_value\":\"x\"}");
    CHECK_TEXT(fixture_at(&given, "/enabled"), "false");
    CHECK_TEXT(fixture_at(&given, "/version"), "3");
    CHECK_STATUS(&given, 204, "DELETE", "/api/v1/flags/a", NULL);
    CHECK_INT(given.body.len, 0);
    CHECK_REFUSED(&given, 404, "NOT_FOUND", "", "GET", "/api/v1/flags/a", NULL);
    CHECK_REFUSED(&given, 404, "NOT_FOUND", "", "DELETE", "/api/v1/flags/a", NULL);
    CHECK_REFUSED(&given, 404, "NOT_FOUND", "", "PATCH", "/api/v1/flags/a", "{}");
    fixture_stop(&given);
}

TEST(definitions, a_stale_writer_is_told_so)
{
    struct fixture given;
    fixture_start(&given);
    CHECK_STATUS(&given, 201, "POST", "/api/v1/flags", FLAG("a"));
    CHECK_STATUS(&given, 200, "PATCH", "/api/v1/flags/a", "{\"enabled\":true,\"version\":1}");
    CHECK_REFUSED(&given, 409, "CONFLICT", "/version", "PATCH", "/api/v1/flags/a",
                  "{\"enabled\":false,\"version\":1}");
    CHECK_REFUSED(&given, 400, "BAD_INPUT", "/version", "PATCH", "/api/v1/flags/a",
                  "{\"enabled\":false,\"version\":\"1\"}");
    CHECK_STATUS(&given, 200, "GET", "/api/v1/flags/a", NULL);
    CHECK_TEXT(fixture_at(&given, "/enabled"), "true");
    fixture_stop(&given);
}

static void check_raw(struct fixture *given, const char *method, const char *path,
                      const char *header, const char *body, const char *wanted)
{
    gos_str reply = fixture_raw(given, method, path, header, body);
    if (!str_contains(reply, gos_str_from(wanted)))
        fail_msg("%s is not in %.*s", wanted, GOS_ARG(reply));
}

TEST(definitions, entity_tags_are_versions)
{
    struct fixture given;
    fixture_start(&given);
    check_raw(&given, "POST", "/api/v1/flags", "X: y", FLAG("a"), "HTTP/1.1 201");
    check_raw(&given, "POST", "/api/v1/flags", "X: y", FLAG("b"), "Location: /api/v1/flags/b\r\n");
    check_raw(&given, "GET", "/api/v1/flags/a", "X: y", "", "ETag: \"1\"\r\n");
    check_raw(&given, "GET", "/api/v1/flags/a", "If-None-Match: \"1\"", "", "HTTP/1.1 304");
    check_raw(&given, "GET", "/api/v1/flags/a", "If-None-Match: \"2\"", "", "HTTP/1.1 200");
    check_raw(&given, "PATCH", "/api/v1/flags/a", "If-Match: \"1\"", "{\"enabled\":true}",
              "ETag: \"2\"\r\n");
    check_raw(&given, "PATCH", "/api/v1/flags/a", "If-Match: \"1\"", "{\"enabled\":true}",
              "HTTP/1.1 409");
    check_raw(&given, "PATCH", "/api/v1/flags/a", "If-Match: W/\"2\"", "{\"enabled\":true}",
              "ETag: \"3\"\r\n");
    check_raw(&given, "PATCH", "/api/v1/flags/a", "If-Match: *", "{\"enabled\":true}",
              "ETag: \"4\"\r\n");
    check_raw(&given, "PATCH", "/api/v1/flags/a", "If-Match: 4", "{}", "HTTP/1.1 400");
    check_raw(&given, "DELETE", "/api/v1/flags/a", "If-Match: \"3\"", "", "HTTP/1.1 409");
    check_raw(&given, "DELETE", "/api/v1/flags/a", "If-Match: \"4\"", "", "HTTP/1.1 204");
    fixture_stop(&given);
}

TEST(definitions, bad_input_of_any_kind_stores_nothing)
{
    static const struct {
        int status;
        const char *code;
        const char *body;
    } bad[] = {
        {400, "\"BAD_JSON\"", "{\"key\":\"a\""},
        {400, "\"BAD_JSON\"", "{\"key\":\"a\",\"key\":\"b\",\"type\":\"Boolean\"}"},
        {400, "\"BAD_JSON\"", "{\"key\":\"\xff\",\"type\":\"Boolean\"}"},
        {400, "\"BAD_JSON\"", "{\"key\":\"a\",\"type\":\"Number\",\"default_value\":1e999}"},
        {400, "\"BAD_JSON\"", "{} {}"},
        {400, "\"BAD_JSON\"", ""},
        {400, "\"BAD_INPUT\"", "[]"},
        {400, "\"BAD_INPUT\"", "\"text\""},
        {400, "\"BAD_INPUT\"", "{}"},
        {400, "\"BAD_INPUT\"", "{\"key\":7,\"type\":\"Boolean\"}"},
        {400, "\"BAD_INPUT\"", "{\"key\":\"a b\",\"type\":\"Boolean\"}"},
        {400, "\"BAD_INPUT\"", "{\"key\":\"a\",\"type\":\"Boolean\",\"colour\":\"red\"}"},
        {400, "\"BAD_INPUT\"", "{\"key\":\"a\",\"type\":\"Boolean\",\"rollout_percentage\":101}"},
        {400, "\"BAD_INPUT\"", "{\"key\":\"a\",\"type\":\"Boolean\",\"dependencies\":[\"b\"]}"},
        {400, "\"BAD_INPUT\"", "{\"key\":\"a\",\"type\":\"Boolean\",\"dependencies\":[\"a\"]}"},
    };
    struct fixture given;
    fixture_start(&given);
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        CHECK_STATUS(&given, bad[i].status, "POST", "/api/v1/flags", bad[i].body);
        CHECK_TEXT(fixture_at(&given, "/code"), bad[i].code);
    }
    CHECK_STATUS(&given, 200, "GET", "/api/v1/flags", NULL);
    CHECK_TEXT(fixture_at(&given, "/total"), "0");
    CHECK_STATUS(&given, 200, "GET", "/api/v1/audit", NULL);
    CHECK_TEXT(fixture_at(&given, "/items/0/kind"), "\"key\"");
    fixture_stop(&given);
}

TEST(definitions, what_does_not_compile_is_refused_at_its_place)
{
    struct fixture given;
    fixture_start(&given);
    CHECK_STATUS(&given, 201, "POST", "/api/v1/flags", FLAG("first"));
    CHECK_REFUSED(
        &given, 400, "BAD_INPUT", "/rules/1/conditions/country/sounds_like", "POST",
        "/api/v1/flags",
        "{\"key\":\"a\",\"type\":\"Boolean\",\"rules\":[{\"value\":true,\"percentage\":5},"
        "{\"conditions\":{\"country\":{\"sounds_like\":\"DE\"}},\"value\":true}]}");
    CHECK_REFUSED(&given, 400, "BAD_INPUT", "/rules/0/value", "POST", "/api/v1/flags",
                  "{\"key\":\"a\",\"type\":\"Boolean\",\"rules\":[{\"value\":\"x\"}]}");
    CHECK_REFUSED(&given, 400, "BAD_INPUT", "/conditions/any/0", "POST", "/api/v1/segments",
                  "{\"name\":\"s\",\"conditions\":{\"any\":[7]}}");
    CHECK_STATUS(&given, 200, "GET", "/api/v1/flags", NULL);
    CHECK_TEXT(fixture_at(&given, "/total"), "1");
    fixture_stop(&given);
}

TEST(definitions, a_change_that_breaks_another_definition_says_which)
{
    struct fixture given;
    fixture_start(&given);
    CHECK_STATUS(&given, 201, "POST", "/api/v1/metrics", METRIC);
    CHECK_STATUS(&given, 201, "POST", "/api/v1/experiments", EXPERIMENT);
    CHECK_STATUS(&given, 201, "POST", "/api/v1/flags",
                 "{\"key\":\"a\",\"type\":\"Boolean\",\"rules\":[{\"experiment\":\"e\","
                 "\"values\":{\"treatment\":true}}]}");
    CHECK_REFUSED(&given, 400, "BAD_INPUT", "", "PATCH", "/api/v1/experiments/e",
                  "{\"variants\":[{\"name\":\"control\"},{\"name\":\"blue\"}],"
                  "\"traffic_allocation\":{\"control\":50,\"blue\":50}}");
    CHECK_TEXT(fixture_at(&given, "/message"),
               "\"flag \\\"a\\\" would break at /rules/0/values/treatment: the experiment has no "
               "variant \\\"treatment\\\"\"");
    CHECK_STATUS(&given, 200, "GET", "/api/v1/experiments/e", NULL);
    CHECK_TEXT(fixture_at(&given, "/version"), "1");
    fixture_stop(&given);
}

TEST(definitions, layers_and_holdouts_are_definitions_too)
{
    struct fixture given;
    fixture_start(&given);
    CHECK_STATUS(&given, 201, "POST", "/api/v1/layers", "{\"name\":\"page\"}");
    CHECK_STATUS(&given, 201, "POST", "/api/v1/holdouts",
                 "{\"name\":\"h\",\"percentage\":5,\"layer\":\"page\"}");
    CHECK_REFUSED(&given, 409, "IN_USE", "", "DELETE", "/api/v1/layers/page", NULL);
    CHECK_REFUSED(&given, 400, "BAD_INPUT", "/layer", "POST", "/api/v1/holdouts",
                  "{\"name\":\"g\",\"percentage\":5,\"layer\":\"none\"}");
    CHECK_STATUS(&given, 200, "GET", "/api/v1/holdouts?q=H", NULL);
    CHECK_TEXT(fixture_at(&given, "/total"), "1");
    fixture_stop(&given);
}

TEST(definitions, dependencies_are_named_by_key_or_id)
{
    struct fixture given;
    fixture_start(&given);
    CHECK_STATUS(&given, 201, "POST", "/api/v1/flags", FLAG("a"));
    gos_str body =
        gos_arena_print(given.arena, "{\"key\":\"b\",\"type\":\"Boolean\",\"dependencies\":[%.*s]}",
                        GOS_ARG(fixture_at(&given, "/id")));
    CHECK_STATUS(&given, 201, "POST", "/api/v1/flags", body.data);
    CHECK_STATUS(&given, 200, "PATCH", "/api/v1/flags/a", "{\"key\":\"a2\"}");
    CHECK_REFUSED(&given, 409, "IN_USE", "", "DELETE", "/api/v1/flags/a2", NULL);
    fixture_stop(&given);
}

TEST(definitions, depth_and_size_are_bounded)
{
    struct fixture given;
    static char body[2 * 1024 * 1024];
    fixture_start(&given);
    size_t len = (size_t)snprintf(body, sizeof body, "{\"name\":\"s\",\"conditions\":");
    memset(body + len, '[', 100);
    memset(body + len + 100, ']', 100);
    strcpy(body + len + 200, "}");
    CHECK_STATUS(&given, 400, "POST", "/api/v1/segments", body);
    CHECK_TEXT(fixture_at(&given, "/code"), "\"BAD_JSON\"");
    len = (size_t)snprintf(body, sizeof body, "{\"name\":\"");
    memset(body + len, 'a', 1200 * 1024);
    strcpy(body + len + 1200 * 1024, "\"}");
    CHECK_STATUS(&given, 413, "POST", "/api/v1/metrics", body);
    fixture_stop(&given);
}

TEST(definitions, keys_do_what_their_scope_allows_in_their_environment)
{
    struct fixture given;
    fixture_start(&given);
    CHECK_STATUS(&given, 201, "POST", "/api/v1/flags", FLAG("a"));
    given.key = given.reader;
    CHECK_STATUS(&given, 200, "GET", "/api/v1/flags/a", NULL);
    CHECK_REFUSED(&given, 403, "FORBIDDEN", "", "POST", "/api/v1/flags", FLAG("b"));
    CHECK_REFUSED(&given, 403, "FORBIDDEN", "", "GET", "/api/v1/audit", NULL);
    given.key = given.browser;
    CHECK_REFUSED(&given, 403, "FORBIDDEN", "", "GET", "/api/v1/flags/a", NULL);
    given.key = "gos_nobodyknowsthiskey";
    CHECK_REFUSED(&given, 401, "UNAUTHORIZED", "", "GET", "/api/v1/flags/a", NULL);
    given.key = given.staging;
    CHECK_REFUSED(&given, 404, "NOT_FOUND", "", "GET", "/api/v1/flags/a", NULL);
    CHECK_STATUS(&given, 201, "POST", "/api/v1/flags", FLAG("a"));
    CHECK_TEXT(fixture_at(&given, "/environment"), "\"staging\"");
    fixture_stop(&given);
}

TEST(definitions, what_is_referred_to_stays)
{
    struct fixture given;
    fixture_start(&given);
    CHECK_REFUSED(&given, 400, "BAD_INPUT", "/success_metrics/primary_metric", "POST",
                  "/api/v1/experiments", EXPERIMENT);
    CHECK_STATUS(&given, 201, "POST", "/api/v1/metrics", METRIC);
    CHECK_STATUS(&given, 201, "POST", "/api/v1/experiments", EXPERIMENT);
    CHECK_REFUSED(&given, 409, "IN_USE", "", "DELETE", "/api/v1/metrics/m", NULL);
    CHECK_TEXT(fixture_at(&given, "/message"),
               "\"the metric is referred to by experiment \\\"e\\\"\"");
    CHECK_REFUSED(&given, 409, "IN_USE", "/name", "PATCH", "/api/v1/metrics/m", "{\"name\":\"n\"}");
    CHECK_REFUSED(&given, 409, "CONFLICT", "/name", "POST", "/api/v1/metrics", METRIC);
    fixture_stop(&given);
}

TEST(definitions, an_experiment_is_moved_by_verbs)
{
    struct fixture given;
    fixture_start(&given);
    CHECK_STATUS(&given, 201, "POST", "/api/v1/metrics", METRIC);
    CHECK_STATUS(&given, 201, "POST", "/api/v1/experiments", EXPERIMENT);
    CHECK_STATUS(&given, 200, "POST", "/api/v1/experiments/e/start", NULL);
    CHECK_TEXT(fixture_at(&given, "/status"), "\"Running\"");
    CHECK_REFUSED(&given, 409, "NOT_ALLOWED_NOW", "/status", "POST", "/api/v1/experiments/e/start",
                  "{}");
    CHECK_REFUSED(&given, 409, "NOT_ALLOWED_NOW", "/salt", "PATCH", "/api/v1/experiments/e",
                  "{\"salt\":\"x\"}");
    CHECK_REFUSED(&given, 409, "NOT_ALLOWED_NOW", "", "DELETE", "/api/v1/experiments/e", NULL);
    CHECK_STATUS(&given, 200, "POST", "/api/v1/experiments/e/pause", "");
    CHECK_STATUS(&given, 200, "POST", "/api/v1/experiments/e/resume", "{\"version\":3}");
    CHECK_REFUSED(&given, 409, "CONFLICT", "/version", "POST", "/api/v1/experiments/e/complete",
                  "{\"version\":3}");
    CHECK_REFUSED(&given, 400, "BAD_INPUT", "/shipped_variant", "POST",
                  "/api/v1/experiments/e/complete", "{\"shipped_variant\":\"none\"}");
    CHECK_STATUS(&given, 200, "POST", "/api/v1/experiments/e/complete",
                 "{\"shipped_variant\":\"treatment\"}");
    CHECK_TEXT(fixture_at(&given, "/shipped_variant"), "\"treatment\"");
    CHECK_STATUS(&given, 200, "POST", "/api/v1/experiments/e/archive", NULL);
    CHECK_STATUS(&given, 404, "POST", "/api/v1/experiments/e/explode", NULL);
    CHECK_STATUS(&given, 200, "GET", "/api/v1/audit?kind=experiment", NULL);
    CHECK_TEXT(fixture_at(&given, "/items/0/action"), "\"archive\"");
    CHECK_TEXT(fixture_at(&given, "/items/0/before/status"), "\"Completed\"");
    CHECK_TEXT(fixture_at(&given, "/items/0/after/status"), "\"Archived\"");
    CHECK_TEXT(fixture_at(&given, "/items/0/actor"), "\"admin\"");
    fixture_stop(&given);
}

TEST(definitions, a_copy_is_a_draft_of_the_same_design_that_is_split_anew)
{
    struct fixture given;
    fixture_start(&given);
    CHECK_STATUS(&given, 201, "POST", "/api/v1/metrics", METRIC);
    CHECK_STATUS(&given, 201, "POST", "/api/v1/experiments", EXPERIMENT);
    CHECK_STATUS(&given, 200, "PATCH", "/api/v1/experiments/e",
                 "{\"salt\":\"s\",\"coverage\":30,\"hypothesis\":\"h\",\"forced_variants\":{\"u\":"
                 "\"control\"}}");
    CHECK_STATUS(&given, 200, "POST", "/api/v1/experiments/e/start", NULL);
    CHECK_STATUS(&given, 200, "POST", "/api/v1/experiments/e/complete",
                 "{\"shipped_variant\":\"treatment\",\"conclusion\":\"c\"}");
    CHECK_STATUS(&given, 201, "POST", "/api/v1/experiments/e/copy",
                 "{\"name\":\"again\",\"hypothesis\":\"other\"}");
    CHECK_TEXT(fixture_at(&given, "/name"), "\"again\"");
    CHECK_TEXT(fixture_at(&given, "/status"), "\"Draft\"");
    CHECK_TEXT(fixture_at(&given, "/version"), "1");
    CHECK_TEXT(fixture_at(&given, "/coverage"), "30");
    CHECK_TEXT(fixture_at(&given, "/hypothesis"), "\"other\"");
    const char *const gone[] = {"/salt", "/shipped_variant", "/conclusion", "/forced_variants"};
    for (size_t i = 0; i < sizeof gone / sizeof gone[0]; i++)
        CHECK_TEXT(fixture_at(&given, gone[i]), "absent");
    CHECK_TEXT(fixture_at(&given, "/phases/0"), "absent");
    CHECK(fixture_at(&given, "/start_date").data[0] != '"');
    CHECK_REFUSED(&given, 400, "BAD_INPUT", "/name", "POST", "/api/v1/experiments/e/copy", "{}");
    CHECK_REFUSED(&given, 400, "BAD_INPUT", "", "POST", "/api/v1/experiments/e/copy", "[]");
    CHECK_REFUSED(&given, 409, "CONFLICT", "/name", "POST", "/api/v1/experiments/e/copy",
                  "{\"name\":\"again\"}");
    CHECK_REFUSED(&given, 404, "NOT_FOUND", "", "POST", "/api/v1/experiments/nope/copy",
                  "{\"name\":\"x\"}");
    fixture_stop(&given);
}

TEST(definitions, lists_are_paged_filtered_and_sorted)
{
    struct fixture given;
    fixture_start(&given);
    CHECK_STATUS(&given, 201, "POST", "/api/v1/flags", FLAG("a"));
    CHECK_STATUS(&given, 201, "POST", "/api/v1/flags", FLAG("b"));
    CHECK_STATUS(&given, 201, "POST", "/api/v1/flags", FLAG("c"));
    CHECK_STATUS(&given, 200, "GET", "/api/v1/flags?sort=-name&limit=2", NULL);
    CHECK_TEXT(fixture_at(&given, "/items/0/key"), "\"c\"");
    CHECK_TEXT(fixture_at(&given, "/total"), "3");
    gos_str next = json_at(given.json, GOS_LIT("/next"))->text;
    gos_str path =
        gos_arena_print(given.arena, "/api/v1/flags?sort=-name&limit=2&cursor=%.*s", GOS_ARG(next));
    CHECK_STATUS(&given, 200, "GET", path.data, NULL);
    CHECK_TEXT(fixture_at(&given, "/items/0/key"), "\"a\"");
    CHECK_TEXT(fixture_at(&given, "/next"), "null");
    CHECK_STATUS(&given, 200, "GET", "/api/v1/flags?q=B", NULL);
    CHECK_TEXT(fixture_at(&given, "/total"), "1");
    CHECK_STATUS(&given, 200, "GET", "/api/v1/flags?enabled=true", NULL);
    CHECK_TEXT(fixture_at(&given, "/total"), "0");
    CHECK_REFUSED(&given, 400, "BAD_INPUT", "/limit", "GET", "/api/v1/flags?limit=0", NULL);
    CHECK_REFUSED(&given, 400, "BAD_INPUT", "/limit", "GET", "/api/v1/flags?limit=x", NULL);
    CHECK_REFUSED(&given, 400, "BAD_INPUT", "/sort", "GET", "/api/v1/flags?sort=colour", NULL);
    CHECK_REFUSED(&given, 400, "BAD_INPUT", "/cursor", "GET", "/api/v1/flags?cursor=x", NULL);
    fixture_stop(&given);
}

TEST(revert, puts_back_what_a_version_decided)
{
    struct fixture given;
    fixture_start(&given);
    CHECK_STATUS(&given, 201, "POST", "/api/v1/flags",
                 "{\"key\":\"r\",\"type\":\"Boolean\",\"rollout_percentage\":10}");
    CHECK_STATUS(&given, 200, "PATCH", "/api/v1/flags/r",
                 "{\"rollout_percentage\":50,\"owner\":\"ann\",\"enabled\":true}");
    CHECK_REFUSED(&given, 400, "BAD_INPUT", "/to", "POST", "/api/v1/flags/r/revert", "{\"to\":2}");
    CHECK_REFUSED(&given, 400, "BAD_INPUT", "/to", "POST", "/api/v1/flags/r/revert", "{\"to\":0}");
    CHECK_REFUSED(&given, 400, "BAD_INPUT", "/to", "POST", "/api/v1/flags/r/revert", "{}");
    CHECK_REFUSED(&given, 409, "CONFLICT", "/version", "POST", "/api/v1/flags/r/revert",
                  "{\"to\":1,\"version\":1}");
    CHECK_STATUS(&given, 200, "POST", "/api/v1/flags/r/revert", "{\"to\":1,\"version\":2}");
    CHECK_TEXT(fixture_at(&given, "/version"), "3");
    CHECK_TEXT(fixture_at(&given, "/rollout_percentage"), "10");
    CHECK_TEXT(fixture_at(&given, "/enabled"), "false");
    CHECK_TEXT(fixture_at(&given, "/owner"), "absent");
    CHECK_STATUS(&given, 200, "GET", "/api/v1/audit?kind=flag&limit=1", NULL);
    CHECK_TEXT(fixture_at(&given, "/items/0/action"), "\"revert\"");
    CHECK_STATUS(&given, 200, "POST", "/api/v1/flags/r/revert", "{\"to\":2}");
    CHECK_TEXT(fixture_at(&given, "/owner"), "\"ann\"");
    fixture_stop(&given);
}

TEST(revert, of_a_segment_brings_all_its_ids_back)
{
    struct fixture given;
    fixture_start(&given);
    CHECK_STATUS(&given, 201, "POST", "/api/v1/segments",
                 "{\"name\":\"s\",\"conditions\":{},\"include\":[\"a\",\"b\",\"c\"]}");
    CHECK_STATUS(&given, 200, "PATCH", "/api/v1/segments/s", "{\"include\":[\"d\"]}");
    CHECK_STATUS(&given, 200, "POST", "/api/v1/segments/s/revert", "{\"to\":1}");
    CHECK_TEXT(fixture_at(&given, "/include"), "[\"a\",\"b\",\"c\"]");
    fixture_stop(&given);
}

TEST(revert, of_an_experiment_leaves_its_state)
{
    struct fixture given;
    fixture_start(&given);
    CHECK_STATUS(&given, 201, "POST", "/api/v1/metrics", METRIC);
    CHECK_STATUS(&given, 201, "POST", "/api/v1/experiments", EXPERIMENT);
    CHECK_STATUS(&given, 200, "PATCH", "/api/v1/experiments/e", "{\"description\":\"new\"}");
    CHECK_STATUS(&given, 200, "POST", "/api/v1/experiments/e/start", NULL);
    CHECK_STATUS(&given, 200, "POST", "/api/v1/experiments/e/revert", "{\"to\":1}");
    CHECK_TEXT(fixture_at(&given, "/status"), "\"Running\"");
    CHECK_TEXT(fixture_at(&given, "/description"), "\"\"");
    fixture_stop(&given);
}

TEST(value_schemas, say_which_values_do_not_fit)
{
    struct fixture given;
    fixture_start(&given);
    CHECK_STATUS(&given, 200, "POST", "/api/v1/value-schemas",
                 "{\"schema\":{\"properties\":{\"n\":{\"type\":\"integer\"}}},"
                 "\"values\":{\"/value\":{\"n\":1},\"/variants/b\":{\"n\":\"x\"}}}");
    CHECK_TEXT(fixture_at(&given, "/values"), "2");
    CHECK_TEXT(fixture_at(&given, "/faults/0/name"), "\"/variants/b\"");
    CHECK_TEXT(fixture_at(&given, "/faults/0/pointer"), "\"/n\"");
    CHECK_TEXT(fixture_at(&given, "/faults/1"), "absent");
    CHECK_REFUSED(&given, 400, "BAD_INPUT", "/schema/type", "POST", "/api/v1/value-schemas",
                  "{\"schema\":{\"type\":\"whole\"}}");
    CHECK_REFUSED(&given, 400, "BAD_INPUT", "/schema", "POST", "/api/v1/value-schemas", "{}");
    CHECK_REFUSED(&given, 400, "BAD_INPUT", "/values", "POST", "/api/v1/value-schemas",
                  "{\"schema\":true,\"values\":[1]}");
    CHECK_REFUSED(&given, 400, "BAD_INPUT", "/x", "POST", "/api/v1/value-schemas",
                  "{\"schema\":true,\"x\":1}");
    CHECK_STATUS(&given, 200, "POST", "/api/v1/value-schemas", "{\"schema\":true}");
    CHECK_TEXT(fixture_at(&given, "/faults"), "[]");
    fixture_stop(&given);
}
