/* Overrides, keys, environments, import and export over HTTP. */
#include "fixture.h"

#include "base/text.h"

#include <stdio.h>

#define FLAG(key) "{\"key\":\"" key "\",\"type\":\"Boolean\"}"

TEST(overrides, that_are_imported_must_fit_type_and_schema_of_their_flag)
{
    struct fixture given;
    fixture_start(&given);
    static const char schema[] =
        "{\"flags\":[{\"key\":\"j\",\"type\":\"JSON\",\"default_value\":{\"n\":1},"
        "\"value_schema\":{\"type\":\"object\",\"properties\":{\"n\":{\"type\":\"integer\"}}}}],"
        "\"overrides\":[{\"flag\":\"j\",\"user_id\":\"ann\",\"value\":{\"n\":%s}}]}";
    char body[400];
    snprintf(body, sizeof body, schema, "\"x\"");
    CHECK_REFUSED(&given, 400, "BAD_INPUT", "/overrides/0/value/n", "POST", "/api/v1/import", body);
    snprintf(body, sizeof body, schema, "5");
    CHECK_STATUS(&given, 200, "POST", "/api/v1/import", body);
    CHECK_REFUSED(&given, 400, "BAD_INPUT", "/overrides/0/value/n", "POST", "/api/v1/import",
                  "{\"overrides\":[{\"flag\":\"j\",\"user_id\":\"b\",\"value\":{\"n\":0.5}}]}");
    fixture_stop(&given);
}

TEST(overrides, are_put_listed_and_taken_back)
{
    struct fixture given;
    fixture_start(&given);
    CHECK_STATUS(&given, 201, "POST", "/api/v1/flags", FLAG("a"));
    CHECK_STATUS(&given, 201, "PUT", "/api/v1/flags/a/overrides/ann", "{\"value\":true}");
    CHECK_STATUS(&given, 200, "PUT", "/api/v1/flags/a/overrides/ann", "{\"value\":false}");
    CHECK_STATUS(&given, 201, "PUT", "/api/v1/flags/a/overrides/b%2Fc%20d", "{\"value\":true}");
    CHECK_TEXT(fixture_at(&given, "/user_id"), "\"b/c d\"");
    CHECK_STATUS(&given, 200, "GET", "/api/v1/flags/a/overrides", NULL);
    CHECK_TEXT(fixture_at(&given, "/total"), "2");
    CHECK_TEXT(fixture_at(&given, "/items/0/value"), "false");
    CHECK_STATUS(&given, 200, "GET", "/api/v1/flags/a/overrides/ann", NULL);
    CHECK_TEXT(fixture_at(&given, "/flag_key"), "\"a\"");
    CHECK_REFUSED(&given, 400, "BAD_INPUT", "/value", "PUT", "/api/v1/flags/a/overrides/ann",
                  "{\"value\":\"on\"}");
    CHECK_REFUSED(&given, 400, "BAD_INPUT", "/value", "PUT", "/api/v1/flags/a/overrides/ann", "{}");
    CHECK_REFUSED(&given, 400, "BAD_INPUT", "/x", "PUT", "/api/v1/flags/a/overrides/ann",
                  "{\"value\":true,\"x\":1}");
    CHECK_REFUSED(&given, 404, "NOT_FOUND", "", "PUT", "/api/v1/flags/none/overrides/ann",
                  "{\"value\":true}");
    CHECK_STATUS(&given, 204, "DELETE", "/api/v1/flags/a/overrides/ann", NULL);
    CHECK_REFUSED(&given, 404, "NOT_FOUND", "", "GET", "/api/v1/flags/a/overrides/ann", NULL);
    CHECK_REFUSED(&given, 404, "NOT_FOUND", "", "DELETE", "/api/v1/flags/a/overrides/ann", NULL);
    fixture_stop(&given);
}

