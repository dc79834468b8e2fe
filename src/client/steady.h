/* The clock that never jumps, in milliseconds from anywhere: for waiting, not for dates. */
#ifndef CLIENT_STEADY_H
#define CLIENT_STEADY_H

#include <stdint.h>

int64_t client_steady(void);

#endif
