/* Decimal numbers as integers, so that shares are added without the rounding of doubles. */
#ifndef MODEL_DECIMAL_H
#define MODEL_DECIMAL_H

#include "gosset/base.h"

enum { DECIMAL_PLACES_MAX = 9 };
#define DECIMAL_SCALE INT64_C(1000000000)

/*
 * The JSON number `text` times DECIMAL_SCALE, exactly. False when it has more than
 * DECIMAL_PLACES_MAX places behind the point, or is larger than a million.
 */
bool decimal_read(gos_str text, int64_t *out);

#endif
