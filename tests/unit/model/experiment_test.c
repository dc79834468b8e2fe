/* Both sides of every rule of an experiment. */
#include "fixture.h"

TEST(experiment, is_canonical_with_its_defaults)
{
    struct definition made;
    gos_error err;
    CHECK_OK(fixture_new(KIND_EXPERIMENT, fixture_with(KIND_EXPERIMENT, NULL, NULL), &made, &err),
             &err);
    CHECK_TEXT(made.name, "Checkout button");
    CHECK_TEXT(made.status, "Draft");
    CHECK_TEXT(made.type, "AB");
    CHECK_INT(made.version, 1);
    CHECK_TEXT(made.body,
               "{\"id\":\"11111111-1111-1111-1111-111111111111\",\"environment\":\"production\","
               "\"name\":\"Checkout button\",\"description\":\"\",\"type\":\"AB\","
               "\"status\":\"Draft\",\"variants\":[{\"name\":\"control\",\"description\":\"\","
               "\"configuration\":{}},{\"name\":\"treatment\",\"description\":\"green\","
               "\"configuration\":{\"colour\":\"green\"}}],"
               "\"traffic_allocation\":{\"control\":50,\"treatment\":50},"
               "\"success_metrics\":{\"primary_metric\":\"conversion\","
               "\"secondary_metrics\":[\"revenue\"],\"minimum_sample_size\":1000},"
               "\"targeting_rules\":{\"include_segments\":[],\"exclude_segments\":[],"
               "\"user_attributes\":{}},\"start_date\":null,\"end_date\":null,\"sticky\":true,"
               "\"unit\":\"user_id\",\"coverage\":100,\"phases\":[],\"version\":1,"
               "\"created_by\":\"key:test\",\"created_at\":\"2026-03-01T12:00:00Z\","
               "\"updated_at\":\"2026-03-01T12:00:00Z\"}");
}

TEST(experiment, shares_sum_to_exactly_100)
{
    enum kind kind = KIND_EXPERIMENT;
    CHECK_NEW(kind, "traffic_allocation", "{\"control\":33.3,\"treatment\":66.7}");
    CHECK_NEW(kind, "traffic_allocation", "{\"control\":0,\"treatment\":100}");
    CHECK_NEW(kind, "traffic_allocation", "{\"control\":0.1,\"treatment\":99.9}");
    CHECK_NEW(kind, "traffic_allocation", "{\"control\":5e1,\"treatment\":50.000}");
    CHECK_NEW(kind, "traffic_allocation", "{\"control\":33.333333333,\"treatment\":66.666666667}");
    CHECK_NOT_NEW(kind, "traffic_allocation", "{\"control\":33.3,\"treatment\":66.6}",
                  "/traffic_allocation");
    CHECK_NOT_NEW(kind, "traffic_allocation", "{\"control\":50,\"treatment\":50.000000001}",
                  "/traffic_allocation");
    CHECK_NOT_NEW(kind, "traffic_allocation", "{\"control\":50,\"treatment\":49.999999999}",
                  "/traffic_allocation");
}

TEST(experiment, a_share_is_a_decimal_that_is_not_negative)
{
    enum kind kind = KIND_EXPERIMENT;
    CHECK_NOT_NEW(kind, "traffic_allocation", "{\"control\":-1,\"treatment\":101}",
                  "/traffic_allocation/control");
    CHECK_NOT_NEW(kind, "traffic_allocation", "{\"control\":50,\"treatment\":50.0000000001}",
                  "/traffic_allocation/treatment");
    CHECK_NOT_NEW(kind, "traffic_allocation", "{\"control\":\"50\",\"treatment\":50}",
                  "/traffic_allocation/control");
    CHECK_NOT_NEW(kind, "traffic_allocation", "[50,50]", "/traffic_allocation");
}

TEST(experiment, the_split_names_exactly_the_variants)
{
    enum kind kind = KIND_EXPERIMENT;
    CHECK_NOT_NEW(kind, "traffic_allocation", "{\"control\":50,\"other\":50}",
                  "/traffic_allocation/other");
    CHECK_NOT_NEW(kind, "traffic_allocation", "{\"control\":50,\"treatment\":50,\"third\":0}",
                  "/traffic_allocation/third");
    CHECK_NOT_NEW(kind, "variants",
                  "[{\"name\":\"control\"},{\"name\":\"treatment\"},{\"name\":\"third\"}]",
                  "/traffic_allocation");
}

