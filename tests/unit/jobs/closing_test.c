/* Planned ends: completed in time, once, and nobody else is touched. */
#include "jobs/closing.h"

#include "base/secret.h"
#include "test.h"

#include <stdio.h>

/* 2026-03-01T12:00:00Z */
#define NOW        INT64_C(1772366400000)
#define PRODUCTION GOS_LIT("production")

static void put(struct catalog *catalog, gos_arena *arena, const char *name, const char *more)
{
    gos_error err;
    struct definition made;
    gos_str text = gos_arena_print(
        arena,
        "{\"name\":\"%s\",\"variants\":[{\"name\":\"a\"},{\"name\":\"b\"}],"
        "\"traffic_allocation\":{\"a\":50,\"b\":50},"
        "\"success_metrics\":{\"primary_metric\":\"m\"},\"start_date\":\"2026-01-01\"%s}",
        name, more);
    struct definition_input input = {.kind = KIND_EXPERIMENT,
                                     .import = true,
                                     .id = secret_uuid(NOW),
                                     .environment = PRODUCTION,
                                     .actor = GOS_LIT("t"),
                                     .now_ms = NOW};
    struct catalog_write write = {.environment = PRODUCTION, .actor = GOS_LIT("t"), .now_ms = NOW};
    struct catalog_change change = {
        .operation = CATALOG_PUT, .definition = &made, .action = GOS_LIT("x"), .pointer = ""};
    CHECK_OK(json_read(text, arena, &input.json, &err), &err);
    CHECK_OK(definition_read(&input, arena, &made, &err), &err);
    CHECK_OK(catalog_apply(catalog, &write, &change, 1, NULL, &err), &err);
}

static void metric_put(struct catalog *catalog, gos_arena *arena)
{
    gos_error err;
    struct definition made;
    struct definition_input input = {.kind = KIND_METRIC,
                                     .id = secret_uuid(NOW),
                                     .environment = PRODUCTION,
                                     .actor = GOS_LIT("t"),
                                     .now_ms = NOW};
    struct catalog_write write = {.environment = PRODUCTION, .actor = GOS_LIT("t"), .now_ms = NOW};
    struct catalog_change change = {
        .operation = CATALOG_PUT, .definition = &made, .action = GOS_LIT("x"), .pointer = ""};
    CHECK(json_read(GOS_LIT("{\"name\":\"m\",\"type\":\"Count\",\"calculation\":\"count(x)\"}"),
                    arena, &input.json, &err));
    CHECK_OK(definition_read(&input, arena, &made, &err), &err);
    CHECK_OK(catalog_apply(catalog, &write, &change, 1, NULL, &err), &err);
}

static void check_status(struct catalog *catalog, gos_arena *arena, const char *name,
                         const char *status)
{
    gos_error err;
    struct definition got;
    CHECK_OK(
        catalog_get(catalog, PRODUCTION, KIND_EXPERIMENT, gos_str_from(name), arena, &got, &err),
        &err);
    CHECK_TEXT(got.status, status);
}

static bool count_call(void *user, gos_str environment, gos_error *err)
{
    (void)err;
    CHECK_TEXT(environment, "production");
    ++*(int *)user;
    return true;
}

TEST(closing, completes_what_has_ended_once)
{
    gos_error err;
    char path[256];
    struct catalog *catalog;
    struct definition ended;
    uint32_t count;
    int calls = 0;
    gos_arena *arena = gos_arena_open(64 * 1024 * 1024);
    snprintf(path, sizeof path, "%s/catalog.db", test_folder());
    struct catalog_options options = {.backend = "sqlite", .location = path, .now_ms = NOW};
    CHECK_OK(secret_start(&err), &err);
    CHECK_OK(catalog_open(&options, &catalog, &err), &err);
    metric_put(catalog, arena);
    put(catalog, arena, "ended", ",\"status\":\"Running\",\"end_date\":\"2026-02-01\"");
    put(catalog, arena, "paused", ",\"status\":\"Paused\",\"end_date\":\"2026-03-01T12:00:00Z\"");
    put(catalog, arena, "later", ",\"status\":\"Running\",\"end_date\":\"2026-03-01T12:00:01Z\"");
    put(catalog, arena, "open", ",\"status\":\"Running\"");
    put(catalog, arena, "draft", ",\"end_date\":\"2026-02-01\"");
    CHECK_OK(closing_run(catalog, NOW, count_call, &calls, arena, &count, &err), &err);
    CHECK_INT(count, 2);
    CHECK_INT(calls, 1);
    check_status(catalog, arena, "ended", "Completed");
    check_status(catalog, arena, "paused", "Completed");
    check_status(catalog, arena, "later", "Running");
    check_status(catalog, arena, "open", "Running");
    check_status(catalog, arena, "draft", "Draft");
    CHECK(catalog_get(catalog, PRODUCTION, KIND_EXPERIMENT, GOS_LIT("ended"), arena, &ended, &err));
    CHECK_TEXT(json_find(ended.tree, GOS_LIT("end_date"))->text, "2026-02-01T00:00:00Z");
    CHECK_OK(closing_run(catalog, NOW, count_call, &calls, arena, &count, &err), &err);
    CHECK_INT(count, 0);
    CHECK_INT(calls, 1);
    catalog_close(catalog);
    gos_arena_close(arena);
}
