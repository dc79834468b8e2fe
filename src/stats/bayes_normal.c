/* Normal posterior of an effect, with closed forms for every loss. */
#include "gosset/stats_methods.h"

#include "stats/bayes.h"
#include "stats/distribution.h"

#include <math.h>

struct normal bayes_update(double effect, double se, double prior_mean, double prior_sd)
{
    if (isinf(prior_sd))
        return (struct normal){effect, se};
    if (se == 0)
        return (struct normal){prior_mean, prior_sd};
    double prior_weight = 1 / prior_sd / prior_sd, weight = 1 / se / se;
    double all = prior_weight + weight;
    return (struct normal){(prior_weight * prior_mean + weight * effect) / all, 1 / sqrt(all)};
}

/* E max(x, 0): without cancellation in the far tail, where mean Phi + sd phi nearly vanishes. */
static double expected_gain(double mean, double sd)
{
    double z = mean / sd;
    if (z > -6)
        return mean * dist_pnorm(z, TAIL_LOWER) + sd * dist_dnorm(z);
    /* phi(z) (1 - |z| M) with Mills' ratio M by its continued fraction 1/(x+ 1/(x+ 2/(x+ ... */
    double x = -z, fraction = 0;
    for (int k = 200; k >= 2; k--)
        fraction = k / (x + fraction);
    /* M = 1/(x + 1/(x + f)), so 1 - x M = M / (x + f). */
    double inner = 1 / (x + fraction);
    return sd * dist_dnorm(z) * inner / (x + inner);
}

gos_posterior bayes_describe(struct normal posterior, double alpha, gos_direction direction)
{
    double z = dist_qnorm(alpha / 2, TAIL_UPPER), mean = posterior.mean, sd = posterior.sd;
    double gain = expected_gain(mean, sd), loss = expected_gain(-mean, sd);
    bool up = direction == GOS_INCREASE;
    return (gos_posterior){
        .chance_to_win = dist_pnorm(mean / sd, up ? TAIL_LOWER : TAIL_UPPER),
        .low = mean - z * sd,
        .high = mean + z * sd,
        .loss_control = up ? gain : loss,
        .loss_treatment = up ? loss : gain,
    };
}

gos_posterior gos_posterior_normal(double effect, double se, double prior_mean, double prior_sd,
                                   double alpha, gos_direction direction)
{
    return bayes_describe(bayes_update(effect, se, prior_mean, prior_sd), alpha, direction);
}
