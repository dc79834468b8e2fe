/* What every ledger must answer, through the interface alone. */
#include "ledger_fixture.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

static struct ledger_fixture given;

static void check_mean(uint32_t plan, uint32_t variant, uint64_t n, double mean)
{
    const gos_moments *got = &fixture_cell(&given, plan, variant)->moments;
    CHECK_INT(got->n, n);
    CHECK_NEAR(got->mean[0], mean, 1e-12);
}

CONTRACT(ledger, joins_events_from_the_first_exposure_on)
{
    fixture_open(&given);
    fixture_plan(&given, "\"calculation\":\"sum(buy.amount)\"");
    fixture_plan(&given, "\"calculation\":\"exists(buy)\"");
    fixture_expose(&given, "a", "control", T0);
    fixture_expose(&given, "b", "control", T0);
    fixture_expose(&given, "c", "treatment", T0);
    fixture_event(&given, "a", "buy", T0 - 1, NAN, "{\"amount\":100}");
    fixture_event(&given, "a", "buy", T0, NAN, "{\"amount\":10}");
    fixture_event(&given, "c", "buy", T0 + 5, NAN, "{\"amount\":3}");
    fixture_event(&given, "c", "buy", T0 + 6, NAN, "{\"amount\":4}");
    fixture_event(&given, "stranger", "buy", T0 + 6, NAN, "{\"amount\":4}");
    fixture_append(&given);
    fixture_compute(&given, T0 + DAY_MS);
    CHECK_INT(given.answer.units[0], 2);
    CHECK_INT(given.answer.units[1], 1);
    check_mean(0, 0, 2, 5);
    check_mean(0, 1, 1, 7);
    check_mean(1, 0, 2, 0.5);
    CHECK_INT(fixture_cell(&given, 0, 0)->moments.variable_count, 2);
    CHECK_NEAR(fixture_cell(&given, 0, 0)->moments.mean[1], 50, 0);
    fixture_close(&given);
}

CONTRACT(ledger, takes_boundary_times_as_the_windows_say)
{
    fixture_open(&given);
    fixture_plan(&given, "\"calculation\":\"count(buy)\",\"delay\":\"1h\",\"window\":\"2h\","
                         "\"lookback\":\"1d\"");
    fixture_plan(&given, "\"calculation\":\"retention(buy, 1h, 2h)\"");
    fixture_expose(&given, "a", "control", T0);
    int64_t hour = 3600000;
    int64_t at[] = {T0 - DAY_MS - 1, T0 - DAY_MS,       T0 - 1,       T0, T0 + hour - 1,
                    T0 + hour,       T0 + 3 * hour - 1, T0 + 3 * hour};
    for (size_t i = 0; i < sizeof at / sizeof *at; i++)
        fixture_event(&given, "a", "buy", at[i], NAN, NULL);
    fixture_append(&given);
    fixture_compute(&given, T0 + DAY_MS);
    check_mean(0, 0, 1, 2);
    CHECK_NEAR(fixture_cell(&given, 0, 0)->moments.mean[1], 2, 0);
    check_mean(1, 0, 1, 1);
    fixture_compute(&given, T0 + 3 * hour - 1);
    check_mean(0, 0, 1, 1);
    fixture_compute(&given, T0 + 2 * hour - 1);
    CHECK_INT(fixture_cell(&given, 1, 0)->immature, 1);
    fixture_compute(&given, T0 + 2 * hour);
    CHECK_INT(fixture_cell(&given, 1, 0)->immature, 0);
    fixture_compute(&given, T0);
    CHECK_INT(given.answer.units[0], 0);
    fixture_close(&given);
}

