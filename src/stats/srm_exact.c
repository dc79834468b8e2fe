/* The exact multinomial test of a sample ratio: every way to share the units out is looked at. */
#include "stats/srm_exact.h"

#include "stats/distribution.h"

#include <math.h>

enum { ARMS_MAX = 16, TABLES_MAX = 20000 };

/* How many tables there are: (n + arms - 1) choose (arms - 1). */
static double table_count(double n, size_t arms)
{
    double count = 1;
    for (size_t i = 1; i < arms; i++)
        count *= (n + (double)i) / (double)i;
    return count;
}

static double log_chance(const double *x, const double *shares, size_t arms)
{
    double sum = 0;
    for (size_t i = 0; i < arms; i++)
        sum += x[i] * log(shares[i]) - dist_lgamma(x[i] + 1);
    return sum;
}

/* The next table: one unit goes from the last arm on, or what an arm had goes back to the last. */
static bool table_next(double *x, size_t arms)
{
    size_t last = arms - 1;
    for (size_t i = last; i-- > 0;) {
        if (x[last] > 0) {
            x[i]++;
            x[last]--;
            return true;
        }
        x[last] += x[i];
        x[i] = 0;
    }
    return false;
}

double srm_exact(const double *counts, const double *shares, size_t arms)
{
    double n = 0, x[ARMS_MAX] = {0}, extreme = 0, all = 0;
    for (size_t i = 0; i < arms; i++)
        n += counts[i];
    if (arms < 2 || arms > ARMS_MAX || n == 0 || table_count(n, arms) > TABLES_MAX)
        return NAN;
    /* Relative to the observed table, so that nothing underflows that matters. */
    double observed = log_chance(counts, shares, arms);
    x[arms - 1] = n;
    do {
        double log_ratio = log_chance(x, shares, arms) - observed, weight = exp(log_ratio);
        all += weight;
        extreme += log_ratio <= 1e-7 ? weight : 0;
    } while (table_next(x, arms));
    return fmin(1, isinf(all) ? 0 : extreme / all);
}
