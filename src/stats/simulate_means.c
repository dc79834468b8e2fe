/* Scenarios about means: Welch, lifts, covariates, ratios, quantiles, power. */
#include "stats/simulate.h"

#include "gosset/stats_checks.h"
#include "gosset/stats_data.h"
#include "gosset/stats_methods.h"
#include "stats/adjustment.h"
#include "stats/binomial.h"
#include "stats/distribution.h"
#include "stats/effect.h"
#include "stats/linear.h"

#include <math.h>

static gos_inference welch(const gos_moments *c, const gos_moments *t)
{
    struct effect e = linear_effect(c, t);
    gos_inference out = inference_none("welch");
    if (effect_se(&e) > 0)
        effect_test(&e, 0, 0.05, GOS_LIFT_FIELLER, &out);
    return out;
}

/* Shares of rejections, in all and in each tail, of an A/A by Welch. */
struct tails {
    double two_sided, up, down;
};

static struct tails welch_null(struct simulation *s, enum law law, double a, double b, uint64_t n_c,
                               uint64_t n_t, double *out_p)
{
    struct tails tails = {0};
    double one = 1 / (double)s->runs;
    for (uint64_t run = 0; run < s->runs; run++) {
        gos_moments c = law_moments(&s->random, law, a, b, n_c);
        gos_moments t = law_moments(&s->random, law, a, b, n_t);
        gos_inference test = welch(&c, &t);
        bool rejects = test.p_value < 0.05;
        tails.two_sided += rejects ? one : 0;
        tails.up += rejects && test.statistic > 0 ? one : 0;
        tails.down += rejects && test.statistic < 0 ? one : 0;
        if (out_p)
            out_p[run] = test.p_value;
    }
    return tails;
}

void simulate_welch_normal(struct simulation *s)
{
    double *p = gos_arena_array(s->arena, s->runs, sizeof *p, NULL);
    for (int large = 0; p && large < 2; large++) {
        uint64_t n = large ? 1000 : 10;
        struct tails tails = welch_null(s, LAW_NORMAL, 0, 1, n, n, p);
        simulate_share(s, RULE_NEAR, tails.two_sided, 0.05, 0, "type I, n = %d", (int)n);
        simulate_number(s, RULE_AT_LEAST, simulate_uniform_p(p, s->runs), 0.001, 0,
                        "p of uniformity, n = %d", (int)n);
    }
}

void simulate_welch_skewed(struct simulation *s)
{
    double one = welch_null(s, LAW_LOGNORMAL, 0, 1, 100, 100, NULL).two_sided;
    double two = welch_null(s, LAW_LOGNORMAL, 0, 2, 1000, 1000, NULL).two_sided;
    double rare = welch_null(s, LAW_BERNOULLI, 0.01, 0, 2000, 2000, NULL).two_sided;
    simulate_share(s, RULE_NEAR, one, 0.046, 0.0016, "type I, lognormal(0,1), n = 100");
    simulate_share(s, RULE_NEAR, two, 0.040, 0.0016, "type I, lognormal(0,2), n = 1000");
    simulate_share(s, RULE_NEAR, rare, 0.046, 0.0016, "type I, Bernoulli(0.01), n = 2000");
}

void simulate_welch_unequal(struct simulation *s)
{
    struct tails tails = welch_null(s, LAW_LOGNORMAL, 0, 1, 1800, 200, NULL);
    simulate_share(s, RULE_NEAR, tails.two_sided, 0.063, 0.003, "type I, 1800 / 200");
    simulate_share(s, RULE_NEAR, tails.up, 0.009, 0.003, "upper tail");
    simulate_share(s, RULE_NEAR, tails.down, 0.054, 0.003, "lower tail");
}

/* Whether a set of lifts holds 0. */
static bool holds_zero(struct lift_set set)
{
    bool between = set.low <= 0 && set.high >= 0;
    return set.kind == GOS_LIFT_BOUNDED
               ? between
               : set.kind != GOS_LIFT_EXCLUSIVE || !(set.low < 0 && set.high > 0);
}

