/* Definitions in the catalog: stored, found, guarded. */
#include "fixture.h"

#include <stdio.h>

#define PRODUCTION GOS_LIT("production")

TEST(catalog, gives_back_what_was_put_by_name_and_by_id)
{
    struct fixture given = fixture_open();
    struct definition made, got;
    char id[UUID_TEXT_BYTES];
    CHECK_OK(fixture_create(&given, KIND_FLAG, "{\"key\":\"a\",\"type\":\"Boolean\"}", &made),
             &given.err);
    fixture_reopen(&given);
    CHECK_OK(catalog_get(given.catalog, PRODUCTION, KIND_FLAG, GOS_LIT("a"), given.arena, &got,
                         &given.err),
             &given.err);
    CHECK(gos_str_equal(got.body, made.body));
    CHECK_INT(got.version, 1);
    CHECK_TEXT(got.status, "disabled");
    CHECK_TEXT(got.environment, "production");
    uuid_write(&made.id, id);
    CHECK_OK(catalog_get(given.catalog, PRODUCTION, KIND_FLAG, gos_str_from(id), given.arena, &got,
                         &given.err),
             &given.err);
    CHECK_TEXT(got.name, "a");
    CHECK_FAILS(catalog_get(given.catalog, PRODUCTION, KIND_FLAG, GOS_LIT("b"), given.arena, &got,
                            &given.err),
                &given.err, GOS_NOT_FOUND, "");
    CHECK_FAILS(catalog_get(given.catalog, PRODUCTION, KIND_METRIC, GOS_LIT("a"), given.arena, &got,
                            &given.err),
                &given.err, GOS_NOT_FOUND, "");
    fixture_close(&given);
}

TEST(catalog, keeps_environments_apart)
{
    struct fixture given = fixture_open();
    struct definition got;
    struct environment *environments;
    uint32_t count;
    fixture_flag(&given, "a", "");
    CHECK_FAILS(catalog_get(given.catalog, GOS_LIT("staging"), KIND_FLAG, GOS_LIT("a"), given.arena,
                            &got, &given.err),
                &given.err, GOS_NOT_FOUND, "");
    CHECK_FAILS(catalog_get(given.catalog, GOS_LIT("moon"), KIND_FLAG, GOS_LIT("a"), given.arena,
                            &got, &given.err),
                &given.err, GOS_NOT_FOUND, "/environment");
    CHECK_OK(
        catalog_list_environments(given.catalog, given.arena, &environments, &count, &given.err),
        &given.err);
    CHECK_INT(count, 3);
    CHECK_TEXT(environments[0].name, "production");
    CHECK_TEXT(environments[2].name, "development");
    CHECK_OK(catalog_add_environment(given.catalog, GOS_LIT("moon"), GOS_LIT("key:test"),
                                     FIXTURE_NOW, &given.err),
             &given.err);
    CHECK_FAILS(catalog_add_environment(given.catalog, GOS_LIT("moon"), GOS_LIT("key:test"),
                                        FIXTURE_NOW, &given.err),
                &given.err, GOS_CONFLICT, "/name");
    CHECK_FAILS(catalog_add_environment(given.catalog, GOS_LIT("a b"), GOS_LIT("key:test"),
                                        FIXTURE_NOW, &given.err),
                &given.err, GOS_BAD_INPUT, "/name");
    fixture_close(&given);
}

TEST(catalog, refuses_a_taken_name_and_changes_nothing)
{
    struct fixture given = fixture_open();
    int64_t before, after;
    fixture_flag(&given, "a", "");
    CHECK(catalog_sequence(given.catalog, PRODUCTION, &before, &given.err));
    CHECK_FAILS(fixture_create(&given, KIND_FLAG, "{\"key\":\"a\",\"type\":\"Boolean\"}", NULL),
                &given.err, GOS_CONFLICT, "/key");
    fixture_metric(&given, "m");
    CHECK_FAILS(fixture_create(&given, KIND_METRIC,
                               "{\"name\":\"m\",\"type\":\"Count\",\"calculation\":\"count(x)\"}",
                               NULL),
                &given.err, GOS_CONFLICT, "/name");
    CHECK(catalog_sequence(given.catalog, PRODUCTION, &after, &given.err));
    CHECK_INT(after, before + 1);
    fixture_close(&given);
}

