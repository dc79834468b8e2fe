/*
 * Random facts with computations in between: what a refresh answers is, bit by bit, what a ledger
 * that never computed before answers from the same facts. Both read the same file.
 */
#include "ledger_fixture.h"

#include <stdio.h>
#include <stdlib.h>

enum { ROUNDS = 12, STEPS = 12, HOUR = 3600000, BYTES = 1 << 18, STRANGERS = 5 };

static struct ledger_fixture given;
static uint64_t seed;
static int people_known;
static uint64_t refreshes, amended;

static uint32_t random_below(uint32_t limit)
{
    seed = seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (uint32_t)(seed >> 33) % limit;
}

static const char *const calculations[] = {
    "\"calculation\":\"sum(buy.x)\",\"lookback\":\"3d\"",
    "\"calculation\":\"count(view where g > 3)\",\"window\":\"2d\"",
    "\"calculation\":\"sum(buy.x) / count(view)\"",
    "\"calculation\":\"first(buy.x) + last(view.x)\"",
    "\"calculation\":\"count_distinct(view.x)\"",
    "\"calculation\":\"p90(buy.x)\"",
    "\"calculation\":\"funnel(view, buy within 1d)\"",
    "\"calculation\":\"retention(view, 1d, 2d)\"",
    "\"calculation\":\"sum(buy.x)\",\"cap_quantile\":0.8",
    "\"calculation\":\"sum(buy)\"",
    "\"calculation\":\"min(quit.x) - max(buy.x)\",\"delay\":\"1h\"",
    "\"calculation\":\"sum(buy.value)\"",
    "\"calculation\":\"time_to(buy)\"",
};

static void put_event(const char *unit, int64_t now, bool late)
{
    static const char *const names[] = {"view", "buy", "quit"};
    char properties[80];
    int64_t at =
        late ? now - (int64_t)random_below(200) * HOUR : now - 1 - (int64_t)random_below(5);
    snprintf(properties, sizeof properties,
             random_below(400) ? "{\"g\":%d,\"x\":%.17g}" : "{\"g\":%d,\"value\":%.17g}",
             (int)random_below(8), (double)random_below(100000) / 7);
    fixture_event(&given, unit, names[random_below(random_below(4) ? 2 : 3)], at,
                  random_below(3) ? (double)random_below(999) / 3 : (double)NAN, properties);
}

/* What changes something about who is known already. */
static void put_rare(int64_t now)
{
    char unit[24], other[24];
    snprintf(unit, sizeof unit, "p%d", (int)random_below((uint32_t)people_known));
    snprintf(other, sizeof other, "p%d", (int)random_below((uint32_t)people_known + 3));
    switch (random_below(11)) {
    case 0:
        fixture_link(&given, unit, other);
        break;
    case 1: /* perhaps earlier than all */
        fixture_expose(&given, unit, "control", now - 90 * HOUR);
        break;
    case 2:
        fixture_expose(&given, unit, fixture_variants[random_below(2)].data, now - 1);
        break;
    case 3:
        fixture_event(&given, unit, "buy", now + 5 * HOUR, 3, "{\"x\":0.1}");
        break;
    case 4:
        fixture_expose(&given, unit, "control", now - 1)->exposure.reason = GOS_LIT("override");
        break;
    case 5: /* seen before as somebody who only does things */
    case 6:
        snprintf(unit, sizeof unit, "s%d", (int)random_below(STRANGERS));
        fixture_expose(&given, unit, "treatment", now - 1);
        break;
    case 7: /* a known device of a new or a known user */
        snprintf(unit, sizeof unit, "s%d", (int)random_below(STRANGERS));
        fixture_link(&given, unit, other);
        break;
    case 8: /* earlier than before, and maybe of another variant */
        fixture_expose(&given, unit, fixture_variants[random_below(2)].data,
                       now - 1 - (int64_t)random_below(20) * HOUR);
        break;
    case 9:
        fixture_expose(&given, unit, "treatment", now + (int64_t)random_below(9) * HOUR);
        break;
    default:
        if (random_below(3) == 0)
            fixture_forget(&given, unit);
    }
}

/* Mostly what live traffic is: known people do things, new ones come. Then what is rare. */
static void put_facts(int64_t now, bool rare)
{
    char unit[24];
    int newcomers = (int)random_below(6);
    for (int i = 0; i < newcomers; i++) {
        snprintf(unit, sizeof unit, "p%d", people_known++);
        fixture_expose(&given, unit, fixture_variants[random_below(2)].data,
                       now - 1 - (int64_t)random_below(HOUR));
    }
    for (uint32_t i = 0; i < 30 + random_below(60); i++) {
        snprintf(unit, sizeof unit, "p%d", (int)random_below((uint32_t)people_known));
        put_event(unit, now, random_below(6) == 0);
    }
    snprintf(unit, sizeof unit, "s%d", (int)random_below(STRANGERS));
    put_event(unit, now, true);
    for (uint32_t i = rare ? 1 + random_below(3) : 0; i > 0; i--)
        put_rare(now);
}

/* The held state goes with the ledger that is closed. */
static void check_same(int64_t now)
{
    static char refreshed[BYTES], anew[BYTES];
    fixture_compute(&given, now);
    refreshes += given.answer.is_refresh;
    amended += given.answer.units_reread > 0;
    size_t count = fixture_write_answer(&given, refreshed, BYTES);
    struct ledger *held = given.ledger;
    char copy[600], path[512];
    gos_error err = {0};
    static int copies;
    memcpy(path, given.path, sizeof path);
    snprintf(copy, sizeof copy, "%s/copy%d.db", test_folder(), copies++);
    CHECK_OK(ledger_backup(held, copy, &err), &err);
    snprintf(given.path, sizeof given.path, "%.500s", copy);
    given.ledger = NULL;
    fixture_reopen(&given);
    fixture_compute(&given, now);
    CHECK(!given.answer.is_refresh);
    CHECK_INT(fixture_write_answer(&given, anew, BYTES), count);
    CHECK_INT(memcmp(refreshed, anew, count), 0);
    ledger_close(given.ledger);
    given.ledger = held;
    memcpy(given.path, path, sizeof path);
}

TEST(ledger_refresh, answers_the_bytes_of_a_full_computation_after_any_facts)
{
    for (uint64_t round = 0; round < ROUNDS; round++) {
        seed = round * 7919 + 3;
        people_known = 3;
        fixture_open(&given);
        for (size_t i = 0; i < sizeof calculations / sizeof *calculations; i++)
            fixture_plan(&given, calculations[i]);
        for (int step = 0; step < STEPS; step++) {
            int64_t now = T0 + (int64_t)(step + 1) * 7 * HOUR;
            put_facts(now, random_below(2) == 0);
            fixture_append(&given);
            check_same(now + (int64_t)random_below(2));
        }
        fixture_close(&given);
    }
    CHECK(refreshes > ROUNDS * STEPS / 2);
    CHECK(amended > ROUNDS * STEPS / 5);
}
