/* gosset calc: normal posteriors, bandits, families of p-values. */
#include "cli/calc.h"

#include "base/text.h"
#include "gosset/stats_methods.h"
#include "stats/bayes.h"

#include <math.h>

void calc_bayes_normal(struct calc *calc)
{
    double effect = calc_number(calc, "effect"), se = calc_number(calc, "se");
    bool is_proper = calc_count(calc, "prior_proper") != 0;
    double prior_mean = is_proper ? calc_number(calc, "prior_mean") : 0;
    double prior_sd = is_proper ? calc_number(calc, "prior_sd") : INFINITY;
    double alpha = calc_between(calc, "alpha", 0, 1);
    gos_direction direction = calc_count(calc, "inverse") != 0 ? GOS_DECREASE : GOS_INCREASE;
    if (se < 0)
        calc_fail(calc, "se", "%.17g is negative", se);
    if (is_proper && !calc->is_invalid && !(prior_sd > 0))
        calc_fail(calc, "prior_sd", "%.17g is not positive", prior_sd);
    if (calc->is_invalid || calc->has_failed || (se == 0 && !is_proper)) {
        calc_put_status(calc,
                        calc->is_invalid ? GOS_STATUS_INVALID_INPUT : GOS_STATUS_ZERO_VARIANCE);
        return;
    }
    struct normal posterior = bayes_update(effect, se, prior_mean, prior_sd);
    gos_posterior answer = bayes_describe(posterior, alpha, direction);
    calc_put_status(calc, se == 0 ? GOS_STATUS_PRIOR_ONLY : 0);
    calc_put(calc, "post_mean", posterior.mean);
    calc_put(calc, "post_sd", posterior.sd);
    calc_put(calc, "chance_to_win", answer.chance_to_win);
    calc_put(calc, "ci_low", answer.low);
    calc_put(calc, "ci_high", answer.high);
    calc_put(calc, "expected_loss_control", answer.loss_control);
    calc_put(calc, "expected_loss_treatment", answer.loss_treatment);
}

void calc_bandit(struct calc *calc)
{
    static const char *const models[] = {"normal", "beta", NULL};
    bool is_beta = calc_choice(calc, "model", models) == 1, ok;
    bool lowest = calc_count(calc, "inverse") != 0;
    double floor = calc_number(calc, "floor");
    size_t count, count_b;
    double *a = calc_list(calc, "a", &count), *b = calc_list(calc, "b", &count_b);
    double best[GOS_ARMS_MAX], weights[GOS_ARMS_MAX], top_two[GOS_ARMS_MAX];
    gos_error err;
    if (calc->is_invalid || calc->has_failed)
        return;
    if (count != count_b) {
        calc_fail(calc, "b", "%zu numbers, but a has %zu", count_b, count);
        return;
    }
    if (!(floor >= 0)) {
        calc_fail(calc, "floor", "%.17g is negative", floor);
        return;
    }
    ok = is_beta ? gos_best_beta(a, b, count, lowest, best, &err)
                 : gos_best_normal(a, b, count, lowest, best, top_two, &err);
    if (!ok) {
        calc_fail_with(calc, &err);
        return;
    }
    gos_thompson_weights(best, count, floor, weights);
    for (size_t i = 0; is_beta && i < count; i++)
        top_two[i] = NAN;
    calc_put_list(calc, "prob_best", best, count);
    calc_put_list(calc, "top_two_weights", top_two, count);
    calc_put_list(calc, "thompson_weights_with_floor", weights, count);
}

void calc_multitest(struct calc *calc)
{
    static const struct {
        gos_correction correction;
        const char *name;
    } columns[] = {
        {GOS_CORRECT_BONFERRONI, "bonferroni"},
        {GOS_CORRECT_HOLM, "holm"},
        {GOS_CORRECT_HOCHBERG, "hochberg"},
        {GOS_CORRECT_HOMMEL, "hommel"},
        {GOS_CORRECT_BH, "bh"},
        {GOS_CORRECT_BY, "by"},
        {GOS_CORRECT_SIDAK, "sidak"},
        {GOS_CORRECT_HOLM_SIDAK, "holm_sidak"},
    };
    double *p = gos_arena_array(calc->arena, calc->row_count, sizeof *p, calc->err);
    double *q = gos_arena_array(calc->arena, calc->row_count, sizeof *q, calc->err), m = 0;
    calc->has_failed = !p || !q;
    for (calc->row = 0; !calc->has_failed && calc->row < calc->row_count; calc->row++) {
        double value = calc_number_or(calc, "p", NAN);
        p[calc->row] = value;
        m += !isnan(value);
        if (!isnan(value) && !(value >= 0 && value <= 1))
            calc_fail(calc, "p", "%.17g is not within [0, 1]", value);
    }
    for (size_t c = 0; !calc->has_failed && c < sizeof columns / sizeof columns[0]; c++) {
        if (!gos_correct(columns[c].correction, p, calc->row_count, q, calc->arena, calc->err)) {
            calc->has_failed = true;
            break;
        }
        for (calc->row = 0; calc->row < calc->row_count; calc->row++) {
            calc_put(calc, columns[c].name, q[calc->row]);
            calc_put(calc, "m", m);
        }
    }
    calc->row = 0;
}
