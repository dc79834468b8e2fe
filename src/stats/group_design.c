/* Designs with planned looks: spending functions, classical constants, power, peeking. */
#include "gosset/stats_sequential.h"

#include "stats/distribution.h"
#include "stats/group.h"
#include "stats/root.h"

#include <math.h>
#include <stdio.h>

/* A later look closer than this to the one before takes over its bound. */
static const double STEP_MIN = 1e-5;
static const double Z_MAX = 38;

static bool design_check(const gos_group_design *d, gos_error *err)
{
    double before = 0;
    if (!(d->alpha > 0 && d->alpha < 1))
        return gos_fail(err, GOS_BAD_INPUT, "/alpha", "alpha %g is not between 0 and 1", d->alpha);
    if (d->sides != 1 && d->sides != 2)
        return gos_fail(err, GOS_BAD_INPUT, "/sides", "%d sides: a test has 1 or 2", d->sides);
    if (d->looks < 1 || d->looks > GOS_LOOKS_MAX)
        return gos_fail(err, GOS_BAD_INPUT, "/looks", "%u looks: 1 to %d are allowed", d->looks,
                        GOS_LOOKS_MAX);
    if (d->kind == GOS_GROUP_POWER && !(d->param > 0))
        return gos_fail(err, GOS_BAD_INPUT, "/param", "power %g of spending is not positive",
                        d->param);
    if ((d->kind == GOS_GROUP_HSD || d->kind == GOS_GROUP_C_WT) && !isfinite(d->param))
        return gos_fail(err, GOS_BAD_INPUT, "/param", "this design needs a finite parameter");
    for (uint32_t j = 0; j < d->looks; j++) {
        char pointer[32];
        snprintf(pointer, sizeof pointer, "/info/%u", j);
        if (!(d->info[j] > before) || isinf(d->info[j]))
            return gos_fail(err, GOS_BAD_INPUT, pointer,
                            "information fraction %g does not rise above %g", d->info[j], before);
        before = d->info[j];
    }
    return true;
}

/* Alpha spent by one tail up to information t. */
static double spent(const gos_group_design *d, double t)
{
    double a = d->alpha / d->sides, g = d->param;
    t = fmin(t, 1);
    switch (d->kind) {
    case GOS_GROUP_POCOCK:
        return a * log1p(expm1(1) * t);
    case GOS_GROUP_POWER:
        return a * pow(t, g);
    case GOS_GROUP_HSD:
        return g == 0 ? a * t : a * (expm1(-g * t) / expm1(-g));
    case GOS_GROUP_OBF:
    case GOS_GROUP_C_OBF:
    case GOS_GROUP_C_POCOCK:
    case GOS_GROUP_C_WT:
        break;
    }
    return 2 * dist_pnorm(dist_qnorm(a / 2, TAIL_UPPER) / sqrt(t), TAIL_UPPER);
}

/* The score below which one goes on: the mirrored bound, or nothing when one-sided. */
static double score_low(const gos_group_design *d, double z, double t)
{
    return d->sides == 2 ? -z * sqrt(t) : -50 * sqrt(t);
}

static double next_info(const gos_group_design *d, uint32_t j)
{
    return j + 1 < d->looks ? d->info[j + 1] : d->info[j] * 2;
}

struct increment_search {
    const struct group_state *state;
    double t, target;
};

static double increment_gap(double z, const void *context)
{
    const struct increment_search *s = context;
    return log(group_above(s->state, s->t, z * sqrt(s->t), 0)) - log(s->target);
}

static bool spending_bounds(const gos_group_design *d, struct group_state *state, double *out_z,
                            double *out_spent, gos_error *err)
{
    double before = 0, t_before = 0;
    group_start(state);
    for (uint32_t j = 0; j < d->looks; j++) {
        double t = d->info[j], cumulative = spent(d, t), target = cumulative - before;
        bool is_repeat = j > 0 && t - t_before < STEP_MIN;
        struct increment_search search = {state, t, target};
        if (is_repeat)
            out_z[j] = out_z[j - 1];
        else if (!(target > 1e-300))
            out_z[j] = INFINITY;
        else if (j == 0)
            out_z[j] = dist_qnorm(target, TAIL_UPPER);
        else if (!root_find(increment_gap, &search, -5, Z_MAX, 1e-13, &out_z[j]))
            return gos_fail(err, GOS_INTERNAL, "/info", "the bound of look %u was not found",
                            j + 1);
        out_spent[j] = (is_repeat ? before : cumulative) * d->sides;
        if (is_repeat)
            continue;
        before = cumulative;
        t_before = t;
        double z = fmin(out_z[j], Z_MAX);
        if (j + 1 < d->looks && !group_advance(state, t, score_low(d, z, t), z * sqrt(t), 0,
                                               fmax(next_info(d, j), t + STEP_MIN)))
            return gos_fail(err, GOS_TOO_LARGE, "/info", "looks %u and %u are too close", j + 1,
                            j + 2);
    }
    return true;
}

