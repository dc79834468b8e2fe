/* However a computation is divided, among threads or for want of memory, its bytes are the same. */
#include "ledger_fixture.h"

#include <stdio.h>
#include <stdlib.h>

enum { PEOPLE = 5000, EVENTS = 30000, BYTES = 1 << 22 };

static struct ledger_fixture given;
static char first[BYTES], other[BYTES];

static const char *const calculations[] = {
    "\"calculation\":\"sum(buy.x)\",\"lookback\":\"3d\"",
    "\"calculation\":\"count(view where x > 300)\",\"window\":\"2d\"",
    "\"calculation\":\"sum(buy.x) / count(view)\"",
    "\"calculation\":\"first(buy.x) + last(view.x)\"",
    "\"calculation\":\"count_distinct(view.x)\"",
    "\"calculation\":\"p90(buy.x)\"",
    "\"calculation\":\"funnel(view, buy within 1d)\"",
    "\"calculation\":\"retention(view, 1d, 2d)\"",
    "\"calculation\":\"sum(buy.x)\",\"cap_quantile\":0.8",
    "\"calculation\":\"exists(buy)\",\"lookback\":\"5d\"",
    "\"calculation\":\"min(buy.x) - max(view.x)\",\"delay\":\"1h\"",
    "\"calculation\":\"time_to(buy)\"",
};

static uint32_t random_below(uint32_t limit)
{
    static uint64_t state = 5;
    state = state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (uint32_t)(state >> 33) % limit;
}

static void put_facts(void)
{
    char unit[24], properties[48];
    for (int i = 0; i < PEOPLE; i++) {
        snprintf(unit, sizeof unit, "p%d", i);
        fixture_expose(&given, unit, fixture_variants[random_below(2)].data,
                       T0 + (int64_t)random_below(2 * DAY_MS));
    }
    fixture_append(&given);
    for (int i = 0; i < EVENTS; i++) {
        snprintf(unit, sizeof unit, "p%u", random_below(PEOPLE));
        snprintf(properties, sizeof properties, "{\"x\":%.17g}", random_below(90000) / 7.0);
        fixture_event(&given, unit, random_below(3) ? "view" : "buy",
                      T0 + (int64_t)random_below(9 * DAY_MS) - 4 * DAY_MS, 1, properties);
        if (given.fact_count == FIXTURE_FACTS_MAX)
            fixture_append(&given);
    }
    fixture_append(&given);
    for (size_t i = 0; i < sizeof calculations / sizeof *calculations; i++)
        fixture_plan(&given, calculations[i]);
}

static size_t answer_with(uint32_t threads, uint64_t memory_bytes, char *bytes)
{
    given.threads = threads;
    given.memory_bytes = memory_bytes;
    fixture_reopen(&given);
    fixture_compute(&given, T0 + 8 * DAY_MS);
    return fixture_write_answer(&given, bytes, BYTES);
}

TEST(ledger_passes, gives_the_same_bytes_with_one_reader_and_with_two)
{
    fixture_open(&given);
    put_facts();
    size_t count = answer_with(1, 0, first);
    CHECK_INT(answer_with(2, 0, other), count);
    CHECK_INT(memcmp(first, other, count), 0);
    fixture_close(&given);
}

TEST(ledger_passes, gives_the_same_bytes_when_persons_take_turns_for_want_of_memory)
{
    static const uint64_t limits[] = {2 << 20, 1 << 20, 600 << 10, 400 << 10, 320 << 10};
    uint64_t rows = 0;
    fixture_open(&given);
    put_facts();
    size_t count = answer_with(2, 0, first);
    for (size_t i = 0; i < sizeof limits / sizeof *limits; i++) {
        rows = given.answer.rows_read;
        CHECK_INT(answer_with(2, limits[i], other), count);
        CHECK_INT(memcmp(first, other, count), 0);
    }
    CHECK(rows > 5 * (uint64_t)(PEOPLE + EVENTS));
    fixture_close(&given);
}

TEST(ledger_passes, refuses_what_does_not_fit_in_the_smallest_turns_either)
{
    static const uint64_t limits[] = {225 << 10, 100 << 10};
    static const char *const why[] = {"the values of a quantile", "persons need more than"};
    fixture_open(&given);
    put_facts();
    struct ledger_question question = {.environment = GOS_LIT("production"),
                                       .experiment_id = fixture_experiment,
                                       .variants = fixture_variants,
                                       .variant_count = 2,
                                       .plans = given.plans,
                                       .plan_count = given.plan_count,
                                       .as_of_ms = T0 + 8 * DAY_MS};
    for (size_t i = 0; i < sizeof limits / sizeof *limits; i++) {
        gos_error err = {0};
        given.memory_bytes = limits[i];
        fixture_reopen(&given);
        CHECK_FAILS(ledger_compute(given.ledger, &question, given.arena, &given.answer, &err), &err,
                    GOS_TOO_LARGE, "");
        CHECK(strstr(err.message, why[i]));
    }
    fixture_close(&given);
}

/* Asks one question twice, another one, and the first again: whether that one was a refresh. */
static bool is_held_with(uint64_t memory_bytes)
{
    size_t count = answer_with(2, memory_bytes, first);
    bool was_held = false;
    fixture_compute(&given, T0 + 8 * DAY_MS);
    CHECK(given.answer.is_refresh);
    given.plan_count--;
    fixture_compute(&given, T0 + 8 * DAY_MS);
    given.plan_count++;
    fixture_compute(&given, T0 + 8 * DAY_MS);
    was_held = given.answer.is_refresh;
    CHECK_INT(fixture_write_answer(&given, other, BYTES), count);
    CHECK_INT(memcmp(first, other, count), 0);
    return was_held;
}

TEST(ledger_passes, lets_go_of_what_is_held_where_another_question_needs_the_memory)
{
    fixture_open(&given);
    put_facts();
    CHECK(is_held_with(64 << 20));
    CHECK(!is_held_with(3 << 20));
    fixture_close(&given);
}

TEST(ledger_passes, gives_the_same_series_when_persons_take_turns)
{
    enum { MOMENTS = 3 };
    static const int64_t moments[MOMENTS] = {T0 + DAY_MS, T0 + 3 * DAY_MS, T0 + 8 * DAY_MS};
    struct ledger_answer answers[MOMENTS];
    size_t counts[2][MOMENTS];
    fixture_open(&given);
    put_facts();
    struct ledger_question question = {.environment = GOS_LIT("production"),
                                       .experiment_id = fixture_experiment,
                                       .variants = fixture_variants,
                                       .variant_count = 2,
                                       .plans = given.plans,
                                       .plan_count = given.plan_count};
    for (int turn = 0; turn < 2; turn++) {
        gos_error err = {0};
        char *bytes = turn ? other : first;
        size_t used = 0;
        given.memory_bytes = turn ? 400 << 10 : 0;
        fixture_reopen(&given);
        CHECK_OK(
            ledger_series(given.ledger, &question, moments, MOMENTS, given.arena, answers, &err),
            &err);
        for (int i = 0; i < MOMENTS; i++) {
            given.answer = answers[i];
            counts[turn][i] = fixture_write_answer(&given, bytes + used, BYTES - used);
            used += counts[turn][i];
        }
        CHECK_INT(counts[turn][MOMENTS - 1], counts[0][MOMENTS - 1]);
        CHECK_INT(memcmp(first, bytes, used), 0);
    }
    fixture_close(&given);
}