static void lift_coverage(struct simulation *s, enum law law, double a, double b, uint64_t n,
                          const double targets[3], const char *name)
{
    double covered[3] = {0};
    for (uint64_t run = 0; run < s->runs; run++) {
        gos_moments c = law_moments(&s->random, law, a, b, n);
        gos_moments t = law_moments(&s->random, law, a, b, n);
        struct effect e = linear_effect(&c, &t);
        double k = dist_qt(0.025, e.df, TAIL_UPPER), se = effect_lift_se(&e);
        double lift = (e.mean_t - e.mean_c) / fabs(e.mean_c);
        covered[0] += fabs(lift) <= k * se;
        covered[1] += holds_zero(effect_fieller(&e, k));
        covered[2] += holds_zero(effect_log_lift(&e, k));
    }
    for (int i = 0; i < 3; i++)
        simulate_share(s, RULE_NEAR, covered[i] / (double)s->runs, targets[i], 0.005, "%s, %s",
                       name, (const char *[]){"delta", "Fieller", "log"}[i]);
}

void simulate_lift_coverage(struct simulation *s)
{
    lift_coverage(s, LAW_LOGNORMAL, 0, 1, 100, (double[]){0.940, 0.957, 0.943}, "lognormal(0,1)");
    lift_coverage(s, LAW_LOGNORMAL, 0, 1.5, 50, (double[]){0.887, 0.966, 0.907},
                  "lognormal(0,1.5)");
    lift_coverage(s, LAW_NORMAL, 1, 2, 50, (double[]){0.940, 0.948, 0.990}, "normal, cv 2");
}

void simulate_welch_power(struct simulation *s)
{
    static const struct {
        uint64_t n;
        double d;
    } plans[2] = {{64, 0.5}, {394, 0.2}};
    for (int i = 0; i < 2; i++) {
        double rejected = 0;
        for (uint64_t run = 0; run < s->runs; run++) {
            gos_moments c = law_moments(&s->random, LAW_NORMAL, 0, 1, plans[i].n);
            gos_moments t = law_moments(&s->random, LAW_NORMAL, plans[i].d, 1, plans[i].n);
            rejected += welch(&c, &t).p_value < 0.05;
        }
        simulate_share(s, RULE_NEAR, rejected / (double)s->runs, 0.8, 0.0015,
                       "power, n = %d, d = %g", (int)plans[i].n, plans[i].d);
    }
}

/* Users with 1 + Poisson(4) sessions, each converting with the user's own Beta(2, 8) rate. */
static gos_moments session_moments(struct random *random, int users)
{
    gos_moments moments = gos_moments_empty(2);
    for (int i = 0; i < users; i++) {
        double rate = random_beta(random, 2, 8), sessions = 1 + random_poisson(random, 4);
        double values[2] = {0, sessions};
        for (double k = 0; k < sessions; k++)
            values[0] += random_uniform(random) < rate;
        gos_moments_push(&moments, values);
    }
    return moments;
}

void simulate_ratio(struct simulation *s)
{
    double naive = 0, delta = 0, runs = (double)s->runs;
    for (uint64_t run = 0; run < s->runs; run++) {
        gos_moments c = session_moments(&s->random, 300), t = session_moments(&s->random, 300);
        struct counts counts = {round(c.mean[0] * 300), round(c.mean[1] * 300),
                                round(t.mean[0] * 300), round(t.mean[1] * 300)};
        double gap = counts.x_t / counts.n_t - counts.x_c / counts.n_c;
        gos_moments linear_c = linear_value(&c, GOS_METRIC_RATIO);
        gos_moments linear_t = linear_value(&t, GOS_METRIC_RATIO);
        naive += fabs(gap) > 1.959963984540054 * binomial_se_pooled(&counts);
        delta += welch(&linear_c, &linear_t).p_value < 0.05;
    }
    simulate_share(s, RULE_NEAR, naive / runs, 0.099, 0.005, "type I, events as units");
    simulate_share(s, RULE_NEAR, delta / runs, 0.047, 0.005, "type I, delta method");
}

enum { QUANTILE_USERS = 400, QUANTILE_VALUES_MAX = QUANTILE_USERS * 24 };

/* Users whose events share a level: exp of two equal normal parts. */
static size_t user_events(struct random *random, double *values, uint64_t *users)
{
    size_t count = 0;
    for (uint64_t user = 0; user < QUANTILE_USERS; user++) {
        double level = random_normal(random), events = 1 + random_poisson(random, 4);
        for (double k = 0; k < events && count < QUANTILE_VALUES_MAX; k++) {
            users[count] = user;
            values[count++] = exp(level + random_normal(random));
        }
    }
    return count;
}

