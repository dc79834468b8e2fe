/* A positive double as its shortest decimal digits. */
#ifndef BASE_SHORTEST_H
#define BASE_SHORTEST_H

#include <stdint.h>

/* The value is digits * 10^exponent; the last digit is not 0. */
struct decimal_digits {
    uint64_t digits;
    int exponent;
};

/*
 * The shortest decimal that reads back as `value` (finite, above 0), and of these the closest.
 * Source  Giulietti (2020), The Schubfach way to render doubles
 */
struct decimal_digits decimal_shortest(double value);

#endif
