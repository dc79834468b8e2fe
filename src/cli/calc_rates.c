/* gosset calc: proportions, exact tests, Beta posteriors. */
#include "cli/calc.h"

#include "base/text.h"
#include "gosset/stats_methods.h"
#include "stats/binomial.h"
#include "stats/distribution.h"
#include "stats/exact.h"

#include <math.h>

/* A few seconds; so many units need no exact test. */
enum { FISHER_TABLES_MAX = 200000000 };

static struct counts read_counts(struct calc *calc)
{
    return (struct counts){calc_count(calc, "x_c"), calc_count(calc, "n_c"),
                           calc_count(calc, "x_t"), calc_count(calc, "n_t")};
}

static uint32_t counts_status(const struct calc *calc, const struct counts *c)
{
    if (calc->is_invalid || calc->has_failed)
        return GOS_STATUS_INVALID_INPUT;
    if (c->n_c < 1 || c->n_t < 1)
        return GOS_STATUS_INSUFFICIENT_N;
    return c->x_c > c->n_c || c->x_t > c->n_t ? GOS_STATUS_INCONSISTENT_MOMENTS : 0;
}

static void put_bounds(struct calc *calc, const char *low, const char *high, struct bounds bounds)
{
    calc_put(calc, low, bounds.low);
    calc_put(calc, high, bounds.high);
}

static void put_yates(struct calc *calc, const struct counts *c, double diff, double se)
{
    double width = 1 / c->n_c + 1 / c->n_t, z = 0;
    if (se > 0)
        z = fmax(0, fabs(diff) - fmin(0.5, fabs(diff) / width) * width) / se;
    calc_put(calc, "chisq_yates", z * z);
    calc_put(calc, "p_yates", z > 0 ? dist_pchisq(z * z, 1, TAIL_UPPER) : 1);
}

/* Both tests, by the pooled and by the arms' own variance. */
static uint32_t put_tests(struct calc *calc, const struct counts *c)
{
    double p_c = c->x_c / c->n_c, p_t = c->x_t / c->n_t;
    double diff = binomial_difference(c);
    double pooled = binomial_se_pooled(c), own = binomial_se_unpooled(c);
    double z = pooled > 0 ? diff / pooled : 0;
    calc_put(calc, "p_c", p_c);
    calc_put(calc, "p_t", p_t);
    calc_put(calc, "diff", diff);
    calc_put(calc, "z_pooled", z);
    calc_put(calc, "p_pooled", fmin(1, 2 * dist_pnorm(fabs(z), TAIL_UPPER)));
    if (own > 0) {
        calc_put(calc, "z_unpooled", diff / own);
        calc_put(calc, "p_unpooled", fmin(1, 2 * dist_pnorm(fabs(diff / own), TAIL_UPPER)));
    }
    put_yates(calc, c, diff, pooled);
    if (c->x_c > 0)
        calc_put(calc, "rr", p_t / p_c);
    return pooled > 0 ? 0 : GOS_STATUS_ZERO_VARIANCE;
}

static void put_intervals(struct calc *calc, const struct counts *c, double alpha)
{
    double z = dist_qnorm(alpha / 2, TAIL_UPPER);
    struct bounds bounds;
    put_bounds(calc, "wald_low", "wald_high", binomial_wald(c, z));
    put_bounds(calc, "newcombe_low", "newcombe_high", binomial_newcombe(c, z));
    put_bounds(calc, "ac_low", "ac_high", binomial_agresti_caffo(c, z));
    put_bounds(calc, "wilson_c_low", "wilson_c_high", binomial_wilson(c->x_c, c->n_c, z));
    put_bounds(calc, "wilson_t_low", "wilson_t_high", binomial_wilson(c->x_t, c->n_t, z));
    if (score_difference(c, z, false, &bounds))
        put_bounds(calc, "mee_low", "mee_high", bounds);
    if (score_difference(c, z, true, &bounds))
        put_bounds(calc, "mn_low", "mn_high", bounds);
    if (score_lift(c, z, &bounds))
        put_bounds(calc, "koopman_low", "koopman_high",
                   (struct bounds){bounds.low + 1, bounds.high + 1});
}