TEST(catalog, refuses_a_stale_version)
{
    struct fixture given = fixture_open();
    struct definition stored, changed;
    struct catalog_write write = {
        .environment = PRODUCTION, .actor = GOS_LIT("t"), .now_ms = FIXTURE_NOW};
    fixture_flag(&given, "a", "");
    CHECK_OK(fixture_change(&given, KIND_FLAG, "a", "{\"enabled\":true}", &changed), &given.err);
    CHECK_INT(changed.version, 2);
    CHECK(catalog_get(given.catalog, PRODUCTION, KIND_FLAG, GOS_LIT("a"), given.arena, &stored,
                      &given.err));
    struct catalog_change change = {.operation = CATALOG_PUT,
                                    .definition = &stored,
                                    .expected_version = 1,
                                    .action = GOS_LIT("update"),
                                    .pointer = ""};
    CHECK_FAILS(catalog_apply(given.catalog, &write, &change, 1, NULL, &given.err), &given.err,
                GOS_CONFLICT, "/version");
    change.operation = CATALOG_DELETE;
    CHECK_FAILS(catalog_apply(given.catalog, &write, &change, 1, NULL, &given.err), &given.err,
                GOS_CONFLICT, "/version");
    change.expected_version = 2;
    CHECK_OK(catalog_apply(given.catalog, &write, &change, 1, NULL, &given.err), &given.err);
    CHECK_FAILS(catalog_apply(given.catalog, &write, &change, 1, NULL, &given.err), &given.err,
                GOS_NOT_FOUND, "");
    fixture_close(&given);
}

TEST(catalog, refuses_references_to_what_is_not_there)
{
    struct fixture given = fixture_open();
    fixture_flag(&given, "base", "");
    CHECK_FAILS(fixture_create(&given, KIND_FLAG,
                               "{\"key\":\"a\",\"type\":\"Boolean\","
                               "\"dependencies\":[\"base\",\"none\"]}",
                               NULL),
                &given.err, GOS_BAD_INPUT, "/dependencies/1");
    CHECK_FAILS(fixture_create(&given, KIND_FLAG,
                               "{\"key\":\"a\",\"type\":\"Boolean\","
                               "\"experiment_id\":\"00000000-0000-7000-8000-000000000000\"}",
                               NULL),
                &given.err, GOS_BAD_INPUT, "/experiment_id");
    CHECK_FAILS(fixture_create(&given, KIND_FLAG,
                               "{\"key\":\"a\",\"type\":\"Boolean\","
                               "\"targeting_rules\":{\"segments\":[\"none\"]}}",
                               NULL),
                &given.err, GOS_BAD_INPUT, "/targeting_rules/segments/0");
    CHECK_FAILS(fixture_create(&given, KIND_EXPERIMENT,
                               "{\"name\":\"e\",\"variants\":[{\"name\":\"a\"},{\"name\":\"b\"}],"
                               "\"traffic_allocation\":{\"a\":50,\"b\":50},"
                               "\"success_metrics\":{\"primary_metric\":\"none\"}}",
                               NULL),
                &given.err, GOS_BAD_INPUT, "/success_metrics/primary_metric");
    fixture_close(&given);
}

