/* Definitions and facts become stored results with their health. */
#include "base/time.h"
#include "jobs/analyst.h"
#include "jobs/novelty.h"
#include "test.h"

#include <stdio.h>

#define T0 INT64_C(1700000000000)

static gos_arena *arena;
static struct catalog *catalog;
static struct ledger *ledger;
static struct analyst *analyst;
static int64_t now;
static uint64_t sequence;
static struct fact *facts;
static size_t fact_count;

static int64_t clock_now(void *context)
{
    (void)context;
    return now;
}

static void define(enum kind kind, const char *text)
{
    const struct json *json = NULL;
    static uint8_t random[10];
    gos_error err = {0};
    random[9]++;
    CHECK_OK(json_read(gos_str_from(text), arena, &json, &err), &err);
    struct definition_input input = {.kind = kind,
                                     .json = json,
                                     .import = true,
                                     .id = uuid_make(T0, random),
                                     .environment = GOS_LIT("production"),
                                     .actor = GOS_LIT("test"),
                                     .now_ms = T0};
    struct definition definition = {0};
    CHECK_OK(definition_read(&input, arena, &definition, &err), &err);
    struct catalog_change change = {.operation = CATALOG_PUT,
                                    .definition = &definition,
                                    .expected_version = CATALOG_VERSION_NEW,
                                    .action = GOS_LIT("create"),
                                    .pointer = ""};
    struct catalog_write write = {
        .environment = GOS_LIT("production"), .actor = GOS_LIT("test"), .now_ms = T0};
    CHECK_OK(catalog_apply(catalog, &write, &change, 1, NULL, &err), &err);
}

static struct uuid experiment_id(void)
{
    struct definition definition = {0};
    gos_error err = {0};
    CHECK_OK(catalog_get(catalog, GOS_LIT("production"), KIND_EXPERIMENT, GOS_LIT("Checkout"),
                         arena, &definition, &err),
             &err);
    return definition.id;
}

static struct fact *add_fact(enum fact_kind kind)
{
    facts[fact_count] = (struct fact){.sequence = ++sequence, .kind = kind};
    return &facts[fact_count++];
}

static void add_people(int first, int count, const char *variant, int buy_every)
{
    struct uuid id = experiment_id();
    for (int i = first; i < first + count; i++) {
        gos_str unit = gos_arena_print(arena, "user-%d", i);
        add_fact(FACT_EXPOSURE)->exposure = (struct exposure){.environment = GOS_LIT("production"),
                                                              .experiment_id = id,
                                                              .unit = unit,
                                                              .variant = gos_str_from(variant),
                                                              .reason = GOS_LIT("split"),
                                                              .at = T0 + i};
        if (i % buy_every)
            continue;
        add_fact(FACT_EVENT)->event = (struct event){.environment = GOS_LIT("production"),
                                                     .user_id = unit,
                                                     .name = GOS_LIT("purchase"),
                                                     .has_value = true,
                                                     .value = i % 7,
                                                     .at = T0 + i + 1000};
    }
}

static void ship(void)
{
    gos_error err = {0};
    CHECK_OK(ledger_append(ledger, facts, fact_count, &err), &err);
    fact_count = 0;
}

static void begin(void)
{
    char path[400];
    gos_error err = {0};
    arena = gos_arena_open((size_t)1 << 28);
    facts = gos_arena_array(arena, 50000, sizeof *facts, NULL);
    fact_count = 0;
    sequence = 0;
    snprintf(path, sizeof path, "%s/catalog.db", test_folder());
    struct catalog_options catalog_options = {.backend = "sqlite", .location = path, .now_ms = T0};
    struct ledger_options ledger_options = {.backend = "duckdb"};
    CHECK_OK(catalog_open(&catalog_options, &catalog, &err), &err);
    CHECK_OK(ledger_open(&ledger_options, &ledger, &err), &err);
    struct analyst_options options = {.catalog = catalog, .ledger = ledger, .now_ms = clock_now};
    CHECK_OK(analyst_open(&options, &analyst, &err), &err);
    define(KIND_METRIC,
           "{\"name\":\"Bought\",\"type\":\"Rate\",\"calculation\":\"exists(purchase)\"}");
    define(KIND_METRIC,
           "{\"name\":\"Spend\",\"type\":\"Revenue\",\"calculation\":\"sum(purchase.value)\"}");
    define(KIND_EXPERIMENT,
           "{\"name\":\"Checkout\",\"status\":\"Running\",\"variants\":[{\"name\":\"control\"},"
           "{\"name\":\"green\"}],\"traffic_allocation\":{\"control\":50,\"green\":50},"
           "\"success_metrics\":{\"primary_metric\":\"Bought\",\"secondary_metrics\":[\"Spend\"]},"
           "\"start_date\":\"2023-11-14T00:00:00Z\"}");
    now = T0 + 10 * TIME_DAY_MS;
}

