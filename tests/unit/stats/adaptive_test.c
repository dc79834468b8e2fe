/* Weights that follow the data, and effects under them. */
#include "gosset/stats_adaptive.h"
#include "stats/random.h"

#include "test.h"

TEST(adaptive, weights_that_change_with_time_do_not_confound_the_effect)
{
    /* The effect is 0.5 on both days, but everything is 5 higher on the second. */
    gos_moments c[2] = {gos_moments_from_variance(900, 10, 1),
                        gos_moments_from_variance(100, 15, 1)};
    gos_moments t[2] = {gos_moments_from_variance(100, 10.5, 1),
                        gos_moments_from_variance(900, 15.5, 1)};
    gos_adaptive result;
    gos_error err;
    CHECK_OK(gos_adaptive_compare(c, t, 2, 1, GOS_METRIC_MEAN, 0.05, &result, &err), &err);
    CHECK_NEAR(result.fixed.diff, 0.5, 1e-12);
    CHECK_NEAR(result.fixed.se, sqrt((1 / 900.0 + 1 / 100.0) / 2), 1e-12);
    CHECK_NEAR(result.stratified_diff, 0.5, 1e-12);
    CHECK(result.pooled_diff > 4);
    CHECK_INT(result.periods, 2);
}

TEST(adaptive, periods_without_units_are_left_out_and_those_without_conversions_are_not)
{
    gos_moments c[3] = {gos_moments_from_counts(0, 50), gos_moments_from_counts(5, 50),
                        gos_moments_from_counts(1, 4)};
    gos_moments t[3] = {gos_moments_from_counts(5, 50), gos_moments_from_counts(10, 50),
                        gos_moments_from_counts(1, 50)};
    gos_adaptive result;
    gos_error err;
    CHECK_OK(gos_adaptive_compare(c, t, 3, 3, GOS_METRIC_PROPORTION, 0.05, &result, &err), &err);
    CHECK_INT(result.periods, 2);
    CHECK_INT(result.left_out, 1);
    CHECK_NEAR(result.fixed.diff, 0.1, 1e-12);
    CHECK_OK(gos_adaptive_compare(c + 2, t + 2, 1, 0, GOS_METRIC_PROPORTION, 0.05, &result, &err),
             &err);
    CHECK_INT(result.status, GOS_STATUS_INSUFFICIENT_N);
    CHECK(isnan(result.fixed.diff) && result.fixed.p_value == 1);
    c[0] = t[0] = gos_moments_from_counts(0, 50);
    CHECK_OK(gos_adaptive_compare(c, t, 1, 1, GOS_METRIC_MEAN, 0.05, &result, &err), &err);
    CHECK_INT(result.status, GOS_STATUS_ZERO_VARIANCE);
    CHECK_OK(gos_adaptive_compare(c, t, 0, 0, GOS_METRIC_MEAN, 0.05, &result, &err), &err);
    CHECK_INT(result.status, GOS_STATUS_NO_DATA);
    CHECK_FAILS(gos_adaptive_compare(c, t, 1, 1, GOS_METRIC_QUANTILE, 0.05, &result, &err), &err,
                GOS_BAD_INPUT, "/kind");
}

/* A batch of a bandit's arm, whose mean drifts with the period. */
static gos_moments batch(struct random *random, double share, int period)
{
    double n = fmax(5, floor(400 * share));
    return gos_moments_from_variance((uint64_t)n, 0.3 * period + random_normal(random) / sqrt(n),
                                     1);
}

/* Two equal arms under Thompson weights: what rejects more than 5 % is not honest. */
TEST(adaptive, effects_reject_as_often_as_they_say_under_thompson_weights)
{
    enum { PERIODS = 8, RUNS = 4000 };
    const gos_bandit bandit = {.floor = 0.05};
    struct random random;
    double honest = 0, pooled = 0, anytime = 0;
    gos_error err;
    random_start(&random, 11);
    for (int run = 0; run < RUNS; run++) {
        gos_moments cells[2 * PERIODS], c[PERIODS], t[PERIODS];
        double weights[2] = {0.5, 0.5}, mean[2], se[2], best[2];
        gos_adaptive result;
        double least = 1;
        size_t used;
        for (int k = 0; k < PERIODS; k++) {
            cells[2 * k] = c[k] = batch(&random, weights[0], k);
            cells[2 * k + 1] = t[k] = batch(&random, weights[1], k);
            CHECK_OK(
                gos_adaptive_means(cells, (size_t)k + 1, 2, GOS_METRIC_MEAN, mean, se, &used, &err),
                &err);
            CHECK_OK(gos_bandit_weights(mean, se, 2, &bandit, best, weights, &err), &err);
            CHECK(weights[0] >= 0.05 && weights[1] >= 0.05);
            CHECK_NEAR(weights[0] + weights[1], 1, 1e-12);
            CHECK_OK(gos_adaptive_compare(c, t, (size_t)k + 1, (size_t)k + 1, GOS_METRIC_MEAN, 0.05,
                                          &result, &err),
                     &err);
            least = fmin(least, result.anytime.p_value);
        }
        anytime += least < 0.05;
        honest += result.fixed.p_value < 0.05;
        pooled += fabs(result.pooled_diff) > 1.959964 * result.pooled_se;
    }
    CHECK(fabs(honest / RUNS - 0.05) < 3 * sqrt(0.05 * 0.95 / RUNS));
    CHECK(anytime / RUNS < 0.05);
    CHECK(pooled / RUNS > 0.3);
}

TEST(adaptive, weights_refuse_a_floor_that_does_not_fit)
{
    const double mean[3] = {1, 2, 3}, se[3] = {1, 1, 1};
    double best[3], weights[3];
    gos_error err;
    gos_bandit bandit = {.floor = 0.34};
    CHECK_FAILS(gos_bandit_weights(mean, se, 3, &bandit, best, weights, &err), &err, GOS_BAD_INPUT,
                "/floor");
    bandit.floor = 0.01;
    CHECK_OK(gos_bandit_weights(mean, se, 3, &bandit, best, weights, &err), &err);
    CHECK(weights[2] > weights[1] && weights[1] > weights[0]);
    bandit.lowest_wins = bandit.top_two = true;
    CHECK_OK(gos_bandit_weights(mean, se, 3, &bandit, best, weights, &err), &err);
    CHECK(weights[0] > weights[1] && weights[1] > weights[2] && weights[0] <= 0.5);
}
