/* Closed forms for one and two binomial proportions. */
#include "stats/binomial.h"

#include "stats/distribution.h"
#include "stats/twofold.h"

#include <math.h>

struct bounds binomial_wilson(double x, double n, double z)
{
    double p = x / n, q = (n - x) / n, z2 = z * z, width = 1 + z2 / n;
    double half = z * sqrt(p * q / n + z2 / (4 * n * n));
    /* The smaller of the two bounds from the product of the roots: no difference of equals. */
    double high = (p + z2 / (2 * n) + half) / width;
    double low = x == 0 ? 0 : p * p / width / high;
    double high_miss = (q + z2 / (2 * n) + half) / width;
    if (2 * x > n)
        high = x == n ? 1 : 1 - q * q / width / high_miss;
    return (struct bounds){2 * x > n ? 1 - high_miss : low, high};
}

struct bounds binomial_clopper_pearson(double x, double n, double alpha)
{
    return (struct bounds){
        x == 0 ? 0 : dist_qbeta(alpha / 2, x, n - x + 1, TAIL_LOWER),
        x == n ? 1 : dist_qbeta(alpha / 2, x + 1, n - x, TAIL_UPPER),
    };
}

struct bounds binomial_jeffreys(double x, double n, double alpha)
{
    return (struct bounds){
        x == 0 ? 0 : dist_qbeta(alpha / 2, x + 0.5, n - x + 0.5, TAIL_LOWER),
        x == n ? 1 : dist_qbeta(alpha / 2, x + 0.5, n - x + 0.5, TAIL_UPPER),
    };
}

struct bounds binomial_newcombe(const struct counts *c, double z)
{
    struct bounds arm_c = binomial_wilson(c->x_c, c->n_c, z);
    struct bounds arm_t = binomial_wilson(c->x_t, c->n_t, z);
    double p_c = c->x_c / c->n_c, p_t = c->x_t / c->n_t, diff = binomial_difference(c);
    return (struct bounds){
        diff - hypot(p_t - arm_t.low, arm_c.high - p_c),
        diff + hypot(arm_t.high - p_t, p_c - arm_c.low),
    };
}

struct bounds binomial_wald(const struct counts *c, double z)
{
    double diff = binomial_difference(c), half = z * binomial_se_unpooled(c);
    return (struct bounds){diff - half, diff + half};
}

struct bounds binomial_agresti_caffo(const struct counts *c, double z)
{
    struct counts more = {c->x_c + 1, c->n_c + 2, c->x_t + 1, c->n_t + 2};
    struct bounds wald = binomial_wald(&more, z);
    return (struct bounds){fmax(-1, wald.low), fmin(1, wald.high)};
}

double binomial_difference(const struct counts *c)
{
    struct twofold t = twofold_product(c->x_t, c->n_c), u = twofold_product(c->x_c, c->n_t);
    return ((t.high - u.high) + (t.low - u.low)) / c->n_c / c->n_t;
}

double binomial_se_pooled(const struct counts *c)
{
    double n = c->n_c + c->n_t, x = c->x_c + c->x_t;
    return sqrt(x / n * ((n - x) / n) * (1 / c->n_c + 1 / c->n_t));
}

double binomial_se_unpooled(const struct counts *c)
{
    double v_c = c->x_c / c->n_c * ((c->n_c - c->x_c) / c->n_c) / c->n_c;
    double v_t = c->x_t / c->n_t * ((c->n_t - c->x_t) / c->n_t) / c->n_t;
    return sqrt(v_c + v_t);
}

double binomial_expected_min(const struct counts *c)
{
    double n = c->n_c + c->n_t, x = c->x_c + c->x_t;
    return fmin(c->n_c, c->n_t) * (fmin(x, n - x) / n);
}
