/* What must hold whatever the numbers: no reference is needed. STATS section 24. */
#include "gosset/stats.h"
#include "gosset/stats_checks.h"
#include "gosset/stats_methods.h"
#include "gosset/stats_plan.h"
#include "gosset/stats_sequential.h"
#include "stats/binomial.h"
#include "stats/random.h"

#include "test.h"

enum { CASES = 2000 };

/* Arms of any size, mean and variance, over many powers of ten. */
static gos_moments any_moments(struct random *random)
{
    double size = pow(10, 0.4 + 5 * random_uniform(random));
    double scale = pow(10, 6 * random_uniform(random) - 3);
    return gos_moments_from_variance((uint64_t)size + 2, scale * (1 + 0.3 * random_normal(random)),
                                     scale * scale * pow(10, 3 * random_uniform(random) - 2));
}

/* A treatment not far from its control. */
static gos_moments near_moments(struct random *random, const gos_moments *c)
{
    gos_moments t = any_moments(random);
    double se = sqrt(gos_moments_variance(c, 0) / (double)c->n);
    double factor = 0.5 + random_uniform(random);
    return gos_moments_from_variance(t.n, c->mean[0] + 3 * se * random_normal(random),
                                     gos_moments_variance(c, 0) * factor);
}

static gos_moments scaled(const gos_moments *m, double factor, double shift)
{
    return gos_moments_from_variance(m->n, m->mean[0] * factor + shift,
                                     gos_moments_variance(m, 0) * factor * factor);
}

static gos_estimate compared(const gos_moments *c, const gos_moments *t, gos_metric_kind kind,
                             gos_mode mode)
{
    gos_stats_options options = gos_stats_options_default(kind);
    gos_estimate out;
    gos_error err;
    options.mode = mode;
    options.small_counts_fisher = false;
    CHECK_OK(gos_stats_compare(c, t, &options, &out, &err), &err);
    return out;
}

TEST(metamorphic, scaling_the_metric_scales_the_effect_and_keeps_p)
{
    struct random random;
    random_start(&random, 1);
    for (int i = 0; i < CASES; i++) {
        gos_moments c = any_moments(&random), t = near_moments(&random, &c);
        double factor = ldexp(1, (int)(20 * random_uniform(&random)) - 10);
        gos_moments c2 = scaled(&c, factor, 0), t2 = scaled(&t, factor, 0);
        gos_estimate a = compared(&c, &t, GOS_METRIC_MEAN, GOS_MODE_FIXED);
        gos_estimate b = compared(&c2, &t2, GOS_METRIC_MEAN, GOS_MODE_FIXED);
        CHECK_NEAR(b.shown.diff, a.shown.diff * factor, 1e-12);
        CHECK_NEAR(b.shown.se, a.shown.se * factor, 1e-12);
        CHECK_NEAR(b.shown.p_value, a.shown.p_value, 1e-12);
        CHECK_NEAR(b.shown.lift_low, a.shown.lift_low, 1e-11);
    }
}

TEST(metamorphic, swapping_the_arms_negates_the_effect_and_keeps_p)
{
    struct random random;
    random_start(&random, 2);
    for (int i = 0; i < CASES; i++) {
        gos_moments c = any_moments(&random), t = near_moments(&random, &c);
        gos_mode mode = i % 2 ? GOS_MODE_FIXED : GOS_MODE_ANYTIME;
        gos_estimate a = compared(&c, &t, GOS_METRIC_MEAN, mode);
        gos_estimate b = compared(&t, &c, GOS_METRIC_MEAN, mode);
        CHECK_NEAR(b.shown.diff, -a.shown.diff, 0);
        CHECK_NEAR(b.shown.p_value, a.shown.p_value, 1e-13);
        CHECK(fabs(b.shown.diff_low + a.shown.diff_high) <= 1e-12 * a.shown.se);
    }
}

TEST(metamorphic, shifting_the_metric_keeps_the_difference)
{
    struct random random;
    random_start(&random, 3);
    for (int i = 0; i < CASES; i++) {
        gos_moments c = gos_moments_empty(1), t = c, c2 = c, t2 = c;
        for (int k = 0; k < 30; k++) {
            /* On a grid, so that adding 2^20 loses nothing. */
            double x = rint(64 * random_normal(&random)) / 64, y = x + (k % 3);
            gos_moments_push(&c, &x);
            gos_moments_push(&t, &y);
            gos_moments_push(&c2, &(double){x + 1048576});
            gos_moments_push(&t2, &(double){y + 1048576});
        }
        gos_estimate a = compared(&c, &t, GOS_METRIC_MEAN, GOS_MODE_FIXED);
        gos_estimate b = compared(&c2, &t2, GOS_METRIC_MEAN, GOS_MODE_FIXED);
        CHECK_NEAR(b.shown.diff, a.shown.diff, 1e-9);
        CHECK_NEAR(b.shown.se, a.shown.se, 1e-12);
    }
}

