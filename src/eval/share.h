/* Percentages and weights as integers, so that no rounding of doubles moves anybody. */
#ifndef EVAL_SHARE_H
#define EVAL_SHARE_H

#include "gosset/base.h"

/* 1 % */
#define SHARE_SCALE INT64_C(1000000000)
#define SHARE_WHOLE (100 * SHARE_SCALE)
enum { SHARE_DECIMALS_MAX = 9 };

/* Wide enough for a share of 2^64. */
__extension__ typedef unsigned __int128 share_wide;

/* The JSON number times SHARE_SCALE, exactly: 0 to a million, at most 9 decimals. */
bool share_read(gos_str number, int64_t *out);
/* How many of the 2^64 points a percentage covers; a whole one is cut to 2^64 - 1. */
uint64_t share_threshold(int64_t share);

#endif
