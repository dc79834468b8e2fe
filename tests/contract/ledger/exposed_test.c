/* Exposures one by one: all of few, a sample of many, the newest. */
#include "ledger_fixture.h"

#include <stdio.h>

static struct ledger_fixture given;

static struct ledger_exposure *list_until(enum ledger_pick pick, uint32_t limit, int64_t as_of_ms,
                                          uint32_t *out_count)
{
    struct ledger_question question = {.environment = GOS_LIT("production"),
                                       .experiment_id = fixture_experiment,
                                       .variants = fixture_variants,
                                       .variant_count = 2,
                                       .from_ms = T0,
                                       .as_of_ms = as_of_ms};
    struct ledger_exposure *items = NULL;
    gos_error err = {0};
    CHECK_OK(ledger_list_exposures(given.ledger, &question, pick, limit, given.arena, &items,
                                   out_count, &err),
             &err);
    return items;
}

CONTRACT(ledger_exposed, lists_exposures_as_they_came)
{
    uint32_t count = 0;
    fixture_open(&given);
    fixture_expose(&given, "early", "control", T0 - 1);
    struct exposure *first = &fixture_expose(&given, "a", "treatment", T0 + 7)->exposure;
    first->attributes = GOS_LIT("{\"os\":\"ios\"}");
    first->ruleset = GOS_LIT("0123456789abcdef0123456789abcdef");
    fixture_expose(&given, "b", "third", T0)->exposure.is_crossover = true;
    fixture_expose(&given, "c", "control", T0)->exposure.reason = GOS_LIT("override");
    fixture_expose(&given, "late", "control", T0 + DAY_MS);
    fixture_event(&given, "a", "buy", T0 + 8, 1, NULL);
    fixture_append(&given);
    fixture_reopen(&given);
    for (int pick = LEDGER_SAMPLE; pick <= LEDGER_NEWEST; pick++) {
        struct ledger_exposure *got = list_until((enum ledger_pick)pick, 100, T0 + DAY_MS, &count);
        CHECK_INT(count, 3);
        CHECK_TEXT(got[0].unit, pick == LEDGER_SAMPLE ? "a" : "");
        CHECK_TEXT(got[0].variant, "treatment");
        CHECK_TEXT(got[0].ruleset, "0123456789abcdef0123456789abcdef");
        CHECK_TEXT(got[0].attributes, "{\"os\":\"ios\"}");
        CHECK_INT(got[0].at, T0 + 7);
        CHECK_INT(got[0].sequence, 2);
        CHECK(!got[0].is_crossover && !got[0].is_by_choice);
        CHECK_TEXT(got[1].variant, "third");
        CHECK(got[1].is_crossover && got[1].ruleset.len == 0 && got[1].attributes.len == 0);
        CHECK_INT(got[2].sequence, 4);
        CHECK(got[2].is_by_choice);
    }
    fixture_close(&given);
}

static bool holds(const struct ledger_exposure *items, uint32_t count, gos_str unit)
{
    for (uint32_t i = 0; i < count; i++) {
        if (gos_str_equal(items[i].unit, unit))
            return true;
    }
    return false;
}

CONTRACT(ledger_exposed, a_sample_is_the_same_units_at_any_time_and_grows_with_its_limit)
{
    enum { UNITS = 3000 };
    uint32_t small_count = 0, large_count = 0, later_count = 0;
    char unit[16];
    fixture_open(&given);
    for (int i = 0; i < UNITS; i++) {
        snprintf(unit, sizeof unit, "u%d", i);
        fixture_expose(&given, unit, i % 2 ? "control" : "treatment", T0 + i);
    }
    fixture_append(&given);
    struct ledger_exposure *small = list_until(LEDGER_SAMPLE, 50, T0 + DAY_MS, &small_count);
    struct ledger_exposure *large = list_until(LEDGER_SAMPLE, 500, T0 + DAY_MS, &large_count);
    CHECK_INT(small_count, 50);
    CHECK_INT(large_count, 500);
    for (uint32_t i = 0; i < small_count; i++)
        CHECK(holds(large, large_count, small[i].unit));
    struct ledger_exposure *half = list_until(LEDGER_SAMPLE, 500, T0 + UNITS / 2, &later_count);
    for (uint32_t i = 0; i < small_count; i++)
        CHECK(small[i].at >= T0 + UNITS / 2 || holds(half, later_count, small[i].unit));
    fixture_close(&given);
}

CONTRACT(ledger_exposed, the_newest_are_those_that_arrived_last)
{
    uint32_t count = 0;
    char unit[16];
    fixture_open(&given);
    for (int i = 0; i < 300; i++) {
        snprintf(unit, sizeof unit, "u%d", i);
        fixture_expose(&given, unit, "control", T0 + 1000 - i);
    }
    fixture_append(&given);
    struct ledger_exposure *got = list_until(LEDGER_NEWEST, 10, T0 + DAY_MS, &count);
    CHECK_INT(count, 10);
    CHECK_INT(got[0].sequence, 291);
    CHECK_INT(got[9].sequence, 300);
    list_until(LEDGER_NEWEST, 0, T0 + DAY_MS, &count);
    CHECK_INT(count, 0);
    fixture_close(&given);
}
