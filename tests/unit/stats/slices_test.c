/* Slices and interactions, against numbers from R 4.2.2 or worked by hand. */
#include "gosset/stats_slices.h"
#include "stats/random.h"

#include "test.h"

static gos_slice slice(double diff, double se, double p)
{
    return (gos_slice){.diff = diff, .se = se, .p_value = p};
}

TEST(slices, are_held_against_the_rest_of_their_group)
{
    gos_arena *arena = gos_arena_open(1 << 20);
    gos_slice s[3] = {slice(1, 1, 0.3), slice(3, 1, 0.003), slice(0, 2, 1)};
    gos_slice_group group = {.first = 0, .count = 3};
    gos_error err;
    CHECK_OK(gos_slices_examine(s, 3, &group, 1, arena, &err), &err);
    /* (1 + 3 + 0 / 4) / 2.25 */
    CHECK_NEAR(group.diff, 4 / 2.25, 1e-14);
    CHECK_NEAR(group.se, 1 / 1.5, 1e-14);
    CHECK_INT(group.used, 3);
    CHECK_NEAR(s[1].rest, 1 / 1.25, 1e-14);
    CHECK_NEAR(s[1].gap, 3 - 0.8, 1e-14);
    CHECK_NEAR(s[1].gap_se, sqrt(1 + 1 / 1.25), 1e-14);
    /* 2 * pnorm(-2.2 / sqrt(1.8)) */
    CHECK_NEAR(s[1].gap_p, 0.10105025592540992, 1e-12);
    CHECK_NEAR(s[1].gap_q, fmin(1, 3 * s[1].gap_p), 1e-14);
    CHECK_NEAR(s[1].adjusted_p, 0.009, 1e-14);
    CHECK_NEAR(s[0].adjusted_p, 0.6, 1e-14);
    gos_arena_close(arena);
}

TEST(slices, without_an_estimate_take_no_part)
{
    gos_arena *arena = gos_arena_open(1 << 20);
    gos_slice s[5] = {slice(1, 1, 0.3), slice((double)NAN, 1, 0.5), slice(2, 0, 1),
                      slice(7, 1, (double)NAN), slice(1, (double)INFINITY, 0.1)};
    gos_slice_group groups[3] = {{.first = 0, .count = 3}, {.first = 3, .count = 1}, {.first = 4}};
    gos_error err;
    CHECK_OK(gos_slices_examine(s, 5, groups, 3, arena, &err), &err);
    CHECK_INT(groups[0].used, 1);
    CHECK_NEAR(groups[0].heterogeneity.p_value, 1, 0);
    CHECK(isnan(groups[0].heterogeneity_q) && isnan(s[0].gap_p));
    CHECK_NEAR(s[0].adjusted_p, 0.3, 0);
    CHECK_NEAR(s[3].shrunk_diff, 7, 0);
    CHECK(isnan(s[3].adjusted_p) && isnan(s[1].shrunk_diff) && isnan(s[2].adjusted_p));
    CHECK_INT(groups[2].used, 0);
    CHECK(isnan(groups[2].diff));
    groups[2].count = 2;
    CHECK_FAILS(gos_slices_examine(s, 5, groups, 3, arena, &err), &err, GOS_BAD_INPUT, "/groups/2");
    groups[2].count = 1;
    s[4].p_value = 1.5;
    CHECK_FAILS(gos_slices_examine(s, 5, groups, 3, arena, &err), &err, GOS_BAD_INPUT,
                "/slices/4/p_value");
    gos_arena_close(arena);
}