void calc_proportions(struct calc *calc)
{
    struct counts c = read_counts(calc);
    double alpha = calc_between(calc, "alpha", 0, 1);
    uint32_t status = counts_status(calc, &c);
    if (!status) {
        status = put_tests(calc, &c);
        put_intervals(calc, &c, alpha);
    }
    calc_put_status(calc, status);
}

void calc_binom_ci(struct calc *calc)
{
    double x = calc_count(calc, "x"), n = calc_count(calc, "n");
    double alpha = calc_between(calc, "alpha", 0, 1);
    if (calc->is_invalid || calc->has_failed)
        return;
    if (n < 1) {
        calc_put_status(calc, GOS_STATUS_INSUFFICIENT_N);
        return;
    }
    if (x > n) {
        calc_fail(calc, "x", "%.17g successes among %.17g units", x, n);
        return;
    }
    calc_put(calc, "p_hat", x / n);
    put_bounds(calc, "wilson_low", "wilson_high",
               binomial_wilson(x, n, dist_qnorm(alpha / 2, TAIL_UPPER)));
    put_bounds(calc, "cp_low", "cp_high", binomial_clopper_pearson(x, n, alpha));
    put_bounds(calc, "jeffreys_low", "jeffreys_high", binomial_jeffreys(x, n, alpha));
}

/* The counts of a table; false, with the run failed when they are impossible, or NA answers. */
static bool read_table(struct calc *calc, struct counts *out)
{
    *out = read_counts(calc);
    if (calc->is_invalid || calc->has_failed)
        return false;
    if (out->x_c > out->n_c)
        calc_fail(calc, "x_c", "%.17g successes among %.17g units", out->x_c, out->n_c);
    if (out->x_t > out->n_t)
        calc_fail(calc, "x_t", "%.17g successes among %.17g units", out->x_t, out->n_t);
    return !calc->has_failed;
}

void calc_fisher(struct calc *calc)
{
    struct counts c;
    if (!read_table(calc, &c))
        return;
    if (c.n_c < 1 || c.n_t < 1)
        calc_put_status(calc, GOS_STATUS_INSUFFICIENT_N);
    if (exact_fisher_tables(&c) > FISHER_TABLES_MAX) {
        calc_put_status(calc, GOS_STATUS_TOO_LARGE);
        return;
    }
    struct fisher fisher = exact_fisher(&c);
    calc_put(calc, "p_two_sided", fisher.two_sided);
    calc_put(calc, "p_less", fisher.less);
    calc_put(calc, "p_greater", fisher.greater);
    calc_put(calc, "p_mid", fisher.mid);
}

void calc_exact_uncond(struct calc *calc)
{
    struct counts c;
    double barnard, boschloo;
    gos_error err;
    if (!read_table(calc, &c))
        return;
    if (c.n_c < 1 || c.n_t < 1) {
        calc_put_status(calc, GOS_STATUS_INSUFFICIENT_N);
        return;
    }
    if (!exact_barnard(&c, calc->arena, &barnard, &err) ||
        !exact_boschloo(&c, calc->arena, &boschloo, &err)) {
        calc_fail_with(calc, &err);
        return;
    }
    calc_put(calc, "p_barnard", barnard);
    calc_put(calc, "p_boschloo", boschloo);
}

void calc_bayes_beta(struct calc *calc)
{
    struct counts c = read_counts(calc);
    double prior_a = calc_number(calc, "prior_a"), prior_b = calc_number(calc, "prior_b");
    double alpha = calc_between(calc, "alpha", 0, 1);
    gos_beta_posterior post;
    gos_error err;
    if (calc->is_invalid || calc->has_failed)
        return;
    if (!gos_posterior_rates(c.x_c, c.n_c, c.x_t, c.n_t, prior_a, prior_b, alpha, &post, &err)) {
        calc_fail_with(calc, &err);
        return;
    }
    calc_put(calc, "post_mean_c", post.mean_c);
    calc_put(calc, "post_mean_t", post.mean_t);
    calc_put(calc, "prob_t_beats_c", post.chance);
    calc_put(calc, "expected_loss_control", post.loss_control);
    calc_put(calc, "expected_loss_treatment", post.loss_treatment);
    put_bounds(calc, "cred_c_low", "cred_c_high", (struct bounds){post.low_c, post.high_c});
    put_bounds(calc, "cred_t_low", "cred_t_high", (struct bounds){post.low_t, post.high_t});
}
