/* However a computation is divided, among threads or for want of memory, its bytes are the same. */
#include "ledger_fixture.h"

#include <stdio.h>
#include <stdlib.h>

enum { PEOPLE = 4000, EVENTS = 30000, BYTES = 1 << 22 };

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