TEST(experiment, has_at_least_two_variants_with_different_names)
{
    enum kind kind = KIND_EXPERIMENT;
    CHECK_NOT_NEW(kind, "variants", "[{\"name\":\"control\"}]", "/variants");
    CHECK_NOT_NEW(kind, "variants", "[]", "/variants");
    CHECK_NOT_NEW(kind, "variants", NULL, "/variants");
    CHECK_NOT_NEW(kind, "variants", "null", "/variants");
    CHECK_NOT_NEW(kind, "variants", "[{\"name\":\"control\"},{\"name\":\"control\"}]",
                  "/variants/1/name");
    CHECK_NOT_NEW(kind, "variants", "[{\"name\":\"control\"},{}]", "/variants/1/name");
    CHECK_NOT_NEW(kind, "variants", "[{\"name\":\"control\"},{\"name\":\"\"}]", "/variants/1/name");
    CHECK_NOT_NEW(kind, "variants", "[{\"name\":\"control\"},{\"name\":\"treatment\",\"x\":1}]",
                  "/variants/1/x");
}

TEST(experiment, success_metrics_are_defined)
{
    enum kind kind = KIND_EXPERIMENT;
    CHECK_NEW(kind, "success_metrics", "{\"primary_metric\":\"conversion\"}");
    CHECK_NOT_NEW(kind, "success_metrics", NULL, "/success_metrics");
    CHECK_NOT_NEW(kind, "success_metrics", "{}", "/success_metrics/primary_metric");
    CHECK_NOT_NEW(kind, "success_metrics", "{\"primary_metric\":\"\"}",
                  "/success_metrics/primary_metric");
    CHECK_NOT_NEW(kind, "success_metrics",
                  "{\"primary_metric\":\"a\",\"secondary_metrics\":[\"b\",\"b\"]}",
                  "/success_metrics/secondary_metrics/1");
    CHECK_NOT_NEW(kind, "success_metrics",
                  "{\"primary_metric\":\"a\",\"guardrail_metrics\":[\"a\"]}",
                  "/success_metrics/guardrail_metrics/0");
    CHECK_NOT_NEW(kind, "success_metrics", "{\"primary_metric\":\"a\",\"minimum_sample_size\":-1}",
                  "/success_metrics/minimum_sample_size");
    CHECK_NOT_NEW(kind, "success_metrics", "{\"primary_metric\":\"a\",\"minimum_sample_size\":1.5}",
                  "/success_metrics/minimum_sample_size");
}

TEST(experiment, settings_belong_to_its_metrics)
{
    enum kind kind = KIND_EXPERIMENT;
    CHECK_NEW(kind, "metric_settings", "{\"revenue\":{\"margin\":2,\"direction\":\"decrease\"}}");
    CHECK_NOT_NEW(kind, "metric_settings", "{\"other\":{\"margin\":2}}", "/metric_settings/other");
    CHECK_NOT_NEW(kind, "metric_settings", "{\"revenue\":{\"direction\":\"up\"}}",
                  "/metric_settings/revenue/direction");
}

TEST(experiment, ends_after_it_starts)
{
    gos_error err;
    struct definition made, changed;
    enum kind kind = KIND_EXPERIMENT;
    CHECK_NEW(kind, "end_date", "\"2026-04-01T00:00:00Z\"");
    CHECK_OK(fixture_new(kind, fixture_with(kind, "start_date", "\"2026-04-01T00:00:00Z\""), &made,
                         &err),
             &err);
    CHECK_OK(fixture_patch(&made, "{\"end_date\":\"2026-04-01T00:00:00.001Z\"}", &changed, &err),
             &err);
    CHECK_FAILS(fixture_patch(&made, "{\"end_date\":\"2026-04-01T00:00:00Z\"}", &changed, &err),
                &err, GOS_BAD_INPUT, "/end_date");
    CHECK_FAILS(
        fixture_patch(&made, "{\"end_date\":\"2026-04-01T01:00:00+02:00\"}", &changed, &err), &err,
        GOS_BAD_INPUT, "/end_date");
    CHECK_NOT_NEW(kind, "end_date", "\"tomorrow\"", "/end_date");
    CHECK_NOT_NEW(kind, "end_date", "1772366400", "/end_date");
}