TEST(keys, are_shown_once_and_hold_until_revoked)
{
    struct fixture given;
    char key[KEY_TEXT_BYTES];
    fixture_start(&given);
    CHECK_STATUS(&given, 201, "POST", "/api/v1/keys", "{\"name\":\"ci\",\"scope\":\"server\"}");
    gos_str secret = json_at(given.json, GOS_LIT("/key"))->text;
    gos_str id = json_at(given.json, GOS_LIT("/id"))->text;
    snprintf(key, sizeof key, "%.*s", GOS_ARG(secret));
    given.key = key;
    CHECK_STATUS(&given, 200, "GET", "/api/v1/flags", NULL);
    CHECK_REFUSED(&given, 403, "FORBIDDEN", "", "GET", "/api/v1/keys", NULL);
    given.key = given.admin;
    CHECK_STATUS(&given, 200, "GET", "/api/v1/keys", NULL);
    CHECK(!str_contains(given.body, secret));
    CHECK_TEXT(fixture_at(&given, "/total"), "4");
    gos_str path = gos_arena_print(given.arena, "/api/v1/keys/%.*s", GOS_ARG(id));
    CHECK_STATUS(&given, 204, "DELETE", path.data, NULL);
    CHECK_REFUSED(&given, 404, "NOT_FOUND", "", "DELETE", path.data, NULL);
    given.key = key;
    CHECK_REFUSED(&given, 401, "UNAUTHORIZED", "", "GET", "/api/v1/flags", NULL);
    fixture_stop(&given);
}

TEST(keys, serve_only_the_pages_that_they_name)
{
    struct fixture given;
    char key[KEY_TEXT_BYTES];
    fixture_start(&given);
    CHECK_REFUSED(&given, 400, "BAD_INPUT", "/origins", "POST", "/api/v1/keys",
                  "{\"name\":\"web\",\"scope\":\"server\",\"origins\":\"https://a.example\"}");
    CHECK_STATUS(&given, 201, "POST", "/api/v1/keys",
                 "{\"name\":\"web\",\"scope\":\"server\",\"origins\":[\"https://a.example\"]}");
    snprintf(key, sizeof key, "%.*s", GOS_ARG(json_at(given.json, GOS_LIT("/key"))->text));
    given.key = key;
    const char *path = "/api/v1/flags";
    CHECK(str_starts_with(fixture_raw(&given, "GET", path, "Origin: https://a.example", ""),
                          GOS_LIT("HTTP/1.1 200")));
    CHECK(str_starts_with(fixture_raw(&given, "GET", path, "Origin: https://b.example", ""),
                          GOS_LIT("HTTP/1.1 403")));
    CHECK(str_starts_with(fixture_raw(&given, "GET", path, "X: y", ""), GOS_LIT("HTTP/1.1 200")));
    fixture_stop(&given);
}

TEST(keys, have_a_rate_of_their_own)
{
    struct fixture given;
    struct caller caller;
    fixture_start(&given);
    gos_str admin = gos_str_from(given.admin);
    gos_str reader = gos_str_from(given.reader);
    int64_t now = 1000000;
    keyring_limit(given.api.keyring, 3);
    for (int i = 0; i < 3; i++)
        CHECK_INT(keyring_use(given.api.keyring, admin, GOS_LIT(""), now, &caller), KEY_ADMITTED);
    CHECK_INT(keyring_use(given.api.keyring, admin, GOS_LIT(""), now, &caller), KEY_TOO_OFTEN);
    CHECK_INT(keyring_use(given.api.keyring, reader, GOS_LIT(""), now, &caller), KEY_ADMITTED);
    CHECK_INT(keyring_use(given.api.keyring, admin, GOS_LIT(""), now + 332, &caller),
              KEY_TOO_OFTEN);
    CHECK_INT(keyring_use(given.api.keyring, admin, GOS_LIT(""), now + 334, &caller), KEY_ADMITTED);
    gos_error err;
    CHECK_OK(keyring_load(given.api.keyring, &err), &err);
    CHECK_INT(keyring_use(given.api.keyring, admin, GOS_LIT(""), now + 335, &caller),
              KEY_TOO_OFTEN);
    fixture_stop(&given);
}

