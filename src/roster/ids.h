/*
 * Which event ids are known: exactly, by the table KV_EVENT_IDS, and mostly without asking it. A
 * filter in memory tells of nearly every new id that it is new; only the rest is looked up.
 */
#ifndef ROSTER_IDS_H
#define ROSTER_IDS_H

#include "roster/kv.h"

struct ids;
/* The ids of one batch, which the table does not have yet. */
struct id_batch;

/* Begins to fill the filter from the table, on a thread of its own; until then each id is asked. */
bool ids_open(struct kv *kv, struct ids **out, gos_error *err);
void ids_close(struct ids *ids);

/* For a batch of at most `count` ids. From here on under the lock of the one who writes. */
bool ids_batch_begin(struct ids *ids, size_t count, gos_arena *arena, struct id_batch **out,
                     gos_error *err);
/*
 * Whether an id, by its key, is in the table or was taken by this batch before; else the batch has
 * it from now on, and the caller must append it to the table.
 */
bool ids_take(struct ids *ids, struct id_batch *batch, gos_str key, gos_arena *arena,
              bool *out_is_known, gos_error *err);
/* Ids are going from the table: fills a new filter when the old one holds mostly what is gone. */
void ids_renew(struct ids *ids);

#endif