static void end(void)
{
    analyst_close(analyst);
    ledger_close(ledger);
    catalog_close(catalog);
    gos_arena_close(arena);
}

static const struct json *answer(bool refresh, const char *part)
{
    struct analyst_answer got = {0};
    const struct json *json = NULL;
    gos_error err = {0};
    CHECK_OK(analyst_results(analyst, GOS_LIT("production"), GOS_LIT("Checkout"), refresh, arena,
                             &got, &err),
             &err);
    CHECK_OK(json_read(part[0] == 'r' ? got.results : got.health, arena, &json, &err), &err);
    return json;
}

static double number_at(const struct json *json, const char *pointer)
{
    const struct json *value = json_at(json, gos_str_from(pointer));
    CHECK(value != NULL);
    return value->type == JSON_NUMBER ? value->number : (double)NAN;
}

static bool has_finding(const struct json *health, const char *name)
{
    const struct json *findings = json_find(health, GOS_LIT("findings"));
    for (uint32_t i = 0; i < findings->count; i++) {
        if (gos_str_equal(json_find(&findings->items[i], GOS_LIT("name"))->text,
                          gos_str_from(name)))
            return true;
    }
    return false;
}

TEST(analyst, stores_a_row_for_each_metric_and_variant_with_the_fields_of_the_data_model)
{
    begin();
    add_people(0, 2000, "control", 4);
    add_people(2000, 2000, "green", 2);
    ship();
    const struct json *rows = answer(false, "results");
    CHECK_INT(rows->count, 4);
    CHECK_INT((int)number_at(rows, "/0/sample_size"), 2000);
    CHECK_INT((int)number_at(rows, "/0/conversions"), 500);
    CHECK_NEAR(number_at(rows, "/0/mean_value"), 0.25, 1e-12);
    CHECK_NEAR(number_at(rows, "/1/lift"), 100, 1e-9);
    CHECK_NEAR(number_at(rows, "/1/diff"), 0.25, 1e-12);
    CHECK(number_at(rows, "/1/p_value") < 1e-20);
    CHECK(number_at(rows, "/1/confidence_interval/lower") < 0.5);
    CHECK(number_at(rows, "/1/diff_ci/lower") > 0.2);
    CHECK(number_at(rows, "/1/lift_ci/upper") > 100);
    CHECK_TEXT(json_at(rows, GOS_LIT("/0/role"))->text, "primary");
    CHECK_TEXT(json_at(rows, GOS_LIT("/2/role"))->text, "secondary");
    CHECK_INT((int)number_at(rows, "/2/watermark"), (int)sequence);
    struct result *stored = NULL;
    uint32_t count = 0;
    gos_error err = {0};
    CHECK_OK(catalog_latest_results(catalog, GOS_LIT("production"), experiment_id(), arena, &stored,
                                    &count, &err),
             &err);
    CHECK_INT(count, 4);
    for (uint32_t i = 0; i < count; i++)
        CHECK_OK(result_check(&stored[i], &err), &err);
    end();
}

TEST(analyst, gives_the_same_bytes_for_the_same_facts_and_sees_new_ones_when_asked)
{
    begin();
    add_people(0, 300, "control", 4);
    add_people(300, 300, "green", 2);
    ship();
    struct analyst_answer first = {0}, second = {0};
    gos_error err = {0};
    gos_str name = GOS_LIT("Checkout"), production = GOS_LIT("production");
    CHECK_OK(analyst_results(analyst, production, name, false, arena, &first, &err), &err);
    add_people(600, 10, "green", 1);
    ship();
    CHECK_OK(analyst_results(analyst, production, name, false, arena, &second, &err), &err);
    CHECK(gos_str_equal(first.results, second.results));
    analyst_close(analyst);
    struct analyst_options options = {.catalog = catalog, .ledger = ledger, .now_ms = clock_now};
    CHECK_OK(analyst_open(&options, &analyst, &err), &err);
    CHECK_OK(analyst_results(analyst, production, name, false, arena, &second, &err), &err);
    CHECK(gos_str_equal(first.results, second.results));
    now++;
    CHECK_INT((int)number_at(answer(true, "results"), "/1/sample_size"), 310);
    gos_str report;
    const struct json *json = NULL;
    add_people(100, 20, "green", 1);
    add_people(0, 50, "control", 1);
    add_fact(FACT_LINK)->link = (struct identity_link){.environment = production,
                                                       .device_id = GOS_LIT("user-3"),
                                                       .user_id = GOS_LIT("user-4"),
                                                       .at = T0};
    ship();
    CHECK_OK(analyst_verify(analyst, production, name, arena, &report, &err), &err);
    CHECK_OK(json_read(report, arena, &json, &err), &err);
    CHECK(json_find(json, GOS_LIT("same"))->boolean);
    end();
}

