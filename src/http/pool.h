/* Worker threads for handlers that may block, behind a queue with a limit. */
#ifndef HTTP_POOL_H
#define HTTP_POOL_H

#include "http/state.h"

bool pool_open(unsigned thread_count, unsigned queue_max, gos_arena *arena, struct pool **out,
               gos_error *err);
/* False when too many wait already. */
bool pool_put(struct pool *pool, struct exchange *exchange);
/* Runs what waits, then ends the threads. */
void pool_close(struct pool *pool);

#endif
