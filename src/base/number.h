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

#endif
