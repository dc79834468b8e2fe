/* Results over HTTP: rows, health, time series, known events, calculations. */
#include "fixture.h"
#include "jobs/analyst.h"

#include <stdio.h>

#define T0 INT64_C(1700000000000)

static struct fixture given;

static int64_t clock_now(void *context)
{
    (void)context;
    return T0 + INT64_C(3) * 86400000;
}

static void expose(struct ledger *ledger, const char *experiment_id)
{
    struct fact facts[400] = {0};
    gos_error err = {0};
    struct uuid id;
    CHECK(uuid_read(gos_str_from(experiment_id), &id));
    for (int i = 0; i < 200; i++) {
        gos_str unit = gos_arena_print(given.arena, "u%d", i);
        facts[i * 2] = (struct fact){.sequence = (uint64_t)i * 2 + 1, .kind = FACT_EXPOSURE};
        facts[i * 2].exposure =
            (struct exposure){.environment = GOS_LIT("production"),
                              .experiment_id = id,
                              .unit = unit,
                              .variant = i % 2 ? GOS_LIT("control") : GOS_LIT("green"),
                              .reason = GOS_LIT("split"),
                              .at = T0 + i,
                              .attributes = i % 4 < 2 ? GOS_LIT("{\"plan\":\"pro\",\"age\":7}")
                                                      : GOS_LIT("{\"plan\":\"free\"}")};
        facts[i * 2 + 1] = (struct fact){.sequence = (uint64_t)i * 2 + 2, .kind = FACT_EVENT};
        facts[i * 2 + 1].event =
            (struct event){.environment = GOS_LIT("production"),
                           .user_id = unit,
                           .name = i % 3 ? GOS_LIT("view") : GOS_LIT("purchase"),
                           .properties = GOS_LIT("{\"amount\":5}"),
                           .at = T0 + 1000};
    }
    CHECK_OK(ledger_append(ledger, facts, 400, &err), &err);
}

static void begin(struct ledger **ledger, struct analyst **analyst, char id[64])
{
    gos_error err = {0};
    fixture_start(&given);
    struct ledger_options ledger_options = {.backend = "duckdb"};
    CHECK_OK(ledger_open(&ledger_options, ledger, &err), &err);
    struct analyst_options options = {
        .catalog = given.catalog, .ledger = *ledger, .now_ms = clock_now};
    CHECK_OK(analyst_open(&options, analyst, &err), &err);
    given.api.ledger = *ledger;
    given.api.analyst = *analyst;
    CHECK_STATUS(&given, 201, "POST", "/api/v1/metrics",
                 "{\"name\":\"Spend\",\"type\":\"Revenue\",\"calculation\":"
                 "\"sum(purchase.amount)\",\"unit\":\"USD\"}");
    CHECK_STATUS(&given, 201, "POST", "/api/v1/experiments",
                 "{\"name\":\"Green button\",\"variants\":[{\"name\":\"control\"},"
                 "{\"name\":\"green\"}],\"traffic_allocation\":{\"control\":50,\"green\":50},"
                 "\"success_metrics\":{\"primary_metric\":\"Spend\"},"
                 "\"start_date\":\"2023-11-14T00:00:00Z\"}");
    gos_str found = fixture_at(&given, "/id");
    snprintf(id, 64, "%.*s", (int)found.len - 2, found.data + 1);
}

static void end(struct ledger *ledger, struct analyst *analyst)
{
    fixture_stop(&given);
    analyst_close(analyst);
    ledger_close(ledger);
}

TEST(api_results, answer_with_rows_health_and_how_they_came_about)
{
    struct ledger *ledger;
    struct analyst *analyst;
    char id[64], path[160];
    begin(&ledger, &analyst, id);
    CHECK_STATUS(&given, 200, "GET", "/api/v1/experiments/Green%20button/results", NULL);
    CHECK_TEXT(fixture_at(&given, "/results"), "[]");
    CHECK_TEXT(fixture_at(&given, "/health/findings/0/name"), "\"no_exposures\"");
    expose(ledger, id);
    snprintf(path, sizeof path, "/api/v1/experiments/%s/results?refresh=true", id);
    CHECK_STATUS(&given, 200, "GET", path, NULL);
    CHECK_TEXT(fixture_at(&given, "/results/0/sample_size"), "100");
    CHECK_TEXT(fixture_at(&given, "/results/0/unit"), "\"USD\"");
    CHECK_TEXT(fixture_at(&given, "/results/1/variant"), "\"green\"");
    CHECK_TEXT(fixture_at(&given, "/as_of"), "\"2023-11-17T22:13:20Z\"");
    CHECK_STATUS(&given, 200, "GET", "/api/v1/experiments?advice=running,draft", NULL);
    CHECK_TEXT(fixture_at(&given, "/total"), "1");
    CHECK_TEXT(fixture_at(&given, "/items/0/advice/units"), "200");
    CHECK_TEXT(fixture_at(&given, "/items/0/advice/primary/variant"), "\"green\"");
    CHECK_STATUS(&given, 200, "GET", "/api/v1/experiments?advice=ship", NULL);
    CHECK_TEXT(fixture_at(&given, "/total"), "0");
    snprintf(path, sizeof path, "/api/v1/experiments/%s/verify", id);
    CHECK_STATUS(&given, 200, "POST", path, NULL);
    CHECK_TEXT(fixture_at(&given, "/same"), "true");
    snprintf(path, sizeof path, "/api/v1/experiments/%s/health", id);
    CHECK_STATUS(&given, 200, "GET", path, NULL);
    CHECK_TEXT(fixture_at(&given, "/units"), "200");
    snprintf(path, sizeof path, "/api/v1/experiments/%s/timeseries?metric=Spend", id);
    CHECK_STATUS(&given, 200, "GET", path, NULL);
    CHECK_TEXT(fixture_at(&given, "/points/0/sample_size"), "100");
    CHECK_TEXT(fixture_at(&given, "/points/0/at"), "\"2023-11-15T00:00:00Z\"");
    snprintf(path, sizeof path, "/api/v1/experiments/%s/timeseries?metric=Nothing", id);
    CHECK_REFUSED(&given, 404, "NOT_FOUND", "/metric", "GET", path, NULL);
    CHECK_STATUS(&given, 404, "GET", "/api/v1/experiments/nowhere/results", NULL);
    given.key = given.browser;
    CHECK_STATUS(&given, 403, "GET", path, NULL);
    end(ledger, analyst);
}

