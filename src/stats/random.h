/*
 * Chance from a seed: the same seed gives the same numbers on every machine.
 * Source: xoshiro256++ (Blackman, Vigna 2019), seeded by splitmix64.
 */
#ifndef STATS_RANDOM_H
#define STATS_RANDOM_H

#include <stdbool.h>
#include <stdint.h>

struct random {
    uint64_t state[4];
    double spare; /* the second normal of a pair */
    bool has_spare;
};

void random_start(struct random *random, uint64_t seed);
uint64_t random_bits(struct random *random);
/* In (0, 1), 53 bits. */
double random_uniform(struct random *random);
double random_normal(struct random *random);
/* Knuth's product for mean below 30, else a rounded normal. */
double random_poisson(struct random *random, double mean);
/* Shape above 0, scale 1. Source: Marsaglia, Tsang (2000), ACM TOMS 26. */
double random_gamma(struct random *random, double shape);
double random_beta(struct random *random, double a, double b);
/* Successes among n units: exact, by waiting times when p is small. */
double random_binomial(struct random *random, uint64_t n, double p);

#endif