void simulate_quantiles(struct simulation *s)
{
    static const double q[3] = {0.5, 0.9, 0.99}, iid[3] = {0.216, 0.168, 0.081},
                        clustered[3] = {0.053, 0.047, 0.031};
    double *values = gos_arena_array(s->arena, QUANTILE_VALUES_MAX, sizeof *values, NULL);
    uint64_t *users = gos_arena_array(s->arena, QUANTILE_VALUES_MAX, sizeof *users, NULL);
    double rejected[2][3] = {{0}};
    for (uint64_t run = 0; values && users && run < s->runs; run++) {
        gos_quantile arm[2][3][2];
        for (int a = 0; a < 2; a++) {
            size_t n = user_events(&s->random, values, users);
            for (int i = 0; i < 3; i++) {
                gos_quantile_of_values(values, NULL, n, q[i], 0.05, s->arena, &arm[a][i][0], NULL);
                gos_quantile_of_values(values, users, n, q[i], 0.05, s->arena, &arm[a][i][1], NULL);
            }
        }
        for (int i = 0; i < 6; i++) {
            const gos_quantile *c = &arm[0][i / 2][i % 2], *t = &arm[1][i / 2][i % 2];
            rejected[i % 2][i / 2] +=
                fabs(t->point - c->point) > 1.959963984540054 * hypot(c->se, t->se);
        }
    }
    for (int i = 0; i < 3; i++) {
        simulate_share(s, RULE_NEAR, rejected[0][i] / (double)s->runs, iid[i], 0.03,
                       "type I at %g, events as units", q[i]);
        simulate_share(s, RULE_NEAR, rejected[1][i] / (double)s->runs, clustered[i], 0.015,
                       "type I at %g, clustered", q[i]);
    }
}

/* Units with covariate x and value slope x + noise. */
static gos_moments covariate_moments(struct random *random, double slope, double noise, int n)
{
    gos_moments moments = gos_moments_empty(2);
    for (int i = 0; i < n; i++) {
        double x = random_normal(random);
        double values[2] = {slope * x + noise * random_normal(random), x};
        gos_moments_push(&moments, values);
    }
    return moments;
}

void simulate_covariate(struct simulation *s)
{
    static const double rho[3] = {0.5, 0.7, 0.9};
    for (int i = 0; i < 3; i++) {
        double reduction = 0, covered = 0, noise = sqrt(1 - rho[i] * rho[i]);
        for (uint64_t run = 0; run < s->runs; run++) {
            gos_moments c = covariate_moments(&s->random, rho[i], noise, 500);
            gos_moments t = covariate_moments(&s->random, rho[i], noise, 500);
            struct effect raw = linear_effect(&c, &t), lin;
            if (!adjustment_lin(&c, &t, &lin, NULL, NULL))
                continue;
            double ratio = effect_se(&lin) / effect_se(&raw);
            reduction += 1 - ratio * ratio;
            covered += fabs(lin.mean_t - lin.mean_c) <= 1.959963984540054 * effect_se(&lin);
        }
        simulate_number(s, RULE_NEAR, reduction / (double)s->runs, rho[i] * rho[i], 0.005,
                        "variance reduction, rho = %g", rho[i]);
        simulate_share(s, RULE_NEAR, covered / (double)s->runs, 0.95, 0.006, "coverage, rho = %g",
                       rho[i]);
    }
}

void simulate_covariate_arms(struct simulation *s)
{
    static const double targets[3] = {0.0724, 0.0618, 0.0379};
    gos_moments spread[3] = {gos_moments_empty(1), gos_moments_empty(1), gos_moments_empty(1)};
    for (uint64_t run = 0; run < s->runs; run++) {
        gos_moments c = covariate_moments(&s->random, 0.2, 1, 9000);
        gos_moments t = covariate_moments(&s->random, 2, 1, 1000);
        struct effect e[3] = {linear_effect(&c, &t)};
        double theta;
        adjustment_pooled(&c, &t, &e[1], &theta);
        adjustment_lin(&c, &t, &e[2], NULL, NULL);
        for (int i = 0; i < 3; i++)
            gos_moments_push(&spread[i], &(double){e[i].mean_t - e[i].mean_c});
    }
    for (int i = 0; i < 3; i++)
        simulate_number(s, RULE_NEAR, sqrt(gos_moments_variance(&spread[i], 0)), targets[i],
                        targets[i] * (0.03 + 2 / sqrt((double)s->runs)), "deviation, %s",
                        (const char *[]){"raw", "one slope", "a slope an arm"}[i]);
}

