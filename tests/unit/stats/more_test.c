/* What is offered beside the defaults. */
#include "gosset/stats_data.h"
#include "gosset/stats_more.h"
#include "stats/random.h"

#include "test.h"

TEST(more, equivalence_needs_both_sides)
{
    gos_moments c = gos_moments_from_variance(1000, 10, 1),
                t = gos_moments_from_variance(1000, 10.02, 1);
    gos_margin_test test;
    gos_error err;
    CHECK_OK(gos_equivalence(&c, &t, GOS_METRIC_MEAN, 0.09, 0.05, &test, &err), &err);
    CHECK(!test.passes);
    CHECK_OK(gos_equivalence(&c, &t, GOS_METRIC_MEAN, 0.095, 0.05, &test, &err), &err);
    CHECK(test.passes);
    CHECK_FAILS(gos_equivalence(&c, &t, GOS_METRIC_MEAN, 0, 0.05, &test, &err), &err, GOS_BAD_INPUT,
                "/margin");
}

TEST(more, a_margin_looked_at_is_harder_to_pass_than_at_one_look)
{
    gos_moments c = gos_moments_from_variance(1000, 10, 1),
                t = gos_moments_from_variance(1000, 10, 1);
    gos_margin margin = {0.08, false, GOS_INCREASE, 0.05};
    gos_margin_test test;
    gos_error err;
    CHECK_OK(gos_noninferiority(&c, &t, GOS_METRIC_MEAN, &margin, &test, &err), &err);
    gos_sequence look = gos_noninferiority_sequence(&test, &margin, 2000, 2000);
    CHECK(test.passes && look.p_value > test.p_value);
}

TEST(more, a_weighted_family_favours_its_first)
{
    double p[3] = {0.04, 0.04, NAN}, out[3];
    gos_error err;
    CHECK_OK(gos_correct_weighted(p, 3, 0.8, out, &err), &err);
    CHECK_NEAR(out[0], 0.05, 1e-15);
    CHECK_NEAR(out[1], 0.4, 1e-15);
    CHECK(isnan(out[2]));
    CHECK_FAILS(gos_correct_weighted(p, 3, 1, out, &err), &err, GOS_BAD_INPUT, "/primary_share");
}

TEST(more, strata_as_one_arm_compare_as_strata)
{
    gos_moments c[3], t[3];
    double weights[3];
    gos_strata_result strata;
    gos_estimate one;
    gos_error err;
    gos_arena *arena = gos_arena_open(1 << 20);
    gos_stats_options options = gos_stats_options_default(GOS_METRIC_MEAN);
    for (int k = 0; k < 3; k++) {
        c[k] = gos_moments_from_variance((uint64_t)(900 - 400 * k), 10 * k, 1 + k);
        t[k] = gos_moments_from_variance((uint64_t)(100 + 400 * k), 10 * k + 0.1 * (k + 1), 2 + k);
        weights[k] = (double)(c[k].n + t[k].n);
    }
    gos_moments all_c = gos_moments_stratify(c, weights, 3);
    gos_moments all_t = gos_moments_stratify(t, weights, 3);
    options.mode = GOS_MODE_FIXED;
    CHECK_OK(gos_stats_compare(&all_c, &all_t, &options, &one, &err), &err);
    CHECK_OK(gos_strata_compare(c, t, 3, 0.05, arena, &strata, &err), &err);
    CHECK_NEAR(one.fixed.diff, strata.shown.diff, 1e-12);
    CHECK_NEAR(one.fixed.se, strata.se_conditional, 1e-12);
    CHECK_NEAR(one.control.mean, strata.control_mean, 1e-12);
    CHECK(one.control.n == 1500 && one.treatment.n == 1500);
    gos_arena_close(arena);
}

TEST(more, a_stratum_alone_is_itself)
{
    double values[2][4] = {{1, 2, 4, 9}, {3, 1, 0, 2}};
    gos_moments moments = gos_moments_empty(2);
    for (int i = 0; i < 4; i++)
        gos_moments_push(&moments, (double[]){values[0][i], values[1][i]});
    gos_moments strata[2] = {moments, gos_moments_from_variance(50, 1, 1)};
    gos_moments same = gos_moments_stratify(strata, (double[]){7, 0}, 2);
    CHECK(same.n == 4 && same.conversions == moments.conversions);
    for (uint32_t i = 0; i < gos_product(2, 0); i++)
        CHECK_NEAR(same.product[i], moments.product[i], 1e-12);
    CHECK_NEAR(same.mean[1], moments.mean[1], 1e-15);
    CHECK_NEAR(same.m4, moments.m4, 1e-9);
}