TEST(catalog, refuses_cycles_of_any_length)
{
    struct fixture given = fixture_open();
    fixture_flag(&given, "a", "");
    fixture_flag(&given, "b", ",\"dependencies\":[\"a\"]");
    fixture_flag(&given, "c", ",\"dependencies\":[\"b\"]");
    CHECK_FAILS(fixture_change(&given, KIND_FLAG, "a", "{\"dependencies\":[\"a\"]}", NULL),
                &given.err, GOS_BAD_INPUT, "/dependencies/0");
    CHECK_FAILS(fixture_change(&given, KIND_FLAG, "a", "{\"dependencies\":[\"c\"]}", NULL),
                &given.err, GOS_BAD_INPUT, "/dependencies/0");
    CHECK_OK(fixture_change(&given, KIND_FLAG, "c", "{\"dependencies\":[\"b\",\"a\"]}", NULL),
             &given.err);
    fixture_segment(&given, "s", "{\"country\":\"DE\"}");
    fixture_segment(&given, "t", "{\"segment\":\"s\"}");
    CHECK_FAILS(
        fixture_change(&given, KIND_SEGMENT, "s", "{\"conditions\":{\"segment\":\"t\"}}", NULL),
        &given.err, GOS_BAD_INPUT, "/conditions/segment");
    fixture_close(&given);
}

static void check_in_use(struct fixture *given, enum kind kind, const char *name,
                         const char *message)
{
    CHECK_FAILS(fixture_delete(given, kind, name), &given->err, GOS_IN_USE, "");
    CHECK_TEXT(gos_str_from(given->err.message), message);
}

TEST(catalog, keeps_what_others_refer_to_and_says_who)
{
    struct fixture given = fixture_open();
    fixture_segment(&given, "s", "{\"country\":\"DE\"}");
    fixture_metric(&given, "m");
    fixture_experiment(&given, "e", ",\"targeting_rules\":{\"include_segments\":[\"s\"]}");
    fixture_flag(&given, "a", ",\"experiment_id\":\"e\"");
    fixture_flag(&given, "b", ",\"dependencies\":[\"a\"]");
    fixture_flag(&given, "c", ",\"dependencies\":[\"a\"]");
    fixture_flag(&given, "d", ",\"dependencies\":[\"a\"]");
    fixture_flag(&given, "e", ",\"dependencies\":[\"a\"]");
    check_in_use(&given, KIND_METRIC, "m", "the metric is referred to by experiment \"e\"");
    check_in_use(&given, KIND_SEGMENT, "s", "the segment is referred to by experiment \"e\"");
    check_in_use(&given, KIND_EXPERIMENT, "e", "the experiment is referred to by flag \"a\"");
    check_in_use(&given, KIND_FLAG, "a",
                 "the flag is referred to by flag \"b\", flag \"c\", flag \"d\" and others");
    CHECK_OK(fixture_delete(&given, KIND_FLAG, "b"), &given.err);
    fixture_close(&given);
}

TEST(catalog, keeps_a_name_by_which_others_refer)
{
    struct fixture given = fixture_open();
    struct definition segment;
    char by_id[96];
    char id[UUID_TEXT_BYTES];
    fixture_segment(&given, "s", "{\"country\":\"DE\"}");
    fixture_segment(&given, "t", "{\"segment\":\"s\"}");
    CHECK_FAILS(fixture_change(&given, KIND_SEGMENT, "s", "{\"name\":\"s2\"}", NULL), &given.err,
                GOS_IN_USE, "/name");
    CHECK(catalog_get(given.catalog, PRODUCTION, KIND_SEGMENT, GOS_LIT("s"), given.arena, &segment,
                      &given.err));
    uuid_write(&segment.id, id);
    snprintf(by_id, sizeof by_id, "{\"conditions\":{\"segment\":\"%s\"}}", id);
    CHECK_OK(fixture_change(&given, KIND_SEGMENT, "t", by_id, NULL), &given.err);
    CHECK_OK(fixture_change(&given, KIND_SEGMENT, "s", "{\"name\":\"s2\"}", NULL), &given.err);
    CHECK_FAILS(fixture_delete(&given, KIND_SEGMENT, "s2"), &given.err, GOS_IN_USE, "");
    fixture_close(&given);
}

