/* Confidence sequences and the mixture SPRT, in the log domain. */
#include "gosset/stats_sequential.h"

#include <math.h>

/* rho^2 that makes the sequence tightest at n_star; `a` is alpha, or 2 alpha when one-sided. */
static double rho_squared(double a, double n_star)
{
    double l = -2 * log(a);
    return (l + log1p(l)) / n_star;
}

gos_sequence gos_asympcs(double diff, double se, double n, double n_star, double alpha)
{
    double rho2 = rho_squared(alpha, n_star), u = n * rho2, z = diff / se;
    gos_sequence out = {.rho = sqrt(rho2)};
    out.critical = sqrt((u + 1) / u * (log1p(u) - 2 * log(alpha)));
    out.halfwidth = out.critical * se;
    out.log_e = z * z * (u / (2 * (1 + u))) - log1p(u) / 2;
    out.p_value = out.log_e > 0 ? exp(-out.log_e) : 1;
    return out;
}

gos_sequence gos_asympcs_greater(double diff, double se, double n, double n_star, double alpha)
{
    double rho2 = rho_squared(2 * alpha, n_star), u = n * rho2, z = diff / se;
    gos_sequence out = {.rho = sqrt(rho2), .log_e = NAN, .p_value = 1};
    out.critical = sqrt(2 * (u + 1) / u * log1p(sqrt(u + 1) / (2 * alpha)));
    out.halfwidth = out.critical * se;
    if (diff > 0) {
        double power = z * z * (u / (2 * (u + 1)));
        double log_p = log1p(u) / 2 - log(2) - power - log1p(-exp(-power));
        out.log_e = -log_p;
        out.p_value = fmin(1, exp(log_p));
    }
    return out;
}

gos_sequence gos_msprt(double diff, double v, double tau, double alpha)
{
    double more = log1p(tau / v);
    gos_sequence out = {.rho = sqrt(tau)};
    out.log_e = tau / (2 * v) * (diff / (v + tau)) * diff - more / 2;
    out.p_value = out.log_e > 0 ? exp(-out.log_e) : 1;
    out.halfwidth = sqrt(v * ((v + tau) / tau) * (more - 2 * log(alpha)));
    out.critical = out.halfwidth / sqrt(v);
    return out;
}
