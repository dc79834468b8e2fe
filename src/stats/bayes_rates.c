/* Two Beta posteriors: chances and losses by quadrature in u = asin sqrt p. */
#include "gosset/stats_methods.h"

#include "stats/distribution.h"
#include "stats/quadrature.h"

#include <math.h>

struct beta {
    double a;
    double b;
};

/* Edges a few deviations apart around the angle of the mean: close at the middle, wide outside. */
static size_t beta_edges(const struct beta *beta, double *edges)
{
    static const double steps[] = {-22, -14, -9, -6, -3.5, -1.2, 1.2, 3.5, 6, 9, 14, 22};
    enum { STEPS = sizeof steps / sizeof steps[0] };
    double n = beta->a + beta->b, middle = asin(sqrt(beta->a / n)), sd = 0.5 / sqrt(n + 1);
    for (int i = 0; i < STEPS; i++)
        edges[i] = middle + steps[i] * sd;
    return STEPS;
}

/* P(X > Y): the density of Y against the upper tail of X, divided by the density's own sum. */
static double beta_exceeds(struct beta x, struct beta y)
{
    double edges[48], low, high, sum = 0, all = 0;
    size_t count = beta_edges(&y, edges);
    low = fmax(0, edges[0]);
    high = fmin(asin(1), edges[count - 1]);
    count += beta_edges(&x, edges + count);
    count = quadrature_edges(edges, count, low, high);
    double log_scale = log(2) - dist_lbeta(y.a, y.b);
    for (size_t e = 0; e + 1 < count; e++) {
        double u[QUADRATURE_POINTS], weight[QUADRATURE_POINTS];
        quadrature_points(edges[e], edges[e + 1], u, weight);
        for (int i = 0; i < QUADRATURE_POINTS; i++) {
            double s = sin(u[i]), c = cos(u[i]);
            double log_density = log_scale + (2 * y.a - 1) * log(s) + (2 * y.b - 1) * log(c);
            if (log_density < -60)
                continue;
            double density = exp(log_density) * weight[i];
            all += density;
            /* The smaller of sin^2 and cos^2 has the digits. */
            sum += density * (s < c ? dist_pbeta(s * s, x.a, x.b, TAIL_UPPER)
                                    : dist_pbeta(c * c, x.b, x.a, TAIL_LOWER));
        }
    }
    return sum / all;
}

/* E max(Y - X, 0): what choosing X is expected to cost. */
static double beta_loss(struct beta x, struct beta y)
{
    struct beta more_x = {x.a + 1, x.b}, more_y = {y.a + 1, y.b};
    double mean_x = x.a / (x.a + x.b), mean_y = y.a / (y.a + y.b);
    return fmax(0, mean_y * beta_exceeds(more_y, x) - mean_x * beta_exceeds(y, more_x));
}

/* As many units as are counted. */
static const double PRIOR_MAX = 1e15;

static bool rates_check(double x, double n, const char *pointer, gos_error *err)
{
    if (!(x >= 0 && x <= n) || isinf(n))
        return gos_fail(err, GOS_BAD_INPUT, pointer, "%g successes among %g units", x, n);
    return true;
}

bool gos_posterior_rates(double x_c, double n_c, double x_t, double n_t, double prior_a,
                         double prior_b, double alpha, gos_beta_posterior *out, gos_error *err)
{
    if (!rates_check(x_c, n_c, "/x_c", err) || !rates_check(x_t, n_t, "/x_t", err))
        return false;
    if (!(prior_a > 0 && prior_b > 0 && prior_a <= PRIOR_MAX && prior_b <= PRIOR_MAX))
        return gos_fail(
            err, GOS_BAD_INPUT, prior_a > 0 && prior_a <= PRIOR_MAX ? "/prior_b" : "/prior_a",
            "prior Beta(%g, %g): both must be above 0 and at most 1e15", prior_a, prior_b);
    if (!(alpha > 0 && alpha < 1))
        return gos_fail(err, GOS_BAD_INPUT, "/alpha", "alpha %g is not between 0 and 1", alpha);
    struct beta c = {x_c + prior_a, n_c - x_c + prior_b};
    struct beta t = {x_t + prior_a, n_t - x_t + prior_b};
    *out = (gos_beta_posterior){
        .mean_c = c.a / (c.a + c.b),
        .mean_t = t.a / (t.a + t.b),
        .chance = beta_exceeds(t, c),
        .loss_control = beta_loss(c, t),
        .loss_treatment = beta_loss(t, c),
        .low_c = dist_qbeta(alpha / 2, c.a, c.b, TAIL_LOWER),
        .high_c = dist_qbeta(alpha / 2, c.a, c.b, TAIL_UPPER),
        .low_t = dist_qbeta(alpha / 2, t.a, t.b, TAIL_LOWER),
        .high_t = dist_qbeta(alpha / 2, t.a, t.b, TAIL_UPPER),
    };
    return true;
}
