/* xoshiro256++ and the laws the simulations need. */
#include "stats/random.h"

#include <math.h>

static uint64_t rotate(uint64_t x, int bits)
{
    return (x << bits) | (x >> (64 - bits));
}

void random_start(struct random *random, uint64_t seed)
{
    for (int i = 0; i < 4; i++) {
        seed += 0x9e3779b97f4a7c15u;
        uint64_t z = seed;
        z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
        z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
        random->state[i] = z ^ (z >> 31);
    }
    random->has_spare = false;
}

uint64_t random_bits(struct random *random)
{
    uint64_t *s = random->state, out = rotate(s[0] + s[3], 23) + s[0], t = s[1] << 17;
    s[2] ^= s[0];
    s[3] ^= s[1];
    s[1] ^= s[2];
    s[0] ^= s[3];
    s[2] ^= t;
    s[3] = rotate(s[3], 45);
    return out;
}

double random_uniform(struct random *random)
{
    return ((double)(random_bits(random) >> 12) + 0.5) * 0x1p-52;
}

/* Marsaglia's polar method. */
double random_normal(struct random *random)
{
    double u, v, s;
    if (random->has_spare) {
        random->has_spare = false;
        return random->spare;
    }
    do {
        u = 2 * random_uniform(random) - 1;
        v = 2 * random_uniform(random) - 1;
        s = u * u + v * v;
    } while (s >= 1 || s == 0);
    double scale = sqrt(-2 * log(s) / s);
    random->spare = v * scale;
    random->has_spare = true;
    return u * scale;
}

double random_poisson(struct random *random, double mean)
{
    if (mean > 30)
        return fmax(0, round(mean + sqrt(mean) * random_normal(random)));
    double limit = exp(-mean), product = random_uniform(random), count = 0;
    while (product > limit) {
        product *= random_uniform(random);
        count++;
    }
    return count;
}

double random_gamma(struct random *random, double shape)
{
    if (shape < 1)
        return random_gamma(random, shape + 1) * pow(random_uniform(random), 1 / shape);
    double d = shape - 1.0 / 3, c = 1 / sqrt(9 * d);
    for (;;) {
        double x = random_normal(random), v = 1 + c * x;
        v = v * v * v;
        if (v > 0 && log(random_uniform(random)) < x * x / 2 + d - d * v + d * log(v))
            return d * v;
    }
}

double random_beta(struct random *random, double a, double b)
{
    double x = random_gamma(random, a), y = random_gamma(random, b);
    return x / (x + y);
}

double random_binomial(struct random *random, uint64_t n, double p)
{
    double count = 0;
    if (p > 0.5)
        return (double)n - random_binomial(random, n, 1 - p);
    if (p > 0.1) {
        for (uint64_t i = 0; i < n; i++)
            count += random_uniform(random) < p;
        return count;
    }
    /* Geometric gaps between successes. */
    double log_q = log1p(-p), at = 0;
    for (;;) {
        at += floor(log(random_uniform(random)) / log_q) + 1;
        if (at > (double)n)
            return count;
        count++;
    }
}