CONTRACT(ledger, counts_a_repeated_batch_once_and_says_how_far_it_is)
{
    fixture_open(&given);
    fixture_plan(&given, "\"calculation\":\"count(buy)\"");
    fixture_expose(&given, "a", "control", T0);
    fixture_event(&given, "a", "buy", T0 + 1, NAN, NULL);
    uint32_t count = given.fact_count;
    fixture_append(&given);
    CHECK_INT(ledger_watermark(given.ledger), 2);
    given.fact_count = count;
    fixture_append(&given);
    given.fact_count = count;
    fixture_event(&given, "a", "buy", T0 + 2, NAN, NULL);
    fixture_append(&given);
    CHECK_INT(ledger_watermark(given.ledger), 3);
    fixture_reopen(&given);
    CHECK_INT(ledger_watermark(given.ledger), 3);
    fixture_compute(&given, T0 + DAY_MS);
    CHECK_INT(given.answer.watermark, 3);
    check_mean(0, 0, 1, 2);
    fixture_close(&given);
}

CONTRACT(ledger, answers_the_same_whatever_the_order_of_arrival)
{
    fixture_open(&given);
    fixture_plan(&given, "\"calculation\":\"first(buy.x) + last(buy.x) * 10 + min(buy.x) * 100\"");
    fixture_event(&given, "a", "buy", T0 + 30, NAN, "{\"x\":3}");
    fixture_append(&given);
    fixture_event(&given, "a", "buy", T0 + 10, NAN, "{\"x\":1}");
    fixture_event(&given, "a", "buy", T0 + 20, NAN, "{\"x\":2}");
    fixture_append(&given);
    fixture_expose(&given, "a", "treatment", T0 + 20);
    fixture_append(&given);
    fixture_expose(&given, "a", "treatment", T0 + 15);
    fixture_append(&given);
    fixture_compute(&given, T0 + DAY_MS);
    check_mean(0, 1, 1, 2 + 30 + 200);
    fixture_close(&given);
}

CONTRACT(ledger, sets_apart_who_met_two_variants_and_who_was_not_assigned_by_chance)
{
    fixture_open(&given);
    fixture_expose(&given, "a", "control", T0);
    fixture_expose(&given, "b", "control", T0);
    fixture_expose(&given, "b", "treatment", T0 + 1);
    fixture_expose(&given, "c", "treatment", T0)->exposure.is_crossover = true;
    fixture_expose(&given, "d", "treatment", T0)->exposure.reason = GOS_LIT("override");
    fixture_expose(&given, "e", "third", T0);
    fixture_expose(&given, "f", "treatment", T0)->exposure.reason = GOS_LIT("sticky");
    fixture_append(&given);
    fixture_compute(&given, T0 + DAY_MS);
    CHECK_INT(given.answer.units[0], 1);
    CHECK_INT(given.answer.units[1], 1);
    CHECK_INT(given.answer.crossovers, 2);
    CHECK_INT(given.answer.excluded, 1);
    CHECK_INT(given.answer.strangers, 1);
    fixture_close(&given);
}

CONTRACT(ledger, counts_linked_devices_as_one_person)
{
    fixture_open(&given);
    fixture_plan(&given, "\"calculation\":\"count(buy)\"");
    fixture_expose(&given, "phone", "control", T0);
    fixture_event(&given, "phone", "buy", T0 + 1, NAN, NULL);
    fixture_event(&given, "laptop", "buy", T0 + 2, NAN, NULL);
    fixture_event(&given, "ann", "buy", T0 + 3, NAN, NULL);
    fixture_expose(&given, "bob", "treatment", T0);
    fixture_append(&given);
    fixture_compute(&given, T0 + DAY_MS);
    check_mean(0, 0, 1, 1);
    fixture_link(&given, "phone", "ann");
    fixture_link(&given, "laptop", "ann");
    fixture_link(&given, "laptop", "bob");
    fixture_append(&given);
    fixture_expose(&given, "ann", "control", T0 + 4);
    fixture_append(&given);
    for (int i = 0; i < 2; i++) {
        fixture_compute(&given, T0 + DAY_MS);
        CHECK_INT(given.answer.units[0], 1);
        CHECK_INT(given.answer.merged, 1);
        check_mean(0, 0, 1, 3);
        check_mean(0, 1, 1, 0);
        fixture_reopen(&given);
    }
    fixture_close(&given);
}