TEST(experiment, fields_have_their_types_and_ranges)
{
    enum kind kind = KIND_EXPERIMENT;
    CHECK_NOT_NEW(kind, "name", "7", "/name");
    CHECK_NOT_NEW(kind, "name", "\"\"", "/name");
    CHECK_NOT_NEW(kind, "name", "\" a\"", "/name");
    CHECK_NOT_NEW(kind, "name", "\"a\\nb\"", "/name");
    CHECK_NOT_NEW(kind, "type", "\"ab\"", "/type");
    CHECK_NEW(kind, "type", "\"Feature\"");
    CHECK_NEW(kind, "coverage", "0");
    CHECK_NEW(kind, "coverage", "100");
    CHECK_NOT_NEW(kind, "coverage", "100.1", "/coverage");
    CHECK_NOT_NEW(kind, "coverage", "-0.1", "/coverage");
    CHECK_NOT_NEW(kind, "sticky", "\"yes\"", "/sticky");
    CHECK_NOT_NEW(kind, "colour", "\"red\"", "/colour");
    CHECK_NOT_NEW(kind, "tags", "[\"a\",\"a\"]", "/tags/1");
    CHECK_NOT_NEW(kind, "forced_variants", "{\"qa-1\":\"none\"}", "/forced_variants/qa-1");
    CHECK_NEW(kind, "forced_variants", "{\"qa-1\":\"treatment\"}");
    CHECK_NOT_NEW(kind, "targeting_rules", "{\"include_segments\":\"x\"}",
                  "/targeting_rules/include_segments");
    CHECK_NOT_NEW(kind, "targeting_rules", "{\"include\":[]}", "/targeting_rules/include");
}

TEST(experiment, sits_in_one_layer_or_in_several)
{
    enum kind kind = KIND_EXPERIMENT;
    CHECK_NEW(kind, "layer", "\"page\"");
    CHECK_NEW(kind, "layer", "[\"page\",\"mail\"]");
    CHECK_NOT_NEW(kind, "layer", "\"\"", "/layer");
    CHECK_NOT_NEW(kind, "layer", "7", "/layer");
    CHECK_NOT_NEW(kind, "layer", "[]", "/layer");
    CHECK_NOT_NEW(kind, "layer", "[\"page\",7]", "/layer/1");
    CHECK_NOT_NEW(kind, "layer", "[\"1\",\"2\",\"3\",\"4\",\"5\",\"6\",\"7\",\"8\",\"9\"]",
                  "/layer");
}

TEST(experiment, a_name_has_at_most_200_bytes)
{
    char json[256] = "\"";
    memset(json + 1, 'n', 200);
    strcpy(json + 201, "\"");
    CHECK_NEW(KIND_EXPERIMENT, "name", json);
    strcpy(json + 201, "n\"");
    CHECK_NOT_NEW(KIND_EXPERIMENT, "name", json, "/name");
}

TEST(experiment, what_gosset_sets_cannot_be_given)
{
    enum kind kind = KIND_EXPERIMENT;
    CHECK_NOT_NEW(kind, "id", "\"22222222-2222-2222-2222-222222222222\"", "/id");
    CHECK_NOT_NEW(kind, "version", "7", "/version");
    CHECK_NOT_NEW(kind, "created_at", "\"2020-01-01T00:00:00Z\"", "/created_at");
    CHECK_NOT_NEW(kind, "environment", "\"staging\"", "/environment");
    CHECK_NEW(kind, "environment", "\"production\"");
    CHECK_NOT_NEW(kind, "status", "\"Completed\"", "/status");
    CHECK_NOT_NEW(kind, "status", "\"running\"", "/status");
    CHECK_NEW(kind, "status", "\"Draft\"");
}

TEST(experiment, an_import_brings_id_status_and_creation)
{
    gos_error err;
    struct definition made;
    gos_str json =
        GOS_LIT("{\"id\":\"22222222-2222-2222-2222-222222222222\",\"environment\":\"staging\","
                "\"name\":\"x\",\"status\":\"Completed\",\"version\":9,\"created_by\":\"ann\","
                "\"created_at\":\"2025-01-01T00:00:00Z\",\"start_date\":\"2025-02-01\","
                "\"end_date\":\"2025-03-01\",\"shipped_variant\":\"b\","
                "\"variants\":[{\"name\":\"a\"},{\"name\":\"b\"}],"
                "\"traffic_allocation\":{\"a\":50,\"b\":50},"
                "\"success_metrics\":{\"primary_metric\":\"m\"}}");
    CHECK_OK(fixture_import(KIND_EXPERIMENT, json, &made, &err), &err);
    CHECK_TEXT(made.status, "Completed");
    CHECK_TEXT(made.environment, "production");
    CHECK_INT(made.version, 1);
    CHECK_TEXT(fixture_at(&made, "/id"), "\"22222222-2222-2222-2222-222222222222\"");
    CHECK_TEXT(fixture_at(&made, "/created_by"), "\"ann\"");
    CHECK_TEXT(fixture_at(&made, "/created_at"), "\"2025-01-01T00:00:00Z\"");
    CHECK_TEXT(fixture_at(&made, "/phases/0/start"), "\"2025-02-01T00:00:00Z\"");
}