/* The three answers of one statistic: p < alpha, 0 outside the interval, 0 outside the lift's. */
static void check_dual(const gos_estimate *e)
{
    const gos_inference *shown = &e->shown;
    double edge = fabs(shown->p_value - 0.05);
    if (edge < 1e-9 || e->status & GOS_STATUS_ZERO_VARIANCE || !(shown->se > 0))
        return;
    bool rejects = shown->p_value < 0.05;
    CHECK_INT(shown->diff_low > 0 || shown->diff_high < 0, rejects);
    if (shown->lift_kind == GOS_LIFT_BOUNDED)
        CHECK_INT(shown->lift_low > 0 || shown->lift_high < 0, rejects);
    if (shown->lift_kind == GOS_LIFT_EXCLUSIVE)
        CHECK_INT(shown->lift_low < 0 && shown->lift_high > 0, rejects);
    if (shown->lift_kind == GOS_LIFT_WHOLE)
        CHECK(!rejects);
}

TEST(metamorphic, p_and_both_intervals_never_contradict_each_other)
{
    struct random random;
    random_start(&random, 4);
    for (int i = 0; i < CASES; i++) {
        gos_moments c = any_moments(&random), t = near_moments(&random, &c);
        gos_mode mode = i % 2 ? GOS_MODE_FIXED : GOS_MODE_ANYTIME;
        gos_estimate e = compared(&c, &t, GOS_METRIC_MEAN, mode);
        check_dual(&e);
        uint64_t n_c = 1 + random_bits(&random) % 4000, n_t = 1 + random_bits(&random) % 400;
        double rate = pow(10, -3 * random_uniform(&random));
        gos_moments x = gos_moments_from_counts((uint64_t)random_binomial(&random, n_c, rate), n_c);
        gos_moments y = gos_moments_from_counts(
            (uint64_t)random_binomial(&random, n_t, fmin(1, rate * 1.3)), n_t);
        e = compared(&x, &y, GOS_METRIC_PROPORTION, mode);
        check_dual(&e);
        CHECK(e.shown.diff_low >= -1 && e.shown.diff_high <= 1);
        CHECK(e.control.ci_low >= 0 && e.control.ci_high <= 1);
        CHECK(e.control.ci_low <= e.control.mean && e.control.mean <= e.control.ci_high);
    }
}

TEST(metamorphic, what_is_valid_at_every_look_is_wider_than_one_look)
{
    struct random random;
    random_start(&random, 5);
    for (int i = 0; i < CASES; i++) {
        gos_moments c = any_moments(&random), t = near_moments(&random, &c);
        gos_estimate e = compared(&c, &t, GOS_METRIC_MEAN, GOS_MODE_ANYTIME);
        CHECK(e.shown.critical >= e.fixed.critical);
        CHECK(e.shown.p_value >= 0 && e.shown.p_value <= 1);
    }
}

TEST(metamorphic, corrected_p_values_are_never_smaller_and_keep_their_order)
{
    struct random random;
    gos_arena *arena = gos_arena_open(1 << 20);
    gos_error err;
    random_start(&random, 6);
    for (int i = 0; i < 300; i++) {
        double p[20], q[20];
        for (int k = 0; k < 20; k++)
            p[k] = pow(random_uniform(&random), 3);
        for (int method = GOS_CORRECT_BONFERRONI; method <= GOS_CORRECT_HOLM_SIDAK; method++) {
            CHECK_OK(gos_correct((gos_correction)method, p, 20, q, arena, &err), &err);
            for (int k = 0; k < 20; k++) {
                CHECK(q[k] >= p[k] * (1 - 1e-15) && q[k] <= 1);
                for (int j = 0; j < 20; j++)
                    CHECK(!(p[k] < p[j] && q[k] > q[j]));
            }
        }
    }
    CHECK_INT(gos_arena_used(arena), 0);
    gos_arena_close(arena);
}

TEST(metamorphic, power_grows_with_the_sample_and_the_effect)
{
    double before = 0;
    for (double n = 10; n < 1e6; n *= 1.7) {
        double power = gos_power_t(n, n, 0.1, 1, 0.05, 2);
        CHECK(power >= before - 1e-13);
        before = power;
        CHECK(gos_power_rates(0.1, 0.11, n, n, 0.05, 2, true) <=
              gos_power_rates(0.1, 0.12, n, n, 0.05, 2, true));
        CHECK(gos_power_asympcs(0.1, 1, 1, 0.5, 2 * n, 1e4, 0.05) <= power + 1e-12);
    }
}

