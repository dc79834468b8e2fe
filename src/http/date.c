/* Dates as HTTP writes them (RFC 9110, 5.6.7). */
#include "http/date.h"

#include <stdio.h>
#include <time.h>

void date_write(int64_t unix_s, char out[DATE_BYTES])
{
    static const char days[] = "SunMonTueWedThuFriSat";
    static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
    time_t seconds = (time_t)unix_s;
    struct tm utc;
    if (!gmtime_r(&seconds, &utc) || utc.tm_year > 8099 || utc.tm_year < -1900)
        utc = (struct tm){.tm_mday = 1, .tm_year = 70, .tm_wday = 4};
    char text[128];
    snprintf(text, sizeof text, "%.3s, %02d %.3s %04d %02d:%02d:%02d GMT", days + 3 * utc.tm_wday,
             utc.tm_mday, months + 3 * utc.tm_mon, utc.tm_year + 1900, utc.tm_hour, utc.tm_min,
             utc.tm_sec);
    snprintf(out, DATE_BYTES, "%.29s", text);
}
