/* One statistic, three dual answers: p-value, interval of the difference, interval of the lift. */
#include "stats/effect.h"

#include "stats/distribution.h"

#include <float.h>
#include <math.h>

double effect_welch_df(double v_c, double n_c, double v_t, double n_t)
{
    double share = v_c / (v_c + v_t);
    double part_c = share > 0 ? share * share / (n_c - 1) : 0;
    double part_t = share < 1 ? (1 - share) * (1 - share) / (n_t - 1) : 0;
    return 1 / (part_c + part_t);
}

double effect_se(const struct effect *e)
{
    return sqrt(e->v_c + e->v_t - 2 * e->covariance);
}

bool effect_is_constant(double se, double mean_c, double mean_t)
{
    return !(se > 10 * DBL_EPSILON * fmax(fabs(mean_c), fabs(mean_t)));
}

/*
 * In terms of the difference d = t - c, so that a small lift keeps its digits:
 * all r with (d - r c)^2 <= k^2 (v_d - 2 r cov(d, c) + r^2 v_c).
 */
struct lift_set effect_fieller(const struct effect *e, double critical)
{
    if (e->mean_c == 0)
        return (struct lift_set){GOS_LIFT_UNDEFINED, NAN, NAN};
    double k2 = critical * critical, c = e->mean_c, d = e->mean_t - e->mean_c;
    double v_d = e->v_c + e->v_t - 2 * e->covariance, cov = e->covariance - e->v_c;
    double a = c * c - k2 * e->v_c, half_b = k2 * cov - d * c;
    double last = d * d - k2 * v_d;
    double spread = e->v_c * e->v_t - e->covariance * e->covariance;
    double disc = k2 * (v_d * c * c + e->v_c * d * d - 2 * cov * d * c) - k2 * k2 * spread;
    if (!(a != 0) || disc < 0)
        return (struct lift_set){GOS_LIFT_WHOLE, -INFINITY, INFINITY};
    double root = sqrt(disc), q = half_b <= 0 ? root - half_b : -(root + half_b);
    double first = q / a, second = q != 0 ? last / q : 0;
    if (c < 0) {
        first = -first;
        second = -second;
    }
    gos_lift_kind kind = a > 0 ? GOS_LIFT_BOUNDED : GOS_LIFT_EXCLUSIVE;
    return (struct lift_set){kind, fmin(first, second), fmax(first, second)};
}

double effect_lift_se(const struct effect *e)
{
    if (e->mean_c == 0)
        return NAN;
    double ratio = e->mean_t / e->mean_c;
    double v = e->v_t + ratio * ratio * e->v_c - 2 * ratio * e->covariance;
    return sqrt(fmax(v, 0)) / fabs(e->mean_c);
}

struct lift_set effect_log_lift(const struct effect *e, double critical)
{
    if (!(e->mean_c > 0 && e->mean_t > 0))
        return (struct lift_set){GOS_LIFT_UNDEFINED, NAN, NAN};
    double v = e->v_t / e->mean_t / e->mean_t + e->v_c / e->mean_c / e->mean_c -
               2 * e->covariance / e->mean_c / e->mean_t;
    double middle = log1p((e->mean_t - e->mean_c) / e->mean_c), half = critical * sqrt(v);
    return (struct lift_set){GOS_LIFT_BOUNDED, expm1(middle - half), expm1(middle + half)};
}

static struct lift_set lift_by_choice(const struct effect *e, double critical, double lift,
                                      gos_lift_interval choice)
{
    if (choice == GOS_LIFT_LOG)
        return effect_log_lift(e, critical);
    if (choice == GOS_LIFT_FIELLER || e->mean_c == 0)
        return effect_fieller(e, critical);
    double half = critical * effect_lift_se(e);
    return (struct lift_set){GOS_LIFT_BOUNDED, lift - half, lift + half};
}

void effect_intervals(const struct effect *e, double critical, gos_lift_interval lift_interval,
                      gos_inference *out)
{
    out->diff = e->mean_t - e->mean_c;
    out->se = effect_se(e);
    out->critical = critical;
    out->diff_low = out->diff - critical * out->se;
    out->diff_high = out->diff + critical * out->se;
    out->lift = e->mean_c != 0 ? out->diff / fabs(e->mean_c) : NAN;
    struct lift_set set = lift_by_choice(e, critical, out->lift, lift_interval);
    out->lift_kind = set.kind;
    out->lift_low = set.low;
    out->lift_high = set.high;
}

void effect_test(const struct effect *e, double null_diff, double alpha,
                 gos_lift_interval lift_interval, gos_inference *out)
{
    effect_intervals(e, dist_qt(alpha / 2, e->df, TAIL_UPPER), lift_interval, out);
    out->df = e->df;
    out->statistic = (out->diff - null_diff) / out->se;
    out->p_value = fmin(1, 2 * dist_pt(fabs(out->statistic), e->df, TAIL_UPPER));
    out->log10_p =
        out->p_value > 1e-290 ? log10(out->p_value) : dist_log10_two_sided_t(out->statistic, e->df);
}

gos_inference inference_none(const char *method)
{
    return (gos_inference){
        .method = method,
        .diff = NAN,
        .se = NAN,
        .df = NAN,
        .statistic = NAN,
        .critical = NAN,
        .p_value = 1,
        .log10_p = 0,
        .diff_low = NAN,
        .diff_high = NAN,
        .lift = NAN,
        .lift_low = NAN,
        .lift_high = NAN,
        .lift_kind = GOS_LIFT_UNDEFINED,
    };
}
