/* Scenarios about rates, by summing over all tables; and families, bandits, the winner's curse. */
#include "stats/simulate.h"

#include "gosset/stats_methods.h"
#include "stats/binomial.h"
#include "stats/distribution.h"

#include <math.h>

static const double Z = 1.959963984540054;
static const double MASS_MIN = 1e-13;

struct rates {
    double p_c, p_t, n_c, n_t;
};

/* Sums `holds` over all tables by their chance: up to four answers at once. */
static void rates_sum(const struct rates *r, void (*holds)(const struct counts *, double, bool *),
                      double *out)
{
    for (double x_c = 0; x_c <= r->n_c; x_c++) {
        double mass_c = dist_dbinom(x_c, r->n_c, r->p_c);
        if (mass_c < MASS_MIN)
            continue;
        for (double x_t = 0; x_t <= r->n_t; x_t++) {
            double mass = mass_c * dist_dbinom(x_t, r->n_t, r->p_t);
            struct counts counts = {x_c, r->n_c, x_t, r->n_t};
            bool answers[4] = {false};
            if (mass < MASS_MIN)
                continue;
            holds(&counts, r->p_t - r->p_c, answers);
            for (int i = 0; i < 4; i++)
                out[i] += answers[i] ? mass : 0;
        }
    }
}

static void rejections(const struct counts *c, double truth, bool *out)
{
    double gap = fabs(c->x_t / c->n_t - c->x_c / c->n_c) - truth;
    double pooled = binomial_se_pooled(c), own = binomial_se_unpooled(c);
    out[0] = pooled > 0 && gap > Z * pooled;
    out[1] = own > 0 && gap > Z * own;
}

static void report_type_i(struct simulation *s, const struct rates *r, double pooled, double own)
{
    double shares[4] = {0};
    rates_sum(r, rejections, shares);
    simulate_number(s, RULE_NEAR, shares[0], pooled, 1e-4, "pooled, p = %g, %g / %g", r->p_c,
                    r->n_c, r->n_t);
    simulate_number(s, RULE_NEAR, shares[1], own, 1e-4, "unpooled, p = %g, %g / %g", r->p_c, r->n_c,
                    r->n_t);
}

void simulate_score_rare(struct simulation *s)
{
    report_type_i(s, &(struct rates){0.01, 0.01, 900, 100}, 0.0401, 0.3595);
}

void simulate_score_others(struct simulation *s)
{
    report_type_i(s, &(struct rates){0.05, 0.05, 450, 50}, 0.0387, 0.0955);
    report_type_i(s, &(struct rates){0.3, 0.3, 30, 30}, 0.0487, 0.0583);
    report_type_i(s, &(struct rates){0.02, 0.02, 1000, 1000}, 0.0515, 0.0515);
}

static bool is_inside(struct bounds bounds, double truth)
{
    return bounds.low <= truth && truth <= bounds.high;
}

static void coverages(const struct counts *c, double truth, bool *out)
{
    struct bounds mee;
    out[0] = is_inside(binomial_wald(c, Z), truth);
    out[1] = is_inside(binomial_newcombe(c, Z), truth);
    out[2] = is_inside(binomial_agresti_caffo(c, Z), truth);
    out[3] = score_difference(c, Z, false, &mee) && is_inside(mee, truth);
}

void simulate_rate_coverage(struct simulation *s)
{
    static const struct {
        struct rates rates;
        double targets[4];
    } cases[3] = {{{0.01, 0.01, 1800, 200}, {0.862, 0.960, 0.991, 0.960}},
                  {{0.05, 0.05, 500, 50}, {0.905, 0.962, 0.978, 0.963}},
                  {{0.3, 0.4, 40, 40}, {0.943, 0.950, 0.953, 0.951}}};
    for (int i = 0; i < 3; i++) {
        double shares[4] = {0};
        rates_sum(&cases[i].rates, coverages, shares);
        for (int k = 0; k < 4; k++)
            simulate_number(s, RULE_NEAR, shares[k], cases[i].targets[k], 6e-4, "%s, %g / %g",
                            (const char *[]){"Wald", "Newcombe", "Agresti-Caffo", "Mee"}[k],
                            cases[i].rates.n_c, cases[i].rates.n_t);
    }
}

