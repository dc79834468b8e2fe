#include "fixture.h"

#include "base/secret.h"

#include <stdio.h>
#include <stdlib.h>

void fixture_reopen(struct fixture *given)
{
    const char *backend = getenv("GOSSET_TEST_CATALOG");
    struct catalog_options options = {
        .backend = backend ? backend : "sqlite", .location = given->path, .now_ms = FIXTURE_NOW};
    catalog_close(given->catalog);
    CHECK_OK(catalog_open(&options, &given->catalog, &given->err), &given->err);
}

struct fixture fixture_open(void)
{
    struct fixture given = {.arena = gos_arena_open(256 * 1024 * 1024), .now_ms = FIXTURE_NOW};
    CHECK_OK(secret_start(&given.err), &given.err);
    snprintf(given.path, sizeof given.path, "%s/catalog.db", test_folder());
    fixture_reopen(&given);
    return given;
}

void fixture_close(struct fixture *given)
{
    catalog_close(given->catalog);
    gos_arena_close(given->arena);
}

static struct catalog_write write_of(struct fixture *given)
{
    return (struct catalog_write){.environment = GOS_LIT("production"),
                                  .actor = GOS_LIT("key:test"),
                                  .now_ms = given->now_ms};
}

static bool read_and_put(struct fixture *given, struct definition_input *input, const char *json,
                         int64_t expected, struct definition *out)
{
    struct definition made;
    struct catalog_write write = write_of(given);
    input->environment = write.environment;
    input->actor = write.actor;
    input->now_ms = given->now_ms;
    gos_str kept = gos_arena_text(given->arena, gos_str_from(json), &given->err);
    if (!json_read(kept, given->arena, &input->json, &given->err) ||
        !definition_read(input, given->arena, &made, &given->err))
        return false;
    struct catalog_change change = {.operation = CATALOG_PUT,
                                    .definition = &made,
                                    .expected_version = expected,
                                    .action = expected ? GOS_LIT("update") : GOS_LIT("create"),
                                    .pointer = ""};
    if (out)
        *out = made;
    return catalog_apply(given->catalog, &write, &change, 1, NULL, &given->err);
}

bool fixture_create(struct fixture *given, enum kind kind, const char *json, struct definition *out)
{
    struct definition_input input = {.kind = kind, .id = secret_uuid(given->now_ms)};
    return read_and_put(given, &input, json, CATALOG_VERSION_NEW, out);
}

bool fixture_change(struct fixture *given, enum kind kind, const char *name, const char *json,
                    struct definition *out)
{
    struct definition stored;
    if (!catalog_get(given->catalog, GOS_LIT("production"), kind, gos_str_from(name), given->arena,
                     &stored, &given->err))
        return false;
    struct definition_input input = {.kind = kind, .stored = &stored, .merge = true};
    return read_and_put(given, &input, json, stored.version, out);
}

bool fixture_delete(struct fixture *given, enum kind kind, const char *name)
{
    struct definition stored;
    struct catalog_write write = write_of(given);
    if (!catalog_get(given->catalog, write.environment, kind, gos_str_from(name), given->arena,
                     &stored, &given->err))
        return false;
    struct catalog_change change = {.operation = CATALOG_DELETE,
                                    .definition = &stored,
                                    .expected_version = stored.version,
                                    .action = GOS_LIT("delete"),
                                    .pointer = ""};
    return catalog_apply(given->catalog, &write, &change, 1, NULL, &given->err);
}

bool fixture_override(struct fixture *given, const char *flag, const char *user, const char *value)
{
    struct catalog_write write = write_of(given);
    struct catalog_change change = {.operation =
                                        value ? CATALOG_PUT_OVERRIDE : CATALOG_DELETE_OVERRIDE,
                                    .override = {.flag_key = gos_str_from(flag),
                                                 .user_id = gos_str_from(user),
                                                 .value = gos_str_from(value)},
                                    .action = value ? GOS_LIT("put") : GOS_LIT("delete"),
                                    .pointer = ""};
    return catalog_apply(given->catalog, &write, &change, 1, NULL, &given->err);
}

static void must_create(struct fixture *given, enum kind kind, const char *json)
{
    CHECK_OK(fixture_create(given, kind, json, NULL), &given->err);
}

void fixture_flag(struct fixture *given, const char *key, const char *more)
{
    gos_str json =
        gos_arena_print(given->arena, "{\"key\":\"%s\",\"type\":\"Boolean\"%s}", key, more);
    must_create(given, KIND_FLAG, json.data);
}

void fixture_segment(struct fixture *given, const char *name, const char *conditions)
{
    gos_str json =
        gos_arena_print(given->arena, "{\"name\":\"%s\",\"conditions\":%s}", name, conditions);
    must_create(given, KIND_SEGMENT, json.data);
}

void fixture_metric(struct fixture *given, const char *name)
{
    gos_str json = gos_arena_print(
        given->arena, "{\"name\":\"%s\",\"type\":\"Count\",\"calculation\":\"count(x)\"}", name);
    must_create(given, KIND_METRIC, json.data);
}

void fixture_experiment(struct fixture *given, const char *name, const char *more)
{
    gos_str json = gos_arena_print(
        given->arena,
        "{\"name\":\"%s\",\"variants\":[{\"name\":\"control\"},{\"name\":\"treatment\"}],"
        "\"traffic_allocation\":{\"control\":50,\"treatment\":50},"
        "\"success_metrics\":{\"primary_metric\":\"m\"}%s}",
        name, more);
    must_create(given, KIND_EXPERIMENT, json.data);
}