TEST(keys, past_their_rate_are_told_to_come_back)
{
    struct fixture given;
    fixture_start(&given);
    keyring_limit(given.api.keyring, 1);
    gos_str reply = {0};
    for (int i = 0; i < 5 && !str_starts_with(reply, GOS_LIT("HTTP/1.1 429")); i++)
        reply = fixture_raw(&given, "GET", "/api/v1/flags", "X: y", "");
    CHECK(str_starts_with(reply, GOS_LIT("HTTP/1.1 429")));
    CHECK(str_contains(reply, GOS_LIT("Retry-After: ")));
    fixture_stop(&given);
}

TEST(keys, remember_when_they_were_used)
{
    struct fixture given;
    gos_error err;
    fixture_start(&given);
    CHECK_STATUS(&given, 200, "GET", "/api/v1/keys", NULL);
    CHECK_TEXT(fixture_at(&given, "/items/0/last_used_at"), "null");
    CHECK_OK(keyring_flush(given.api.keyring, &err), &err);
    CHECK_STATUS(&given, 200, "GET", "/api/v1/keys", NULL);
    int used = 0;
    const struct json *items = json_find(given.json, GOS_LIT("items"));
    for (uint32_t i = 0; i < items->count; i++)
        used += json_find(&items->items[i], GOS_LIT("last_used_at"))->type == JSON_STRING;
    CHECK_INT(used, 1);
    fixture_stop(&given);
}

TEST(keys, of_another_environment_are_made_from_production_only)
{
    struct fixture given;
    fixture_start(&given);
    CHECK_STATUS(&given, 201, "POST", "/api/v1/keys",
                 "{\"name\":\"x\",\"scope\":\"admin\",\"environment\":\"development\"}");
    CHECK_TEXT(fixture_at(&given, "/environment"), "\"development\"");
    CHECK_REFUSED(&given, 404, "NOT_FOUND", "/environment", "POST", "/api/v1/keys",
                  "{\"name\":\"x\",\"scope\":\"admin\",\"environment\":\"moon\"}");
    CHECK_REFUSED(&given, 400, "BAD_INPUT", "/scope", "POST", "/api/v1/keys",
                  "{\"name\":\"x\",\"scope\":\"root\"}");
    CHECK_REFUSED(&given, 400, "BAD_INPUT", "/name", "POST", "/api/v1/keys",
                  "{\"scope\":\"admin\"}");
    CHECK_STATUS(&given, 201, "POST", "/api/v1/environments", "{\"name\":\"qa\"}");
    CHECK_REFUSED(&given, 409, "CONFLICT", "/name", "POST", "/api/v1/environments",
                  "{\"name\":\"qa\"}");
    given.key = given.staging;
    CHECK_REFUSED(&given, 403, "FORBIDDEN", "/environment", "POST", "/api/v1/keys",
                  "{\"name\":\"x\",\"scope\":\"admin\",\"environment\":\"production\"}");
    CHECK_REFUSED(&given, 403, "FORBIDDEN", "/environment", "POST", "/api/v1/environments",
                  "{\"name\":\"moon\"}");
    CHECK_REFUSED(&given, 403, "FORBIDDEN", "/environment", "GET",
                  "/api/v1/keys?environment=production", NULL);
    CHECK_STATUS(&given, 200, "GET", "/api/v1/environments", NULL);
    CHECK_TEXT(fixture_at(&given, "/total"), "4");
    fixture_stop(&given);
}

#define DOCUMENT                                                                                   \
    "{\"flags\":[{\"key\":\"b\",\"type\":\"Boolean\",\"dependencies\":[\"a\"]},"                   \
    "{\"id\":\"0190a000-0000-7000-8000-00000000000a\",\"key\":\"a\",\"type\":\"Boolean\","         \
    "\"experiment_id\":\"0190a000-0000-7000-8000-000000000001\"}],"                                \
    "\"experiments\":[{\"id\":\"0190a000-0000-7000-8000-000000000001\",\"name\":\"e\","            \
    "\"status\":\"Running\",\"variants\":[{\"name\":\"control\"},{\"name\":\"treatment\"}],"       \
    "\"traffic_allocation\":{\"control\":50,\"treatment\":50},"                                    \
    "\"success_metrics\":{\"primary_metric\":\"m\"},\"start_date\":\"2026-01-01T00:00:00Z\"}],"    \
    "\"metrics\":[{\"name\":\"m\",\"type\":\"Count\",\"calculation\":\"count(x)\"}],"              \
    "\"overrides\":[{\"flag\":\"a\",\"user_id\":\"ann\",\"value\":true}]}"

