/*
 * Which event ids are known. New ones stand in a log (KV_ID_LOG), an entry for each batch, and in
 * memory, exactly; when there are many, a thread moves them in their order to the table
 * (KV_EVENT_IDS). A filter in memory tells of nearly every id that the table does not have it.
 */
#ifndef ROSTER_IDS_H
#define ROSTER_IDS_H

#include "roster/kv.h"

#include <pthread.h>

struct ids;
/* The new ids of one batch. */
struct id_batch;

/*
 * Reads the log, and begins to fill the filter from the table: until it is filled, the table is
 * asked. Whoever calls ids_batch_* and ids_settle's kin holds `write_lock`, but for open and close.
 */
bool ids_open(struct kv *kv, pthread_mutex_t *write_lock, struct ids **out, gos_error *err);
void ids_close(struct ids *ids);

/* For a batch of at most `count` ids. */
bool ids_batch_begin(struct ids *ids, size_t count, gos_arena *arena, struct id_batch **out,
                     gos_error *err);
/* Whether an id is known, by its key, or stands in this batch already; else the batch has it now.
 * `day` is when it was received, in days since 1970. */
bool ids_batch_take(struct id_batch *batch, gos_str key, uint16_t day, bool *out_is_known,
                    gos_error *err);
/* Appends the batch's ids to the log, as a part of `write`. */
bool ids_batch_put(struct id_batch *batch, struct kv_batch *write, gos_error *err);
/* When that is written: from now on they are known. */
void ids_batch_done(struct id_batch *batch);

/* Moves what the log has now to the table, and waits for it, unless it fails. */
void ids_settle(struct ids *ids);
/* Ids are leaving the table: moves the log, and fills a new filter when the old one is mostly
 * wrong. */
void ids_renew(struct ids *ids);

#endif
