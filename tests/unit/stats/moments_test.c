/* Moments keep their digits, and merge in any order. */
#include "stats/moments.h"

#include "test.h"

#include <stdlib.h>

/* A fixed stream of roughly normal numbers with mean 0 and deviation 1 in expectation. */
static double noise(uint64_t *state)
{
    double sum = 0;
    for (int i = 0; i < 12; i++) {
        *state = *state * 6364136223846793005u + 1442695040888963407u;
        sum += (double)(*state >> 11) / 9007199254740992.0;
    }
    return sum - 6;
}

/* The variance of numbers that are small enough to sum their squares in extended precision. */
static double variance_extended(const double *values, size_t n, double offset)
{
    long double sum = 0, square = 0;
    for (size_t i = 0; i < n; i++) {
        long double d = (long double)values[i] - offset;
        sum += d;
        square += d * d;
    }
    return (double)((square - sum * sum / n) / (n - 1));
}

enum { UNITS = 20000, SHARDS = 16 };

static void fill(double *values, double offset)
{
    uint64_t state = 7;
    for (size_t i = 0; i < UNITS; i++)
        values[i] = offset + noise(&state);
}

TEST(moments, keep_their_digits_at_a_mean_of_1e9_and_a_deviation_of_1)
{
    static double values[UNITS];
    fill(values, 1e9);
    gos_moments moments = gos_moments_empty(1);
    for (size_t i = 0; i < UNITS; i++)
        gos_moments_push(&moments, &values[i]);

    CHECK_INT(moments.n, UNITS);
    CHECK_NEAR(gos_moments_variance(&moments, 0), variance_extended(values, UNITS, 1e9), 1e-13);
}

TEST(moments, of_shards_merge_to_the_same_in_any_order)
{
    static double values[UNITS];
    static const double offsets[] = {0, 1e9, -3e5, 1e-9};
    for (size_t o = 0; o < 4; o++) {
        fill(values, offsets[o]);
        gos_moments shards[SHARDS], forward = gos_moments_empty(1), back = gos_moments_empty(1);
        gos_moments whole = gos_moments_empty(1);
        for (size_t s = 0; s < SHARDS; s++)
            shards[s] = gos_moments_empty(1);
        for (size_t i = 0; i < UNITS; i++) {
            gos_moments_push(&shards[(i * i) % SHARDS], &values[i]);
            gos_moments_push(&whole, &values[i]);
        }
        for (size_t s = 0; s < SHARDS; s++) {
            gos_moments_merge(&forward, &shards[s]);
            gos_moments_merge(&back, &shards[SHARDS - 1 - s]);
        }
        CHECK_INT(forward.n, UNITS);
        CHECK_NEAR(forward.mean[0], back.mean[0], 1e-12);
        CHECK_NEAR(forward.mean[0], whole.mean[0], 1e-12);
        CHECK_NEAR(forward.product[0], back.product[0], 1e-12);
        CHECK_NEAR(forward.product[0], whole.product[0], 1e-12);
        CHECK_NEAR(forward.m4, whole.m4, 1e-10);
        CHECK_NEAR(forward.m3, back.m3, 1e-9);
    }
}

TEST(moments, of_sums_say_when_the_sums_have_lost_the_digits)
{
    double sum[1] = {3e9}, square[1] = {3e18 + 4096};
    gos_moments moments;
    CHECK(!gos_moments_from_sums(3, 1, sum, square, &moments));
    sum[0] = 6;
    square[0] = 14;
    CHECK(gos_moments_from_sums(3, 1, sum, square, &moments));
    CHECK_NEAR(moments.product[0], 2, 1e-15);
    CHECK_NEAR(moments.mean[0], 2, 0);
}

TEST(moments, count_conversions_covered_units_and_the_largest_value)
{
    double units[3][2] = {{0, 0}, {-7, 1}, {2, 0}};
    gos_moments moments = gos_moments_empty(2);
    for (int i = 0; i < 3; i++)
        gos_moments_push(&moments, units[i]);
    CHECK_INT(moments.conversions, 2);
    CHECK_INT(moments.covered, 1);
    CHECK_NEAR(moments.largest, 7, 0);
    CHECK_NEAR(gos_moments_covariance(&moments, 1, 0), -8.0 / 3, 1e-15);
}

TEST(moments, of_a_block_are_those_of_its_units_one_by_one)
{
    static double values[2][UNITS];
    static const double offsets[] = {0, 1e9, -3e5, 1e-9, 1e308};
    static const size_t counts[] = {1, 2, 3, 4, 7, 257, UNITS};
    fill(values[1], 3);
    for (size_t o = 0; o < sizeof offsets / sizeof *offsets; o++) {
        fill(values[0], offsets[o]);
        values[0][0] = 0;
        for (size_t c = 0; c < sizeof counts / sizeof *counts; c++) {
            const double *both[2] = {values[0], values[1]};
            gos_moments one = gos_moments_empty(2), of = gos_moments_of(both, 2, counts[c]);
            for (size_t i = 0; i < counts[c]; i++)
                gos_moments_push(&one, (double[]){values[0][i], values[1][i]});
            CHECK_INT(of.n, counts[c]);
            CHECK_INT(of.conversions, one.conversions);
            CHECK_INT(of.covered, one.covered);
            CHECK_NEAR(of.largest, one.largest, 0);
            CHECK_NEAR(of.mean[0], one.mean[0], 1e-12);
            CHECK_NEAR(of.mean[1], one.mean[1], 1e-12);
            if (offsets[o] >= 1e308)
                continue;
            for (uint32_t p = 0; p < 3; p++)
                CHECK_NEAR(of.product[p], one.product[p], 1e-11);
            CHECK_NEAR(of.m3, one.m3, 1e-9);
            CHECK_NEAR(of.m4, one.m4, 1e-9);
        }
    }
}

TEST(moments, of_equal_units_have_no_variance)
{
    double same[257];
    const double *values[1] = {same};
    gos_moments whole = gos_moments_empty(1);
    for (size_t i = 0; i < 257; i++)
        same[i] = 0.1;
    for (size_t block = 1; block < 257; block += 50) {
        gos_moments moments = gos_moments_of(values, 1, block);
        gos_moments_merge(&whole, &moments);
    }
    CHECK_NEAR(whole.mean[0], 0.1, 0);
    CHECK_NEAR(whole.product[0], 0, 0);
    CHECK_NEAR(whole.m4, 0, 0);
}
