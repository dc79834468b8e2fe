/* The log of event ids: entries of many ids each, in the order in which they came. */
#ifndef ROSTER_ID_LOG_H
#define ROSTER_ID_LOG_H

#include "base/text.h"
#include "roster/kv.h"

struct id_log {
    uint64_t first, next; /* numbers of entries */
};

/* An id of the log. */
struct id_entry {
    gos_str key;
    char day[2]; /* as the table has it */
};

void id_log_put(struct text *out, gos_str key, uint16_t day);

typedef bool id_log_take(void *context, const struct id_entry *entry, gos_error *err);
/* Every id of the entries from `first` up to `end`, which is not included. Keys are valid during
 * the call. */
bool id_log_read(struct kv *kv, uint64_t first, uint64_t end, id_log_take *take, void *context,
                 gos_error *err);
/* Where the log begins and ends. */
bool id_log_open(struct kv *kv, struct id_log *out, gos_error *err);
/* Deletes the entries from `first` up to `end`, durably. */
bool id_log_trim(struct kv *kv, uint64_t first, uint64_t end, gos_error *err);

#endif