TEST(analyst, refreshes_running_experiments_when_there_are_new_facts)
{
    begin();
    add_people(0, 30, "control", 4);
    ship();
    gos_error err = {0};
    struct analyst_stats stats;
    CHECK_OK(analyst_refresh_all(analyst, &err), &err);
    CHECK_OK(analyst_refresh_all(analyst, &err), &err);
    analyst_stats(analyst, &stats);
    CHECK_INT(stats.computations, 1);
    CHECK_INT(stats.failures, 0);
    add_people(30, 30, "green", 4);
    ship();
    CHECK_OK(analyst_refresh_all(analyst, &err), &err);
    analyst_stats(analyst, &stats);
    CHECK_INT(stats.computations, 2);
    end();
}

TEST(analyst, diagnoses_what_is_wrong_with_the_data)
{
    begin();
    const struct json *health = answer(false, "health");
    CHECK(has_finding(health, "no_exposures"));
    add_people(0, 400, "control", 1);
    add_people(400, 700, "green", 1000000);
    add_people(2000, 20, "blue", 1);
    for (int i = 0; i < 60; i++)
        add_fact(FACT_EXPOSURE)->exposure = (struct exposure){
            .environment = GOS_LIT("production"),
            .experiment_id = experiment_id(),
            .unit = gos_arena_print(arena, "user-%d", i),
            .variant = GOS_LIT("green"),
            .reason = GOS_LIT("split"),
            .at = T0 + 5 * TIME_DAY_MS,
        };
    ship();
    now++;
    health = answer(true, "health");
    CHECK(has_finding(health, "sample_ratio"));
    CHECK(has_finding(health, "crossovers"));
    CHECK(has_finding(health, "unknown_variants"));
    CHECK(has_finding(health, "one_variant_without_events"));
    CHECK(has_finding(health, "no_new_exposures"));
    CHECK(has_finding(health, "less_than_a_week"));
    CHECK_TEXT(json_find(health, GOS_LIT("status"))->text, "alarm");
    end();
}

TEST(analyst, asks_about_what_is_too_good)
{
    begin();
    add_people(0, 120, "control", 10);
    add_people(1000, 120, "green", 5);
    ship();
    now++;
    const struct json *health = answer(true, "health");
    CHECK(!has_finding(health, "large_lift")); /* not told from chance yet: the plan's sequence */
    add_people(3000, 9000, "control", 10);
    add_people(20000, 9000, "green", 5);
    ship();
    now++;
    health = answer(true, "health");
    CHECK(has_finding(health, "large_lift"));
    CHECK(has_finding(health, "large_statistic"));
    CHECK(!has_finding(health, "variance_ratio"));
    end();
}

