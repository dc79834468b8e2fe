/* Experiments whose planned end has passed are completed, as if somebody had done it then. */
#ifndef JOBS_CLOSING_H
#define JOBS_CLOSING_H

#include "catalog/catalog.h"

/* Told of each environment in which something was completed, so that it is published. */
typedef bool closing_done(void *user, gos_str environment, gos_error *err);

/*
 * Completes the Running and Paused experiments of all environments whose end_date is not after
 * `now_ms`; no variant is shipped. One that was changed meanwhile is left for the next time.
 */
bool closing_run(struct catalog *catalog, int64_t now_ms, closing_done *done, void *user,
                 gos_arena *arena, uint32_t *out_count, gos_error *err);

#endif
