/*
 * Distribution functions: libRmath where it is good, a Newton step or own code where it is not.
 * The only file that sees Rmath.h. Arguments are checked here because libRmath prints warnings.
 */
#include "stats/distribution.h"

#define MATHLIB_STANDALONE
#include <Rmath.h>

#include <math.h>
#include <string.h>

static const double LN_2 = 0.693147180559945309417232121458;
static const double LN_SQRT_2PI = 0.918938533204672741780329736406;
static const double LN_10 = 2.302585092994045684017991454684;
/* Beyond them libRmath prints of underflow; Student's t has long been the normal. */
static const double PARAMETER_MIN = 1e-290, PARAMETER_MAX = 1e300;

double dist_dnorm(double x)
{
    return exp(-x * x / 2 - LN_SQRT_2PI);
}

double dist_pnorm(double x, enum tail tail)
{
    return isnan(x) ? NAN : pnorm(x, 0, 1, tail == TAIL_LOWER, 0);
}

double dist_pnorm_log(double x, enum tail tail)
{
    return isnan(x) ? NAN : pnorm(x, 0, 1, tail == TAIL_LOWER, 1);
}

static bool is_probability(double p)
{
    return p >= 0 && p <= 1;
}

double dist_qnorm(double p, enum tail tail)
{
    return is_probability(p) ? qnorm(p, 0, 1, tail == TAIL_LOWER, 0) : NAN;
}

/* Newton on log P, in the tail where log P is not close to 0. */
double dist_qnorm_log(double log_p, enum tail tail)
{
    if (isnan(log_p) || log_p > 0)
        return NAN;
    if (isinf(log_p) || log_p == 0)
        return (tail == TAIL_LOWER) == (log_p == 0) ? INFINITY : -INFINITY;
    bool near_one = log_p > -LN_2;
    double small = near_one ? log(-expm1(log_p)) : log_p;
    double x = small > -700 ? -qnorm(exp(small), 0, 1, 1, 0)
                            : sqrt(-2 * small - log(-4 * 3.141592653589793 * small));
    for (int i = 0; i < 12; i++) {
        double log_tail = pnorm(x, 0, 1, 0, 1);
        double step = (log_tail - small) * exp(log_tail + x * x / 2 + LN_SQRT_2PI);
        x += step;
        if (fabs(step) <= 1e-16 * fabs(x))
            break;
    }
    return (tail == TAIL_UPPER) != near_one ? x : -x;
}

static double df_within(double df)
{
    return df > PARAMETER_MAX ? INFINITY : df;
}

double dist_pt(double t, double df, enum tail tail)
{
    if (isnan(t) || isnan(df) || df <= 0)
        return NAN;
    return pt(t, df_within(df), tail == TAIL_LOWER, 0);
}

double dist_pt_log(double t, double df, enum tail tail)
{
    if (isnan(t) || isnan(df) || df <= 0)
        return NAN;
    return pt(t, df_within(df), tail == TAIL_LOWER, 1);
}

static double log_dt(double t, double df)
{
    double t2 = t * t;
    double log_power = isinf(t2) ? 2 * log(fabs(t)) - log(df) : log1p(t2 / df);
    return -lbeta(0.5, df / 2) - 0.5 * log(df) - (df + 1) / 2 * log_power;
}

/* R's quantile, then Newton on the log of the smaller tail. */
double dist_qt(double p, double df, enum tail tail)
{
    if (!is_probability(p) || isnan(df) || df <= 0)
        return NAN;
    if (df > PARAMETER_MAX)
        return dist_qnorm(p, tail);
    double x = qt(p, df, tail == TAIL_LOWER, 0);
    if (!isfinite(x) || x == 0 || p == 0 || p == 1)
        return x;
    bool is_small = p <= 0.5;
    bool lower = (tail == TAIL_LOWER) == is_small;
    double log_p = is_small ? log(p) : log1p(-p);
    for (int i = 0; i < 3; i++) {
        double log_tail = pt(x, df, lower, 1);
        double step = (log_tail - log_p) * exp(log_tail - log_dt(x, df));
        if (!isfinite(step) || fabs(step) <= 1e-15 * fabs(x))
            break;
        x += lower ? -step : step;
    }
    return x;
}

double dist_pchisq(double x, double df, enum tail tail)
{
    if (isnan(x) || isnan(df) || df < 0)
        return NAN;
    return pchisq(x, df, tail == TAIL_LOWER, 0);
}

double dist_pchisq_log(double x, double df, enum tail tail)
{
    if (isnan(x) || isnan(df) || df < 0)
        return NAN;
    return pchisq(x, df, tail == TAIL_LOWER, 1);
}

