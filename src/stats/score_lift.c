/*
 * Koopman's interval of a risk ratio. The constrained likelihood is a quadratic; it is solved on
 * the distance from the edge of its domain, where its discriminant is a sum of positive terms.
 */
#include "stats/root.h"
#include "stats/score.h"

#include <float.h>
#include <math.h>

struct ratio {
    struct counts counts;
    double critical;
    double sign; /* +1 for the lower bound, -1 for the upper */
};

/* Score statistic less the critical value on the side of `sign`, at phi = exp(log_phi). */
static double ratio_excess(double log_phi, const void *context)
{
    const struct ratio *s = context;
    const struct counts *c = &s->counts;
    double phi = exp(log_phi), more = expm1(log_phi), n = c->n_c + c->n_t, x = c->x_c + c->x_t;
    double f_c = c->n_c - c->x_c, f_t = c->n_t - c->x_t;
    double slope = more >= 0 ? f_t + f_c - (c->n_t + c->x_c) * more : f_t + f_c + (n + f_c) * more;
    double last = more >= 0 ? -f_t * more / phi : f_c * more;
    double root = sqrt(slope * slope - 4 * n * phi * last);
    double e =
        slope > 0 ? (slope + root) / (2 * n * phi) : (last < 0 ? -2 * last / (root - slope) : 0);
    double p_c = 2 * x / (c->n_t * phi + c->x_t + c->n_c + c->x_c * phi + root);
    double q_t = more >= 0 ? phi * e : -more + phi * e;
    double q_c = more >= 0 ? more / phi + e : e;
    double v = phi * p_c * q_t / c->n_t + phi * phi * p_c * q_c / c->n_c;
    double gap = s->sign * (c->x_t / c->n_t - phi * (c->x_c / c->n_c));
    return gap - s->critical * sqrt(fmax(v, 0));
}

/* From `log_start`, which is not rejected, outwards until rejection, then between. */
static bool ratio_bound(const struct ratio *s, double log_start, double *out_lift)
{
    double near = log_start, step = 0.5, log_phi;
    for (int i = 0; i < 80; i++) {
        if (ratio_excess(near, s) < 0)
            break;
        near += s->sign * 2;
    }
    for (int i = 0; i < 60; i++) {
        double far = near - s->sign * step;
        if (fabs(far) > 700)
            return false;
        if (ratio_excess(far, s) > 0) {
            if (!root_find(ratio_excess, s, far, near, 1e-15, &log_phi))
                return false;
            *out_lift = expm1(log_phi);
            return true;
        }
        near = far;
        step *= 1.5;
    }
    return false;
}

bool score_lift(const struct counts *c, double critical, struct bounds *out)
{
    struct ratio s = {.counts = *c, .critical = critical, .sign = 1};
    double log_start =
        log((c->x_t > 0 ? c->x_t : 0.5) / c->n_t) - log((c->x_c > 0 ? c->x_c : 0.5) / c->n_c);
    struct bounds found = {-1, INFINITY};
    if (c->x_t > 0 && !ratio_bound(&s, log_start, &found.low))
        return false;
    s.sign = -1;
    if (c->x_c > 0 && !ratio_bound(&s, log_start, &found.high))
        return false;
    *out = found;
    return true;
}