CONTRACT(ledger, follows_links_through_others_to_one_person)
{
    static const char *const ways[][3][2] = {{{"a", "b"}, {"b", "c"}, {"c", "a"}},
                                             {{"b", "c"}, {"a", "b"}, {"c", "b"}}};
    for (size_t way = 0; way < 2; way++) {
        fixture_open(&given);
        fixture_plan(&given, "\"calculation\":\"count(buy)\"");
        for (int i = 0; i < 3; i++)
            fixture_event(&given, (const char *[]){"a", "b", "c"}[i], "buy", T0 + 1 + i, NAN, NULL);
        fixture_expose(&given, "b", "control", T0);
        for (int i = 0; i < 3; i++) /* the last would close a circle */
            fixture_link(&given, ways[way][i][0], ways[way][i][1]);
        fixture_append(&given);
        for (int i = 0; i < 2; i++) {
            fixture_compute(&given, T0 + DAY_MS);
            CHECK_INT(given.answer.units[0], 1);
            check_mean(0, 0, 1, 3);
            fixture_reopen(&given);
        }
        fixture_forget(&given, "c");
        fixture_append(&given);
        fixture_compute(&given, T0 + DAY_MS);
        CHECK_INT(given.answer.units[0], 0);
        fixture_close(&given);
    }
}

CONTRACT(ledger, filters_by_properties_whatever_their_type)
{
    fixture_open(&given);
    fixture_plan(&given, "\"calculation\":\"count(buy where c in (\\\"DE\\\", \\\"FR\\\"))\"");
    fixture_plan(&given, "\"calculation\":\"count(buy where n > 1 and not ok = true)\"");
    fixture_plan(&given, "\"calculation\":\"count(buy where c is missing or c != \\\"DE\\\")\"");
    fixture_plan(&given, "\"calculation\":\"count(buy where cart.name contains \\\"o'\\\")\"");
    fixture_plan(&given, "\"calculation\":\"count(buy where nowhere = 1)\"");
    fixture_plan(&given, "\"calculation\":\"count_distinct(buy.c)\"");
    fixture_plan(&given, "\"calculation\":\"count(buy.n)\"");
    fixture_plan(&given, "\"calculation\":\"sum(buy)\"");
    fixture_plan(&given, "\"calculation\":\"count(buy where value > 1)\"");
    fixture_expose(&given, "a", "control", T0);
    fixture_event(&given, "a", "buy", T0, 2, "{\"c\":\"DE\",\"n\":2,\"ok\":false}");
    fixture_event(&given, "a", "buy", T0, 1, "{\"c\":\"FR\",\"n\":1,\"cart\":{\"name\":\"o'x\"}}");
    fixture_event(&given, "a", "buy", T0, NAN, "{\"c\":5,\"n\":\"2\",\"ok\":true}");
    fixture_event(&given, "a", "buy", T0, NAN, "{\"c\":\"DE\",\"n\":3,\"ok\":true}");
    fixture_append(&given);
    fixture_compute(&given, T0 + DAY_MS);
    static const double want[] = {3, 1, 1, 1, 0, 3, 4, 3, 1};
    for (uint32_t i = 0; i < sizeof want / sizeof *want; i++)
        check_mean(i, 0, 1, want[i]);
    fixture_close(&given);
}

