/* Moves ids from their log to their table. */
#ifndef ROSTER_ID_MERGE_H
#define ROSTER_ID_MERGE_H

#include "roster/kv.h"

#include <pthread.h>
#include <stdatomic.h>

/*
 * Puts the ids of the entries from `first` up to `end` into the table. Repeating it changes
 * nothing. Takes `write_lock` for a short while again and again; gives up when *is_stopping.
 */
bool id_merge(struct kv *kv, pthread_mutex_t *write_lock, uint64_t first, uint64_t end,
              const atomic_bool *is_stopping, gos_error *err);

#endif
