/* A JSON number's digits are collected as they stand, then shifted to nine places. */
#include "model/decimal.h"

#include "base/text.h"

static const int64_t decimal_max = 1000000 * DECIMAL_SCALE;

struct digits {
    int64_t value;
    int64_t places; /* behind the point */
    bool negative;
};

static bool digits_add(struct digits *digits, char c, bool fraction)
{
    if (c < '0' || c > '9' || digits->value > decimal_max)
        return false;
    digits->value = digits->value * 10 + (c - '0');
    digits->places += fraction ? 1 : 0;
    return true;
}

static gos_str mantissa_trim(gos_str mantissa)
{
    if (str_contains(mantissa, GOS_LIT("."))) {
        while (mantissa.data[mantissa.len - 1] == '0')
            mantissa.len--;
    }
    return mantissa;
}

static bool mantissa_read(gos_str mantissa, struct digits *out)
{
    bool fraction = false;
    for (size_t i = 0; i < mantissa.len; i++) {
        if (mantissa.data[i] == '-' && i == 0)
            out->negative = true;
        else if (mantissa.data[i] == '.' && !fraction)
            fraction = true;
        else if (!digits_add(out, mantissa.data[i], fraction))
            return false;
    }
    return true;
}

bool decimal_read(gos_str text, int64_t *out)
{
    struct digits digits = {0};
    int64_t exponent = 0;
    size_t e = 0;
    while (e < text.len && text.data[e] != 'e' && text.data[e] != 'E')
        e++;
    if (e == 0 || !mantissa_read(mantissa_trim((gos_str){text.data, e}), &digits))
        return false;
    size_t sign = e + 1 < text.len && text.data[e + 1] == '+' ? 1 : 0;
    if (e < text.len &&
        !str_read_int((gos_str){text.data + e + 1 + sign, text.len - e - 1 - sign}, &exponent))
        return false;
    if (digits.value == 0) {
        *out = 0;
        return true;
    }
    int64_t shift =
        DECIMAL_PLACES_MAX - digits.places + (exponent > 99 || exponent < -99 ? -99 : exponent);
    for (; shift > 0 && digits.value <= decimal_max; shift--)
        digits.value *= 10;
    for (; shift < 0 && digits.value % 10 == 0; shift++)
        digits.value /= 10;
    *out = digits.negative ? -digits.value : digits.value;
    return shift == 0 && digits.value <= decimal_max;
}