CONTRACT(ledger, keeps_hostile_texts_as_texts)
{
    static const char *const texts[] = {"'; DROP TABLE units; --", "\"", "$1", "\\", "e1\n;", "é☃"};
    fixture_open(&given);
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        fixture_expose(&given, texts[i], texts[i], T0);
        fixture_event(&given, texts[i], texts[i], T0, 1, "{\"a'b\\\"; --\":\"'\"}");
    }
    fixture_plan(&given, "\"calculation\":\"count(`$1` where `a'b\\\"; --` = \\\"'\\\")\"");
    fixture_append(&given);
    fixture_compute(&given, T0 + DAY_MS);
    CHECK_INT(given.answer.strangers, sizeof texts / sizeof *texts);
    struct ledger_event *events = NULL;
    uint32_t count = 0;
    gos_error err = {0};
    CHECK_OK(
        ledger_list_events(given.ledger, GOS_LIT("production"), given.arena, &events, &count, &err),
        &err);
    CHECK_INT(count, sizeof texts / sizeof *texts);
    CHECK_TEXT(events[0].name, texts[0]);
    CHECK_INT(events[0].count, 1);
    CHECK_TEXT(events[0].properties[0].name, "a'b\"; --");
    CHECK(events[0].properties[0].is_text && !events[0].properties[0].is_number);
    fixture_close(&given);
}

CONTRACT(ledger, walks_funnels_in_the_order_of_time)
{
    fixture_open(&given);
    fixture_plan(&given, "\"calculation\":\"funnel(view, cart, buy within 1d)\"");
    static const char *const orders[][3] = {
        {"view", "cart", "buy"}, {"cart", "view", "buy"}, {"view", "buy", "cart"}};
    static const char *const units[] = {"a", "b", "c"};
    for (int i = 2; i >= 0; i--) {
        fixture_expose(&given, units[i], "control", T0);
        for (int step = 2; step >= 0; step--)
            fixture_event(&given, units[i], orders[i][step], T0 + step, NAN, NULL);
    }
    fixture_append(&given);
    fixture_compute(&given, T0 + DAY_MS);
    check_mean(0, 0, 3, 1.0 / 3);
    fixture_close(&given);
}

CONTRACT(ledger, gives_the_values_of_quantiles_and_cuts_at_caps)
{
    fixture_open(&given);
    fixture_plan(&given, "\"calculation\":\"p90(load.ms) / 10\"");
    fixture_plan(&given, "\"calculation\":\"sum(load.ms)\",\"cap_quantile\":0.6");
    fixture_plan(&given, "\"calculation\":\"sum(load.ms)\",\"aggregation\":\"Percentile\"");
    fixture_plan(&given, "\"calculation\":\"avg(load.ms)\"");
    fixture_expose(&given, "a", "control", T0);
    fixture_expose(&given, "b", "control", T0);
    fixture_expose(&given, "c", "treatment", T0);
    fixture_event(&given, "c", "load", T0, NAN, "{\"ms\":60}");
    fixture_event(&given, "b", "load", T0, NAN, "{\"ms\":20}");
    fixture_event(&given, "a", "load", T0, NAN, "{\"ms\":30}");
    fixture_event(&given, "b", "load", T0, NAN, "{\"ms\":10}");
    fixture_append(&given);
    fixture_compute(&given, T0 + DAY_MS);
    const struct ledger_values *values = &fixture_cell(&given, 0, 0)->quantile;
    CHECK_INT(values->count, 3);
    CHECK_INT(values->unit_count, 2);
    CHECK_NEAR(values->values[0], 3, 0);
    CHECK_NEAR(values->values[1], 1, 0);
    CHECK_INT(values->units[2], 1);
    CHECK_NEAR(given.answer.caps[1], 30, 0);
    check_mean(1, 1, 1, 30);
    CHECK_INT(fixture_cell(&given, 1, 1)->capped, 1);
    CHECK_NEAR(fixture_cell(&given, 1, 1)->total, 60, 0);
    CHECK_INT(fixture_cell(&given, 2, 0)->quantile.count, 2);
    CHECK_NEAR(fixture_cell(&given, 3, 0)->moments.mean[0], 30, 0);
    CHECK_NEAR(fixture_cell(&given, 3, 0)->moments.mean[1], 1.5, 0);
    fixture_close(&given);
}