TEST(import, takes_a_document_whole_and_the_second_time_changes_nothing)
{
    struct fixture given;
    fixture_start(&given);
    CHECK_STATUS(&given, 200, "POST", "/api/v1/import?dry_run=true", DOCUMENT);
    CHECK_TEXT(fixture_at(&given, "/created"), "5");
    CHECK_STATUS(&given, 200, "GET", "/api/v1/flags", NULL);
    CHECK_TEXT(fixture_at(&given, "/total"), "0");
    CHECK_STATUS(&given, 200, "POST", "/api/v1/import", DOCUMENT);
    CHECK_TEXT(fixture_at(&given, "/created"), "5");
    CHECK_TEXT(fixture_at(&given, "/unchanged"), "0");
    CHECK_STATUS(&given, 200, "POST", "/api/v1/import", DOCUMENT);
    CHECK_TEXT(fixture_at(&given, "/unchanged"), "5");
    CHECK_TEXT(fixture_at(&given, "/updated"), "0");
    CHECK_STATUS(&given, 200, "GET", "/api/v1/experiments/0190a000-0000-7000-8000-000000000001",
                 NULL);
    CHECK_TEXT(fixture_at(&given, "/status"), "\"Running\"");
    CHECK_TEXT(fixture_at(&given, "/phases/0/start"), "\"2026-01-01T00:00:00Z\"");
    fixture_stop(&given);
}

TEST(import, leaves_alone_what_starting_set)
{
    static const char document[] =
        "{\"experiments\":[{\"name\":\"e\",\"status\":\"Running\",\"variants\":[{\"name\":\"a\"},"
        "{\"name\":\"b\"}],\"traffic_allocation\":{\"a\":50,\"b\":50},"
        "\"success_metrics\":{\"primary_metric\":\"m\"}}],\"metrics\":[{\"name\":\"m\","
        "\"type\":\"Count\",\"calculation\":\"count(x)\"}]}";
    struct fixture given;
    fixture_start(&given);
    CHECK_STATUS(&given, 200, "POST", "/api/v1/import", document);
    CHECK_TEXT(fixture_at(&given, "/created"), "2");
    CHECK_STATUS(&given, 200, "POST", "/api/v1/import", document);
    CHECK_TEXT(fixture_at(&given, "/unchanged"), "2");
    fixture_stop(&given);
}

TEST(import, translates_ids_that_another_environment_has)
{
    struct fixture given;
    fixture_start(&given);
    CHECK_STATUS(&given, 200, "POST", "/api/v1/import", DOCUMENT);
    CHECK_STATUS(&given, 200, "GET", "/api/v1/export", NULL);
    gos_str document = gos_arena_text(given.arena, given.body, NULL);
    given.key = given.staging;
    CHECK_STATUS(&given, 200, "POST", "/api/v1/import", document.data);
    CHECK_TEXT(fixture_at(&given, "/created"), "5");
    CHECK_STATUS(&given, 200, "GET", "/api/v1/experiments/e", NULL);
    gos_str id = gos_arena_text(given.arena, fixture_at(&given, "/id"), NULL);
    CHECK(!gos_str_equal(id, GOS_LIT("\"0190a000-0000-7000-8000-000000000001\"")));
    CHECK_STATUS(&given, 200, "GET", "/api/v1/flags/a", NULL);
    CHECK(gos_str_equal(fixture_at(&given, "/experiment_id"), id));
    CHECK_STATUS(&given, 200, "POST", "/api/v1/import", document.data);
    CHECK_TEXT(fixture_at(&given, "/unchanged"), "5");
    fixture_stop(&given);
}

