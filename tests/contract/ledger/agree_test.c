/*
 * Two backends, the same random facts, every kind of metric: the same answers. Late, duplicate and
 * out-of-order facts, links, forgotten people, overrides and crossovers are among them.
 */
#include "ledger_fixture.h"

#include <stdio.h>

enum { ROUNDS = 10, STEPS = 6, FACTS = 150, PEOPLE = 40, DEVICES = 8, HOUR = 3600000 };

static struct ledger_fixture given[2];
static uint64_t seed;

static uint32_t random_below(uint32_t limit)
{
    seed = seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (uint32_t)(seed >> 33) % limit;
}

static const char *const calculations[] = {
    "\"calculation\":\"sum(buy.x)\",\"lookback\":\"3d\"",
    "\"calculation\":\"count(view where g > 3 and not c = \\\"b\\\")\",\"window\":\"2d\"",
    "\"calculation\":\"count(view where c in (\\\"a\\\", \\\"b\\\") or g <= 1)\"",
    "\"calculation\":\"count(view where c contains \\\"a\\\")\"",
    "\"calculation\":\"exists(view where x is missing or c != \\\"a\\\")\"",
    "\"calculation\":\"sum(buy.x) / count(view)\"",
    "\"calculation\":\"avg(buy.x)\"",
    "\"calculation\":\"first(buy.x) + last(view.x)\"",
    "\"calculation\":\"count_distinct(view.x)\"",
    "\"calculation\":\"count_distinct(view.c)\"",
    "\"calculation\":\"p90(buy.x)\"",
    "\"calculation\":\"sum(buy.x)\",\"aggregation\":\"Percentile\"",
    "\"calculation\":\"funnel(view, buy within 1d)\"",
    "\"calculation\":\"funnel(view, buy, quit)\"",
    "\"calculation\":\"retention(view, 1d, 2d)\"",
    "\"calculation\":\"sum(buy.x)\",\"cap_quantile\":0.8",
    "\"calculation\":\"sum(buy.x)\",\"cap\":900",
    "\"calculation\":\"sum(buy)\"",
    "\"calculation\":\"min(quit.x) - max(buy.x)\",\"delay\":\"1h\"",
    "\"calculation\":\"sum(buy.value) * 2 - count(view) / 4\"",
    "\"calculation\":\"time_to(buy)\"",
};

static int64_t random_time(int64_t now)
{
    return now - (int64_t)random_below(random_below(3) ? 10 : 120) * HOUR;
}

static void put_event(const char *unit, int64_t now)
{
    static const char *const names[] = {"view", "buy", "quit"};
    char properties[120];
    snprintf(properties, sizeof properties, "{\"g\":%d%s%s,\"%s\":%.17g}", (int)random_below(8),
             random_below(3) ? ",\"c\":" : "",
             (const char *[]){"\"a\"", "\"b\"", "\"ab\""}[random_below(3)],
             random_below(200) ? "x" : "value", (double)random_below(9000) / 8);
    if (!strstr(properties, "\"c\":"))
        snprintf(properties, sizeof properties, "{\"g\":%d}", (int)random_below(8));
    fixture_event(&given[0], unit, names[random_below(3)], random_time(now),
                  random_below(3) ? (double)random_below(999) / 4 : (double)NAN, properties);
}

static void put_fact(int64_t now)
{
    char unit[24], other[24];
    snprintf(other, sizeof other, "d%d", (int)random_below(DEVICES));
    snprintf(unit, sizeof unit, "p%d", (int)random_below(PEOPLE));
    uint32_t chance = random_below(400);
    if (chance == 0)
        fixture_forget(&given[0], unit);
    else if (chance < 4)
        fixture_link(&given[0], other, random_below(4) ? unit : "d1");
    else if (chance < 6)
        fixture_expose(&given[0], unit, "control", now)->exposure.reason = GOS_LIT("override");
    else if (chance < 8)
        fixture_expose(&given[0], unit, "third", now);
    else if (chance < 12)
        fixture_expose(&given[0], other, "control", random_time(now));
    else if (chance < 60) /* mostly the variant that the unit has */
        fixture_expose(&given[0], unit, fixture_variants[random_below(12) ? unit[1] % 2 : 0].data,
                       random_time(now));
    else
        put_event(random_below(4) ? unit : other, now);
}

