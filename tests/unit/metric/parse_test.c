/* The metric language: what it reads, how it prints back, and where its errors point. */
#include "metric/metric.h"
#include "test.h"

#include <stdio.h>

static gos_arena *arena;

static void check_prints(const char *text, enum metric_names names, const char *want)
{
    arena = gos_arena_open(1 << 24);
    struct metric_expression got;
    gos_error err = {0};
    CHECK_OK(metric_parse(gos_str_from(text), names, arena, &got, NULL, &err), &err);
    CHECK_TEXT(metric_print(&got, arena), want);
    struct metric_expression again;
    CHECK_OK(metric_parse(gos_str_from(want), names, arena, &again, NULL, &err), &err);
    CHECK_TEXT(metric_print(&again, arena), want);
    gos_arena_close(arena);
}

static void check_fails_at(const char *text, size_t offset, const char *message)
{
    arena = gos_arena_open(1 << 24);
    struct metric_expression got;
    gos_error err = {0};
    size_t at = 999;
    CHECK_FAILS(metric_parse(gos_str_from(text), METRIC_OVER_EVENTS, arena, &got, &at, &err), &err,
                GOS_BAD_INPUT, "");
    CHECK_INT(at, offset);
    if (message)
        CHECK_TEXT(gos_str_from(err.message), message);
    gos_arena_close(arena);
}

TEST(metric_parse, reads_every_aggregate_and_prints_it_canonically)
{
    check_prints("count( purchase )", METRIC_OVER_EVENTS, "count(purchase)");
    check_prints("sum(purchase.amount)", METRIC_OVER_EVENTS, "sum(purchase.amount)");
    check_prints("exists(signup)", METRIC_OVER_EVENTS, "exists(signup)");
    check_prints("MEAN(page_load.ms)", METRIC_OVER_EVENTS, "avg(page_load.ms)");
    check_prints("p95(page_load.ms)", METRIC_OVER_EVENTS, "quantile(page_load.ms, 0.95)");
    check_prints("median(page_load.ms)", METRIC_OVER_EVENTS, "quantile(page_load.ms, 0.5)");
    check_prints("quantile(ev.prop, 0.9)", METRIC_OVER_EVENTS, "quantile(ev.prop, 0.9)");
    check_prints("count_distinct(view.item.sku)", METRIC_OVER_EVENTS,
                 "count_distinct(view.item.sku)");
    check_prints("first(a)+last(b.x)-min(c)*max(d)", METRIC_OVER_EVENTS,
                 "first(a) + last(b.x) - min(c) * max(d)");
    check_prints("retention(visit, 7d, 14d)", METRIC_OVER_EVENTS, "exists(visit within 7d to 14d)");
    check_prints("funnel(visit, cart, `Order Done` within 36h)", METRIC_OVER_EVENTS,
                 "funnel(visit, cart, `Order Done` within 36h)");
    check_prints("time_to(purchase)", METRIC_OVER_EVENTS, "time_to(purchase)");
}

TEST(metric_parse, keeps_the_meaning_of_arithmetic_when_printing)
{
    check_prints("(sum(a) - sum(b)) / 100", METRIC_OVER_EVENTS, "(sum(a) - sum(b)) / 100");
    check_prints("sum(a) - (sum(b) - 1)", METRIC_OVER_EVENTS, "sum(a) - (sum(b) - 1)");
    check_prints("((sum(a)) - sum(b)) - 1", METRIC_OVER_EVENTS, "sum(a) - sum(b) - 1");
    check_prints("-(sum(a) + 2) * -3", METRIC_OVER_EVENTS, "-(sum(a) + 2) * -3");
    check_prints("sum(a)/sum(b)", METRIC_OVER_EVENTS, "sum(a) / sum(b)");
}

TEST(metric_parse, reads_filters_inside_and_behind_the_call)
{
    check_prints("count(purchase) where amount > 10 and country in (\"DE\",'FR')",
                 METRIC_OVER_EVENTS,
                 "count(purchase where amount > 10 and country in (\"DE\", \"FR\"))");
    check_prints("sum(x.v where not (a = 1 or b is missing) and c contains \"q\\\"\")",
                 METRIC_OVER_EVENTS,
                 "sum(x.v where not (a = 1 or b is missing) and c contains \"q\\\"\")");
    check_prints("sum(x where (a != -1 or b not in (1, 2)) and c = true within 2w)",
                 METRIC_OVER_EVENTS,
                 "sum(x where (a != -1 or b not in (1, 2)) and c = true within 14d)");
}