TEST(import, refuses_with_a_pointer_into_the_document_and_stores_nothing)
{
    struct fixture given;
    fixture_start(&given);
    CHECK_REFUSED(&given, 400, "BAD_INPUT", "/flags/1/rollout_percentage", "POST", "/api/v1/import",
                  "{\"flags\":[{\"key\":\"a\",\"type\":\"Boolean\"},{\"key\":\"b\","
                  "\"type\":\"Boolean\",\"rollout_percentage\":-1}]}");
    CHECK_REFUSED(&given, 400, "BAD_INPUT", "/flags/0/dependencies/0", "POST", "/api/v1/import",
                  "{\"flags\":[{\"key\":\"a\",\"type\":\"Boolean\",\"dependencies\":[\"x\"]}]}");
    CHECK_REFUSED(&given, 409, "CONFLICT", "/flags/1/key", "POST", "/api/v1/import",
                  "{\"flags\":[{\"key\":\"a\",\"type\":\"Boolean\"},{\"key\":\"a\","
                  "\"type\":\"Boolean\"}]}");
    CHECK_REFUSED(&given, 400, "BAD_INPUT", "/flag", "POST", "/api/v1/import", "{\"flag\":[]}");
    CHECK_REFUSED(&given, 400, "BAD_INPUT", "/flags", "POST", "/api/v1/import", "{\"flags\":{}}");
    CHECK_REFUSED(&given, 400, "BAD_INPUT", "/overrides/0/user_id", "POST", "/api/v1/import",
                  "{\"overrides\":[{\"flag\":\"a\",\"value\":true}]}");
    CHECK_STATUS(&given, 200, "GET", "/api/v1/flags", NULL);
    CHECK_TEXT(fixture_at(&given, "/total"), "0");
    fixture_stop(&given);
}

TEST(import, takes_the_demo)
{
    struct fixture given;
    fixture_start(&given);
    gos_str demo = test_file("src/cli/demo.json");
    CHECK_STATUS(&given, 200, "POST", "/api/v1/import", demo.data);
    test_free((void *)demo.data);
    fixture_stop(&given);
}

TEST(promote, shows_the_difference_and_leaves_what_happened_behind)
{
    struct fixture given;
    fixture_start(&given);
    given.key = given.staging;
    CHECK_STATUS(&given, 200, "POST", "/api/v1/import", DOCUMENT);
    CHECK_REFUSED(&given, 403, "FORBIDDEN", "/environment", "POST", "/api/v1/promote",
                  "{\"from\":\"production\"}");
    given.key = given.admin;
    CHECK_REFUSED(&given, 400, "BAD_INPUT", "/from", "POST", "/api/v1/promote",
                  "{\"from\":\"production\"}");
    CHECK_REFUSED(&given, 404, "NOT_FOUND", "/definitions", "POST", "/api/v1/promote",
                  "{\"from\":\"staging\",\"definitions\":[{\"kind\":\"flag\",\"name\":\"z\"}]}");
    CHECK_REFUSED(&given, 400, "BAD_INPUT", "/flags/0/dependencies/0", "POST", "/api/v1/promote",
                  "{\"from\":\"staging\",\"definitions\":[{\"kind\":\"flag\",\"name\":\"b\"}]}");
    CHECK_STATUS(&given, 200, "POST", "/api/v1/promote", "{\"from\":\"staging\",\"dry_run\":true}");
    CHECK_TEXT(fixture_at(&given, "/created"), "4");
    CHECK_TEXT(fixture_at(&given, "/changes/0/before"), "null");
    CHECK_TEXT(fixture_at(&given, "/changes/0/after/name"), "\"e\"");
    CHECK_STATUS(&given, 200, "POST", "/api/v1/promote", "{\"from\":\"staging\"}");
    CHECK_STATUS(&given, 200, "GET", "/api/v1/experiments/e", NULL);
    CHECK_TEXT(fixture_at(&given, "/status"), "\"Draft\"");
    CHECK_TEXT(fixture_at(&given, "/start_date"), "null");
    CHECK_STATUS(&given, 200, "POST", "/api/v1/experiments/e/start", NULL);
    CHECK_STATUS(&given, 200, "PATCH", "/api/v1/flags/a", "{\"enabled\":true}");
    CHECK_STATUS(&given, 200, "POST", "/api/v1/promote", "{\"from\":\"staging\",\"dry_run\":true}");
    CHECK_TEXT(fixture_at(&given, "/unchanged"), "3");
    CHECK_TEXT(fixture_at(&given, "/changes/0/fields"), "[\"enabled\"]");
    fixture_stop(&given);
}

