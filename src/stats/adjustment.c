/* Lin's fully interacted adjustment for several covariates, and the pooled slope of CUPED. */
#include "stats/adjustment.h"

#include "stats/distribution.h"

#include <math.h>

enum { ADJUST_UNITS_MIN = 100 };
static const double COVERED_SHARE_MIN = 0.05;
static const double BALANCE_ALPHA = 0.001;
static const double PIVOT_MIN = 1e-10; /* of a covariate's own variance: below it is collinear */

/* Slopes of one arm; a dropped covariate has slope 0 and does not count. */
struct slopes {
    double theta[GOS_VARIABLES_MAX]; /* at the index of its variable; theta[0] is unused */
    uint32_t used;
};

/* Solves the centred normal equations by Cholesky, leaving out collinear columns. */
static struct slopes slopes_fit(const gos_moments *m)
{
    struct slopes out = {.used = 0};
    double l[GOS_VARIABLES_MAX][GOS_VARIABLES_MAX] = {{0}}, right[GOS_VARIABLES_MAX];
    uint32_t column[GOS_VARIABLES_MAX];
    for (uint32_t v = 1; v < m->variable_count; v++) {
        uint32_t k = out.used;
        double own = m->product[gos_product(v, v)], pivot = own, value;
        for (uint32_t i = 0; i < k; i++) {
            value = m->product[gos_product(v, column[i])];
            for (uint32_t j = 0; j < i; j++)
                value -= l[k][j] * l[i][j];
            l[k][i] = value / l[i][i];
            pivot -= l[k][i] * l[k][i];
        }
        if (!(own > 0) || !(pivot > PIVOT_MIN * own))
            continue;
        l[k][k] = sqrt(pivot);
        value = m->product[gos_product(v, 0)];
        for (uint32_t i = 0; i < k; i++)
            value -= l[k][i] * right[i];
        right[k] = value / l[k][k];
        column[k] = v;
        out.used++;
    }
    for (uint32_t k = out.used; k-- > 0;) {
        double value = right[k];
        for (uint32_t i = k + 1; i < out.used; i++)
            value -= l[i][k] * out.theta[column[i]];
        out.theta[column[k]] = value / l[k][k];
    }
    return out;
}

/* Mean of a variable over both arms. */
static double common_mean(const gos_moments *a, const gos_moments *b, uint32_t v)
{
    double share = (double)b->n / (double)(a->n + b->n);
    return a->mean[v] + (b->mean[v] - a->mean[v]) * share;
}

/* Centred product over all units of both arms. */
static double common_product(const gos_moments *a, const gos_moments *b, uint32_t i, uint32_t j)
{
    double n_a = (double)a->n, n_b = (double)b->n;
    double between = (b->mean[i] - a->mean[i]) * (b->mean[j] - a->mean[j]) * n_a / (n_a + n_b);
    return a->product[gos_product(i, j)] + b->product[gos_product(i, j)] + between * n_b;
}

/* left' W right, where W is the variance of the common covariate means. */
static double common_form(const gos_moments *a, const gos_moments *b, const double *left,
                          const double *right)
{
    double n = (double)(a->n + b->n), sum = 0;
    for (uint32_t i = 1; i < a->variable_count; i++) {
        for (uint32_t j = 1; j < a->variable_count; j++)
            sum += left[i] * right[j] * common_product(a, b, i, j);
    }
    return sum / (n - 1) / n;
}

/* Variance of the arm's adjusted mean around the slopes, as if the common mean were known. */
static double residual_variance(const gos_moments *m, const struct slopes *slopes)
{
    double n = (double)m->n, rest = m->product[0];
    for (uint32_t v = 1; v < m->variable_count; v++)
        rest -= slopes->theta[v] * m->product[gos_product(v, 0)];
    return fmax(0, rest) / (n - 1 - slopes->used) / n;
}

static double adjusted_mean(const gos_moments *m, const gos_moments *other,
                            const struct slopes *slopes)
{
    double mean = m->mean[0];
    for (uint32_t v = 1; v < m->variable_count; v++)
        mean -= slopes->theta[v] * (m->mean[v] - common_mean(m, other, v));
    return mean;
}