CONTRACT(ledger, forgets_a_person_with_all_devices)
{
    fixture_open(&given);
    fixture_plan(&given, "\"calculation\":\"count(buy)\"");
    fixture_expose(&given, "phone", "control", T0);
    fixture_expose(&given, "bob", "control", T0);
    fixture_event(&given, "phone", "buy", T0, NAN, NULL);
    fixture_event(&given, "ann", "buy", T0, NAN, NULL);
    fixture_link(&given, "phone", "ann");
    struct fact *forget = fixture_event(&given, "ann", "", T0, NAN, NULL);
    forget->kind = FACT_FORGOTTEN;
    forget->forgotten = (struct forgotten){
        .environment = GOS_LIT("production"), .user_id = GOS_LIT("ann"), .at = T0};
    fixture_event(&given, "bob", "buy", T0, NAN, NULL);
    fixture_append(&given);
    for (int i = 0; i < 2; i++) {
        fixture_compute(&given, T0 + DAY_MS);
        check_mean(0, 0, 1, 1);
        struct ledger_stats stats = {0};
        gos_error err = {0};
        CHECK_OK(ledger_stats(given.ledger, &stats, &err), &err);
        CHECK_INT(stats.exposures, 1);
        CHECK_INT(stats.watermark, 7);
        fixture_reopen(&given);
    }
    fixture_expose(&given, "ann", "control", T0);
    fixture_append(&given);
    fixture_compute(&given, T0 + DAY_MS);
    check_mean(0, 0, 2, 0.5);
    fixture_close(&given);
}

CONTRACT(ledger, tells_new_people_per_day)
{
    fixture_open(&given);
    fixture_expose(&given, "a", "control", DAY_MS * 100);
    fixture_expose(&given, "b", "treatment", DAY_MS * 102 - 1);
    fixture_expose(&given, "c", "treatment", DAY_MS * 102);
    fixture_append(&given);
    struct ledger_question question = {.environment = GOS_LIT("production"),
                                       .experiment_id = fixture_experiment,
                                       .variants = fixture_variants,
                                       .variant_count = 2,
                                       .as_of_ms = INT64_MAX,
                                       .counts_days = true};
    struct ledger_answer answer;
    gos_error err = {0};
    CHECK_OK(ledger_compute(given.ledger, &question, given.arena, &answer, &err), &err);
    const struct ledger_day *days = answer.days;
    CHECK_INT(answer.day_count, 6);
    CHECK_INT(days[0].day, 100);
    CHECK_INT(days[0].units, 1);
    CHECK_INT(days[3].units, 1);
    CHECK_INT(days[5].units, 1);
    fixture_close(&given);
}

CONTRACT(ledger, deletes_an_experiment_and_what_is_old)
{
    fixture_open(&given);
    fixture_plan(&given, "\"calculation\":\"count(buy)\",\"lookback\":\"30d\"");
    fixture_expose(&given, "a", "control", T0);
    fixture_event(&given, "a", "buy", T0 - 2, NAN, NULL);
    fixture_event(&given, "a", "buy", T0 - 1, NAN, NULL);
    fixture_append(&given);
    gos_error err = {0};
    CHECK_OK(ledger_delete_before(given.ledger, T0 - 1, &err), &err);
    fixture_compute(&given, T0 + DAY_MS);
    CHECK_NEAR(fixture_cell(&given, 0, 0)->moments.mean[1], 1, 0);
    CHECK_OK(
        ledger_delete_experiment(given.ledger, GOS_LIT("production"), &fixture_experiment, &err),
        &err);
    fixture_compute(&given, T0 + DAY_MS);
    CHECK_INT(given.answer.units[0], 0);
    CHECK_OK(ledger_checkpoint(given.ledger, &err), &err);
    fixture_close(&given);
}