#define PROMOTE_A(more)                                                                            \
    "{\"from\":\"staging\",\"definitions\":[{\"kind\":\"flag\",\"name\":\"a\"" more "}]}"

TEST(promote, takes_what_was_shown_or_nothing)
{
    struct fixture given;
    fixture_start(&given);
    given.key = given.staging;
    CHECK_STATUS(&given, 201, "POST", "/api/v1/flags", FLAG("a"));
    given.key = given.admin;
    CHECK_REFUSED(&given, 400, "BAD_INPUT", "/definitions/0/version", "POST", "/api/v1/promote",
                  PROMOTE_A(",\"version\":-1"));
    CHECK_REFUSED(&given, 409, "CONFLICT", "/definitions/0/version", "POST", "/api/v1/promote",
                  PROMOTE_A(",\"version\":1"));
    CHECK_STATUS(&given, 200, "POST", "/api/v1/promote", PROMOTE_A(",\"version\":0"));
    CHECK_STATUS(&given, 200, "GET", "/api/v1/audit?kind=flag&limit=1", NULL);
    CHECK_TEXT(fixture_at(&given, "/items/0/action"), "\"promote\"");
    CHECK_REFUSED(&given, 409, "CONFLICT", "/definitions/0/version", "POST", "/api/v1/promote",
                  PROMOTE_A(",\"version\":0"));
    given.key = given.staging;
    CHECK_STATUS(&given, 200, "PATCH", "/api/v1/flags/a", "{\"description\":\"shown\"}");
    given.key = given.admin;
    CHECK_STATUS(&given, 200, "POST", "/api/v1/promote", "{\"from\":\"staging\",\"dry_run\":true}");
    gos_str body = gos_arena_print(given.arena, "{\"from\":\"staging\",\"at\":%.*s}",
                                   GOS_ARG(fixture_at(&given, "/from_version")));
    given.key = given.staging;
    CHECK_STATUS(&given, 200, "PATCH", "/api/v1/flags/a", "{\"description\":\"unseen\"}");
    given.key = given.admin;
    CHECK_STATUS(&given, 200, "POST", "/api/v1/promote", body.data);
    CHECK_STATUS(&given, 200, "GET", "/api/v1/flags/a", NULL);
    CHECK_TEXT(fixture_at(&given, "/description"), "\"shown\"");
    CHECK_REFUSED(&given, 404, "NOT_FOUND", "/at", "POST", "/api/v1/promote",
                  "{\"from\":\"staging\",\"at\":99999}");
    fixture_stop(&given);
}

TEST(export, gives_the_present_and_the_past)
{
    struct fixture given;
    fixture_start(&given);
    CHECK_STATUS(&given, 201, "POST", "/api/v1/flags", FLAG("a"));
    CHECK_STATUS(&given, 200, "GET", "/api/v1/export", NULL);
    gos_str before = gos_arena_text(given.arena, given.body, NULL);
    gos_str path = gos_arena_print(given.arena, "/api/v1/export?at=%.*s",
                                   GOS_ARG(fixture_at(&given, "/version")));
    CHECK_STATUS(&given, 201, "POST", "/api/v1/flags", FLAG("b"));
    CHECK_STATUS(&given, 200, "GET", path.data, NULL);
    CHECK(gos_str_equal(given.body, before));
    CHECK_REFUSED(&given, 404, "NOT_FOUND", "", "GET", "/api/v1/export?at=999999", NULL);
    fixture_stop(&given);
}