bool adjustment_lin(const gos_moments *c, const gos_moments *t, struct effect *out,
                    double *out_theta_c, double *out_theta_t)
{
    struct slopes slopes_c = slopes_fit(c), slopes_t = slopes_fit(t);
    if (slopes_c.used == 0 || slopes_t.used == 0 || c->n < slopes_c.used + 2 ||
        t->n < slopes_t.used + 2)
        return false;
    double form_cc = common_form(c, t, slopes_c.theta, slopes_c.theta);
    double form_tt = common_form(c, t, slopes_t.theta, slopes_t.theta);
    *out = (struct effect){
        .mean_c = adjusted_mean(c, t, &slopes_c),
        .v_c = residual_variance(c, &slopes_c) + form_cc,
        .mean_t = adjusted_mean(t, c, &slopes_t),
        .v_t = residual_variance(t, &slopes_t) + form_tt,
        .covariance = common_form(c, t, slopes_c.theta, slopes_t.theta),
        .df = INFINITY,
    };
    for (uint32_t v = 0; v < GOS_VARIABLES_MAX; v++) {
        if (out_theta_c)
            out_theta_c[v] = slopes_c.theta[v];
        if (out_theta_t)
            out_theta_t[v] = slopes_t.theta[v];
    }
    return true;
}

bool adjustment_pooled(const gos_moments *c, const gos_moments *t, struct effect *out,
                       double *out_theta)
{
    double xx = common_product(c, t, 1, 1);
    if (!(xx > 0) || c->variable_count < 2)
        return false;
    double theta = common_product(c, t, 1, 0) / xx, x = common_mean(c, t, 1);
    const gos_moments *arms[2] = {c, t};
    double v[2], mean[2];
    for (int a = 0; a < 2; a++) {
        double n = (double)arms[a]->n, x_x = arms[a]->product[gos_product(1, 1)];
        double x_y = arms[a]->product[gos_product(1, 0)];
        double rest = arms[a]->product[0] + theta * theta * x_x - 2 * theta * x_y;
        v[a] = fmax(0, rest) / (n - 1) / n;
        mean[a] = arms[a]->mean[0] - theta * (arms[a]->mean[1] - x);
    }
    *out = (struct effect){.mean_c = mean[0], .v_c = v[0], .mean_t = mean[1], .v_t = v[1]};
    out->df = effect_welch_df(v[0], (double)c->n, v[1], (double)t->n);
    *out_theta = theta;
    return true;
}

/* Two-sided p of the arms' difference in a covariate: it cannot have been caused by treatment. */
static double balance_p(const gos_moments *c, const gos_moments *t, uint32_t v)
{
    double n_c = (double)c->n, n_t = (double)t->n;
    uint32_t at = gos_product(v, v);
    double se = sqrt(c->product[at] / (n_c - 1) / n_c + t->product[at] / (n_t - 1) / n_t);
    double gap = t->mean[v] - c->mean[v];
    return se > 0 ? 2 * dist_pnorm(fabs(gap / se), TAIL_UPPER) : 1;
}

static bool is_covered(const gos_moments *m)
{
    return (double)m->covered >= COVERED_SHARE_MIN * (double)m->n;
}

uint32_t adjustment_status(const gos_moments *c, const gos_moments *t)
{
    uint32_t count = c->variable_count - 1, status = 0;
    bool varies_c = false, varies_t = false;
    if (c->n < ADJUST_UNITS_MIN || t->n < ADJUST_UNITS_MIN || !is_covered(c) || !is_covered(t))
        return GOS_STATUS_INSUFFICIENT_N;
    for (uint32_t v = 1; v <= count; v++) {
        varies_c = varies_c || c->product[gos_product(v, v)] > 0;
        varies_t = varies_t || t->product[gos_product(v, v)] > 0;
        if (balance_p(c, t, v) < BALANCE_ALPHA / count)
            status |= GOS_STATUS_PRE_BIAS;
    }
    return varies_c && varies_t ? status : GOS_STATUS_COVARIATE_CONSTANT;
}
