/* Checks of the data, against numbers from R 4.2.2 or worked by hand. */
#include "gosset/stats_checks.h"
#include "gosset/stats_plan.h"

#include "test.h"

TEST(checks, find_a_sample_ratio_mismatch_and_arms_without_weight)
{
    uint64_t counts[3] = {821588, 815482, 7};
    double weights[3] = {1, 1, 0};
    gos_srm srm;
    gos_error err;
    CHECK_OK(gos_srm_check(counts, weights, 3, &srm, &err), &err);
    /* Published for this example: 1.8e-6. */
    CHECK_NEAR(srm.p_value, 1.8e-06, 0.02);
    CHECK(srm.alarm);
    CHECK_INT(srm.status, GOS_STATUS_UNITS_IN_ZERO_WEIGHT_ARM);
    weights[1] = -1;
    CHECK_FAILS(gos_srm_check(counts, weights, 3, &srm, &err), &err, GOS_BAD_INPUT, "/weights/1");
    weights[0] = weights[1] = 0;
    CHECK_FAILS(gos_srm_check(counts, weights, 3, &srm, &err), &err, GOS_BAD_INPUT, "/weights");
}

TEST(checks, of_novelty_need_two_weeks_and_find_a_fading_effect)
{
    double day[20], diff[20], se[20];
    for (int i = 0; i < 20; i++) {
        day[i] = i;
        diff[i] = 5 - 1.5 * log1p(i);
        se[i] = 0.5;
    }
    CHECK(isnan(gos_check_novelty(day, diff, se, 13).statistic));
    gos_check check = gos_check_novelty(day, diff, se, 20);
    CHECK_NEAR(check.value, -1.5, 1e-12);
    CHECK(check.statistic < -2.58);
}

TEST(checks, of_independence_are_pearsons)
{
    uint64_t table[4] = {10, 20, 30, 40};
    gos_check check = gos_check_independence(table, 2, 2);
    CHECK_NEAR(check.statistic, 0.79365079365079361, 1e-13); /* chisq.test(correct = FALSE) */
    CHECK_NEAR(check.df, 1, 0);
    uint64_t empty[4] = {0, 0, 3, 4};
    CHECK_NEAR(gos_check_independence(empty, 2, 2).p_value, 1, 0);
}

TEST(checks, of_slices_shrink_only_what_chance_explains)
{
    double diff[4] = {1, 1, 1, 1}, se[4] = {1, 2, 1, 0.5}, out[4], out_se[4];
    gos_check check = gos_check_heterogeneity(diff, se, 4);
    CHECK_NEAR(check.p_value, 1, 0);
    diff[3] = 9;
    CHECK(gos_check_heterogeneity(diff, se, 4).p_value < 1e-10);
    gos_shrink_slices(diff, se, 4, out, out_se);
    CHECK(out[3] < 9 && out[3] > 8);
    CHECK(out_se[1] < 2);
}

/* mean |estimate| / truth given significance: STATS section 17 */
TEST(checks, know_the_winners_curse)
{
    CHECK_NEAR(gos_exaggeration(0.1, 0.05), 3.58, 5e-3);
    CHECK_NEAR(gos_exaggeration(0.8, 0.05), 1.12, 5e-3);
    CHECK(isnan(gos_exaggeration(0.025, 0.05)));
}

TEST(checks, of_uniformity_find_what_is_not_uniform)
{
    double p[500];
    for (int i = 0; i < 500; i++)
        p[i] = (i + 0.5) / 500;
    CHECK(gos_check_uniform(p, 500).p_value > 0.99);
    for (int i = 0; i < 500; i++)
        p[i] *= p[i];
    CHECK(gos_check_uniform(p, 500).p_value < 1e-10);
}

TEST(checks, warn_of_what_is_too_good)
{
    gos_moments m = gos_moments_empty(1);
    for (int i = 0; i < 100; i++)
        gos_moments_push(&m, &(double){1 + i % 3});
    gos_estimate e = {.control = {.variance = 1, .mean = 2},
                      .treatment = {.variance = 4, .mean = 2.6},
                      .shown = {.lift = 0.3, .statistic = 10},
                      .statistical_power = 0.5,
                      .alpha = 0.05,
                      .significant = true};
    gos_oddities o = {&e, &m, &m, true, 0.001, NAN, 0.01, 2.4, NAN, NAN};
    gos_warning found[GOS_WARNINGS];
    CHECK_INT(gos_warnings_find(&o, found), 0);
    e.shown.lift = -0.31;
    o.srm_p = 0.0009;
    e.treatment.variance = 4.1;
    e.statistical_power = 0.49;
    CHECK_INT(gos_warnings_find(&o, found), 4);
    CHECK_TEXT(gos_str_from(gos_warning_name(found[0].kind)), "large_lift");
    CHECK_TEXT(gos_str_from(gos_warning_name(found[3].kind)), "low_power");
}

/* dmultinom by hand: 6 : 0 of equal arms has 2 / 64, 5 : 1 and worse 14 / 64. */
TEST(checks, of_tiny_samples_are_exact)
{
    uint64_t counts[3] = {6, 0, 0};
    double weights[3] = {1, 1, 0};
    gos_srm srm;
    gos_error err;
    CHECK_OK(gos_srm_check(counts, weights, 3, &srm, &err), &err);
    CHECK_NEAR(srm.p_exact, 2.0 / 64, 1e-13);
    counts[0] = 5;
    counts[1] = 1;
    CHECK_OK(gos_srm_check(counts, weights, 3, &srm, &err), &err);
    CHECK_NEAR(srm.p_exact, 14.0 / 64, 1e-13);
    counts[0] = 12;
    counts[1] = 0;
    CHECK_OK(gos_srm_check(counts, weights, 3, &srm, &err), &err);
    CHECK(isnan(srm.p_exact) && srm.alarm); /* 6 are expected: chi-square decides */
    weights[1] = 0.5;
    weights[2] = 0.5;
    CHECK_OK(gos_srm_check(counts, weights, 3, &srm, &err), &err);
    CHECK_NEAR(srm.p_exact, 0.0017080307006835948, 1e-12); /* by scipy */
}

TEST(checks, of_the_control_share_grow_with_the_root_of_the_arms)
{
    CHECK_NEAR(gos_control_share(1, 2, 2), 0.5, 1e-15);
    CHECK_NEAR(gos_control_share(4, 1, 1), 1.0 / 3, 1e-15);
    CHECK(isnan(gos_control_share(0, 1, 1)));
}
