/* Percentages and weights as integers, so that no rounding of doubles moves anybody. */
#include "eval/share.h"

enum { SHARE_PERCENT_MAX = 1000000 };

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

bool share_read(gos_str number, int64_t *out)
{
    int64_t value = 0;
    size_t at = 0;
    while (at < number.len && is_digit(number.data[at])) {
        value = value * 10 + (number.data[at++] - '0');
        if (value > SHARE_PERCENT_MAX)
            return false;
    }
    if (at == 0)
        return false;
    value *= SHARE_SCALE;
    if (at < number.len && number.data[at] == '.') {
        int64_t unit = SHARE_SCALE;
        for (at++; at < number.len && is_digit(number.data[at]); at++) {
            unit /= 10;
            if (unit == 0 && number.data[at] != '0')
                return false;
            value += unit * (number.data[at] - '0');
        }
    }
    *out = value;
    return at == number.len && value <= SHARE_PERCENT_MAX * SHARE_SCALE;
}

uint64_t share_threshold(int64_t share)
{
    if (share >= SHARE_WHOLE)
        return UINT64_MAX;
    return (uint64_t)(((share_wide)(uint64_t)share << 64) / (uint64_t)SHARE_WHOLE);
}
