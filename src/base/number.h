/* Decimal text to double, correctly rounded whatever the locale says. */
#ifndef BASE_NUMBER_H
#define BASE_NUMBER_H

#include "gosset/base.h"

/*
 * Reads the decimal number at the start of `text`: its length, or 0 when there is none. Too large
 * for a double gives an infinity, too small gives zero.
 *
 * is_json  RFC 8259's form; otherwise also "+1", "007", ".5" and "1."
 */
size_t number_read(gos_str text, bool is_json, double *out);
/* Decimals that keep two digits of the standard error `se`, one when it starts with 3 or more; 2
 * when there is none. */
int number_decimals(double se, int most);
/* The standard error that a 95 % interval of this width goes with: what its bounds are rounded by.
 */
double number_spread(double lower, double upper);

#endif
