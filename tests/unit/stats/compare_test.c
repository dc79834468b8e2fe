/* One comparison: what is shown, and what each unusual input is called. */
#include "gosset/stats.h"

#include "test.h"

static gos_estimate compared(gos_moments c, gos_moments t, gos_stats_options options)
{
    gos_estimate out;
    gos_error err;
    CHECK_OK(gos_stats_compare(&c, &t, &options, &out, &err), &err);
    return out;
}

static gos_stats_options fixed(gos_metric_kind kind)
{
    gos_stats_options options = gos_stats_options_default(kind);
    options.mode = GOS_MODE_FIXED;
    return options;
}

static void check_status(const gos_estimate *estimate, const char *want)
{
    char text[GOS_STATUS_TEXT_BYTES];
    gos_status_text(estimate->status, text);
    CHECK_TEXT(gos_str_from(text), want);
}

/* Reference: R 4.2.2 t.test on moments, as computed with 50 digits by mpmath. */
TEST(compare, means_by_welch_with_a_dual_lift_interval)
{
    gos_estimate e = compared(gos_moments_from_variance(3407, 0.41, 15.21),
                              gos_moments_from_variance(3461, 0.7, 38.4), fixed(0));
    CHECK_NEAR(e.shown.diff, 0.29, 1e-15);
    CHECK_NEAR(e.shown.p_value, 0.02011215495680443512, 1e-12);
    CHECK_NEAR(e.shown.df, 5843.5146132852164014, 1e-13);
    CHECK_NEAR(e.shown.diff_low, 0.045468708687931934508, 1e-12);
    CHECK(e.significant && e.shown.lift_low > 0);
    check_status(&e, "ok");
}

TEST(compare, before_the_planned_sample_the_confidence_sequence_is_shown)
{
    gos_stats_options options = gos_stats_options_default(GOS_METRIC_MEAN);
    options.planned_n = 20000;
    gos_moments c = gos_moments_from_variance(5000, 10, 100);
    gos_moments t = gos_moments_from_variance(5000, 10.5, 100);
    gos_estimate early = compared(c, t, options);
    CHECK_TEXT(gos_str_from(early.shown.method), "asympcs");
    CHECK_TEXT(gos_str_from(early.fixed.method), "welch");
    CHECK(early.shown.diff_high - early.shown.diff_low >
          early.fixed.diff_high - early.fixed.diff_low);
    CHECK(early.fixed.p_value < 0.05 && early.shown.p_value > early.fixed.p_value);
    CHECK(!early.reached_plan);
    options.planned_n = 10000;
    gos_estimate reached = compared(c, t, options);
    CHECK(reached.reached_plan);
    CHECK_TEXT(gos_str_from(reached.shown.method), "welch");
}

TEST(compare, no_sequential_verdict_before_the_burn_in)
{
    gos_stats_options options = gos_stats_options_default(GOS_METRIC_MEAN);
    gos_estimate small = compared(gos_moments_from_variance(99, 0, 1),
                                  gos_moments_from_variance(100, 9, 1), options);
    CHECK(small.status & GOS_STATUS_BURN_IN);
    CHECK(!small.significant);
    gos_estimate large = compared(gos_moments_from_variance(100, 1, 1),
                                  gos_moments_from_variance(100, 9, 1), options);
    check_status(&large, "ok");
    CHECK(large.significant);
}

TEST(compare, small_counts_take_fishers_p)
{
    gos_estimate e = compared(gos_moments_from_counts(8, 12), gos_moments_from_counts(3, 10),
                              fixed(GOS_METRIC_PROPORTION));
    CHECK_TEXT(gos_str_from(e.shown.method), "score");
    e = compared(gos_moments_from_counts(1, 12), gos_moments_from_counts(3, 10),
                 fixed(GOS_METRIC_PROPORTION));
    CHECK_TEXT(gos_str_from(e.shown.method), "fisher");
}

