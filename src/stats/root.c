/* Brent's method: bisection that takes a secant or inverse quadratic step where that is safe. */
#include "stats/root.h"

#include <float.h>
#include <math.h>

enum { ROOT_STEPS_MAX = 200 };

struct bracket {
    double a, fa; /* the previous point */
    double b, fb; /* the best point */
    double c, fc; /* the other side of the root */
    double step, step_before;
};

static void bracket_order(struct bracket *s)
{
    if ((s->fb > 0) == (s->fc > 0)) {
        s->c = s->a;
        s->fc = s->fa;
        s->step = s->step_before = s->b - s->a;
    }
    if (fabs(s->fc) < fabs(s->fb)) {
        s->a = s->b;
        s->b = s->c;
        s->c = s->a;
        s->fa = s->fb;
        s->fb = s->fc;
        s->fc = s->fa;
    }
}

/* The interpolated step, or the half of the bracket. */
static void bracket_choose(struct bracket *s, double tolerance)
{
    double middle = (s->c - s->b) / 2;
    if (fabs(s->step_before) < tolerance || fabs(s->fa) <= fabs(s->fb)) {
        s->step = s->step_before = middle;
        return;
    }
    double ratio = s->fb / s->fa, p, q;
    if (s->a == s->c) {
        p = 2 * middle * ratio;
        q = 1 - ratio;
    } else {
        double u = s->fa / s->fc, r = s->fb / s->fc;
        p = ratio * (2 * middle * u * (u - r) - (s->b - s->a) * (r - 1));
        q = (u - 1) * (r - 1) * (ratio - 1);
    }
    if (p > 0)
        q = -q;
    p = fabs(p);
    if (2 * p < fmin(3 * middle * q - fabs(tolerance * q), fabs(s->step_before * q))) {
        s->step_before = s->step;
        s->step = p / q;
    } else {
        s->step = s->step_before = middle;
    }
}

bool root_find(root_function f, const void *context, double a, double b, double tolerance,
               double *out)
{
    struct bracket s = {.a = a, .fa = f(a, context), .b = b, .fb = f(b, context)};
    s.c = s.b;
    s.fc = s.fb;
    bool same_side = (s.fa > 0 && s.fb > 0) || (s.fa < 0 && s.fb < 0);
    if (isnan(s.fa) || isnan(s.fb) || same_side)
        return false;
    for (int i = 0; i < ROOT_STEPS_MAX; i++) {
        bracket_order(&s);
        double near = 2 * DBL_EPSILON * fabs(s.b) + tolerance / 2;
        if (s.fb == 0 || fabs(s.c - s.b) / 2 <= near) {
            *out = s.b;
            return true;
        }
        bracket_choose(&s, near);
        s.a = s.b;
        s.fa = s.fb;
        s.b += fabs(s.step) > near ? s.step : copysign(near, s.c - s.b);
        s.fb = f(s.b, context);
        if (isnan(s.fb))
            return false;
    }
    return false;
}
