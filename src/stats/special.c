/* Series for the small remainders that large logarithms leave. */
#include "stats/special.h"

#include "stats/distribution.h"

#include <math.h>

/* log(1 + x) = 2 atanh(r), r = x / (2 + x), and 2 r - x = -x r. */
double special_log1p_rest(double x)
{
    if (fabs(x) > 0.5)
        return log1p(x) - x;
    double r = x / (2 + x), r2 = r * r, power = r2, sum = 0;
    for (int k = 3; k < 60; k += 2) {
        double term = power / k;
        sum += term;
        if (term <= 1e-18 * fabs(x))
            break;
        power *= r2;
    }
    return r * (2 * sum - x);
}

double special_stirling_rest(double a)
{
    if (a < 15) {
        double log_root_2pi = 0.918938533204672741780329736406;
        return dist_lgamma(a) - ((a - 0.5) * log(a) - a + log_root_2pi);
    }
    static const double c[] = {1.0 / 12, -1.0 / 360, 1.0 / 1260, -1.0 / 1680, 1.0 / 1188};
    double sum = 0, power = 1 / a;
    for (int i = 0; i < 5; i++) {
        sum += c[i] * power;
        power /= a * a;
    }
    return sum;
}
