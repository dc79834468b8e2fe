/* Which exposures were sent before: a bounded set, the longest unused forgotten first. */
#ifndef CLIENT_REPEATS_H
#define CLIENT_REPEATS_H

#include "gosset/base.h"

struct repeats;

/* keep_ms 0: they are kept in mind for ever. OUT_OF_MEMORY. */
bool repeats_open(uint32_t count_max, int64_t keep_ms, struct repeats **out, gos_error *err);
void repeats_close(struct repeats *repeats);
void repeats_clear(struct repeats *repeats);
/* Whether the hash was noted less than keep_ms ago; else it is noted now. */
bool repeats_note(struct repeats *repeats, uint64_t hash, int64_t now_ms);

#endif