CONTRACT(ledger, copies_itself_while_it_is_open)
{
    fixture_open(&given);
    fixture_plan(&given, "\"calculation\":\"count(buy)\"");
    fixture_expose(&given, "a", "control", T0);
    fixture_event(&given, "a", "buy", T0, 3, NULL);
    fixture_append(&given);
    char copy[300];
    gos_error err = {0};
    snprintf(copy, sizeof copy, "%s/copy.db", test_folder());
    CHECK_OK(ledger_backup(given.ledger, copy, &err), &err);
    CHECK_FAILS(ledger_backup(given.ledger, copy, &err), &err, GOS_STORE_FAILED, "");
    fixture_event(&given, "a", "buy", T0, 3, NULL);
    fixture_append(&given);
    ledger_close(given.ledger);
    snprintf(given.path, sizeof given.path, "%s", copy);
    given.ledger = NULL;
    fixture_reopen(&given);
    fixture_compute(&given, T0 + DAY_MS);
    check_mean(0, 0, 1, 1);
    fixture_close(&given);
}

CONTRACT(ledger, exports_to_parquet_or_says_that_it_does_not)
{
    fixture_open(&given);
    fixture_expose(&given, "a", "control", T0);
    fixture_event(&given, "a", "buy", T0, 3, "{\"it's\":\"x\",\"n\":1,\"b\":true}");
    fixture_append(&given);
    char file[300], folder[256];
    gos_error err = {0};
    struct stat info;
    snprintf(folder, sizeof folder, "%s", test_folder());
    bool done = ledger_export(given.ledger, folder, &err);
    CHECK(done || err.code == GOS_NOT_ALLOWED_NOW);
    CHECK(done || fixture_backend != FIXTURE_duckdb);
    snprintf(file, sizeof file, "%s/exposures.parquet", folder);
    CHECK_INT(stat(file, &info), done ? 0 : -1);
    fixture_close(&given);
}

CONTRACT(ledger, stops_a_computation_when_asked)
{
    fixture_open(&given);
    fixture_expose(&given, "a", "control", T0);
    fixture_append(&given);
    atomic_bool cancel = true;
    struct ledger_question question = {.environment = GOS_LIT("production"),
                                       .experiment_id = fixture_experiment,
                                       .variants = fixture_variants,
                                       .variant_count = 2,
                                       .as_of_ms = INT64_MAX,
                                       .cancel = &cancel};
    gos_error err = {0};
    CHECK_FAILS(ledger_compute(given.ledger, &question, given.arena, &given.answer, &err), &err,
                GOS_CANCELLED, "");
    fixture_close(&given);
}

CONTRACT(ledger, answers_a_series_of_moments_as_if_each_were_asked_alone)
{
    fixture_open(&given);
    fixture_plan(&given, "\"calculation\":\"sum(buy)\"");
    fixture_plan(&given, "\"calculation\":\"count_distinct(buy.c)\"");
    fixture_plan(&given, "\"calculation\":\"funnel(view, buy)\"");
    fixture_plan(&given, "\"calculation\":\"p50(buy.value)\"");
    fixture_plan(&given, "\"calculation\":\"retention(buy, 1d, 2d)\"");
    for (int i = 0; i < 40; i++) {
        gos_str unit = gos_arena_print(given.arena, "u%d", i);
        fixture_expose(&given, unit.data, i % 2 ? "control" : "treatment", T0 + i * DAY_MS / 10);
        for (int e = 0; e < 6; e++) {
            int64_t at = T0 + (i * 37 % 50 + e * 11) * DAY_MS / 10;
            fixture_event(&given, unit.data, e % 2 ? "view" : "buy", at, i % 9 + e,
                          e % 3 ? "{\"c\":1}" : "{\"c\":\"x\"}");
        }
    }
    fixture_append(&given);
    int64_t moments[8];
    struct ledger_answer answers[8];
    struct ledger_question question = {.environment = GOS_LIT("production"),
                                       .experiment_id = fixture_experiment,
                                       .variants = fixture_variants,
                                       .variant_count = 2,
                                       .plans = given.plans,
                                       .plan_count = given.plan_count};
    for (int i = 0; i < 8; i++)
        moments[i] = T0 + i * DAY_MS;
    gos_error err = {0};
    CHECK_OK(ledger_series(given.ledger, &question, moments, 8, given.arena, answers, &err), &err);
    for (int i = 0; i < 8; i++) {
        fixture_compute(&given, moments[i]);
        for (uint32_t c = 0; c < given.plan_count * 2; c++) {
            const struct ledger_cell *got = &answers[i].cells[c], *want = &given.answer.cells[c];
            CHECK_INT(got->moments.n, want->moments.n);
            CHECK_NEAR(got->moments.mean[0], want->moments.mean[0], 0);
            CHECK_NEAR(got->moments.product[0], want->moments.product[0], 0);
            CHECK_INT(got->quantile.count, want->quantile.count);
            CHECK_INT(got->immature, want->immature);
            CHECK_INT(got->active, want->active);
            CHECK_INT(got->events, want->events);
        }
    }
    CHECK_FAILS(ledger_series(given.ledger, &question, moments, 0, given.arena, answers, &err),
                &err, GOS_BAD_INPUT, "/moments");
    fixture_close(&given);
}