TEST(experiment, a_patch_merges_records_and_replaces_lists_and_maps)
{
    gos_error err;
    struct definition made, changed;
    enum kind kind = KIND_EXPERIMENT;
    CHECK_OK(fixture_new(kind, fixture_with(kind, NULL, NULL), &made, &err), &err);
    CHECK_OK(fixture_patch(&made,
                           "{\"success_metrics\":{\"minimum_sample_size\":7},"
                           "\"traffic_allocation\":{\"treatment\":90,\"control\":10},"
                           "\"version\":1}",
                           &changed, &err),
             &err);
    CHECK_TEXT(fixture_at(&changed, "/success_metrics/primary_metric"), "\"conversion\"");
    CHECK_TEXT(fixture_at(&changed, "/success_metrics/minimum_sample_size"), "7");
    CHECK_TEXT(fixture_at(&changed, "/traffic_allocation"), "{\"treatment\":90,\"control\":10}");
    CHECK_INT(changed.version, 2);
    CHECK_INT(changed.created_at, FIXTURE_NOW);
    CHECK_INT(changed.updated_at, FIXTURE_NOW + 60000);
}

TEST(experiment, a_stale_version_is_a_conflict)
{
    gos_error err;
    struct definition made, changed;
    enum kind kind = KIND_EXPERIMENT;
    CHECK_OK(fixture_new(kind, fixture_with(kind, NULL, NULL), &made, &err), &err);
    CHECK_FAILS(fixture_patch(&made, "{\"description\":\"x\",\"version\":2}", &changed, &err), &err,
                GOS_CONFLICT, "/version");
}

TEST(experiment, what_was_read_can_be_put_back)
{
    gos_error err;
    struct definition made, changed;
    enum kind kind = KIND_EXPERIMENT;
    CHECK_OK(fixture_new(kind, fixture_with(kind, NULL, NULL), &made, &err), &err);
    CHECK_OK(fixture_put(&made, made.body, &changed, &err), &err);
    CHECK_INT(changed.version, 2);
    CHECK_FAILS(fixture_put(&made, GOS_LIT("{\"name\":\"x\"}"), &changed, &err), &err,
                GOS_BAD_INPUT, "/variants");
}

TEST(experiment, a_replacement_keeps_the_dates_it_leaves_out)
{
    gos_error err;
    struct definition made, changed;
    enum kind kind = KIND_EXPERIMENT;
    gos_str dated = fixture_with(kind, "end_date", "\"2026-09-01T00:00:00Z\"");
    CHECK_OK(fixture_new(kind, dated, &made, &err), &err);
    CHECK_OK(fixture_put(&made, fixture_with(kind, NULL, NULL), &changed, &err), &err);
    CHECK_TEXT(fixture_at(&changed, "/end_date"), "\"2026-09-01T00:00:00Z\"");
    CHECK_OK(fixture_put(&made, fixture_with(kind, "end_date", "null"), &changed, &err), &err);
    CHECK_TEXT(fixture_at(&changed, "/end_date"), "null");
}

TEST(experiment, null_brings_back_the_default)
{
    gos_error err;
    struct definition made, changed;
    enum kind kind = KIND_EXPERIMENT;
    CHECK_OK(fixture_new(kind, fixture_with(kind, "coverage", "40"), &made, &err), &err);
    CHECK_OK(fixture_patch(&made, "{\"coverage\":null}", &changed, &err), &err);
    CHECK_TEXT(fixture_at(&changed, "/coverage"), "100");
    CHECK_FAILS(fixture_patch(&made, "{\"variants\":null}", &changed, &err), &err, GOS_BAD_INPUT,
                "/variants");
}

TEST(experiment, an_assignment_names_one_of_its_variants)
{
    gos_error err;
    struct definition made;
    enum kind kind = KIND_EXPERIMENT;
    CHECK_OK(fixture_new(kind, fixture_with(kind, NULL, NULL), &made, &err), &err);
    CHECK_OK(definition_check_assignment(made.tree, GOS_LIT("treatment"), &err), &err);
    CHECK_FAILS(definition_check_assignment(made.tree, GOS_LIT("Treatment"), &err), &err,
                GOS_BAD_INPUT, "/variant");
}

TEST(experiment, the_control_is_the_variant_of_that_name_or_the_first)
{
    gos_arena *arena = fixture_arena();
    const struct json *tree;
    CHECK(json_read(GOS_LIT("{\"variants\":[{\"name\":\"b\"},{\"name\":\"control\"}]}"), arena,
                    &tree, NULL));
    CHECK_TEXT(definition_control(tree), "control");
    CHECK(json_read(GOS_LIT("{\"variants\":[{\"name\":\"b\"},{\"name\":\"a\"}]}"), arena, &tree,
                    NULL));
    CHECK_TEXT(definition_control(tree), "b");
}