TEST(metric_parse, reads_columns_of_files)
{
    check_prints("mean(retention_7)", METRIC_OVER_COLUMNS, "avg(retention_7)");
    check_prints("proportion(enrollments, clicks where payments is present)", METRIC_OVER_COLUMNS,
                 "proportion(enrollments, clicks where payments is present)");
    check_prints("count()", METRIC_OVER_COLUMNS, "count()");
    check_prints("count(where a > 1)", METRIC_OVER_COLUMNS, "count(where a > 1)");
    check_prints("sum(`first day`)", METRIC_OVER_COLUMNS, "sum(`first day`)");
}

TEST(metric_parse, points_at_the_character_and_says_what_was_expected)
{
    check_fails_at("count(1)", 6, "character 7: found 1, expected the name of an event");
    check_fails_at("count(a", 7, "character 8: found the end, expected \")\"");
    check_fails_at("", 0,
                   "character 1: found the end, expected a number or a call such as "
                   "count(purchase)");
    check_fails_at("frob(a)", 0, NULL);
    check_fails_at("sum(a) +", 8, NULL);
    check_fails_at("sum(a) sum(b)", 7, NULL);
    check_fails_at("sum(a where b)", 13, NULL);
    check_fails_at("sum(a where b > true)", 16, NULL);
    check_fails_at("sum(a where b in (1, \"x\"))", 24, NULL);
    check_fails_at("quantile(a.b, 1)", 14, NULL);
    check_fails_at("sum(a within 7d to 3d)", 13, NULL);
    check_fails_at("sum(a where \"x)", 12, NULL);
    check_fails_at("1 + 2", 0, NULL);
    check_fails_at("proportion(a, b)", 0, NULL);
    check_fails_at("(sum(a)", 7, NULL);
    check_fails_at("count_distinct(a)", 16, NULL);
}

TEST(metric_parse, draws_a_caret_below_the_character)
{
    arena = gos_arena_open(1 << 16);
    CHECK_TEXT(metric_caret(GOS_LIT("sum(é + 1)"), 6, arena), "sum(é + 1)\n     ^");
    CHECK_TEXT(metric_caret(GOS_LIT("a\nbc"), 3, arena), "bc\n ^");
    gos_arena_close(arena);
}

static void check_repeats(const char *open, int count, const char *core, const char *close,
                          bool works)
{
    arena = gos_arena_open(1 << 24);
    char text[4096];
    int used = 0;
    for (int i = 0; i < count; i++)
        used += snprintf(text + used, sizeof text - (size_t)used, "%s", open);
    used += snprintf(text + used, sizeof text - (size_t)used, "%s", core);
    for (int i = 0; i < count; i++)
        used += snprintf(text + used, sizeof text - (size_t)used, "%s", close);
    struct metric_expression got;
    gos_error err = {0};
    bool done = metric_parse(gos_str_from(text), METRIC_OVER_EVENTS, arena, &got, NULL, &err);
    CHECK_INT(done, works);
    gos_arena_close(arena);
}

TEST(metric_parse, bounds_depth_and_length)
{
    check_repeats("(", METRIC_DEPTH_MAX, "sum(a)", ")", true);
    check_repeats("(", METRIC_DEPTH_MAX + 1, "sum(a)", ")", false);
    check_repeats("1+", (METRIC_OPS_MAX - 1) / 2, "sum(a)", "", true);
    check_repeats("1+", (METRIC_OPS_MAX + 1) / 2, "sum(a)", "", false);
    check_repeats("sum(a)+", METRIC_AGGREGATES_MAX - 1, "sum(a)", "", true);
    check_repeats("sum(a)+", METRIC_AGGREGATES_MAX, "sum(a)", "", false);
    check_repeats("", 1, "sum(a where b in (", "1))", true);
    check_repeats("not ", 40, "sum(a)", "", false);
}

TEST(metric_evaluate, computes_with_precedence_and_keeps_missing_missing)
{
    arena = gos_arena_open(1 << 20);
    struct metric_expression got;
    gos_error err = {0};
    CHECK_OK(metric_parse(GOS_LIT("-sum(a) * 2 + (sum(b) - 1) / 4"), METRIC_OVER_EVENTS, arena,
                          &got, NULL, &err),
             &err);
    CHECK_NEAR(metric_evaluate(&got, (double[]){3, 9}), -4, 0);
    CHECK(isnan(metric_evaluate(&got, (double[]){NAN, 9})));
    gos_arena_close(arena);
}

TEST(metric_parse, refuses_a_nul_even_between_quotes)
{
    struct metric_expression got;
    size_t at = 0;
    gos_error err = {0};
    arena = gos_arena_open(1 << 20);
    CHECK_FAILS(metric_parse(GOS_LIT("count(`a\0b`)"), METRIC_OVER_EVENTS, arena, &got, &at, &err),
                &err, GOS_BAD_INPUT, "");
    CHECK_INT(at, 8);
    gos_arena_close(arena);
}