TEST(metamorphic, the_planned_size_has_the_planned_power_and_one_unit_less_has_not)
{
    gos_plan plan = gos_plan_default();
    gos_size size;
    gos_error err;
    for (double delta = 0.05; delta < 1; delta *= 1.6) {
        CHECK_OK(gos_size_t(delta, 1, &plan, &size, &err), &err);
        CHECK(gos_power_t(size.n_c, size.n_c, delta, 1, 0.05, 2) >= 0.8 - 1e-9);
        CHECK(gos_power_t(size.n_c - 1, size.n_c - 1, delta, 1, 0.05, 2) < 0.8);
    }
    plan.power = plan.alpha;
    CHECK_FAILS(gos_size_t(1, 1, &plan, &size, &err), &err, GOS_BAD_INPUT, "/power");
    plan.power = 0.8;
    CHECK_FAILS(gos_size_t(0, 1, &plan, &size, &err), &err, GOS_UNREACHABLE, "/delta");
    double rate;
    CHECK_FAILS(gos_mde_rate(0.9, 5, 5, &plan, &rate, &err), &err, GOS_UNREACHABLE, "/n_c");
}

TEST(metamorphic, an_arm_of_weight_zero_changes_nothing_but_the_status)
{
    uint64_t counts[3] = {1200, 1300, 0};
    double weights[3] = {0.5, 0.5, 0}, log_two, log_three;
    gos_srm two, three;
    gos_error err;
    CHECK_OK(gos_srm_check(counts, weights, 2, &two, &err), &err);
    CHECK_OK(gos_srm_check(counts, weights, 3, &three, &err), &err);
    CHECK_NEAR(three.p_value, two.p_value, 0);
    CHECK_INT(three.status, two.status);
    counts[2] = 5;
    CHECK_OK(gos_srm_check(counts, weights, 3, &three, &err), &err);
    CHECK_NEAR(three.p_value, two.p_value, 0);
    CHECK_INT(three.status, GOS_STATUS_UNITS_IN_ZERO_WEIGHT_ARM);
    CHECK_OK(gos_srm_log_e(counts, weights, 2, 1e4, &log_two, &err), &err);
    CHECK_OK(gos_srm_log_e(counts, weights, 3, 1e4, &log_three, &err), &err);
    CHECK_NEAR(log_three, log_two, 0);
}

TEST(metamorphic, far_tails_keep_their_logarithm)
{
    gos_moments c = gos_moments_from_variance(1000000, 10, 1);
    gos_moments t = gos_moments_from_variance(1000000, 10.5, 1);
    gos_estimate e = compared(&c, &t, GOS_METRIC_MEAN, GOS_MODE_FIXED);
    CHECK_NEAR(e.shown.p_value, 0, 0);
    CHECK(e.shown.log10_p < -10000 && isfinite(e.shown.log10_p));
    t.mean[0] = 10.03;
    e = compared(&c, &t, GOS_METRIC_MEAN, GOS_MODE_FIXED);
    CHECK(e.shown.p_value > 0);
    CHECK_NEAR(e.shown.log10_p, log10(e.shown.p_value), 1e-9);
}

/* No crash, no NaN that the status does not name, whatever comes in. */
TEST(metamorphic, odd_numbers_get_a_status)
{
    static const double odd[] = {0,    -0.0,  1,        -1,        1e-300, 1e300,
                                 -1e9, 1e-12, INFINITY, -INFINITY, NAN,    5e-324};
    enum { ODD = sizeof odd / sizeof odd[0] };
    static const uint64_t sizes[] = {0, 1, 2, 3, 1000, 1000000000000};
    for (int m = 0; m < ODD * ODD; m++) {
        for (int n = 0; n < 36; n++) {
            gos_moments c = gos_moments_from_variance(sizes[n % 6], odd[m % ODD], odd[m / ODD]);
            gos_moments t = gos_moments_from_variance(sizes[n / 6], 2, 3);
            for (int mode = GOS_MODE_PLANNED; mode <= GOS_MODE_ANYTIME; mode++) {
                gos_estimate e = compared(&c, &t, GOS_METRIC_MEAN, (gos_mode)mode);
                CHECK(e.shown.p_value >= 0 && e.shown.p_value <= 1);
                CHECK(!isnan(e.shown.diff) || e.status != 0);
                CHECK(!e.significant || !gos_status_blocks(e.status));
                CHECK(isnan(e.statistical_power) ||
                      (e.statistical_power >= 0 && e.statistical_power <= 1 + 1e-12));
            }
        }
    }
}