/* What the first has got, the second gets too, in other batches. */
static void append_both(void)
{
    uint32_t count = given[0].fact_count, half = random_below(count + 1);
    gos_error err = {0};
    CHECK_OK(ledger_append(given[1].ledger, given[0].facts, half, &err), &err);
    CHECK_OK(ledger_append(given[1].ledger, given[0].facts, count, &err), &err);
    fixture_append(&given[0]);
}

static void check_values(const struct ledger_values *got, const struct ledger_values *want,
                         bool is_of_events)
{
    CHECK_INT(got->count, want->count);
    CHECK_INT(got->unit_count, want->unit_count);
    for (uint64_t i = 0; i < got->count; i++) {
        CHECK_NEAR(got->values[i], want->values[i], 1e-12);
        if (is_of_events)
            CHECK_INT(got->units[i], want->units[i]);
    }
}

/* What should be nothing is what rounding leaves of it. */
static void check_close(double got, double want)
{
    if (fabs(got - want) > 1e-9)
        CHECK_NEAR(got, want, 1e-9);
}

static void check_cell(const struct ledger_cell *got, const struct ledger_cell *want,
                       const struct metric_plan *plan)
{
    uint32_t variables = got->moments.variable_count;
    CHECK_INT(got->moments.n, want->moments.n);
    CHECK_INT(variables, want->moments.variable_count);
    for (uint32_t i = 0; i < variables && got->moments.n > 0; i++)
        check_close(got->moments.mean[i], want->moments.mean[i]);
    for (uint32_t i = 0; i < variables * (variables + 1) / 2 && got->moments.n > 1; i++)
        check_close(got->moments.product[i], want->moments.product[i]);
    CHECK_INT(got->active, want->active);
    CHECK_INT(got->early, want->early);
    CHECK_INT(got->events, want->events);
    CHECK_INT(got->immature, want->immature);
    CHECK_INT(got->capped, want->capped);
    CHECK_NEAR(got->total, want->total, 1e-12);
    if (got->total > 0 && plan->kind != PLAN_QUANTILE)
        CHECK_NEAR(got->top_share, want->top_share, 1e-12);
    if (plan->kind == PLAN_QUANTILE)
        check_values(&got->quantile, &want->quantile, plan->of_events);
}

static void check_both(int64_t as_of)
{
    const struct ledger_answer *got = &given[0].answer, *want = &given[1].answer;
    fixture_backend = FIXTURE_duckdb;
    fixture_compute(&given[0], as_of);
    fixture_compute(&given[1], as_of);
    CHECK_INT(got->units[0], want->units[0]);
    CHECK_INT(got->units[1], want->units[1]);
    CHECK_INT(got->crossovers, want->crossovers);
    CHECK_INT(got->excluded, want->excluded);
    CHECK_INT(got->strangers, want->strangers);
    CHECK_INT(got->merged, want->merged);
    CHECK_INT(got->watermark, want->watermark);
    CHECK_INT(got->first_exposure, want->first_exposure);
    for (uint32_t p = 0; p < given[0].plan_count; p++) {
        for (uint32_t v = 0; v < 2; v++)
            check_cell(fixture_cell(&given[0], p, v), fixture_cell(&given[1], p, v),
                       &given[0].plans[p]);
    }
}

TEST(ledger_agree, two_backends_answer_alike_whatever_the_facts)
{
    for (uint64_t round = 0; round < ROUNDS; round++) {
        seed = round * 104729 + 11;
        for (int i = 0; i < 2; i++) {
            fixture_backend = i == 0 ? FIXTURE_duckdb : FIXTURE_plain;
            fixture_open(&given[i]);
            for (size_t c = 0; c < sizeof calculations / sizeof *calculations; c++)
                fixture_plan(&given[i], calculations[c]);
        }
        for (int step = 1; step <= STEPS; step++) {
            for (int i = 0; i < FACTS; i++)
                put_fact(T0 + step * 20 * (int64_t)HOUR);
            append_both();
            check_both(T0 + (step * 20 - (int64_t)random_below(10)) * HOUR);
        }
        fixture_close(&given[0]);
        fixture_close(&given[1]);
    }
    fixture_backend = FIXTURE_duckdb;
}
