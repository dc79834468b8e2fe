/* gosset check: what a server would refuse although it compiles. */
#include "base/text.h"
#include "cli/check_import.h"
#include "test.h"

#include <stdio.h>

static gos_report report_of(struct definitions *definitions, const char *text)
{
    static char path[600];
    gos_error err;
    snprintf(path, sizeof path, "%s/check.json", test_folder());
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fputs(text, file);
    fclose(file);
    CHECK_OK(definitions_open(path, definitions, &err), &err);
    CHECK_OK(check_import(definitions, &err), &err);
    return definitions->report;
}

static bool has_warning(const gos_report *report, const char *pointer, const char *part)
{
    for (uint32_t i = 0; i < report->count; i++) {
        const gos_finding *finding = &report->findings[i];
        if (!finding->is_error && gos_str_equal(finding->pointer, gos_str_from(pointer)) &&
            str_contains(finding->message, gos_str_from(part)))
            return true;
    }
    return false;
}

TEST(check, warns_of_what_a_server_would_refuse)
{
    struct definitions definitions;
    gos_report report = report_of(
        &definitions,
        "{\"flags\":[{\"key\":\"bad key\",\"type\":\"Boolean\"},{\"key\":\"f\",\"type\":"
        "\"Boolean\",\"colour\":1}],\"metrics\":[{\"name\":\"m\",\"type\":\"Rate\","
        "\"calculation\":\"exists(\",\"aggregation\":\"Average\"}],\"experiments\":[{\"name\":"
        "\"e\",\"type\":\"AB\",\"variants\":[{\"name\":\"a\"},{\"name\":\"b\"}],"
        "\"traffic_allocation\":{\"a\":50,\"b\":50},\"success_metrics\":{\"primary_metric\":"
        "\"nope\",\"secondary_metrics\":[\"m\"]}}]}");
    CHECK(has_warning(&report, "/flags/0/key", "letters, digits"));
    CHECK(has_warning(&report, "/flags/1/colour", "not a field"));
    CHECK(has_warning(&report, "/metrics/0/calculation", "expected the name of an event"));
    CHECK(has_warning(&report, "/experiments/0/success_metrics/primary_metric",
                      "there is no metric \"nope\""));
    CHECK_INT(report.count, 4);
    CHECK_INT(report.error_count, 0);
    definitions_close(&definitions);
}

TEST(check, finds_nothing_in_what_a_server_would_take)
{
    struct definitions definitions;
    gos_report report = report_of(
        &definitions,
        "{\"flags\":[{\"key\":\"f\",\"type\":\"Boolean\",\"enabled\":true}],\"metrics\":["
        "{\"name\":\"m\",\"type\":\"Rate\",\"calculation\":\"exists(buy)\",\"aggregation\":"
        "\"Average\"}],\"experiments\":[{\"name\":\"e\",\"type\":\"AB\",\"variants\":["
        "{\"name\":\"a\"},{\"name\":\"b\"}],\"traffic_allocation\":{\"a\":50,\"b\":50},"
        "\"success_metrics\":{\"primary_metric\":\"m\"}}]}");
    CHECK_INT(report.count, 0);
    definitions_close(&definitions);
}