TEST(api_results, are_looked_into_by_slices_and_distribution)
{
    struct ledger *ledger;
    struct analyst *analyst;
    char id[64], path[160];
    begin(&ledger, &analyst, id);
    snprintf(path, sizeof path, "/api/v1/experiments/%s/slices?by=plan", id);
    CHECK_REFUSED(&given, 404, "NOT_FOUND", "/by", "GET", path, NULL);
    expose(ledger, id);
    CHECK_STATUS(&given, 200, "GET", path, NULL);
    CHECK_TEXT(fixture_at(&given, "/variants/0/slices/0/value"), "\"free\"");
    CHECK_TEXT(fixture_at(&given, "/variants/0/slices/0/units"), "50");
    CHECK_TEXT(fixture_at(&given, "/variants/0/slices/1/control_units"), "50");
    CHECK_TEXT(fixture_at(&given, "/variants/0/differs"), "false");
    snprintf(path, sizeof path, "/api/v1/experiments/%s/slices", id);
    CHECK_STATUS(&given, 200, "GET", path, NULL);
    CHECK_TEXT(fixture_at(&given, "/attributes/0/name"), "\"plan\"");
    CHECK_TEXT(fixture_at(&given, "/attributes/1/units"), "100");
    snprintf(path, sizeof path, "/api/v1/experiments/%s/slices?by=age&metric=Spend", id);
    CHECK_STATUS(&given, 200, "GET", path, NULL);
    CHECK_TEXT(fixture_at(&given, "/variants/0/slices/0/value"), "\"\"");
    CHECK_TEXT(fixture_at(&given, "/variants/0/slices/1/value"), "\"7\"");
    snprintf(path, sizeof path, "/api/v1/experiments/%s/distribution?metric=Spend", id);
    CHECK_STATUS(&given, 200, "GET", path, NULL);
    CHECK_TEXT(fixture_at(&given, "/of"), "\"units\"");
    CHECK_TEXT(fixture_at(&given, "/edges/0"), "0");
    CHECK_TEXT(fixture_at(&given, "/variants/0/values"), "100");
    CHECK_TEXT(fixture_at(&given, "/variants/0/p99"), "5");
    CHECK_TEXT(fixture_at(&given, "/variants/0/counts/0"), "67");
    CHECK_TEXT(fixture_at(&given, "/variants/0/counts/5"), "33");
    snprintf(path, sizeof path, "/api/v1/experiments/%s/distribution?metric=Nothing", id);
    CHECK_REFUSED(&given, 404, "NOT_FOUND", "/metric", "GET", path, NULL);
    end(ledger, analyst);
}

TEST(api_results, know_events_and_read_calculations)
{
    struct ledger *ledger;
    struct analyst *analyst;
    char id[64];
    begin(&ledger, &analyst, id);
    expose(ledger, id);
    CHECK_STATUS(&given, 200, "GET", "/api/v1/events/names", NULL);
    CHECK_TEXT(fixture_at(&given, "/total"), "2");
    CHECK_TEXT(fixture_at(&given, "/items/0/name"), "\"purchase\"");
    CHECK_TEXT(fixture_at(&given, "/items/0/count"), "67");
    CHECK_TEXT(fixture_at(&given, "/items/0/properties/0/types"), "[\"number\"]");
    CHECK_STATUS(&given, 200, "POST", "/api/v1/calculations",
                 "{\"calculation\":\"p95( load.ms )\"}");
    CHECK_TEXT(fixture_at(&given, "/calculation"), "\"quantile(load.ms, 0.95)\"");
    CHECK_TEXT(fixture_at(&given, "/kind"), "\"quantile\"");
    CHECK_REFUSED(&given, 400, "BAD_INPUT", "/calculation", "POST", "/api/v1/calculations",
                  "{\"calculation\":\"sum(\"}");
    CHECK_REFUSED(&given, 400, "BAD_INPUT", "/calculation", "POST", "/api/v1/calculations", "{}");
    end(ledger, analyst);
}
