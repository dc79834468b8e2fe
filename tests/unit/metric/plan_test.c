/* From calculations and the fields of a metric to plans. */
#include "metric/plan.h"
#include "test.h"

static gos_arena *arena;

static struct metric_plan plan_of(const char *metric)
{
    const struct json *json = NULL;
    struct metric_plan plan = {0};
    gos_error err = {0};
    CHECK_OK(json_read(gos_str_from(metric), arena, &json, &err), &err);
    CHECK_OK(plan_read(json, arena, &plan, NULL, &err), &err);
    return plan;
}

static void check_refused(const char *metric, const char *pointer)
{
    const struct json *json = NULL;
    struct metric_plan plan = {0};
    gos_error err = {0};
    CHECK_OK(json_read(gos_str_from(metric), arena, &json, &err), &err);
    CHECK_FAILS(plan_read(json, arena, &plan, NULL, &err), &err, GOS_BAD_INPUT, pointer);
}

TEST(plan_read, tells_means_shares_ratios_and_quantiles_apart)
{
    arena = gos_arena_open(1 << 24);
    CHECK_INT(plan_of("{\"calculation\":\"count(a)\"}").kind, PLAN_MEAN);
    CHECK_INT(plan_of("{\"calculation\":\"count(a)\",\"type\":\"Rate\"}").kind, PLAN_PROPORTION);
    CHECK_INT(plan_of("{\"calculation\":\"exists(a)\"}").kind, PLAN_PROPORTION);
    CHECK_INT(plan_of("{\"calculation\":\"funnel(a, b)\"}").kind, PLAN_PROPORTION);
    CHECK_INT(plan_of("{\"calculation\":\"exists(a) + exists(b)\"}").kind, PLAN_MEAN);
    CHECK_INT(plan_of("{\"calculation\":\"sum(a) / 100\"}").kind, PLAN_MEAN);
    CHECK_INT(plan_of("{\"calculation\":\"sum(a) / count(b)\"}").kind, PLAN_RATIO);
    CHECK_INT(plan_of("{\"calculation\":\"avg(a.ms)\"}").kind, PLAN_RATIO);
    struct metric_plan p95 = plan_of("{\"calculation\":\"p95(a.ms) / 1000\"}");
    CHECK_INT(p95.kind, PLAN_QUANTILE);
    CHECK(p95.of_events);
    CHECK_NEAR(p95.scale, 0.001, 0);
    struct metric_plan units =
        plan_of("{\"calculation\":\"sum(a)\",\"aggregation\":\"Percentile\",\"percentile\":99}");
    CHECK_INT(units.kind, PLAN_QUANTILE);
    CHECK(!units.of_events);
    CHECK_NEAR(units.quantile, 0.99, 0);
    gos_arena_close(arena);
}

TEST(plan_read, splits_a_ratio_and_gives_constants_to_the_numerator)
{
    arena = gos_arena_open(1 << 24);
    struct metric_plan plan = plan_of("{\"calculation\":\"-(sum(a) + 1) / count(b) * 100\"}");
    CHECK_INT(plan.kind, PLAN_RATIO);
    CHECK_NEAR(metric_evaluate(&plan.value, (double[]){2, 5}), -300, 0);
    CHECK_NEAR(metric_evaluate(&plan.denominator, (double[]){2, 5}), 5, 0);
    struct metric_plan avg = plan_of("{\"calculation\":\"avg(a) / 10\"}");
    CHECK_NEAR(metric_evaluate(&avg.value, (double[]){20, 4}), 2, 0);
    CHECK_NEAR(metric_evaluate(&avg.denominator, (double[]){20, 4}), 4, 0);
    CHECK_TEXT(avg.aggregates[1].source.property, "value");
    gos_arena_close(arena);
}

TEST(plan_read, refuses_what_has_no_meaning_and_names_the_field)
{
    arena = gos_arena_open(1 << 24);
    check_refused("{\"calculation\":\"sum(a) / sum(b) / sum(c)\"}", "/calculation");
    check_refused("{\"calculation\":\"sum(a) / sum(b) + 1\"}", "/calculation");
    check_refused("{\"calculation\":\"1 / sum(b)\"}", "/calculation");
    check_refused("{\"calculation\":\"p95(a.ms) + sum(b)\"}", "/calculation");
    check_refused("{\"calculation\":\"avg(a) + avg(b)\"}", "/calculation");
    check_refused("{\"calculation\":\"avg(a) / count(b)\"}", "/calculation");
    check_refused("{\"calculation\":\"sum(a)\",\"type\":\"Rate\"}", "/calculation");
    check_refused("{\"calculation\":\"exists(a)\",\"aggregation\":\"Percentile\"}", "/aggregation");
    check_refused("{\"calculation\":\"sum(\"}", "/calculation");
    check_refused("{\"calculation\":\"sum(a)\",\"window\":\"7x\"}", "/window");
    check_refused("{\"calculation\":\"sum(a)\",\"delay\":\"9999999d\"}", "/delay");
    check_refused("{\"calculation\":\"sum(a)\",\"cap_quantile\":0.5}", "/cap_quantile");
    gos_arena_close(arena);
}

TEST(plan_read, takes_windows_and_caps_from_the_metric)
{
    arena = gos_arena_open(1 << 24);
    struct metric_plan plan =
        plan_of("{\"name\":\"Spend\",\"calculation\":\"sum(a)\",\"type\":\"Revenue\","
                "\"unit\":\"USD\",\"window\":\"7d\",\"delay\":\"1h\",\"lookback\":\"0d\","
                "\"cap\":500,\"direction\":\"decrease\",\"minimum_effect\":2}");
    CHECK_INT(plan.window_ms, 7 * 86400000LL);
    CHECK_INT(plan.delay_ms, 3600000);
    CHECK_INT(plan.lookback_ms, 0);
    CHECK_NEAR(plan.cap, 500, 0);
    CHECK(!plan.increase);
    CHECK_NEAR(plan.minimum_effect, 2, 0);
    CHECK_TEXT(plan.unit, "USD");
    gos_arena_close(arena);
}
