/* Dates as HTTP writes them. */
#ifndef HTTP_DATE_H
#define HTTP_DATE_H

#include <stdint.h>

enum { DATE_BYTES = 30 };

/* "Sun, 06 Nov 1994 08:49:37 GMT", whatever the locale. */
void date_write(int64_t unix_s, char out[DATE_BYTES]);

#endif