static bool exit_chances(const gos_group_design *d, const double *z, double drift,
                         struct group_state *state, double *out_upper, double *out_lower,
                         gos_error *err)
{
    group_start(state);
    for (uint32_t j = 0; j < d->looks; j++) {
        double t = d->info[j], bound = fmin(z[j], Z_MAX), high = bound * sqrt(t);
        double low = score_low(d, bound, t);
        if (j > 0 && t - state->t < STEP_MIN) {
            out_upper[j] = out_lower[j] = 0;
            continue;
        }
        out_upper[j] = group_above(state, t, high, drift);
        out_lower[j] = group_below(state, t, low, drift);
        if (j + 1 < d->looks &&
            !group_advance(state, t, low, high, drift, fmax(next_info(d, j), t + STEP_MIN)))
            return gos_fail(err, GOS_TOO_LARGE, "/info", "looks %u and %u are too close", j + 1,
                            j + 2);
    }
    return true;
}

/* The sum of all stopping chances; NaN on failure. */
static double stop_chance(const gos_group_design *d, const double *z, double drift,
                          struct group_state *state)
{
    double upper[GOS_LOOKS_MAX], lower[GOS_LOOKS_MAX], sum = 0;
    if (!exit_chances(d, z, drift, state, upper, lower, NULL))
        return NAN;
    for (uint32_t j = 0; j < d->looks; j++)
        sum += upper[j] + (d->sides == 2 ? lower[j] : 0);
    return sum;
}

struct constant_search {
    const gos_group_design *design;
    struct group_state *state;
    const double *z; /* of a drift search */
    double delta;    /* of a constant search: z_j = c t_j^(delta - 1/2) */
    double target;
};

static void constant_bounds(const gos_group_design *d, double c, double delta, double *out_z)
{
    for (uint32_t j = 0; j < d->looks; j++)
        out_z[j] = c * pow((double)(j + 1) / d->looks, delta - 0.5);
}

static double constant_gap(double c, const void *context)
{
    const struct constant_search *s = context;
    double z[GOS_LOOKS_MAX];
    constant_bounds(s->design, c, s->delta, z);
    return stop_chance(s->design, z, 0, s->state) - s->target;
}

static bool classical_bounds(const gos_group_design *d, struct group_state *state, double *out_z,
                             double *out_spent, gos_error *err)
{
    double lower[GOS_LOOKS_MAX], upper[GOS_LOOKS_MAX], c, sum = 0;
    struct constant_search search = {.design = d, .state = state, .target = d->alpha};
    search.delta = d->kind == GOS_GROUP_C_OBF ? 0 : d->kind == GOS_GROUP_C_POCOCK ? 0.5 : d->param;
    if (!root_find(constant_gap, &search, 0.5, 12, 1e-13, &c))
        return gos_fail(err, GOS_INTERNAL, "/alpha", "the constant of this design was not found");
    constant_bounds(d, c, search.delta, out_z);
    if (!exit_chances(d, out_z, 0, state, upper, lower, err))
        return false;
    for (uint32_t j = 0; j < d->looks; j++)
        out_spent[j] = sum += upper[j] + (d->sides == 2 ? lower[j] : 0);
    return true;
}

bool gos_group_bounds(const gos_group_design *design, double *out_z, double *out_alpha_spent,
                      gos_error *err)
{
    struct group_state state;
    if (!design_check(design, err))
        return false;
    if (design->kind >= GOS_GROUP_C_OBF)
        return classical_bounds(design, &state, out_z, out_alpha_spent, err);
    return spending_bounds(design, &state, out_z, out_alpha_spent, err);
}

bool gos_group_exit(const gos_group_design *design, const double *z, double drift,
                    double *out_upper, double *out_lower, gos_error *err)
{
    struct group_state state;
    double lower[GOS_LOOKS_MAX];
    if (!design_check(design, err))
        return false;
    return exit_chances(design, z, drift, &state, out_upper, out_lower ? out_lower : lower, err);
}

static double drift_gap(double drift, const void *context)
{
    const struct constant_search *s = context;
    return stop_chance(s->design, s->z, drift, s->state) - s->target;
}

bool gos_group_drift(const gos_group_design *design, const double *z, double power, double *out,
                     gos_error *err)
{
    struct group_state state;
    if (!design_check(design, err))
        return false;
    struct constant_search search = {.design = design, .state = &state, .z = z, .target = power};
    if (!(power > design->alpha && power < 1) || !root_find(drift_gap, &search, 0, 20, 1e-12, out))
        return gos_fail(err, GOS_UNREACHABLE, "/power", "no drift up to 20 gives power %g", power);
    return true;
}

bool gos_peeking_inflation(double alpha, uint32_t looks, double *out, gos_error *err)
{
    double info[GOS_LOOKS_MAX], z[GOS_LOOKS_MAX];
    gos_group_design design = {
        .kind = GOS_GROUP_C_POCOCK, .alpha = alpha, .sides = 2, .looks = looks, .info = info};
    for (uint32_t j = 0; j < looks && j < GOS_LOOKS_MAX; j++) {
        info[j] = (double)(j + 1) / looks;
        z[j] = dist_qnorm(alpha / 2, TAIL_UPPER);
    }
    struct group_state state;
    if (!design_check(&design, err))
        return false;
    *out = stop_chance(&design, z, 0, &state);
    return !isnan(*out) || gos_fail(err, GOS_INTERNAL, "/looks", "the recursion failed");
}
