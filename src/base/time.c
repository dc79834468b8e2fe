/* RFC 3339 times and the proleptic Gregorian calendar. */
#include "base/time.h"

#include <assert.h>
#include <stdio.h>

enum { YEAR_MIN = 1, YEAR_MAX = 9999, MINUTE_MS = 60000, HOUR_MS = 3600000 };

/* Reads exactly `count` digits at *at; false when they are not there. */
static bool read_digits(gos_str *rest, size_t count, int *out)
{
    if (rest->len < count)
        return false;
    int value = 0;
    for (size_t i = 0; i < count; i++) {
        char c = rest->data[i];
        if (c < '0' || c > '9')
            return false;
        value = value * 10 + (c - '0');
    }
    *out = value;
    *rest = (gos_str){rest->data + count, rest->len - count};
    return true;
}

static bool read_char(gos_str *rest, const char *allowed)
{
    if (rest->len == 0 || rest->data[0] == 0 || !strchr(allowed, rest->data[0]))
        return false;
    *rest = (gos_str){rest->data + 1, rest->len - 1};
    return true;
}

static bool is_leap(int year)
{
    return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

static int days_in_month(int year, int month)
{
    static const int DAYS[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    return month == 2 && is_leap(year) ? 29 : DAYS[month - 1];
}

/* Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms": years begin in March. */
static int64_t days_from_date(int year, int month, int day)
{
    int64_t y = month <= 2 ? year - 1 : year;
    int64_t era = y / 400;
    int64_t year_of_era = y - era * 400;
    int64_t day_of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
    int64_t day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    return era * 146097 + day_of_era - 719468;
}

static void date_from_days(int64_t days, int *year, int *month, int *day)
{
    days += 719468;
    assert(days >= 0);
    int64_t era = days / 146097;
    int64_t day_of_era = days - era * 146097;
    int64_t year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
    int64_t day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    int64_t march_month = (5 * day_of_year + 2) / 153;
    *day = (int)(day_of_year - (153 * march_month + 2) / 5 + 1);
    *month = (int)(march_month < 10 ? march_month + 3 : march_month - 9);
    *year = (int)(year_of_era + era * 400 + (*month <= 2 ? 1 : 0));
}

static bool read_date(gos_str *rest, int64_t *out_days)
{
    int year = 0, month = 0, day = 0;
    if (!read_digits(rest, 4, &year) || !read_char(rest, "-") || !read_digits(rest, 2, &month) ||
        !read_char(rest, "-") || !read_digits(rest, 2, &day))
        return false;
    if (year < YEAR_MIN || month < 1 || month > 12 || day < 1 || day > days_in_month(year, month))
        return false;
    *out_days = days_from_date(year, month, day);
    return true;
}

/* Digits behind the point; what is finer than a millisecond is cut off. */
static bool read_fraction(gos_str *rest, int *out_ms)
{
    int ms = 0;
    int scale = 100;
    size_t digits = 0;
    for (int digit = 0; read_digits(rest, 1, &digit); digits++) {
        ms += digit * scale;
        scale /= 10;
    }
    *out_ms = ms;
    return digits > 0;
}

static bool read_clock(gos_str *rest, int64_t *out_ms)
{
    int hour = 0, minute = 0, second = 0, ms = 0;
    if (!read_digits(rest, 2, &hour) || !read_char(rest, ":") || !read_digits(rest, 2, &minute) ||
        !read_char(rest, ":") || !read_digits(rest, 2, &second))
        return false;
    if (hour > 23 || minute > 59 || second > 60)
        return false;
    if (read_char(rest, ".") && !read_fraction(rest, &ms))
        return false;
    second = second == 60 ? 59 : second;
    *out_ms = (int64_t)hour * HOUR_MS + (int64_t)minute * MINUTE_MS + (int64_t)second * 1000 + ms;
    return true;
}

static bool read_offset(gos_str *rest, int64_t *out_ms)
{
    int hour = 0, minute = 0;
    *out_ms = 0;
    if (read_char(rest, "Zz"))
        return true;
    bool negative = rest->len && rest->data[0] == '-';
    if (!read_char(rest, "+-") || !read_digits(rest, 2, &hour) || !read_char(rest, ":") ||
        !read_digits(rest, 2, &minute) || hour > 23 || minute > 59)
        return false;
    int64_t ms = (int64_t)hour * HOUR_MS + (int64_t)minute * MINUTE_MS;
    *out_ms = negative ? -ms : ms;
    return true;
}

bool time_read(gos_str text, int64_t *out_ms)
{
    int64_t days = 0, clock_ms = 0, offset_ms = 0;
    if (!read_date(&text, &days))
        return false;
    if (text.len > 0 && (!read_char(&text, "Tt ") || !read_clock(&text, &clock_ms) ||
                         !read_offset(&text, &offset_ms)))
        return false;
    if (text.len > 0)
        return false;
    int64_t ms = days * TIME_DAY_MS + clock_ms - offset_ms;
    int64_t first = days_from_date(YEAR_MIN, 1, 1) * TIME_DAY_MS;
    int64_t behind = days_from_date(YEAR_MAX + 1, 1, 1) * TIME_DAY_MS;
    if (ms < first || ms >= behind)
        return false;
    *out_ms = ms;
    return true;
}

size_t time_write(int64_t ms, char out[TIME_TEXT_BYTES])
{
    int64_t days = time_day(ms);
    int64_t rest = ms - days * TIME_DAY_MS;
    int year = 0, month = 0, day = 0;
    int64_t first = days_from_date(YEAR_MIN, 1, 1);
    int64_t last = days_from_date(YEAR_MAX, 12, 31);
    assert(days >= first && days <= last);
    days = days < first ? first : days > last ? last : days;
    date_from_days(days, &year, &month, &day);
    int len =
        snprintf(out, TIME_TEXT_BYTES, "%04d-%02d-%02dT%02d:%02d:%02d", year, month, day,
                 (int)(rest / HOUR_MS), (int)(rest / MINUTE_MS % 60), (int)(rest / 1000 % 60));
    if (rest % 1000)
        len += snprintf(out + len, TIME_TEXT_BYTES - (size_t)len, ".%03d", (int)(rest % 1000));
    len += snprintf(out + len, TIME_TEXT_BYTES - (size_t)len, "Z");
    return (size_t)len;
}

int64_t time_day(int64_t ms)
{
    return ms / TIME_DAY_MS - (ms % TIME_DAY_MS < 0 ? 1 : 0);
}
