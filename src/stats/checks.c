/* Checks with a p-value: balance, novelty, independence, interaction, heterogeneity, uniformity. */
#include "gosset/stats_checks.h"

#include "stats/distribution.h"
#include "stats/precision.h"

#include <math.h>

static gos_check check_none(void)
{
    return (gos_check){NAN, NAN, NAN, NAN, 1};
}

static gos_check check_z(double value, double se)
{
    if (!(se > 0))
        return check_none();
    double z = value / se;
    return (gos_check){value, se, z, INFINITY, fmin(1, 2 * dist_pnorm(fabs(z), TAIL_UPPER))};
}

static bool are_estimates(const double *diff, const double *se, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (!(se[i] > 0) || !isfinite(se[i]) || !isfinite(diff[i]))
            return false;
    }
    return true;
}

gos_check gos_check_balance(const gos_moments *c, const gos_moments *t, uint32_t variable)
{
    if (c->n < 2 || t->n < 2 || variable >= c->variable_count || variable >= t->variable_count)
        return check_none();
    double v = gos_moments_variance(c, variable) / (double)c->n +
               gos_moments_variance(t, variable) / (double)t->n;
    return check_z(t->mean[variable] - c->mean[variable], sqrt(fmax(0, v)));
}

gos_check gos_check_novelty(const double *day, const double *diff, const double *se, size_t count)
{
    enum { DAYS_MIN = 14 };
    double least = precision_least(se, count), weights = 0, mean_x = 0, mean_y = 0, xx = 0, xy = 0;
    if (count < DAYS_MIN || !are_estimates(diff, se, count))
        return check_none();
    for (size_t i = 0; i < count; i++) {
        double w = precision_weight(se[i], least), share;
        weights += w;
        share = w / weights;
        mean_x += share * (log1p(day[i]) - mean_x);
        mean_y += share * (diff[i] - mean_y);
    }
    for (size_t i = 0; i < count; i++) {
        double w = precision_weight(se[i], least), x = log1p(day[i]) - mean_x;
        xx += w * x * x;
        xy += w * x * (diff[i] - mean_y);
    }
    return xx > 0 ? check_z(xy / xx, least / sqrt(xx)) : check_none();
}

static gos_check check_chisq(double value, double chisq, double df)
{
    return (gos_check){value, NAN, chisq, df, dist_pchisq(chisq, df, TAIL_UPPER)};
}

gos_check gos_check_independence(const uint64_t *units, size_t rows, size_t columns)
{
    double total = 0, chisq = 0;
    size_t used_rows = 0, used_columns = 0;
    for (size_t i = 0; i < rows * columns; i++)
        total += (double)units[i];
    for (size_t r = 0; r < rows; r++) {
        double row = 0;
        for (size_t c = 0; c < columns; c++)
            row += (double)units[r * columns + c];
        used_rows += row > 0;
    }
    for (size_t c = 0; c < columns; c++) {
        double column = 0;
        for (size_t r = 0; r < rows; r++)
            column += (double)units[r * columns + c];
        used_columns += column > 0;
        for (size_t r = 0; r < rows && column > 0; r++) {
            double row = 0;
            for (size_t k = 0; k < columns; k++)
                row += (double)units[r * columns + k];
            double expected = row * (column / total);
            double gap = (double)units[r * columns + c] - expected;
            chisq += expected > 0 ? gap / expected * gap : 0;
        }
    }
    if (used_rows < 2 || used_columns < 2)
        return check_none();
    return check_chisq(sqrt(chisq / total), chisq,
                       (double)(used_rows - 1) * (double)(used_columns - 1));
}

gos_check gos_check_interaction(const gos_moments cells[4])
{
    static const double sign[4] = {1, -1, -1, 1};
    double contrast = 0, v = 0;
    for (int i = 0; i < 4; i++) {
        if (cells[i].n < 2)
            return check_none();
        contrast += sign[i] * cells[i].mean[0];
        v += fmax(0, gos_moments_variance(&cells[i], 0)) / (double)cells[i].n;
    }
    return check_z(contrast, sqrt(v));
}

/* Cochran's Q around the mean weighted by precision. */
static double cochran(const double *diff, const double *se, size_t count, double *out_mean,
                      double *out_se)
{
    double q = 0;
    *out_mean = precision_mean(diff, se, count, count, out_se);
    for (size_t i = 0; i < count; i++)
        q += (diff[i] - *out_mean) / se[i] * ((diff[i] - *out_mean) / se[i]);
    return q;
}

gos_check gos_check_heterogeneity(const double *diff, const double *se, size_t count)
{
    double mean, mean_se;
    if (count < 2 || !are_estimates(diff, se, count))
        return check_none();
    double q = cochran(diff, se, count, &mean, &mean_se), df = (double)(count - 1);
    return check_chisq(fmax(0, 1 - df / fmax(q, df)), q, df);
}

void gos_shrink_slices(const double *diff, const double *se, size_t count, double *out_diff,
                       double *out_se)
{
    double mean, mean_se, q = cochran(diff, se, count, &mean, &mean_se), w1 = 0, w2 = 0;
    double least = precision_least(se, count);
    for (size_t i = 0; i < count; i++) {
        double w = precision_weight(se[i], least);
        w1 += w;
        w2 += w * w;
    }
    /* Between slices, in units of the least error squared. */
    double between = count > 1 ? fmax(0, (q - (double)(count - 1)) / (w1 - w2 / w1)) : 0;
    for (size_t i = 0; i < count; i++) {
        double keep = between / (between + 1 / precision_weight(se[i], least));
        out_diff[i] = mean + keep * (diff[i] - mean);
        out_se[i] = hypot(sqrt(keep) * se[i], (1 - keep) * mean_se);
    }
}

/* Kolmogorov's limit with Stephens' (1970) correction of the sample size. */
static double kolmogorov_upper(double d, double n)
{
    double x = (sqrt(n) + 0.12 + 0.11 / sqrt(n)) * d, sum = 0;
    if (x < 0.2)
        return 1;
    for (int k = 1; k <= 100; k++) {
        double term = exp(-2.0 * k * k * x * x);
        sum += k % 2 ? term : -term;
        if (term < 1e-18)
            break;
    }
    return fmin(1, fmax(0, 2 * sum));
}

gos_check gos_check_uniform(const double *sorted_p, size_t count)
{
    double n = (double)count, d = 0;
    if (count == 0)
        return check_none();
    for (size_t i = 0; i < count; i++)
        d = fmax(d, fmax(sorted_p[i] - (double)i / n, (double)(i + 1) / n - sorted_p[i]));
    return (gos_check){d, NAN, d * sqrt(n), n, kolmogorov_upper(d, n)};
}

gos_check gos_check_dilution(double diff, double se, double rate, double n)
{
    return check_z(diff * rate, hypot(rate * se, diff * sqrt(rate * (1 - rate) / n)));
}

/* Truth d in units of se; the mean is that of a normal cut at both bounds. */
double gos_exaggeration(double power, double alpha)
{
    double z = dist_qnorm(alpha / 2, TAIL_UPPER), d = z + dist_qnorm(power, TAIL_LOWER);
    if (!(d > 0) || isinf(d))
        return NAN;
    double significant = power + dist_pnorm(-z - d, TAIL_LOWER);
    double above = d * dist_pnorm(z - d, TAIL_UPPER) + dist_dnorm(z - d);
    double below = d * dist_pnorm(-z - d, TAIL_LOWER) - dist_dnorm(-z - d);
    return (above - below) / significant / d;
}
