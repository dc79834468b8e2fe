/*
 * Double-double arithmetic where one double loses the answer: a number is high + low.
 * Source: Dekker (1971), Numerische Mathematik 18; Ogita, Rump, Oishi (2005), SIAM J. Sci. Comput.
 */
#ifndef STATS_TWOFOLD_H
#define STATS_TWOFOLD_H

#include <math.h>

struct twofold {
    double high;
    double low;
};

/* a + b, exactly. */
static inline struct twofold twofold_sum(double a, double b)
{
    double high = a + b, part = high - a;
    return (struct twofold){high, (a - (high - part)) + (b - part)};
}

/* a + b, exactly, when |a| >= |b|. */
static inline struct twofold twofold_quick(double a, double b)
{
    double high = a + b;
    return (struct twofold){high, b - (high - a)};
}

/* a * b, exactly. */
static inline struct twofold twofold_product(double a, double b)
{
    double high = a * b;
    return (struct twofold){high, fma(a, b, -high)};
}

/* a / b to twice the digits. */
static inline struct twofold twofold_divide(double a, double b)
{
    double high = a / b;
    return twofold_quick(high, fma(-high, b, a) / b);
}

/* s_ij - s_i * s_j / n, rounded once. */
static inline double twofold_centred(double s_ij, double s_i, double s_j, double n)
{
    struct twofold product = twofold_product(s_i, s_j);
    double share = product.high / n;
    double rest = (fma(-share, n, product.high) + product.low) / n;
    struct twofold centred = twofold_sum(s_ij, -share);
    return centred.high + (centred.low - rest);
}

#endif
