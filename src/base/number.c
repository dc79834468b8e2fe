/* Decimal text to double and back. */
#include "base/number.h"

#include "base/shortest.h"
#include "base/text.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

enum {
    DIGITS_FAST_MAX = 19,    /* decimal digits that fit 64 bits */
    POWER_EXACT_MAX = 22,    /* 10^22 is the last power of ten that a double holds exactly */
    DIGITS_EXACT_MAX = 800,  /* no double needs more (768) to be told from its neighbours */
    EXPONENT_MAX = 100000000 /* larger ones change nothing any more */
};

#define MANTISSA_EXACT_MAX (UINT64_C(1) << 53)

static const double POWERS[POWER_EXACT_MAX + 1] = {
    1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,  1e8,  1e9,  1e10, 1e11,
    1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22,
};

/* A number cut into its parts: value = digits * 10^(exponent - fraction digits). */
struct decimal {
    const char *digits; /* with at most one point inside */
    size_t len;
    uint64_t mantissa; /* of the first DIGITS_FAST_MAX significant digits */
    uint32_t significant;
    int64_t fraction_digits;
    int32_t exponent;
    bool negative;
};

static bool is_digit(const char *at, const char *end)
{
    return at < end && *at >= '0' && *at <= '9';
}

static const char *read_digits(const char *at, const char *end, struct decimal *out)
{
    for (; is_digit(at, end); at++) {
        unsigned digit = (unsigned)(*at - '0');
        if (out->significant == 0 && digit == 0)
            continue;
        if (out->significant < DIGITS_FAST_MAX)
            out->mantissa = out->mantissa * 10 + digit;
        out->significant++;
    }
    return at;
}

/* The end of the exponent part; NULL when it is begun and not finished. */
static const char *read_exponent(const char *at, const char *end, struct decimal *out)
{
    if (at == end || (*at != 'e' && *at != 'E'))
        return at;
    at++;
    bool negative = at < end && *at == '-';
    if (at < end && (*at == '-' || *at == '+'))
        at++;
    if (!is_digit(at, end))
        return NULL;
    int32_t exponent = 0;
    for (; is_digit(at, end); at++) {
        if (exponent < EXPONENT_MAX)
            exponent = exponent * 10 + (*at - '0');
    }
    out->exponent = negative ? -exponent : exponent;
    return at;
}

/* The end of the number, or NULL when there is none. */
static const char *decimal_read(const char *at, const char *end, bool is_json, struct decimal *out)
{
    if (at < end && (*at == '-' || (!is_json && *at == '+')))
        out->negative = *at++ == '-';
    out->digits = at;
    const char *whole_end = read_digits(at, end, out);
    bool has_whole = whole_end > at;
    if (is_json && (!has_whole || (*at == '0' && whole_end > at + 1)))
        return NULL;
    at = whole_end;
    if (at < end && *at == '.') {
        const char *fraction = ++at;
        at = read_digits(at, end, out);
        bool has_fraction = at > fraction;
        if (!has_fraction && (is_json || !has_whole))
            return NULL;
        out->fraction_digits = at - fraction;
        has_whole = true;
    }
    if (!has_whole)
        return NULL;
    out->len = (size_t)(at - out->digits);
    return read_exponent(at, end, out);
}

/* By strtod, spelt as digits and exponent only: a point would mean what the locale says. */
static double decimal_exact(const struct decimal *decimal)
{
    char text[DIGITS_EXACT_MAX + 24];
    size_t len = 0;
    int64_t exponent = decimal->exponent - decimal->fraction_digits;
    bool dropped = false;
    for (size_t i = 0; i < decimal->len; i++) {
        char c = decimal->digits[i];
        if (c == '.' || (len == 0 && c == '0'))
            continue;
        if (len < DIGITS_EXACT_MAX) {
            text[len++] = c;
            continue;
        }
        exponent++;
        dropped = dropped || c != '0';
    }
    /* All that was dropped can do is keep the number off the exact middle of two doubles. */
    if (dropped) {
        text[len++] = '1';
        exponent--;
    }
    snprintf(text + len, sizeof text - len, "e%lld", (long long)exponent);
    return strtod(text, NULL);
}

static double decimal_value(const struct decimal *decimal)
{
    int64_t exponent = decimal->exponent - decimal->fraction_digits;
    if (decimal->significant == 0)
        return 0.0;
    if (decimal->significant <= DIGITS_FAST_MAX && decimal->mantissa <= MANTISSA_EXACT_MAX) {
        /* Both operands are exact, so the one rounding is the right one (Clinger 1990). */
        if (exponent >= 0 && exponent <= POWER_EXACT_MAX)
            return (double)decimal->mantissa * POWERS[exponent];
        if (exponent < 0 && exponent >= -POWER_EXACT_MAX)
            return (double)decimal->mantissa / POWERS[-exponent];
    }
    return decimal_exact(decimal);
}

size_t number_read(gos_str text, bool is_json, double *out)
{
    struct decimal decimal = {0};
    const char *end = decimal_read(text.data, text.data + text.len, is_json, &decimal);
    if (!end)
        return 0;
    double value = decimal_value(&decimal);
    *out = decimal.negative ? -value : value;
    return (size_t)(end - text.data);
}

/* As ECMAScript spells numbers: plain between 1e-7 and 1e21, with an exponent outside. */
static size_t digits_lay_out(const char *digits, int len, int exponent, char *out)
{
    if (exponent >= 21 || exponent < -6)
        return (size_t)snprintf(out, 31, "%c%s%.*se%+d", digits[0], len > 1 ? "." : "", len - 1,
                                digits + 1, exponent);
    int zeros_before = exponent < 0 ? -exponent : 0;
    int zeros_behind = exponent + 1 > len ? exponent + 1 - len : 0;
    char *at = out;
    for (int i = 0; i < zeros_before; i++) {
        *at++ = '0';
        if (i == 0)
            *at++ = '.';
    }
    for (int i = 0; i < len; i++) {
        if (i == exponent + 1 && exponent >= 0)
            *at++ = '.';
        *at++ = digits[i];
    }
    for (int i = 0; i < zeros_behind; i++)
        *at++ = '0';
    *at = 0;
    return (size_t)(at - out);
}

/* The digits of a whole number; how many. */
static int digits_of(uint64_t number, char digits[24])
{
    char reversed[24];
    int len = 0;
    for (; number > 0; number /= 10)
        reversed[len++] = (char)('0' + number % 10);
    for (int i = 0; i < len; i++)
        digits[i] = reversed[len - 1 - i];
    return len;
}

size_t double_write(double value, char out[32])
{
    if (!isfinite(value))
        return (size_t)snprintf(out, 32, "%s", isnan(value) ? "nan" : value < 0 ? "-inf" : "inf");
    if (value == 0)
        return (size_t)snprintf(out, 32, "%s", signbit(value) ? "-0" : "0");
    size_t sign = value < 0 ? 1 : 0;
    out[0] = '-';
    char digits[24];
    struct decimal_digits decimal = decimal_shortest(fabs(value));
    int len = digits_of(decimal.digits, digits);
    return sign + digits_lay_out(digits, len, decimal.exponent + len - 1, out + sign);
}

int number_decimals(double se, int most)
{
    if (!isfinite(se) || se <= 0)
        return 2;
    int exponent = (int)floor(log10(se));
    int digits = se / pow(10, exponent) < 3 ? 2 : 1;
    int decimals = digits - 1 - exponent;
    return decimals < 0 ? 0 : decimals > most ? most : decimals;
}

double number_spread(double lower, double upper)
{
    return (upper - lower) / 3.92;
}
