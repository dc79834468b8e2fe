/* Assignments go 180 days after their experiment's end, and not a millisecond sooner. */
#include "jobs/retention.h"

#include "base/secret.h"
#include "base/time.h"
#include "test.h"

#include <stdio.h>

enum { KEEP_DAYS = 180 };

#define ENDED INT64_C(1767225600000) /* 2026-01-01T00:00:00Z */

struct given {
    struct catalog *catalog;
    struct roster *roster;
    gos_arena *arena;
    struct uuid experiment;
    gos_error err;
};

static void put(struct given *given, enum kind kind, gos_str body, struct uuid id)
{
    struct definition made;
    struct definition_input input = {.kind = kind,
                                     .id = id,
                                     .import = true,
                                     .environment = GOS_LIT("production"),
                                     .actor = GOS_LIT("test"),
                                     .now_ms = ENDED};
    CHECK_OK(json_read(body, given->arena, &input.json, &given->err), &given->err);
    CHECK_OK(definition_read(&input, given->arena, &made, &given->err), &given->err);
    struct catalog_write write = {
        .environment = GOS_LIT("production"), .actor = GOS_LIT("test"), .now_ms = ENDED};
    struct catalog_change change = {.operation = CATALOG_PUT,
                                    .definition = &made,
                                    .expected_version = CATALOG_VERSION_NEW,
                                    .action = GOS_LIT("create"),
                                    .pointer = ""};
    CHECK_OK(catalog_apply(given->catalog, &write, &change, 1, NULL, &given->err), &given->err);
}

static void assign(struct given *given, gos_str unit)
{
    struct roster_item item = {.kind = ROSTER_ASSIGNMENT,
                               .assignment = {.id = secret_uuid(ENDED),
                                              .environment = GOS_LIT("production"),
                                              .experiment_id = given->experiment,
                                              .user_id = unit,
                                              .variant = GOS_LIT("control"),
                                              .assignment_reason = GOS_LIT("split"),
                                              .assigned_at = ENDED - TIME_DAY_MS}};
    CHECK_OK(roster_commit(given->roster, &item, 1, ENDED, given->arena, &given->err), &given->err);
}

static struct given given_open(const char *status)
{
    struct given given = {.arena = gos_arena_open(SIZE_MAX / 4)};
    char catalog[256], roster[256], body[1024];
    const char *folder = test_folder();
    CHECK_OK(secret_start(&given.err), &given.err);
    given.experiment = secret_uuid(ENDED);
    snprintf(catalog, sizeof catalog, "%s/catalog.db", folder);
    snprintf(roster, sizeof roster, "%s/roster", folder);
    struct catalog_options catalog_options = {"sqlite", catalog, 1, ENDED};
    struct roster_options roster_options = {
        .folder = roster, .spool_count_max = 1000, .spool_bytes_max = 1 << 20};
    CHECK_OK(catalog_open(&catalog_options, &given.catalog, &given.err), &given.err);
    CHECK_OK(roster_open(GOS_LIT("rocksdb"), &roster_options, &given.roster, &given.err),
             &given.err);
    put(&given, KIND_METRIC,
        GOS_LIT("{\"name\":\"m\",\"type\":\"Rate\",\"calculation\":\"exists(x)\"}"),
        secret_uuid(ENDED));
    snprintf(body, sizeof body,
             "{\"name\":\"over\",\"type\":\"AB\",\"status\":\"%s\",\"variants\":[{\"name\":"
             "\"control\"},{\"name\":\"treatment\"}],\"traffic_allocation\":{\"control\":50,"
             "\"treatment\":50},\"success_metrics\":{\"primary_metric\":\"m\"},\"start_date\":"
             "\"2025-12-01T00:00:00Z\",\"end_date\":\"2026-01-01T00:00:00Z\"}",
             status);
    put(&given, KIND_EXPERIMENT, gos_str_from(body), given.experiment);
    assign(&given, GOS_LIT("ann"));
    assign(&given, GOS_LIT("bob"));
    return given;
}

static void given_close(struct given *given)
{
    roster_close(given->roster);
    catalog_close(given->catalog);
    gos_arena_close(given->arena);
}

static uint64_t run(struct given *given, int64_t now_ms, bool dry_run)
{
    struct retention retention = {given->catalog, given->roster, NULL, KEEP_DAYS};
    struct retention_report report;
    CHECK_OK(retention_run(&retention, now_ms, dry_run, given->arena, &report, &given->err),
             &given->err);
    return report.assignments;
}

static uint64_t held(struct given *given)
{
    uint64_t count;
    CHECK_OK(roster_count_assignments(given->roster, GOS_LIT("production"), &given->experiment,
                                      GOS_LIT(""), &count, &given->err),
             &given->err);
    return count;
}

TEST(retention, keeps_assignments_until_180_days_after_the_end_and_then_deletes_them)
{
    struct given given = given_open("Completed");
    int64_t due = ENDED + KEEP_DAYS * TIME_DAY_MS;
    CHECK_INT(run(&given, due, false), 0);
    CHECK_INT(held(&given), 2);
    CHECK_INT(run(&given, due + 1, true), 2);
    CHECK_INT(held(&given), 2);
    CHECK_INT(run(&given, due + 1, false), 2);
    CHECK_INT(held(&given), 0);
    CHECK_INT(run(&given, due + 1, false), 0);
    given_close(&given);
}

TEST(retention, leaves_running_experiments_alone_however_long_past_their_planned_end)
{
    struct given given = given_open("Running");
    CHECK_INT(run(&given, ENDED + 1000 * TIME_DAY_MS, false), 0);
    CHECK_INT(held(&given), 2);
    given_close(&given);
}

TEST(retention, keeps_the_experiment_itself)
{
    struct given given = given_open("Archived");
    CHECK_INT(run(&given, ENDED + 1000 * TIME_DAY_MS, false), 2);
    struct definition experiment;
    CHECK_OK(catalog_get(given.catalog, GOS_LIT("production"), KIND_EXPERIMENT, GOS_LIT("over"),
                         given.arena, &experiment, &given.err),
             &given.err);
    given_close(&given);
}