/* A tenth of the slices lie 5 errors off, on both sides of the others. */
TEST(slices, that_differ_are_found_with_few_false_discoveries)
{
    enum { SLICES = 200, RUNS = 100 };
    gos_arena *arena = gos_arena_open(1 << 20);
    gos_slice s[SLICES];
    gos_slice_group group = {.first = 0, .count = SLICES};
    struct random random;
    double share = 0, power = 0;
    gos_error err;
    random_start(&random, 5);
    for (int run = 0; run < RUNS; run++) {
        double found = 0, wrong = 0;
        for (int i = 0; i < SLICES; i++)
            s[i] = slice((i >= SLICES / 10 ? 0 : i % 2 ? 5 : -5) + random_normal(&random), 1, 1);
        CHECK_OK(gos_slices_examine(s, SLICES, &group, 1, arena, &err), &err);
        CHECK(group.heterogeneity_q < 1e-6);
        for (int i = 0; i < SLICES; i++) {
            found += s[i].gap_q < 0.05;
            wrong += s[i].gap_q < 0.05 && i >= SLICES / 10;
        }
        share += found > 0 ? wrong / found / RUNS : 0;
        power += (found - wrong) / (SLICES / 10.0) / RUNS;
    }
    CHECK(share < 0.06);
    CHECK(power > 0.8);
    gos_arena_close(arena);
}

TEST(slices, of_any_unit_of_measurement_say_the_same)
{
    gos_arena *arena = gos_arena_open(1 << 20);
    gos_error err;
    for (int e = -200; e <= 200; e += 100) {
        double c = pow(10, e);
        gos_slice s[3] = {slice(1 * c, 1 * c, 0.3), slice(3 * c, c, 0.003), slice(0, 2 * c, 1)};
        gos_slice_group group = {.first = 0, .count = 3};
        CHECK_OK(gos_slices_examine(s, 3, &group, 1, arena, &err), &err);
        CHECK_NEAR(s[1].gap_p, 0.10105025592540992, 1e-12);
        CHECK_NEAR(group.heterogeneity.statistic, 2.8888888888888888, 1e-12);
        CHECK_NEAR(s[1].shrunk_diff / c, 2.2666666666666666, 1e-9);
    }
    gos_arena_close(arena);
}

TEST(interactions, are_contrasts_of_every_pair_of_treatments)
{
    gos_arena *arena = gos_arena_open(1 << 20);
    /* Control is row 1 and column 0. */
    const double means[6] = {5, 5, 6, 4, 4, 4};
    gos_moments cells[6];
    gos_interaction pairs[2];
    gos_interactions all;
    gos_error err;
    for (int i = 0; i < 6; i++)
        cells[i] = gos_moments_from_variance(100, means[i], 1);
    CHECK_OK(gos_interactions_examine(cells, 2, 3, 1, 0, GOS_METRIC_MEAN, arena, pairs, &all, &err),
             &err);
    CHECK_INT(all.pair_count, 2);
    CHECK_INT(pairs[1].first, 0);
    CHECK_INT(pairs[1].second, 2);
    CHECK_NEAR(pairs[0].contrast.value, 0, 0);
    CHECK_NEAR(pairs[1].contrast.statistic, 1 / 0.2, 1e-14);
    CHECK_NEAR(pairs[1].adjusted_p, 2 * pairs[1].contrast.p_value, 1e-14);
    CHECK(all.alarm && all.independence.p_value == 1);
    CHECK_FAILS(
        gos_interactions_examine(cells, 2, 3, 2, 0, GOS_METRIC_MEAN, arena, pairs, &all, &err),
        &err, GOS_BAD_INPUT, "/row_control");
    CHECK_FAILS(
        gos_interactions_examine(cells, 1, 3, 0, 0, GOS_METRIC_MEAN, arena, pairs, &all, &err),
        &err, GOS_BAD_INPUT, "/rows");
    cells[2].n = 0;
    cells[2].variable_count = 1;
    CHECK_OK(gos_interactions_examine(cells, 2, 3, 1, 0, GOS_METRIC_MEAN, arena, pairs, &all, &err),
             &err);
    CHECK(!all.alarm && isnan(pairs[1].contrast.statistic) && all.least_p == 1);
    gos_arena_close(arena);
}