TEST(more, a_prior_is_learned_from_30_experiments_on)
{
    double lift[30], se[30];
    for (int i = 0; i < 30; i++) {
        lift[i] = i % 2 ? 0.1 : -0.1;
        se[i] = 0.05;
    }
    CHECK(isnan(gos_prior_learn(lift, se, 29)));
    CHECK_NEAR(gos_prior_learn(lift, se, 30), sqrt(0.01 * 30 / 29 - 0.0025), 1e-12);
}

enum { REGIONS = 6, PERIODS = 14 };

static void switch_cells(gos_switch_cell *cells, double effect)
{
    struct random random;
    random_start(&random, 3);
    for (uint32_t r = 0; r < REGIONS; r++) {
        for (uint32_t p = 0; p < PERIODS; p++) {
            bool treated = random_uniform(&random) < 0.5;
            cells[r * PERIODS + p] = (gos_switch_cell){
                r, p, 5.0 * r - 0.3 * p + (treated ? effect : 0) + 0.1 * random_normal(&random),
                1 + r, treated};
        }
    }
}

TEST(more, a_switchback_finds_its_effect_under_regions_and_periods)
{
    gos_switch_cell cells[REGIONS * PERIODS];
    gos_arena *arena = gos_arena_open(1 << 20);
    gos_switchback_result got;
    gos_error err;
    size_t count = REGIONS * PERIODS;
    switch_cells(cells, 1);
    CHECK_OK(gos_switchback(cells, count, 0.05, 199, 1, arena, &got, &err), &err);
    CHECK(fabs(got.effect - 1) < 0.1);
    CHECK_NEAR(got.p_permutation, 0.005, 1e-12);
    CHECK_NEAR(got.p_value, got.p_permutation, 0);
    CHECK_INT(got.status, GOS_STATUS_FEW_CLUSTERS);
    CHECK(got.low < got.effect && got.effect < got.high && got.p_cluster < 0.001);
    CHECK(got.df > 3 && got.df < REGIONS);
    switch_cells(cells, 0);
    CHECK_OK(gos_switchback(cells, count, 0.05, 199, 1, arena, &got, &err), &err);
    CHECK(got.p_value > 0.05);
    for (size_t i = 0; i < count; i++)
        cells[i].is_treatment = cells[i].region % 2;
    CHECK_FAILS(gos_switchback(cells, count, 0.05, 9, 1, arena, &got, &err), &err, GOS_BAD_INPUT,
                "/cells");
    CHECK_INT(gos_arena_used(arena), 0);
    gos_arena_close(arena);
}

/* What a period's treatment leaves in the next one is found, and not taken for its own effect. */
TEST(more, a_switchback_finds_what_carries_over)
{
    gos_switch_cell cells[REGIONS * PERIODS];
    gos_arena *arena = gos_arena_open(1 << 20);
    gos_switchback_result got;
    gos_error err;
    switch_cells(cells, 1);
    CHECK_OK(gos_switchback(cells, REGIONS * PERIODS, 0.05, 9, 1, arena, &got, &err), &err);
    CHECK(got.carry_over.p_value > 0.05 && fabs(got.carry_over.value) < 0.1);
    for (int i = 0; i < REGIONS * PERIODS; i++)
        cells[i].value += cells[i].period > 0 && cells[i - 1].is_treatment ? 0.5 : 0;
    CHECK_OK(gos_switchback(cells, REGIONS * PERIODS, 0.05, 9, 1, arena, &got, &err), &err);
    CHECK(got.carry_over.p_value < 0.001 && fabs(got.carry_over.value - 0.5) < 0.1);
    gos_arena_close(arena);
}

/* Neighbouring periods are alike, no effect: clusters of regions reject about as often as said. */
TEST(more, a_switchback_of_many_regions_keeps_its_error)
{
    enum { MANY = 14, DAYS = 20, RUNS = 600 };
    gos_switch_cell cells[MANY * DAYS];
    gos_arena *arena = gos_arena_open(1 << 20);
    struct random random;
    gos_switchback_result got;
    double rejected = 0;
    gos_error err;
    random_start(&random, 4);
    for (int run = 0; run < RUNS; run++) {
        for (uint32_t r = 0; r < MANY; r++) {
            double noise = 0;
            for (uint32_t p = 0; p < DAYS; p++) {
                noise = 0.7 * noise + random_normal(&random);
                bool flipped = random_uniform(&random) < 0.1, on = (p / 4 + r) % 2 != 0;
                cells[r * DAYS + p] = (gos_switch_cell){r, p, noise, 1, on != flipped};
            }
        }
        CHECK_OK(gos_switchback(cells, MANY * DAYS, 0.05, 0, 1, arena, &got, &err), &err);
        CHECK_NEAR(got.p_value, got.p_cluster, 0);
        rejected += got.p_value < 0.05;
    }
    CHECK(rejected / RUNS > 0.02 && rejected / RUNS < 0.08);
    gos_arena_close(arena);
}