TEST(catalog, a_layer_may_be_named_before_it_is_defined_and_stays_while_it_is_used)
{
    struct fixture given = fixture_open();
    fixture_metric(&given, "m");
    fixture_experiment(&given, "early", ",\"layer\":\"page\"");
    CHECK_OK(fixture_create(&given, KIND_LAYER, "{\"name\":\"page\"}", NULL), &given.err);
    CHECK_OK(fixture_delete(&given, KIND_LAYER, "page"), &given.err);
    CHECK_OK(fixture_create(&given, KIND_LAYER, "{\"name\":\"page\"}", NULL), &given.err);
    fixture_experiment(&given, "late", ",\"layer\":[\"other\",\"page\"]");
    CHECK_FAILS(fixture_delete(&given, KIND_LAYER, "page"), &given.err, GOS_IN_USE, "");
    CHECK_OK(fixture_create(&given, KIND_HOLDOUT,
                            "{\"name\":\"h\",\"percentage\":5,\"layer\":\"page\"}", NULL),
             &given.err);
    CHECK_FAILS(fixture_create(&given, KIND_HOLDOUT, "{\"name\":\"g\",\"percentage\":101}", NULL),
                &given.err, GOS_BAD_INPUT, "/percentage");
    fixture_close(&given);
}

TEST(catalog, overrides_belong_to_their_flag)
{
    struct fixture given = fixture_open();
    struct override override;
    struct override_page page;
    bool found;
    fixture_flag(&given, "a", "");
    CHECK_OK(fixture_override(&given, "a", "ann", "true"), &given.err);
    CHECK_OK(fixture_override(&given, "a", "bob", "true"), &given.err);
    CHECK_OK(fixture_override(&given, "a", "bob", "false"), &given.err);
    CHECK_FAILS(fixture_override(&given, "none", "bob", "true"), &given.err, GOS_NOT_FOUND, "");
    CHECK(catalog_find_override(given.catalog, PRODUCTION, GOS_LIT("a"), GOS_LIT("bob"),
                                given.arena, &override, &found, &given.err));
    CHECK(found);
    CHECK_TEXT(override.value, "false");
    CHECK_OK(catalog_list_overrides(given.catalog, PRODUCTION, GOS_LIT("a"), GOS_LIT(""),
                                    GOS_LIT(""), 1, given.arena, &page, &given.err),
             &given.err);
    CHECK_INT(page.total, 2);
    CHECK_INT(page.count, 1);
    CHECK_TEXT(page.items[0].user_id, "ann");
    CHECK_OK(catalog_list_overrides(given.catalog, PRODUCTION, GOS_LIT("a"), GOS_LIT(""), page.next,
                                    1, given.arena, &page, &given.err),
             &given.err);
    CHECK_TEXT(page.items[0].user_id, "bob");
    CHECK_INT(page.next.len, 0);
    CHECK_OK(catalog_list_overrides(given.catalog, PRODUCTION, GOS_LIT(""), GOS_LIT("bob"),
                                    GOS_LIT(""), 2, given.arena, &page, &given.err),
             &given.err);
    CHECK_INT(page.total, 1);
    CHECK_TEXT(page.items[0].flag_key, "a");
    CHECK_OK(fixture_override(&given, "a", "bob", NULL), &given.err);
    CHECK_FAILS(fixture_override(&given, "a", "bob", NULL), &given.err, GOS_NOT_FOUND, "");
    CHECK_OK(fixture_delete(&given, KIND_FLAG, "a"), &given.err);
    CHECK(catalog_list_overrides(given.catalog, PRODUCTION, GOS_LIT(""), GOS_LIT(""), GOS_LIT(""),
                                 1, given.arena, &page, &given.err));
    CHECK_INT(page.total, 0);
    fixture_close(&given);
}