/* The same units by what came with their exposures: one variant after the other for each value. */
CONTRACT(ledger, answers_by_slices_of_an_attribute)
{
    struct ledger_slice *found;
    uint32_t count;
    fixture_open(&given);
    static const char *const attributes[] = {"{\"os\":\"a\"}", "{\"os\":\"b\"}", ""};
    for (int i = 0; i < 12; i++) {
        char unit[16];
        snprintf(unit, sizeof unit, "u%d", i);
        fixture_expose(&given, unit, i % 2 ? "control" : "treatment", T0)->exposure.attributes =
            gos_str_from(attributes[i < 6    ? 0
                                    : i < 10 ? 1
                                             : 2]);
        if (i < 8)
            fixture_event(&given, unit, "a", T0 + 1, 0, NULL);
    }
    fixture_append(&given);
    fixture_plan(&given, "\"calculation\":\"count(a)\"");
    static const gos_str values[] = {{"b", 1}, {"", 0}, {"a", 1}};
    gos_str variants[6];
    for (int i = 0; i < 6; i++)
        variants[i] = fixture_variants[i % 2];
    struct ledger_question ask = {.environment = GOS_LIT("production"),
                                  .experiment_id = fixture_experiment,
                                  .variants = variants,
                                  .variant_count = 6,
                                  .plans = given.plans,
                                  .plan_count = 1,
                                  .from_ms = T0,
                                  .as_of_ms = T0 + DAY_MS,
                                  .slice_by = GOS_LIT("os"),
                                  .slice_values = values,
                                  .slice_count = 3};
    gos_error err;
    CHECK_OK(ledger_compute(given.ledger, &ask, given.arena, &given.answer, &err), &err);
    CHECK_INT(given.answer.units[0] + given.answer.units[1], 4);
    CHECK_INT(given.answer.units[2] + given.answer.units[3], 2);
    CHECK_INT(given.answer.units[4] + given.answer.units[5], 6);
    CHECK_INT(given.answer.cells[0].active + given.answer.cells[1].active, 2);
    CHECK_INT(given.answer.cells[4].active, 3);
    CHECK_OK(
        ledger_list_slices(given.ledger, &ask, GOS_LIT("os"), given.arena, &found, &count, &err),
        &err);
    CHECK_INT(count, 3);
    CHECK_TEXT(found[0].value, "a");
    CHECK_INT(found[1].units, 4);
    CHECK_OK(ledger_list_slices(given.ledger, &ask, GOS_LIT(""), given.arena, &found, &count, &err),
             &err);
    CHECK_INT(count, 1);
    CHECK_TEXT(found[0].value, "os");
    fixture_close(&given);
}