static double engine_p(struct simulation *s, int metric)
{
    gos_stats_options options =
        gos_stats_options_default(metric == 5 ? GOS_METRIC_RATIO : GOS_METRIC_MEAN);
    gos_moments arms[2];
    gos_estimate estimate;
    options.mode = GOS_MODE_FIXED;
    for (int a = 0; a < 2; a++) {
        if (metric == 5)
            arms[a] = session_moments(&s->random, 500);
        else if (metric >= 6)
            arms[a] = covariate_moments(&s->random, 0.2 * (metric - 5), 1, 500);
        else
            arms[a] = law_moments(&s->random, metric == 4 ? LAW_LOGNORMAL : LAW_NORMAL, metric,
                                  metric == 4 ? 0.5 : 1 + metric, 500);
    }
    gos_stats_compare(&arms[0], &arms[1], &options, &estimate, NULL);
    return estimate.shown.p_value;
}

void simulate_engine(struct simulation *s)
{
    enum { METRICS = 10 };
    double *p = gos_arena_array(s->arena, s->runs * METRICS, sizeof *p, NULL), alarms = 0;
    for (uint64_t run = 0; p && run < s->runs; run++) {
        uint64_t counts[2] = {0};
        gos_srm srm;
        counts[0] = (uint64_t)random_binomial(&s->random, 1000, 0.5);
        counts[1] = 1000 - counts[0];
        gos_srm_check(counts, (double[]){1, 1}, 2, &srm, NULL);
        alarms += srm.alarm;
        for (int metric = 0; metric < METRICS; metric++)
            p[run * METRICS + (uint64_t)metric] = engine_p(s, metric);
    }
    simulate_number(s, RULE_AT_LEAST, simulate_uniform_p(p, s->runs * METRICS), 0.001, 0,
                    "p of uniformity of all p-values");
    simulate_share(s, RULE_AT_MOST, alarms / (double)s->runs, 0.003, 0, "sample ratio alarms");
}

void simulate_uniform(struct simulation *s)
{
    static const struct {
        const char *name;
        enum law law;
        double a, b;
    } laws[] = {{"normal", LAW_NORMAL, 5, 2},
                {"lognormal", LAW_LOGNORMAL, 0, 0.5},
                {"Poisson", LAW_POISSON, 6, 0},
                {"zero-inflated", LAW_ZERO_INFLATED, 0.3, 0.5}};
    double *p = gos_arena_array(s->arena, s->runs, sizeof *p, NULL);
    for (size_t i = 0; p && i < sizeof laws / sizeof laws[0]; i++) {
        struct tails tails = welch_null(s, laws[i].law, laws[i].a, laws[i].b, 500, 500, p);
        simulate_share(s, RULE_NEAR, tails.two_sided, 0.05, 0.002, "type I, %s", laws[i].name);
        simulate_number(s, RULE_AT_LEAST, simulate_uniform_p(p, s->runs), 0.001, 0,
                        "p of uniformity, %s", laws[i].name);
    }
    double rejected = 0;
    for (uint64_t run = 0; p && run < s->runs; run++) {
        gos_stats_options options = gos_stats_options_default(GOS_METRIC_PROPORTION);
        gos_moments c = law_moments(&s->random, LAW_BERNOULLI, 0.3, 0, 5000);
        gos_moments t = law_moments(&s->random, LAW_BERNOULLI, 0.3, 0, 5000);
        gos_estimate estimate;
        options.mode = GOS_MODE_FIXED;
        gos_stats_compare(&c, &t, &options, &estimate, NULL);
        rejected += estimate.shown.p_value < 0.05;
    }
    simulate_share(s, RULE_NEAR, rejected / (double)s->runs, 0.05, 0.003, "type I, Bernoulli");
}