TEST(compare, names_what_is_wrong_with_the_data)
{
    gos_moments fine = gos_moments_from_variance(100, 5, 2);
    gos_estimate e = compared(gos_moments_from_variance(1, 5, 0), fine, fixed(0));
    check_status(&e, "insufficient_n");
    CHECK_NEAR(e.shown.p_value, 1, 0);
    e = compared(gos_moments_empty(1), gos_moments_empty(1), fixed(0));
    check_status(&e, "no_data|insufficient_n");
    e = compared(gos_moments_from_variance(100, NAN, 2), fine, fixed(0));
    check_status(&e, "invalid_input");
    e = compared(gos_moments_from_variance(100, 5, -2), fine, fixed(0));
    check_status(&e, "inconsistent_moments");
    e = compared(gos_moments_from_variance(100, 5, 0), gos_moments_from_variance(9, 5, 0),
                 fixed(0));
    check_status(&e, "zero_variance");
    CHECK(!e.significant);
    e = compared(gos_moments_from_variance(100, 0, 1), fine, fixed(0));
    check_status(&e, "undefined_lift");
    CHECK(isnan(e.shown.lift));
    e = compared(gos_moments_from_variance(100, -5, 2), fine, fixed(0));
    check_status(&e, "ok|negative_baseline");
    CHECK(e.shown.lift > 0);
    e = compared(gos_moments_from_counts(11, 10), gos_moments_from_counts(1, 10),
                 fixed(GOS_METRIC_PROPORTION));
    check_status(&e, "inconsistent_moments");
    e = compared(gos_moments_from_counts(0, 1000), gos_moments_from_counts(10, 1000),
                 fixed(GOS_METRIC_PROPORTION));
    check_status(&e, "ok");
    CHECK(e.significant && isinf(e.shown.lift_high));
}

TEST(compare, refuses_options_out_of_range)
{
    gos_moments m = gos_moments_from_variance(100, 5, 2);
    gos_stats_options options = fixed(0);
    gos_estimate out;
    gos_error err;
    options.alpha = 0;
    CHECK_FAILS(gos_stats_compare(&m, &m, &options, &out, &err), &err, GOS_BAD_INPUT, "/alpha");
    options.alpha = 0.5;
    CHECK_OK(gos_stats_compare(&m, &m, &options, &out, &err), &err);
    options.mde_relative = 0;
    CHECK_FAILS(gos_stats_compare(&m, &m, &options, &out, &err), &err, GOS_BAD_INPUT,
                "/mde_relative");
}

/* Units whose value follows a covariate of the time before. */
static gos_moments with_covariate(double effect, double slope, uint64_t seed, int n)
{
    gos_moments moments = gos_moments_empty(2);
    for (int i = 0; i < n; i++) {
        double noise[2];
        for (int k = 0; k < 2; k++) {
            noise[k] = 0;
            for (int j = 0; j < 12; j++) {
                seed = seed * 6364136223846793005u + 1442695040888963407u;
                noise[k] += (double)(seed >> 11) / 9007199254740992.0 - 0.5;
            }
        }
        double values[2] = {10 + effect + slope * noise[0] + noise[1], 5 + noise[0]};
        gos_moments_push(&moments, values);
    }
    return moments;
}

TEST(compare, a_covariate_makes_the_interval_shorter_and_raw_numbers_stay)
{
    gos_estimate e =
        compared(with_covariate(0, 2, 1, 2000), with_covariate(0.1, 2, 9, 2000), fixed(0));
    CHECK_TEXT(gos_str_from(e.shown.method), "lin");
    CHECK_TEXT(gos_str_from(e.raw.method), "welch");
    CHECK(e.variance_reduction > 0.7 && e.variance_reduction < 0.9);
    CHECK(e.shown.se < e.raw.se);
    e = compared(with_covariate(0, 2, 1, 99), with_covariate(0.1, 2, 9, 99), fixed(0));
    CHECK_TEXT(gos_str_from(e.shown.method), "welch");
    CHECK_NEAR(e.variance_reduction, 0, 0);
}
