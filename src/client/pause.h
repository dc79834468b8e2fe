/* How long to wait after failures: twice as long each time, and never two clients in step. */
#ifndef CLIENT_PAUSE_H
#define CLIENT_PAUSE_H

#include <stdint.h>

struct pause {
    uint64_t random; /* the state of a generator, seeded once */
    uint32_t failures;
};

/* After one more failure: between a half and the whole of first_ms * 2^failures, at most most_ms.
 */
int64_t pause_after_failure(struct pause *pause, int64_t first_ms, int64_t most_ms);
/* Between 80 % and 120 %. */
int64_t pause_jitter(struct pause *pause, int64_t ms);

#endif
