/* The demo's definitions and its past. */
#include "base/time.h"
#include "cli/past.h"
#include "cli/traffic.h"
#include "gosset/eval.h"

#include "test.h"

static const int64_t NOW = INT64_C(1767229200000); /* 2026-01-01T01:00:00Z */

static const struct json *read_demo(gos_arena *arena)
{
    gos_error err;
    gos_str document;
    const struct json *tree = NULL;
    CHECK_OK(traffic_document(NOW + 5, arena, &document, &err), &err);
    CHECK_OK(json_read(document, arena, &tree, &err), &err);
    return tree;
}

static const struct json *experiment_named(const struct json *document, const char *name)
{
    const struct json *list = json_find(document, GOS_LIT("experiments"));
    for (uint32_t i = 0; i < list->count; i++) {
        if (gos_str_equal(json_find_text(&list->items[i], "name"), gos_str_from(name)))
            return &list->items[i];
    }
    return NULL;
}

static const struct json *read_past(const struct json *demo, int days, gos_arena *arena)
{
    gos_error err;
    gos_str document;
    const struct json *tree = NULL;
    CHECK_OK(past_document(demo, NOW - days * TIME_DAY_MS, arena, &document, &err), &err);
    CHECK_OK(json_read(document, arena, &tree, &err), &err);
    return tree;
}

TEST(past, the_demo_begins_days_before_it_is_opened)
{
    gos_arena *arena = gos_arena_open(16 << 20);
    const struct json *demo = read_demo(arena);
    const struct json *experiment = experiment_named(demo, "checkout-button");
    CHECK_TEXT(json_find_text(experiment, "start_date"), "2025-12-16T01:00:00Z");
    gos_arena_close(arena);
}

TEST(past, an_experiment_was_in_the_phase_of_its_day)
{
    gos_arena *arena = gos_arena_open(16 << 20);
    const struct json *demo = read_demo(arena);
    const struct json *returns = experiment_named(read_past(demo, 24, arena), "free-returns");
    CHECK_TEXT(json_find_text(returns, "status"), "Running");
    CHECK_INT(json_find(returns, GOS_LIT("coverage"))->number, 10);
    returns = experiment_named(read_past(demo, 20, arena), "free-returns");
    CHECK_INT(json_find(returns, GOS_LIT("coverage"))->number, 50);
    returns = experiment_named(read_past(demo, 10, arena), "free-returns");
    CHECK_INT(json_find(returns, GOS_LIT("coverage"))->number, 100);
    gos_arena_close(arena);
}

TEST(past, what_had_not_begun_or_was_over_is_left_out)
{
    gos_arena *arena = gos_arena_open(16 << 20);
    const struct json *demo = read_demo(arena);
    CHECK(!experiment_named(read_past(demo, 17, arena), "checkout-button"));
    CHECK(experiment_named(read_past(demo, 16, arena), "checkout-button"));
    CHECK(experiment_named(read_past(demo, 5, arena), "free-returns"));
    CHECK(!experiment_named(read_past(demo, 4, arena), "free-returns"));
    CHECK(!experiment_named(read_past(demo, 0, arena), "gift-wrap"));
    gos_arena_close(arena);
}

TEST(past, every_day_of_it_compiles)
{
    gos_arena *arena = gos_arena_open(16 << 20);
    const struct json *demo = read_demo(arena);
    for (int days = 0; days <= 28; days++) {
        gos_error err;
        gos_str document;
        gos_report report;
        const gos_ruleset *rules;
        gos_arena *day = gos_arena_open(16 << 20);
        CHECK_OK(past_document(demo, NOW - days * TIME_DAY_MS, day, &document, &err), &err);
        CHECK_OK(gos_ruleset_compile(document, NULL, day, &rules, &report, &err), &err);
        gos_arena_close(day);
    }
    gos_arena_close(arena);
}

TEST(past, a_variant_has_its_place_in_the_table)
{
    size_t count;
    uint8_t place = 9;
    const struct traffic_effect *effects = traffic_effects(&count);
    CHECK_INT(count, TRAFFIC_EXPERIMENTS);
    CHECK(traffic_variant(&effects[0], GOS_LIT("treatment"), &place));
    CHECK_INT(place, 1);
    CHECK(!traffic_variant(&effects[0], GOS_LIT("recipe"), &place));
    CHECK(!traffic_variant(&effects[0], GOS_LIT(""), &place));
}
