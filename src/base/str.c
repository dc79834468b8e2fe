/* Comparisons, searches and numbers on gos_str. */
#include "base/number.h"
#include "base/text.h"

#include <math.h>

int str_compare(gos_str a, gos_str b)
{
    size_t common = a.len < b.len ? a.len : b.len;
    int order = common ? memcmp(a.data, b.data, common) : 0;
    return order ? order : (a.len > b.len) - (a.len < b.len);
}

bool str_starts_with(gos_str text, gos_str prefix)
{
    return prefix.len <= text.len && gos_str_equal((gos_str){text.data, prefix.len}, prefix);
}

bool str_ends_with(gos_str text, gos_str suffix)
{
    return suffix.len <= text.len &&
           gos_str_equal((gos_str){text.data + (text.len - suffix.len), suffix.len}, suffix);
}

bool str_contains(gos_str text, gos_str part)
{
    return part.len == 0 || (text.len && memmem(text.data, text.len, part.data, part.len));
}

static unsigned char lower(char c)
{
    return (unsigned char)(c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c);
}

int str_compare_nocase(gos_str a, gos_str b)
{
    for (size_t i = 0; i < a.len && i < b.len; i++) {
        int difference = (unsigned char)lower(a.data[i]) - (unsigned char)lower(b.data[i]);
        if (difference != 0)
            return difference;
    }
    return (a.len > b.len) - (a.len < b.len);
}

bool str_equal_nocase(gos_str a, gos_str b)
{
    return a.len == b.len && str_compare_nocase(a, b) == 0;
}

static bool is_space(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

gos_str str_trim(gos_str text)
{
    while (text.len && is_space(text.data[0])) {
        text.data++;
        text.len--;
    }
    while (text.len && is_space(text.data[text.len - 1]))
        text.len--;
    return text;
}

gos_str str_cut(gos_str *rest, char separator)
{
    const char *at = rest->len ? memchr(rest->data, separator, rest->len) : NULL;
    gos_str before = {rest->data, at ? (size_t)(at - rest->data) : rest->len};
    size_t gone = before.len + (at ? 1 : 0);
    if (rest->len)
        *rest = (gos_str){rest->data + gone, rest->len - gone};
    return before;
}

bool str_read_int(gos_str text, int64_t *out)
{
    bool negative = text.len && text.data[0] == '-';
    int64_t value = 0;
    if (text.len == (negative ? 1 : 0))
        return false;
    for (size_t i = negative ? 1 : 0; i < text.len; i++) {
        char c = text.data[i];
        if (c < '0' || c > '9' || __builtin_mul_overflow(value, 10, &value))
            return false;
        int digit = c - '0';
        if (__builtin_add_overflow(value, negative ? -digit : digit, &value))
            return false;
    }
    *out = value;
    return true;
}

bool str_read_double(gos_str text, double *out)
{
    double value = 0;
    size_t len = number_read(text, false, &value);
    if (len == 0 || len != text.len || !isfinite(value))
        return false;
    *out = value;
    return true;
}

size_t str_utf8_char(const char *data, size_t len)
{
    const unsigned char *b = (const unsigned char *)data;
    if (len == 0)
        return 0;
    if (b[0] < 0x80)
        return 1;
    if (b[0] < 0xC2 || b[0] > 0xF4)
        return 0;
    size_t need = b[0] < 0xE0 ? 2 : b[0] < 0xF0 ? 3 : 4;
    if (len < need)
        return 0;
    /* The second byte says whether the form is over-long, a surrogate or past U+10FFFF. */
    unsigned char low = b[0] == 0xE0 ? 0xA0 : b[0] == 0xF0 ? 0x90 : 0x80;
    unsigned char high = b[0] == 0xED ? 0x9F : b[0] == 0xF4 ? 0x8F : 0xBF;
    if (b[1] < low || b[1] > high)
        return 0;
    for (size_t i = 2; i < need; i++) {
        if ((b[i] & 0xC0) != 0x80)
            return 0;
    }
    return need;
}

bool str_is_utf8(gos_str text)
{
    for (size_t i = 0; i < text.len;) {
        size_t len = str_utf8_char(text.data + i, text.len - i);
        if (len == 0)
            return false;
        i += len;
    }
    return true;
}
