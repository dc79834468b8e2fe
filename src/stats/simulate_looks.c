/* Scenarios about looking while the data come in. */
#include "stats/simulate.h"

#include "gosset/stats_checks.h"
#include "gosset/stats_sequential.h"
#include "stats/binomial.h"
#include "stats/distribution.h"

#include <math.h>

static const double N_STAR = 10000;
static const double DRIFT_80 = 2.801585218112969; /* z_{0.975} + z_{0.8} */

void simulate_peeking(struct simulation *s)
{
    static const struct {
        uint32_t looks;
        double target;
    } cases[] = {{2, .0831},  {5, .1417},  {10, .1934}, {14, .2196},
                 {20, .2479}, {50, .3205}, {100, .3736}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        double inflation = NAN;
        gos_peeking_inflation(0.05, cases[i].looks, &inflation, NULL);
        simulate_number(s, RULE_NEAR, inflation, cases[i].target, 5e-5, "type I, %u looks",
                        cases[i].looks);
    }
}

/* Share of Brownian paths that cross bounds[j] at any look; drift: mean of z after all. */
static double paths_crossing(struct simulation *s, const double *bounds, const double *info,
                             int looks, double drift)
{
    double crossed = 0;
    for (uint64_t run = 0; run < s->runs; run++) {
        double score = 0, before = 0;
        bool out = false;
        for (int j = 0; j < looks; j++) {
            double step = info[j] - before;
            score += drift * step + sqrt(step) * random_normal(&s->random);
            before = info[j];
            out = out || fabs(score) > bounds[j] * sqrt(info[j]);
        }
        crossed += out;
    }
    return crossed / (double)s->runs;
}

static double sequence_crossing(struct simulation *s, double n_max, int looks, double drift)
{
    double *bounds = gos_arena_array(s->arena, (size_t)looks, sizeof *bounds, NULL);
    double *info = gos_arena_array(s->arena, (size_t)looks, sizeof *info, NULL);
    if (!bounds || !info)
        return NAN;
    for (int j = 0; j < looks; j++) {
        info[j] = (double)(j + 1) / looks;
        bounds[j] = gos_asympcs(0, 1, n_max * info[j], N_STAR, 0.05).critical;
    }
    return paths_crossing(s, bounds, info, looks, drift);
}

void simulate_sequence_null(struct simulation *s)
{
    static const struct {
        double n_max;
        int looks;
        double target;
    } cases[] = {{1e4, 14, .009}, {1e4, 100, .014}, {1e5, 100, .025}, {1e5, 1000, .030}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        double share = sequence_crossing(s, cases[i].n_max, cases[i].looks, 0);
        simulate_share(s, RULE_NEAR, share, cases[i].target, 0.0015, "type I, %g units, %d looks",
                       cases[i].n_max, cases[i].looks);
        simulate_number(s, RULE_AT_MOST, share, 0.05, 0, "below alpha, %d looks", cases[i].looks);
    }
}

void simulate_sequence_power(struct simulation *s)
{
    static const struct {
        int looks;
        double target;
    } cases[] = {{14, .486}, {100, .525}};
    for (size_t i = 0; i < 2; i++)
        simulate_share(s, RULE_NEAR, sequence_crossing(s, N_STAR, cases[i].looks, DRIFT_80),
                       cases[i].target, 0.003, "power, %d looks", cases[i].looks);
}

/* The rules by which a look at two rates may reject. */
enum rare_rule { RARE_UNPOOLED, RARE_GATED, RARE_RELATIVE, RARE_RULES };

static bool is_gate_open(const struct counts *c)
{
    return fmin(c->n_c, c->n_t) >= GOS_BURN_IN_UNITS && binomial_expected_min(c) >= 10;
}

static bool rare_rejects(enum rare_rule rule, const struct counts *c)
{
    double n = c->n_c + c->n_t, p_c = c->x_c / c->n_c, p_t = c->x_t / c->n_t, diff = p_t - p_c;
    double k = gos_asympcs(0, 1, n, N_STAR, 0.05).critical, own = binomial_se_unpooled(c);
    if (rule == RARE_UNPOOLED)
        return own > 0 && fabs(diff) > k * own;
    if (rule == RARE_GATED)
        return is_gate_open(c) && fabs(diff) > k * binomial_se_pooled(c);
    double v_c = p_c * (1 - p_c) / c->n_c, v_t = p_t * (1 - p_t) / c->n_t;
    if (!(v_c > 0 && v_t > 0))
        return false;
    double lift_se = sqrt(v_t / p_c / p_c + v_c * p_t * p_t / (p_c * p_c * p_c * p_c));
    return fabs(diff / p_c) > k * lift_se;
}

/* Looks every 200 units up to 40,000; each rule's share of runs with any rejection. */
static void rare_run(struct simulation *s, double rate, double share_t, double *out)
{
    uint64_t batch_t = (uint64_t)(200 * share_t + 0.5), batch_c = 200 - batch_t;
    for (uint64_t run = 0; run < s->runs; run++) {
        struct counts c = {0};
        bool rejected[RARE_RULES] = {false};
        for (int look = 0; look < 200; look++) {
            c.x_c += random_binomial(&s->random, batch_c, rate);
            c.x_t += random_binomial(&s->random, batch_t, rate);
            c.n_c += (double)batch_c;
            c.n_t += (double)batch_t;
            for (int rule = 0; rule < RARE_RULES; rule++)
                rejected[rule] = rejected[rule] || rare_rejects((enum rare_rule)rule, &c);
        }
        for (int rule = 0; rule < RARE_RULES; rule++)
            out[rule] += rejected[rule] ? 1 / (double)s->runs : 0;
    }
}