static bool refuse(void *context, gos_str document, gos_error *err)
{
    *(gos_str *)context = document;
    CHECK(document.len > 100);
    return gos_fail(err, GOS_BAD_INPUT, "/rules/0", "no");
}

TEST(catalog, a_check_that_refuses_leaves_everything_as_it_was)
{
    struct fixture given = fixture_open();
    struct definition made;
    gos_str seen = {0};
    int64_t sequence;
    CHECK_OK(fixture_create(&given, KIND_FLAG, "{\"key\":\"a\",\"type\":\"Boolean\"}", &made),
             &given.err);
    struct catalog_write write = {.environment = PRODUCTION,
                                  .actor = GOS_LIT("t"),
                                  .now_ms = FIXTURE_NOW,
                                  .check = refuse,
                                  .check_context = &seen};
    struct catalog_change change = {.operation = CATALOG_DELETE,
                                    .definition = &made,
                                    .expected_version = 1,
                                    .action = GOS_LIT("delete"),
                                    .pointer = ""};
    CHECK_FAILS(catalog_apply(given.catalog, &write, &change, 1, NULL, &given.err), &given.err,
                GOS_BAD_INPUT, "/rules/0");
    CHECK(catalog_sequence(given.catalog, PRODUCTION, &sequence, &given.err));
    CHECK_INT(sequence, 1);
    write.check = NULL;
    write.dry_run = true;
    CHECK_OK(catalog_apply(given.catalog, &write, &change, 1, NULL, &given.err), &given.err);
    CHECK_OK(catalog_get(given.catalog, PRODUCTION, KIND_FLAG, GOS_LIT("a"), given.arena, &made,
                         &given.err),
             &given.err);
    fixture_close(&given);
}

TEST(catalog, an_import_is_whole_or_not_at_all_and_in_any_order)
{
    struct fixture given = fixture_open();
    const char *texts[3] = {
        "{\"key\":\"b\",\"type\":\"Boolean\",\"dependencies\":[\"a\"]}",
        "{\"key\":\"a\",\"type\":\"Boolean\",\"targeting_rules\":{\"segments\":[\"s\"]}}",
        "{\"name\":\"s\",\"conditions\":{\"country\":\"DE\"}}"};
    enum kind kinds[3] = {KIND_FLAG, KIND_FLAG, KIND_SEGMENT};
    struct definition made[3];
    struct catalog_change changes[3];
    struct catalog_page page;
    struct catalog_query query = {.environment = PRODUCTION, .kind = KIND_FLAG, .limit = 10};
    struct catalog_write write = {
        .environment = PRODUCTION, .actor = GOS_LIT("t"), .now_ms = FIXTURE_NOW};
    for (size_t i = 0; i < 3; i++) {
        struct definition_input input = {.kind = kinds[i],
                                         .environment = PRODUCTION,
                                         .actor = GOS_LIT("t"),
                                         .now_ms = FIXTURE_NOW};
        memset(input.id.bytes, (int)i + 1, sizeof input.id.bytes);
        CHECK(json_read(gos_str_from(texts[i]), given.arena, &input.json, &given.err));
        CHECK_OK(definition_read(&input, given.arena, &made[i], &given.err), &given.err);
        changes[i] = (struct catalog_change){.operation = CATALOG_PUT,
                                             .definition = &made[i],
                                             .action = GOS_LIT("import"),
                                             .pointer = "/x"};
    }
    CHECK_FAILS(catalog_apply(given.catalog, &write, changes, 2, NULL, &given.err), &given.err,
                GOS_BAD_INPUT, "/x/targeting_rules/segments/0");
    CHECK(catalog_list(given.catalog, &query, given.arena, &page, &given.err));
    CHECK_INT(page.total, 0);
    CHECK_OK(catalog_apply(given.catalog, &write, changes, 3, NULL, &given.err), &given.err);
    CHECK(catalog_list(given.catalog, &query, given.arena, &page, &given.err));
    CHECK_INT(page.total, 2);
    fixture_close(&given);
}
