/*
 * The noncentral t by quadrature: the normal tail at t s - ncp against the density of
 * s = sqrt(V / df), on panels that resolve both the density and the step of the tail.
 */
#include "stats/noncentral.h"

#include "stats/quadrature.h"
#include "stats/special.h"

#include <math.h>

struct noncentral {
    double t, df, ncp;
    double log_scale; /* log of the density of s at 1 */
    enum tail tail;
};

/* log of the density of s, less log_scale; exact to rounding for df up to 1e12. */
static double log_density(double s, double df)
{
    double e = s - 1;
    return df / 2 * (2 * special_log1p_rest(e) - e * e) - log(s);
}

static double integrand(double s, const void *context)
{
    const struct noncentral *c = context;
    if (!(s > 0))
        return 0;
    return exp(c->log_scale + log_density(s, c->df)) * dist_pnorm(c->t * s - c->ncp, c->tail);
}

double noncentral_pt(double t, double df, double ncp, enum tail tail)
{
    static const double spread[] = {-24, -16, -12, -8, -6, -4, -2, -1, 0,
                                    1,   2,   4,   6,  8,  12, 16, 24, 36};
    static const double around[] = {-12, -8, -4, -2, 0, 2, 4, 8, 12};
    enum { SPREAD = sizeof spread / sizeof spread[0], AROUND = sizeof around / sizeof around[0] };
    if (isnan(t) || isnan(ncp) || !(df > 0))
        return NAN;
    if (isinf(df) || df > 1e13)
        return dist_pnorm(t - ncp, tail);
    struct noncentral c = {.t = t, .df = df, .ncp = ncp, .tail = tail};
    double half = df / 2, sd = 1 / sqrt(2 * df);
    c.log_scale =
        log(2) + log(half) / 2 - 0.918938533204672741780329736406 - special_stirling_rest(half);
    double edges[SPREAD + AROUND + 12], high = sqrt(1 + 400 / df) + 60 * sd;
    size_t count = 0;
    for (int i = 0; i < SPREAD; i++)
        edges[count++] = 1 + spread[i] * sd;
    for (int i = 0; t != 0 && i < AROUND; i++)
        edges[count++] = ncp / t + around[i] / fabs(t);
    /* The density's power at 0 is not a polynomial: panels that shrink towards it. */
    for (double edge = 0.5; df < 60 && edge > 0.005; edge /= 2)
        edges[count++] = edge;
    count = quadrature_edges(edges, count, fmax(0, 1 - 30 * sd), high);
    double sum = 0;
    for (size_t i = 0; i + 1 < count; i++)
        sum += quadrature_panel(integrand, &c, edges[i], edges[i + 1]);
    return fmin(1, fmax(0, sum));
}
