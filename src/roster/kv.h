/*
 * The ordered tables that the roster stands on, with atomic batches: RocksDB, seen from here.
 * Everything but batches and cursors may be used from any thread.
 */
#ifndef ROSTER_KV_H
#define ROSTER_KV_H

#include "gosset/base.h"

enum kv_table {
    KV_ASSIGNMENTS,
    KV_UNITS,      /* which experiments a unit is in */
    KV_IDENTITIES, /* device to user, user to devices */
    KV_EVENT_IDS,  /* the day each was received: two bytes, big-endian */
    KV_ID_LOG,     /* event ids that are not there yet, many to an entry */
    KV_PROFILES,
    KV_SPOOL, /* facts, many to an entry, under the sequence of the first */
    KV_META,
    KV_TABLE_COUNT
};

struct kv;

/* Both are the caller's memory; `engine` is RocksDB's. */
struct kv_batch {
    struct kv *kv;
    void *engine;   /* what is put, indexed for reading it */
    void *appended; /* what is only written */
};

struct kv_cursor {
    struct kv *kv;
    void *engine;
    gos_str prefix;
};

bool kv_open(const char *folder, size_t cache_bytes, struct kv **out, gos_error *err);
void kv_close(struct kv *kv);
/*
 * After a write that failed, as on a full disk: opens the store again once the disk takes writes,
 * while readers wait. Before each batch, and only where one batch at a time is written; false when
 * the store is not open.
 */
bool kv_heal(struct kv *kv, gos_error *err);

/* out->data is NULL when the key is absent. `batch` may be NULL; else what it holds comes first. */
bool kv_get(struct kv *kv, const struct kv_batch *batch, enum kv_table table, gos_str key,
            gos_arena *arena, gos_str *out, gos_error *err);

void kv_batch_init(struct kv_batch *batch, struct kv *kv);
void kv_batch_deinit(struct kv_batch *batch);
void kv_put(struct kv_batch *batch, enum kv_table table, gos_str key, gos_str value);
/* For what is not read with this batch: several times cheaper. */
void kv_append(struct kv_batch *batch, enum kv_table table, gos_str key, gos_str value);
void kv_delete(struct kv_batch *batch, enum kv_table table, gos_str key);
/* All or nothing; durable when it returns. The batch is empty afterwards. */
bool kv_write(struct kv_batch *batch, gos_error *err);

/*
 * Deletes from `from` to `last`, both included, and puts one key of KV_META, atomically and
 * durably. For a table whose keys only grow.
 */
bool kv_delete_range(struct kv *kv, enum kv_table table, gos_str from, gos_str last,
                     gos_str meta_key, gos_str meta_value, gos_error *err);

/*
 * Stands at the first key that is not below `from` and begins with `prefix`, which must outlive the
 * cursor. The batch may be NULL; else it must not change while the cursor is in use.
 */
void kv_cursor_init(struct kv_cursor *cursor, struct kv *kv, const struct kv_batch *batch,
                    enum kv_table table, gos_str prefix, gos_str from);
/* The key and value it stands at, valid until the next move; false behind the last. */
bool kv_cursor_at(const struct kv_cursor *cursor, gos_str *out_key, gos_str *out_value);
void kv_cursor_next(struct kv_cursor *cursor);
/* Goes to the last key that is not above `key`. */
void kv_cursor_back(struct kv_cursor *cursor, gos_str key);
/* False when reading failed on the way, so that the end that was seen is no end. */
bool kv_cursor_deinit(struct kv_cursor *cursor, gos_error *err);

/* Event ids of earlier days go with compaction. */
void kv_event_day_min(struct kv *kv, uint16_t day);
bool kv_backup(struct kv *kv, const char *folder, gos_error *err);
bool kv_compact(struct kv *kv, gos_error *err);
uint64_t kv_keys_estimated(struct kv *kv, enum kv_table table);
uint64_t kv_bytes(struct kv *kv, enum kv_table table);

/* For tests: the n-th read or write of this thread from now on fails, once; 0: none. */
void kv_fail_at(uint64_t n);
/* Whether this read or write is the one. */
bool kv_is_failing(gos_error *err);

#endif