void simulate_winners_curse(struct simulation *s)
{
    static const double power[4] = {0.1, 0.2, 0.5, 0.8}, targets[4] = {3.58, 2.25, 1.41, 1.12};
    for (int i = 0; i < 4; i++) {
        double truth = Z + dist_qnorm(power[i], TAIL_LOWER), sum = 0, count = 0;
        for (uint64_t run = 0; run < s->runs; run++) {
            double z = fabs(truth + random_normal(&s->random));
            sum += z > Z ? z / truth : 0;
            count += z > Z;
        }
        simulate_number(s, RULE_NEAR, sum / count, targets[i], 0.01 + 3 / sqrt(count),
                        "exaggeration at power %g", power[i]);
    }
}

/* Ten tests, of which the first `effects` are of true effects. */
static void family_draw(struct simulation *s, int effects, double *p)
{
    for (int i = 0; i < 10; i++) {
        double z = random_normal(&s->random) + (i < effects ? 3 : 0);
        p[i] = 2 * dist_pnorm(fabs(z), TAIL_UPPER);
    }
}

void simulate_families(struct simulation *s)
{
    double any = 0, false_share = 0, runs = (double)s->runs, p[10];
    for (uint64_t run = 0; run < s->runs; run++) {
        bool rejected = false;
        double found = 0, wrong = 0;
        family_draw(s, 0, p);
        gos_correct(GOS_CORRECT_HOLM, p, 10, p, s->arena, NULL);
        for (int i = 0; i < 10; i++)
            rejected = rejected || p[i] < 0.05;
        any += rejected;
        family_draw(s, 5, p);
        gos_correct(GOS_CORRECT_BH, p, 10, p, s->arena, NULL);
        for (int i = 0; i < 10; i++) {
            found += p[i] < 0.05;
            wrong += p[i] < 0.05 && i >= 5;
        }
        false_share += found > 0 ? wrong / found : 0;
    }
    simulate_share(s, RULE_AT_MOST, any / runs, 0.05, 0, "Holm: any false rejection");
    simulate_share(s, RULE_AT_MOST, false_share / runs, 0.05, 0,
                   "Benjamini-Hochberg: share of false ones");
}

enum { BANDIT_ARMS = 3, BANDIT_ROUNDS = 25, BANDIT_UNITS = 2000 };

/* One run: the share that the best arm gets at the end. `out_floor` keeps the least of all. */
static double bandit_run(struct simulation *s, double *out_least)
{
    static const double rates[BANDIT_ARMS] = {0.05, 0.055, 0.06};
    double weights[BANDIT_ARMS] = {1.0 / 3, 1.0 / 3, 1.0 / 3}, best[BANDIT_ARMS];
    double x[BANDIT_ARMS] = {0}, n[BANDIT_ARMS] = {0}, mean[BANDIT_ARMS], sd[BANDIT_ARMS];
    for (int round = 0; round < BANDIT_ROUNDS; round++) {
        for (int i = 0; i < BANDIT_ARMS; i++) {
            double units = rint(weights[i] * BANDIT_UNITS);
            x[i] += random_binomial(&s->random, (uint64_t)units, rates[i]);
            n[i] += units;
            mean[i] = (x[i] + 1) / (n[i] + 2);
            sd[i] = sqrt(mean[i] * (1 - mean[i]) / (n[i] + 3));
        }
        gos_best_normal(mean, sd, BANDIT_ARMS, false, best, NULL, NULL);
        gos_thompson_weights(best, BANDIT_ARMS, 0.01, weights);
        for (int i = 0; i < BANDIT_ARMS; i++)
            *out_least = fmin(*out_least, weights[i]);
    }
    return weights[BANDIT_ARMS - 1];
}

void simulate_bandit(struct simulation *s)
{
    double ahead = 0, least = 1;
    for (uint64_t run = 0; run < s->runs; run++)
        ahead += bandit_run(s, &least) > 1.0 / BANDIT_ARMS;
    simulate_share(s, RULE_AT_LEAST, ahead / (double)s->runs, 0.95, 0,
                   "runs in which the best arm leads");
    simulate_number(s, RULE_AT_LEAST, least, 0.01, 1e-12, "least weight ever");
}