static const double shares_t[3] = {0.5, 0.1, 0.05};

void simulate_sequence_rare(struct simulation *s)
{
    static const double plain[3] = {.022, .258, .489}, gated[3] = {.022, .015, .011};
    for (int i = 0; i < 3; i++) {
        double shares[RARE_RULES] = {0};
        rare_run(s, 0.01, shares_t[i], shares);
        simulate_share(s, RULE_NEAR, shares[RARE_UNPOOLED], plain[i], 0.01,
                       "type I, unpooled, no gate, %g %% treated", 100 * shares_t[i]);
        simulate_share(s, RULE_NEAR, shares[RARE_GATED], gated[i], 0.004,
                       "type I, pooled and gated, %g %% treated", 100 * shares_t[i]);
    }
}

void simulate_sequence_peers(struct simulation *s)
{
    static const double rates[2] = {0.01, 0.05},
                        targets[2][3] = {{.123, .126, .117}, {.044, .085, .108}};
    for (int r = 0; r < 2; r++) {
        for (int i = 0; i < 3; i++) {
            double shares[RARE_RULES] = {0};
            rare_run(s, rates[r], shares_t[i], shares);
            simulate_share(s, RULE_NEAR, shares[RARE_RELATIVE], targets[r][i], 0.008,
                           "type I, rate %g, %g %% treated", rates[r], 100 * shares_t[i]);
        }
    }
}

/* How much larger than a single look's the sample of a classical design with 5 looks is. */
static void report_inflation(struct simulation *s, gos_group_kind kind, const char *name,
                             double target)
{
    double info[5] = {0.2, 0.4, 0.6, 0.8, 1}, z[5], spent[5], drift;
    gos_group_design design = {kind, 2, 0.05, 2, 5, info};
    if (!gos_group_bounds(&design, z, spent, NULL) ||
        !gos_group_drift(&design, z, 0.8, &drift, NULL))
        return;
    simulate_number(s, RULE_NEAR, drift / DRIFT_80 * (drift / DRIFT_80), target, 6e-4,
                    "inflation at 80 %%, %s constants", name);
}

void simulate_group(struct simulation *s)
{
    static const gos_group_kind kinds[3] = {GOS_GROUP_OBF, GOS_GROUP_POCOCK, GOS_GROUP_POWER};
    static const char *const names[3] = {"O'Brien-Fleming", "Pocock", "power 2"};
    double info[5] = {0.2, 0.4, 0.6, 0.8, 1}, z[5], spent[5], drift;
    for (int i = 0; i < 3; i++) {
        gos_group_design design = {kinds[i], 2, 0.05, 2, 5, info};
        if (!gos_group_bounds(&design, z, spent, NULL) ||
            !gos_group_drift(&design, z, 0.8, &drift, NULL))
            continue;
        simulate_share(s, RULE_NEAR, paths_crossing(s, z, info, 5, 0), 0.05, 0.0005, "type I, %s",
                       names[i]);
        simulate_share(s, RULE_NEAR, paths_crossing(s, z, info, 5, drift), 0.8, 0.0015, "power, %s",
                       names[i]);
    }
    report_inflation(s, GOS_GROUP_C_OBF, "O'Brien-Fleming", 1.028);
    report_inflation(s, GOS_GROUP_C_POCOCK, "Pocock", 1.228);
}

void simulate_bayes_peeking(struct simulation *s)
{
    static const struct {
        int looks;
        double target;
    } cases[] = {{1, .101}, {5, .262}, {10, .342}, {20, .427}, {100, .594}};
    double z = dist_qnorm(0.05, TAIL_UPPER), bounds[100], info[100];
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        for (int j = 0; j < cases[i].looks; j++) {
            bounds[j] = z;
            info[j] = (double)(j + 1) / cases[i].looks;
        }
        simulate_share(s, RULE_NEAR, paths_crossing(s, bounds, info, cases[i].looks, 0),
                       cases[i].target, 0.003, "false winners, %d looks", cases[i].looks);
    }
}

void simulate_srm(struct simulation *s)
{
    double ever[4] = {0}, runs = (double)s->runs;
    static const double weights[2] = {1, 1};
    for (uint64_t run = 0; run < s->runs; run++) {
        uint64_t counts[2] = {0};
        double least = 1, least_e = 1;
        for (int look = 0; look < 100; look++) {
            gos_srm srm;
            double log_e = 0, x = rint(500 + sqrt(250) * random_normal(&s->random));
            x = fmin(1000, fmax(0, x));
            counts[0] += (uint64_t)x;
            counts[1] += 1000 - (uint64_t)x;
            gos_srm_check(counts, weights, 2, &srm, NULL);
            gos_srm_log_e(counts, weights, 2, 10000, &log_e, NULL);
            least = fmin(least, srm.p_value);
            least_e = fmin(least_e, exp(-log_e));
        }
        ever[0] += least < 0.001;
        ever[1] += least < 0.0005;
        ever[2] += least_e < 0.05;
        ever[3] += least_e < 0.001;
    }
    simulate_share(s, RULE_NEAR, ever[0] / runs, 0.014, 0.002, "chi-square below 0.001 ever");
    simulate_share(s, RULE_NEAR, ever[1] / runs, 0.007, 0.002, "chi-square below 0.0005 ever");
    simulate_share(s, RULE_NEAR, ever[2] / runs, 0.016, 0.002, "sequential below 0.05 ever");
    simulate_share(s, RULE_AT_MOST, ever[3] / runs, 0.001, 0, "sequential below 0.001 ever");
}
