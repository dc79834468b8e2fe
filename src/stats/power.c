/* Power of each test at a given sample. */
#include "gosset/stats_plan.h"

#include "gosset/stats_sequential.h"
#include "stats/distribution.h"
#include "stats/noncentral.h"

#include <math.h>

double gos_power_z(double effect, double se, double alpha, int sides)
{
    double z = dist_qnorm(alpha / sides, TAIL_UPPER), u = effect / se;
    if (sides == 1)
        return dist_pnorm(u - z, TAIL_LOWER);
    return dist_pnorm(fabs(u) - z, TAIL_LOWER) + dist_pnorm(-fabs(u) - z, TAIL_LOWER);
}

double gos_power_t(double n_c, double n_t, double delta, double sd, double alpha, int sides)
{
    double df = n_c + n_t - 2, ncp = delta / (sd * sqrt(1 / n_c + 1 / n_t));
    double t = dist_qt(alpha / sides, df, TAIL_UPPER);
    double power = noncentral_pt(t, df, ncp, TAIL_UPPER);
    return sides == 2 ? power + noncentral_pt(-t, df, ncp, TAIL_LOWER) : power;
}

double gos_power_rates(double p_c, double p_t, double n_c, double n_t, double alpha, int sides,
                       bool pooled)
{
    double z = dist_qnorm(alpha / sides, TAIL_UPPER), gap = fabs(p_t - p_c);
    double se = sqrt(p_c * (1 - p_c) / n_c + p_t * (1 - p_t) / n_t), null_se = se;
    if (pooled) {
        double rate = (n_c * p_c + n_t * p_t) / (n_c + n_t);
        null_se = sqrt(rate * (1 - rate) * (1 / n_c + 1 / n_t));
    }
    double power = dist_pnorm((gap - z * null_se) / se, TAIL_LOWER);
    return sides == 2 ? power + dist_pnorm((-gap - z * null_se) / se, TAIL_LOWER) : power;
}

double gos_power_asympcs(double delta, double var_c, double var_t, double share_t, double n,
                         double n_star, double alpha)
{
    double se = sqrt(var_c / (n * (1 - share_t)) + var_t / (n * share_t)), u = fabs(delta) / se;
    double k = gos_asympcs(delta, se, n, n_star, alpha).critical;
    return dist_pnorm(u - k, TAIL_LOWER) + dist_pnorm(-u - k, TAIL_LOWER);
}
