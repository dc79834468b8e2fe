/*
 * Schubfach: the interval of decimals that read back as the value is scaled by a power of ten so
 * that it holds one or two integers, or a multiple of ten. 128 bits of that power are enough, when
 * the product's lost bits are kept as one odd bit.
 */
#include "base/shortest.h"

#include <stdbool.h>
#include <string.h>

enum { POWER_MIN = -292, FRACTION_BITS = 52, EXPONENT_BIAS = 1075, EXPONENT_MASK = 0x7ff };

__extension__ typedef unsigned __int128 uint128;

static const struct power {
    uint64_t high, low;
} powers[] = {
#define POWER(high, low) {UINT64_C(high), UINT64_C(low)},
#include "base/powers.def"
#undef POWER
};

/* floor(log2(10^e)), floor(log10(2^e)), and the latter for three quarters of 2^e. */
static int log2_of_power10(int e)
{
    return (e * 1741647) >> 19;
}

static int log10_of_power2(int e, bool is_three_quarters)
{
    return (e * 1262611 - (is_three_quarters ? 524031 : 0)) >> 22;
}

/* The high 64 bits of a 192 bit product, its lowest bit set when any lower one is. */
static uint64_t product_odd(struct power power, uint64_t x)
{
    uint128 low = (uint128)power.low * x;
    uint128 high = (uint128)power.high * x + (uint64_t)(low >> 64);
    return (uint64_t)(high >> 64) | ((uint64_t)high > 1);
}

static struct decimal_digits without_zeros(uint64_t digits, int exponent)
{
    while (digits % 10 == 0) {
        digits /= 10;
        exponent++;
    }
    return (struct decimal_digits){digits, exponent};
}

/* All in quarters of the unit 10^k: `value` between `low` and `high`, both of which read back. */
static struct decimal_digits choose(uint64_t low, uint64_t value, uint64_t high, int k)
{
    uint64_t whole = value / 4, tens = whole / 10;
    if (whole >= 10) {
        bool down = low <= 40 * tens, up = 40 * tens + 40 <= high;
        if (down != up)
            return without_zeros(tens + up, k + 1);
    }
    bool down = low <= 4 * whole, up = 4 * whole + 4 <= high;
    if (down != up)
        return without_zeros(whole + up, k);
    uint64_t middle = 4 * whole + 2;
    bool is_above = value > middle || (value == middle && whole % 2 == 1);
    return without_zeros(whole + is_above, k);
}

struct decimal_digits decimal_shortest(double value)
{
    uint64_t bits;
    memcpy(&bits, &value, sizeof bits);
    uint64_t fraction = bits & ((UINT64_C(1) << FRACTION_BITS) - 1);
    int biased = (int)(bits >> FRACTION_BITS) & EXPONENT_MASK;
    bool is_normal = biased != 0;
    uint64_t c = is_normal ? fraction | UINT64_C(1) << FRACTION_BITS : fraction;
    int q = (is_normal ? biased : 1) - EXPONENT_BIAS;
    /* Below a power of two doubles lie twice as close. */
    bool is_edge = fraction == 0 && biased > 1;
    int k = log10_of_power2(q, is_edge), shift = q + log2_of_power10(-k) + 1;
    struct power power = powers[-k - POWER_MIN];
    uint64_t odd = c % 2;
    uint64_t low = product_odd(power, (4 * c - 2 + is_edge) << shift) + odd;
    uint64_t middle = product_odd(power, (4 * c) << shift);
    uint64_t high = product_odd(power, (4 * c + 2) << shift) - odd;
    return choose(low, middle, high, k);
}
