/*
 * Armitage, McPherson, Rowe (1969): the density of the score at each look is the last one, cut at
 * the bounds, spread by an independent normal step. Panels are three deviations of the finer
 * neighbouring step wide, which a 32-point rule resolves to rounding.
 */
#include "stats/group.h"

#include "stats/distribution.h"
#include "stats/quadrature.h"

#include <math.h>

static const double REACH = 9;  /* deviations of a step beyond which nothing comes from */
static const double PRUNE = 10; /* deviations of the whole score that are looked at */

void group_start(struct group_state *state)
{
    state->count = 0;
    state->t = 0;
}

static double step_tail(const struct group_state *state, double t, double bound, double drift,
                        enum tail tail)
{
    double step = t - state->t, sd = sqrt(step), mean = drift * step, sum = 0;
    if (state->t == 0)
        return dist_pnorm((bound - mean) / sd, tail);
    for (size_t i = 0; i < state->count; i++)
        sum += state->mass[i] * dist_pnorm((bound - state->x[i] - mean) / sd, tail);
    return sum;
}

double group_above(const struct group_state *state, double t, double bound, double drift)
{
    return step_tail(state, t, bound, drift, TAIL_UPPER);
}

double group_below(const struct group_state *state, double t, double bound, double drift)
{
    return step_tail(state, t, bound, drift, TAIL_LOWER);
}

/* The density at x after the step. The points are in rising order by panel, not within. */
static double density_at(const struct group_state *state, double x, double mean, double sd)
{
    double scale = 0.398942280401432677939946059934 / sd, sum = 0;
    if (state->t == 0)
        return scale * exp(-(x - mean) * (x - mean) / (2 * sd * sd));
    size_t panels = state->count / QUADRATURE_POINTS;
    for (size_t p = 0; p < panels; p++) {
        const double *at = &state->x[p * QUADRATURE_POINTS];
        const double *mass = &state->mass[p * QUADRATURE_POINTS];
        /* The first two points of a panel straddle its middle, the last two are near its ends. */
        double nearest = x - mean - at[QUADRATURE_POINTS - 2];
        double farthest = x - mean - at[QUADRATURE_POINTS - 1];
        if (nearest < -REACH * sd || farthest > REACH * sd)
            continue;
        for (size_t i = 0; i < QUADRATURE_POINTS; i++) {
            double z = (x - at[i] - mean) / sd;
            sum += mass[i] * exp(-z * z / 2);
        }
    }
    return scale * sum;
}

bool group_advance(struct group_state *state, double t, double low, double high, double drift,
                   double next_t)
{
    double step = t - state->t, sd = sqrt(step), whole = sqrt(t);
    double finest = sqrt(fmin(step, next_t - t));
    low = fmax(low, drift * t - PRUNE * whole);
    high = fmin(high, drift * t + PRUNE * whole);
    double wanted = fmin(1e6, ceil((high - low) / (3 * finest)));
    size_t panels = wanted < 4 ? 4 : (size_t)wanted;
    if (!(high > low))
        panels = 0; /* all have stopped */
    if (panels * QUADRATURE_POINTS > GROUP_POINTS_MAX)
        return false;
    double x[GROUP_POINTS_MAX], mass[GROUP_POINTS_MAX];
    for (size_t p = 0; p < panels; p++) {
        double from = low + (high - low) * (double)p / (double)panels;
        double to = low + (high - low) * (double)(p + 1) / (double)panels;
        quadrature_points(from, to, &x[p * QUADRATURE_POINTS], &mass[p * QUADRATURE_POINTS]);
    }
    size_t count = panels * QUADRATURE_POINTS;
    for (size_t i = 0; i < count; i++)
        mass[i] *= density_at(state, x[i], drift * step, sd);
    for (size_t i = 0; i < count; i++) {
        state->x[i] = x[i];
        state->mass[i] = mass[i];
    }
    state->count = count;
    state->t = t;
    return true;
}