double dist_qchisq(double p, double df, enum tail tail)
{
    if (!is_probability(p) || isnan(df) || df <= 0)
        return NAN;
    double x = qchisq(p, df, tail == TAIL_LOWER, 0);
    if (!(x > 0) || isinf(x) || p == 0 || p == 1)
        return x;
    bool is_small = p <= 0.5;
    bool lower = (tail == TAIL_LOWER) == is_small;
    double log_p = is_small ? log(p) : log1p(-p);
    for (int i = 0; i < 3; i++) {
        double log_tail = pchisq(x, df, lower, 1);
        double step = (log_tail - log_p) * exp(log_tail - dchisq(x, df, 1));
        if (!isfinite(step) || fabs(step) <= 1e-15 * x || fabs(step) > x / 2)
            break;
        x += lower ? -step : step;
    }
    return x;
}

static bool is_beta(double x, double a, double b)
{
    return !isnan(x) && a >= PARAMETER_MIN && b >= PARAMETER_MIN && a <= PARAMETER_MAX &&
           b <= PARAMETER_MAX;
}

double dist_pbeta(double x, double a, double b, enum tail tail)
{
    return is_beta(x, a, b) ? pbeta(x, a, b, tail == TAIL_LOWER, 0) : NAN;
}

double dist_pbeta_log(double x, double a, double b, enum tail tail)
{
    return is_beta(x, a, b) ? pbeta(x, a, b, tail == TAIL_LOWER, 1) : NAN;
}

/* R's quantile prints when it does not converge; so a bracketed Newton of our own on log P. */
double dist_qbeta(double p, double a, double b, enum tail tail)
{
    if (!is_probability(p) || !is_beta(0, a, b))
        return NAN;
    if (p == 0 || p == 1)
        return (p == 1) == (tail == TAIL_LOWER) ? 1 : 0;
    bool is_small = p <= 0.5;
    bool lower = (tail == TAIL_LOWER) == is_small;
    double log_p = is_small ? log(p) : log1p(-p);
    double low = 0, high = 1, x = a / (a + b);
    for (int i = 0; i < 400; i++) {
        double log_tail = pbeta(x, a, b, lower, 1);
        bool go_up = (log_tail < log_p) == lower;
        if (go_up)
            low = x;
        else
            high = x;
        double step = (log_tail - log_p) * exp(log_tail - dbeta(x, a, b, 1));
        double next = lower ? x - step : x + step;
        if (!(next > low && next < high))
            next = low > 0 && low < 1e-3 * high ? sqrt(low * high)
                                                : (low == 0 ? high / 64 : (low + high) / 2);
        if (fabs(next - x) <= 4e-16 * fabs(x) || next == x)
            return next;
        x = next;
    }
    return x;
}

/* libRmath does not converge for far more. */
static bool is_trials(double n)
{
    return n >= 0 && n <= 1e18;
}

double dist_pbinom(double x, double n, double p, enum tail tail)
{
    if (isnan(x) || !is_trials(n) || !is_probability(p))
        return NAN;
    return pbinom(x, n, p, tail == TAIL_LOWER, 0);
}

double dist_dbinom(double x, double n, double p)
{
    if (isnan(x) || x != floor(x) || !is_trials(n) || !is_probability(p))
        return NAN;
    return dbinom(x, n, p, 0);
}

double dist_qbinom(double q, double n, double p)
{
    return is_probability(q) && is_trials(n) && is_probability(p) ? qbinom(q, n, p, 1, 0) : NAN;
}

double dist_phyper(double x, double white, double black, double drawn, enum tail tail)
{
    if (isnan(x) || !(white >= 0) || !(black >= 0) || !(drawn >= 0) || drawn > white + black)
        return NAN;
    return phyper(x, white, black, drawn, tail == TAIL_LOWER, 0);
}

/* The C library's: R's loses digits near 1 and 2. */
double dist_lgamma(double x)
{
    int sign = 0;
    return lgamma_r(x, &sign);
}

double dist_lbeta(double a, double b)
{
    return is_beta(0, a, b) ? lbeta(a, b) : NAN;
}

double dist_log10_two_sided_t(double t, double df)
{
    double value = (dist_pt_log(fabs(t), df, TAIL_UPPER) + LN_2) / LN_10;
    return value > 0 ? 0 : value;
}

double dist_log10_two_sided_z(double z)
{
    double value = (dist_pnorm_log(fabs(z), TAIL_UPPER) + LN_2) / LN_10;
    return value > 0 ? 0 : value;
}