TEST(analyst, expects_of_each_phase_the_split_that_it_had)
{
    begin();
    define(KIND_EXPERIMENT,
           "{\"name\":\"Ramp\",\"status\":\"Running\",\"variants\":[{\"name\":\"control\"},"
           "{\"name\":\"green\"}],\"traffic_allocation\":{\"control\":50,\"green\":50},"
           "\"success_metrics\":{\"primary_metric\":\"Bought\"},"
           "\"start_date\":\"2023-11-14T00:00:00Z\",\"phases\":["
           "{\"start\":\"2023-11-14T00:00:00Z\",\"traffic_allocation\":{\"control\":90,"
           "\"green\":10},\"coverage\":100},{\"start\":\"2023-11-15T00:00:00Z\","
           "\"traffic_allocation\":{\"control\":50,\"green\":50},\"coverage\":100}]}");
    struct definition ramp = {0};
    gos_error err = {0};
    CHECK_OK(catalog_get(catalog, GOS_LIT("production"), KIND_EXPERIMENT, GOS_LIT("Ramp"), arena,
                         &ramp, &err),
             &err);
    add_people(0, 900, "control", 4);
    add_people(900, 100, "green", 4);
    size_t first_phase = fact_count;
    add_people(5000, 500, "control", 4);
    add_people(5500, 500, "green", 4);
    for (size_t i = 0; i < fact_count; i++) {
        if (facts[i].kind != FACT_EXPOSURE)
            continue;
        facts[i].exposure.experiment_id = ramp.id;
        facts[i].exposure.at += i < first_phase ? 0 : 2 * TIME_DAY_MS;
    }
    ship();
    struct analyst_answer got = {0};
    const struct json *health = NULL;
    CHECK_OK(
        analyst_results(analyst, GOS_LIT("production"), GOS_LIT("Ramp"), true, arena, &got, &err),
        &err);
    CHECK_OK(json_read(got.health, arena, &health, &err), &err);
    CHECK_NEAR(number_at(health, "/sample_ratio/p_value"), 1, 1e-12);
    CHECK_NEAR(number_at(health, "/sample_ratio/variants/0/weight"), 1400, 1e-12);
    CHECK(!has_finding(health, "sample_ratio"));
    CHECK(has_finding(health, "design_changed"));
    end();
}

static void buy(const char *unit, int64_t at)
{
    add_fact(FACT_EVENT)->event = (struct event){.environment = GOS_LIT("production"),
                                                 .user_id = gos_str_from(unit),
                                                 .name = GOS_LIT("purchase"),
                                                 .at = at};
}

/* A tenth of each variant buys each day, and of green so many more as the days are young. */
static void add_course(int days, bool fades)
{
    add_people(1, 300, "control", 1000000);
    add_people(1001, 300, "green", 1000000);
    for (int day = 0; day < days; day++) {
        for (int i = 1; i <= 300; i++) {
            int64_t at = T0 + 10000 + day * TIME_DAY_MS;
            if ((i + day) % 10 == 0)
                buy(gos_arena_print(arena, "user-%d", i).data, at);
            if ((i + day) % 10 == 0 || (i * 7 + day * 13) % 100 < (fades ? 40 - 2 * day : 20))
                buy(gos_arena_print(arena, "user-%d", 1000 + i).data, at);
        }
    }
    ship();
    now = T0 + days * TIME_DAY_MS + 20000;
}

static const struct json *novelty(const char *metric, gos_error *err)
{
    static struct definition experiment;
    const struct json *json = NULL;
    struct text text;
    struct json_writer writer;
    experiment = (struct definition){0};
    CHECK_OK(catalog_get(catalog, GOS_LIT("production"), KIND_EXPERIMENT, GOS_LIT("Checkout"),
                         arena, &experiment, err),
             err);
    const struct analysis_sources sources = {catalog, ledger, NULL, NULL};
    const struct analysis_request ask = {.environment = GOS_LIT("production"),
                                         .experiment = &experiment,
                                         .now_ms = now,
                                         .as_of_ms = TIME_NONE};
    text_init(&text, arena);
    json_writer_init(&writer, &text);
    if (novelty_write(&sources, &ask, gos_str_from(metric), arena, &writer, err))
        CHECK_OK(json_read(text_str(&text), arena, &json, err), err);
    return json;
}

TEST(analyst, sees_an_effect_fade_with_the_days_since_exposure)
{
    gos_error err = {0};
    begin();
    add_course(16, true);
    const struct json *found = novelty("", &err);
    CHECK_NEAR(number_at(found, "/days"), 16, 0);
    CHECK_NEAR(number_at(found, "/variants/0/course/0/units"), 600, 0);
    CHECK(number_at(found, "/variants/0/course/0/diff") >
          number_at(found, "/variants/0/course/15/diff") + 0.1);
    CHECK(number_at(found, "/variants/0/z") < -2.58);
    CHECK(json_at(found, GOS_LIT("/variants/0/changes"))->boolean);
    CHECK(novelty("Nothing", &err) == NULL && err.code == GOS_NOT_FOUND);
    end();
    begin();
    add_course(16, false);
    found = novelty("Bought", &err);
    CHECK(fabs(number_at(found, "/variants/0/z")) < 2.58);
    end();
    begin();
    add_course(13, true);
    found = novelty("", &err);
    CHECK_INT(json_at(found, GOS_LIT("/variants/0/z"))->type, JSON_NULL);
    CHECK(!json_at(found, GOS_LIT("/variants/0/changes"))->boolean);
    end();
}
