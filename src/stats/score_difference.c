/*
 * Mee's and Miettinen-Nurminen's interval of a difference. The constrained likelihood is solved on
 * the distance from the edge of its domain, so that rare events keep their digits.
 */
#include "stats/binomial.h"
#include "stats/root.h"
#include "stats/score.h"

#include <float.h>
#include <math.h>

enum { LIKELIHOOD_STEPS_MAX = 100 };

struct difference {
    struct counts counts;
    double observed; /* p_t - p_c */
    double critical;
    double scale; /* of the variance: N / (N - 1) or 1 */
    double sign;  /* +1 for the lower bound, -1 for the upper */
};

/* The four probabilities at distance u from the edge where p_c or p_t is 0. */
struct cell {
    double p_c, q_c;
    double p_t, q_t;
};

static struct cell cell_at(double u, double d)
{
    double rest = (1 - fabs(d)) - u, up = fmax(d, 0), down = fmax(-d, 0);
    return (struct cell){u + down, rest + up, u + up, rest + down};
}

/* x / p, where no event at no chance is no pull. */
static double pull(double x, double p)
{
    return x > 0 ? x / p : 0;
}

static double score_slope(const struct counts *c, double u, double d)
{
    struct cell at = cell_at(u, d);
    return pull(c->x_c, at.p_c) - pull(c->n_c - c->x_c, at.q_c) + pull(c->x_t, at.p_t) -
           pull(c->n_t - c->x_t, at.q_t);
}

static double score_curve(const struct counts *c, double u, double d)
{
    struct cell at = cell_at(u, d);
    return pull(c->x_c, at.p_c * at.p_c) + pull(c->n_c - c->x_c, at.q_c * at.q_c) +
           pull(c->x_t, at.p_t * at.p_t) + pull(c->n_t - c->x_t, at.q_t * at.q_t);
}

/* The maximum of the likelihood under p_t - p_c = d: guarded Newton on its falling slope. */
static double likelihood_solve(const struct counts *c, double d)
{
    double low = 0, high = 1 - fabs(d);
    if (!(high > 0))
        return 0;
    bool pulls_up = (d > 0 ? c->x_c : d < 0 ? c->x_t : c->x_c + c->x_t) > 0;
    if (!pulls_up && score_slope(c, 0, d) <= 0)
        return 0;
    double f_t = c->n_t - c->x_t, f_c = c->n_c - c->x_c;
    bool pulls_down = (d > 0 ? f_t : d < 0 ? f_c : f_t + f_c) > 0;
    if (!pulls_down && score_slope(c, high, d) >= 0)
        return high;
    double pooled = (c->x_c + c->x_t - (d > 0 ? c->n_t : -c->n_c) * d) / (c->n_c + c->n_t);
    double u = pooled > 0 && pooled < high ? pooled : high / 2;
    for (int i = 0; i < LIKELIHOOD_STEPS_MAX; i++) {
        double slope = score_slope(c, u, d);
        if (slope > 0)
            low = u;
        else
            high = u;
        double next = u + slope / score_curve(c, u, d);
        if (!(next > low && next < high))
            next = low == 0 ? high / 16 : (low + high) / 2;
        if (fabs(next - u) <= 2 * DBL_EPSILON * u)
            return next;
        u = next;
    }
    return u;
}

/* Positive while d is rejected on the side of `sign`. */
static double difference_excess(double d, const void *context)
{
    const struct difference *s = context;
    double gap = s->sign * (s->observed - d);
    if (!(gap > 0))
        return -DBL_MIN;
    const struct counts *c = &s->counts;
    struct cell at = cell_at(likelihood_solve(c, d), d);
    double v = at.p_c * at.q_c / c->n_c + at.p_t * at.q_t / c->n_t;
    return gap - s->critical * sqrt(fmax(v, 0) * s->scale);
}

/* From the observed difference outwards until rejection, then between. */
static bool difference_bound(struct difference *s, double *out)
{
    double edge = -s->sign, near = s->observed, c_pooled, step;
    const struct counts *c = &s->counts;
    if (s->observed == edge) {
        *out = edge;
        return true;
    }
    c_pooled = (c->x_c + c->x_t + 1) / (c->n_c + c->n_t + 2);
    step = s->critical * sqrt(c_pooled * (1 - c_pooled) * (1 / c->n_c + 1 / c->n_t));
    double tolerance = step * 1e-14;
    for (int i = 0; i < 200; i++) {
        double far = s->observed - s->sign * step;
        if (s->sign * (far - edge) <= 0)
            far = edge;
        if (far == edge || difference_excess(far, s) > 0)
            return root_find(difference_excess, s, far, near, tolerance, out);
        near = far;
        step *= 1.5;
    }
    return false;
}

bool score_difference(const struct counts *counts, double critical, bool corrected,
                      struct bounds *out)
{
    struct counts c = *counts;
    double total = c.n_c + c.n_t;
    bool flipped = 2 * (c.x_c + c.x_t) > total;
    if (flipped) {
        c.x_c = c.n_c - c.x_c;
        c.x_t = c.n_t - c.x_t;
    }
    struct difference s = {
        .counts = c,
        .observed = binomial_difference(&c),
        .critical = critical,
        .scale = corrected && total > 1 ? total / (total - 1) : 1,
        .sign = 1,
    };
    struct bounds found;
    if (!difference_bound(&s, &found.low))
        return false;
    s.sign = -1;
    if (!difference_bound(&s, &found.high))
        return false;
    *out = flipped ? (struct bounds){-found.high, -found.low} : found;
    return true;
}
