/* Points in time are int64_t milliseconds since 1970-01-01T00:00:00Z. No clock is read here. */
#ifndef BASE_TIME_H
#define BASE_TIME_H

#include "gosset/base.h"

enum { TIME_TEXT_BYTES = 32 };

#define TIME_NONE   INT64_MIN
#define TIME_DAY_MS INT64_C(86400000)

/*
 * RFC 3339 with any offset and fraction ("2026-01-02T03:04:05Z", "...05.123+02:00"), or a bare
 * date (midnight UTC). Years 1 to 9999; a leap second counts as the second before.
 */
bool time_read(gos_str text, int64_t *out_ms);
/* "2026-01-02T03:04:05.006Z"; the fraction is left out when it is zero. Returns the length. */
size_t time_write(int64_t ms, char out[TIME_TEXT_BYTES]);
/* The days since 1970-01-01 on which the point falls (UTC), rounded down. */
int64_t time_day(int64_t ms);

#endif
