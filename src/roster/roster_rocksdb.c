/*
 * The roster's tables on RocksDB, a column family each. Every batch is synced. RocksDB's errors are
 * passed on as STORE_FAILED: it refuses a batch as a whole.
 */
#include "base/arena.h"
#include "roster/batch.h"
#include "roster/disk.h"
#include "roster/kv.h"

#include <assert.h>
#include <pthread.h>
#include <rocksdb/c.h>
#include <stdatomic.h>

enum {
    CACHE_BYTES = 64 << 20,
    BLOOM_BITS = 10,          /* a hundredth of the misses reach a block */
    BLOCK_BYTES = 16 << 10,   /* zstd finds more in larger blocks; a hit still costs microseconds */
    WAL_BYTES_MAX = 24 << 20, /* what a start after a crash reads again: about half a second */
    OPENING_BYTES = 2 * WAL_BYTES_MAX, /* it writes tables of what it reads in the log */
    MEMORY_TABLES_BYTES_MAX = 128 << 20,
    BACKGROUND_THREADS = 2,
    FILES_OPEN_MAX = 1000,
    EVENT_ID_RUNS = 8, /* merged with their like: each id is written a few times, not twenty */
    KEY_DELETED_BYTES_MAX = 64,
    PATH_BYTES_MAX = 4096,
    LOG_FATAL_ONLY = 4, /* rocksdb::InfoLogLevel::FATAL_LEVEL */
};

static const struct {
    const char *name;
    size_t write_buffer_bytes;
    int compression;
    bool is_asked_by_key; /* worth a filter; the others are read in order */
} TABLES[KV_TABLE_COUNT] = {
    [KV_ASSIGNMENTS] = {"assignments", 32 << 20, rocksdb_zstd_compression, true},
    [KV_UNITS] = {"units", 16 << 20, rocksdb_zstd_compression, false},
    [KV_IDENTITIES] = {"identities", 8 << 20, rocksdb_zstd_compression, true},
    [KV_EVENT_IDS] = {"event_ids", 16 << 20, rocksdb_no_compression, true},
    [KV_ID_LOG] = {"id_log", 16 << 20, rocksdb_lz4_compression, false},
    [KV_PROFILES] = {"profiles", 8 << 20, rocksdb_zstd_compression, true},
    [KV_SPOOL] = {"spool", 32 << 20, rocksdb_lz4_compression, false},
    [KV_META] = {"meta", 4 << 20, rocksdb_lz4_compression, true},
};

struct kv {
    gos_arena *arena; /* holds this struct */
    rocksdb_t *db;
    rocksdb_options_t *options[KV_TABLE_COUNT + 1]; /* the last for RocksDB's own default family */
    rocksdb_column_family_handle_t *families[KV_TABLE_COUNT + 1];
    rocksdb_cache_t *cache;
    rocksdb_compactionfilter_t *event_filter;
    rocksdb_readoptions_t *read;
    rocksdb_readoptions_t *scan;
    rocksdb_writeoptions_t *write_synced;
    _Atomic uint16_t event_day_min;
    const char *folder;
    bool is_broken;        /* a write failed; only writers look, one at a time */
    pthread_rwlock_t open; /* all take it to read; to open again, kv_heal takes it to write */
};

/* Takes over RocksDB's message; true when there was none. */
static bool passed(char *message, gos_error *err)
{
    if (!message)
        return true;
    gos_fail(err, GOS_STORE_FAILED, "", "the roster's store refused: %s", message);
    rocksdb_free(message);
    return false;
}

static const char *filter_name(void *state)
{
    (void)state;
    return "gosset.event_ids";
}

/* Whether an event id is of a day that need not be remembered. */
static unsigned char filter_event(void *state, int level, const char *key, size_t key_len,
                                  const char *value, size_t value_len, char **new_value,
                                  size_t *new_value_len, unsigned char *value_changed)
{
    (void)level, (void)key, (void)key_len, (void)new_value, (void)new_value_len;
    const struct kv *kv = state;
    *value_changed = 0;
    if (value_len != 2)
        return 0;
    unsigned day = (unsigned)(unsigned char)value[0] << 8 | (unsigned char)value[1];
    return day < atomic_load_explicit(&kv->event_day_min, memory_order_relaxed);
}

static void filter_close(void *state)
{
    (void)state;
}

/*
 * Index and filter are cut into blocks that share the cache with the data: memory stays bounded
 * however many assignments there are, and no block outgrows its shard of the cache.
 */
static rocksdb_block_based_table_options_t *table_options(const struct kv *kv, int table)
{
    rocksdb_block_based_table_options_t *options = rocksdb_block_based_options_create();
    rocksdb_block_based_options_set_block_cache(options, kv->cache);
    rocksdb_block_based_options_set_block_size(options, BLOCK_BYTES);
    rocksdb_block_based_options_set_format_version(options, 5);
    rocksdb_block_based_options_set_cache_index_and_filter_blocks(options, 1);
    rocksdb_block_based_options_set_cache_index_and_filter_blocks_with_high_priority(options, 1);
    rocksdb_block_based_options_set_pin_top_level_index_and_filter(options, 1);
    rocksdb_block_based_options_set_index_type(
        options, rocksdb_block_based_table_index_type_two_level_index_search);
    if (TABLES[table].is_asked_by_key) {
        rocksdb_block_based_options_set_filter_policy(
            options, rocksdb_filterpolicy_create_bloom_full(BLOOM_BITS));
        rocksdb_block_based_options_set_partition_filters(options, 1);
    }
    return options;
}

static rocksdb_options_t *family_options(struct kv *kv, int table)
{
    rocksdb_options_t *options = rocksdb_options_create();
    if (table == KV_TABLE_COUNT)
        return options;
    rocksdb_block_based_table_options_t *block = table_options(kv, table);
    rocksdb_options_set_block_based_table_factory(options, block);
    rocksdb_block_based_options_destroy(block);
    rocksdb_options_set_write_buffer_size(options, TABLES[table].write_buffer_bytes);
    rocksdb_options_set_compression(options, TABLES[table].compression);
    rocksdb_options_set_level_compaction_dynamic_level_bytes(options, 1);
    if (table == KV_EVENT_IDS) {
        rocksdb_options_set_compaction_filter(options, kv->event_filter);
        rocksdb_options_set_compaction_style(options, rocksdb_universal_compaction);
        rocksdb_options_set_level0_file_num_compaction_trigger(options, EVENT_ID_RUNS);
    }
    return options;
}

static rocksdb_options_t *database_options(void)
{
    rocksdb_options_t *options = rocksdb_options_create();
    rocksdb_options_set_create_if_missing(options, 1);
    rocksdb_options_set_create_missing_column_families(options, 1);
    rocksdb_options_increase_parallelism(options, BACKGROUND_THREADS);
    rocksdb_options_set_max_total_wal_size(options, WAL_BYTES_MAX);
    rocksdb_options_set_db_write_buffer_size(options, MEMORY_TABLES_BYTES_MAX);
    rocksdb_options_set_max_open_files(options, FILES_OPEN_MAX);
    rocksdb_options_set_keep_log_file_num(options, 2);
    /* Its own log file: Debian's build aborts the process when a full disk refuses a line of it. */
    rocksdb_options_set_info_log_level(options, LOG_FATAL_ONLY);
    rocksdb_options_set_bytes_per_sync(options, 1 << 20);
    /* One batch at a time is written: neighbours are then found from each other. */
    rocksdb_options_set_allow_concurrent_memtable_write(options, 0);
    return options;
}

static void read_options_open(struct kv *kv)
{
    kv->read = rocksdb_readoptions_create();
    kv->scan = rocksdb_readoptions_create();
    /* A long scan must not push what decisions need out of the cache. */
    rocksdb_readoptions_set_fill_cache(kv->scan, 0);
    kv->write_synced = rocksdb_writeoptions_create();
    rocksdb_writeoptions_set_sync(kv->write_synced, 1);
}

static bool db_open(struct kv *kv, gos_error *err)
{
    const char *names[KV_TABLE_COUNT + 1];
    const rocksdb_options_t *options[KV_TABLE_COUNT + 1];
    for (int i = 0; i <= KV_TABLE_COUNT; i++) {
        names[i] = i < KV_TABLE_COUNT ? TABLES[i].name : "default";
        options[i] = kv->options[i];
    }
    rocksdb_options_t *database = database_options();
    char *message = NULL;
    rocksdb_t *db = rocksdb_open_column_families(database, kv->folder, KV_TABLE_COUNT + 1, names,
                                                 options, kv->families, &message);
    rocksdb_options_destroy(database);
    if (!passed(message, err))
        return false;
    kv->db = db;
    return true;
}

static void db_close(struct kv *kv)
{
    if (!kv->db)
        return;
    for (int i = 0; i <= KV_TABLE_COUNT; i++)
        rocksdb_column_family_handle_destroy(kv->families[i]);
    rocksdb_close(kv->db);
    kv->db = NULL;
}

bool kv_heal(struct kv *kv, gos_error *err)
{
    if (!kv->is_broken || !disk_takes_writes(kv->folder, OPENING_BYTES))
        return kv->db || gos_fail(err, GOS_STORE_FAILED, "", "the roster's store is not open");
    pthread_rwlock_wrlock(&kv->open);
    db_close(kv);
    bool done = db_open(kv, err);
    kv->is_broken = !done;
    pthread_rwlock_unlock(&kv->open);
    return done;
}

/* To be done with by leave; false when the store is not open. */
static bool enter(struct kv *kv, gos_error *err)
{
    pthread_rwlock_rdlock(&kv->open);
    if (kv->db)
        return true;
    pthread_rwlock_unlock(&kv->open);
    return gos_fail(err, GOS_STORE_FAILED, "", "the roster's store is not open");
}

static void leave(struct kv *kv)
{
    pthread_rwlock_unlock(&kv->open);
}

bool kv_open(const char *folder, size_t cache_bytes, struct kv **out, gos_error *err)
{
    gos_arena *arena = gos_arena_open(sizeof(struct kv) + PATH_BYTES_MAX);
    struct kv *kv = arena ? gos_arena_take(arena, sizeof *kv, NULL) : NULL;
    gos_str kept = kv ? gos_arena_text(arena, gos_str_from(folder), NULL) : (gos_str){0};
    if (!kept.data) {
        gos_arena_close(arena);
        return gos_fail(err, GOS_OUT_OF_MEMORY, "", "no memory to open the roster");
    }
    kv->arena = arena;
    kv->cache = rocksdb_cache_create_lru(cache_bytes ? cache_bytes : CACHE_BYTES);
    kv->event_filter = rocksdb_compactionfilter_create(kv, filter_close, filter_event, filter_name);
    read_options_open(kv);
    kv->folder = kept.data;
    pthread_rwlock_init(&kv->open, NULL);
    for (int i = 0; i <= KV_TABLE_COUNT; i++)
        kv->options[i] = family_options(kv, i);
    if (!db_open(kv, err)) {
        kv_close(kv);
        return false;
    }
    *out = kv;
    return true;
}

void kv_close(struct kv *kv)
{
    if (!kv)
        return;
    db_close(kv);
    pthread_rwlock_destroy(&kv->open);
    for (int i = 0; i <= KV_TABLE_COUNT; i++)
        rocksdb_options_destroy(kv->options[i]);
    rocksdb_compactionfilter_destroy(kv->event_filter);
    rocksdb_cache_destroy(kv->cache);
    rocksdb_readoptions_destroy(kv->read);
    rocksdb_readoptions_destroy(kv->scan);
    rocksdb_writeoptions_destroy(kv->write_synced);
    gos_arena_close(kv->arena);
}

static bool copy_out(gos_arena *arena, const char *value, size_t len, gos_str *out, gos_error *err)
{
    *out = (gos_str){NULL, 0};
    if (!value)
        return true;
    *out = gos_arena_text(arena, (gos_str){value, len}, err);
    return out->data != NULL;
}

static bool get_from_batch(struct kv *kv, const struct kv_batch *batch, enum kv_table table,
                           gos_str key, gos_arena *arena, gos_str *out, gos_error *err)
{
    char *message = NULL;
    size_t len = 0;
    char *value = rocksdb_writebatch_wi_get_from_batch_and_db_cf(
        batch->engine, kv->db, kv->read, kv->families[table], key.data, key.len, &len, &message);
    if (!passed(message, err))
        return false;
    bool done = copy_out(arena, value, len, out, err);
    rocksdb_free(value);
    return done;
}

static bool get_written(struct kv *kv, enum kv_table table, gos_str key, gos_arena *arena,
                        gos_str *out, gos_error *err)
{
    char *message = NULL;
    rocksdb_pinnableslice_t *slice =
        rocksdb_get_pinned_cf(kv->db, kv->read, kv->families[table], key.data, key.len, &message);
    if (!passed(message, err))
        return false;
    size_t len = 0;
    const char *value = slice ? rocksdb_pinnableslice_value(slice, &len) : NULL;
    bool done = copy_out(arena, value, len, out, err);
    if (slice)
        rocksdb_pinnableslice_destroy(slice);
    return done;
}

bool kv_get(struct kv *kv, const struct kv_batch *batch, enum kv_table table, gos_str key,
            gos_arena *arena, gos_str *out, gos_error *err)
{
    if (kv_is_failing(err) || !enter(kv, err))
        return false;
    bool done = batch ? get_from_batch(kv, batch, table, key, arena, out, err)
                      : get_written(kv, table, key, arena, out, err);
    leave(kv);
    return done;
}

void kv_batch_init(struct kv_batch *batch, struct kv *kv)
{
    *batch = (struct kv_batch){kv, rocksdb_writebatch_wi_create(0, 1), rocksdb_writebatch_create()};
}

void kv_batch_deinit(struct kv_batch *batch)
{
    rocksdb_writebatch_wi_destroy(batch->engine);
    rocksdb_writebatch_destroy(batch->appended);
    batch->engine = batch->appended = NULL;
}

void kv_put(struct kv_batch *batch, enum kv_table table, gos_str key, gos_str value)
{
    rocksdb_writebatch_wi_put_cf(batch->engine, batch->kv->families[table], key.data, key.len,
                                 value.data, value.len);
}

void kv_append(struct kv_batch *batch, enum kv_table table, gos_str key, gos_str value)
{
    rocksdb_writebatch_put_cf(batch->appended, batch->kv->families[table], key.data, key.len,
                              value.data, value.len);
}

void kv_delete(struct kv_batch *batch, enum kv_table table, gos_str key)
{
    rocksdb_writebatch_wi_delete_cf(batch->engine, batch->kv->families[table], key.data, key.len);
}

/* The two halves as one batch. */
static rocksdb_writebatch_t *join(const struct kv_batch *batch, gos_error *err)
{
    size_t len = 0, more = 0;
    const char *first = rocksdb_writebatch_wi_data(batch->engine, &len);
    const char *second = rocksdb_writebatch_data(batch->appended, &more);
    gos_arena *arena = gos_arena_open(len + more);
    gos_str both = batch_join((gos_str){first, len}, (gos_str){second, more}, arena, err);
    rocksdb_writebatch_t *joined =
        both.data ? rocksdb_writebatch_create_from(both.data, both.len) : NULL;
    gos_arena_close(arena);
    return joined;
}

bool kv_write(struct kv_batch *batch, gos_error *err)
{
    struct kv *kv = batch->kv;
    char *message = NULL;
    rocksdb_writebatch_t *joined = kv_is_failing(err) ? NULL : join(batch, err);
    if (!joined)
        return false;
    rocksdb_write(kv->db, kv->write_synced, joined, &message);
    rocksdb_writebatch_destroy(joined);
    rocksdb_writebatch_wi_clear(batch->engine);
    rocksdb_writebatch_clear(batch->appended);
    kv->is_broken = message != NULL;
    return passed(message, err);
}

bool kv_delete_range(struct kv *kv, enum kv_table table, gos_str from, gos_str last,
                     gos_str meta_key, gos_str meta_value, gos_error *err)
{
    if (kv_is_failing(err) || !kv_heal(kv, err))
        return false;
    /* RocksDB takes what stands behind the last key; none stands between a key and it with a NUL.
     */
    char behind[KEY_DELETED_BYTES_MAX + 1] = {0};
    assert(last.len <= KEY_DELETED_BYTES_MAX);
    memcpy(behind, last.data, last.len);
    char *message = NULL;
    rocksdb_writebatch_t *batch = rocksdb_writebatch_create();
    rocksdb_writebatch_delete_range_cf(batch, kv->families[table], from.data, from.len, behind,
                                       last.len + 1);
    rocksdb_writebatch_put_cf(batch, kv->families[KV_META], meta_key.data, meta_key.len,
                              meta_value.data, meta_value.len);
    /* Synced: files that go below must not go before the mark that says so. */
    rocksdb_write(kv->db, kv->write_synced, batch, &message);
    rocksdb_writebatch_destroy(batch);
    kv->is_broken = message != NULL;
    if (!passed(message, err))
        return false;
    /* Gives whole files back without waiting for a compaction; here RocksDB takes the last key. */
    rocksdb_delete_file_in_range_cf(kv->db, kv->families[table], from.data, from.len, last.data,
                                    last.len, &message);
    return passed(message, err);
}

void kv_cursor_init(struct kv_cursor *cursor, struct kv *kv, const struct kv_batch *batch,
                    enum kv_table table, gos_str prefix, gos_str from)
{
    *cursor = (struct kv_cursor){.kv = kv, .prefix = prefix};
    if (!enter(kv, NULL))
        return;
    rocksdb_iterator_t *iterator =
        rocksdb_create_iterator_cf(kv->db, kv->scan, kv->families[table]);
    if (batch)
        iterator = rocksdb_writebatch_wi_create_iterator_with_base_cf(batch->engine, iterator,
                                                                      kv->families[table]);
    cursor->engine = iterator;
    rocksdb_iter_seek(iterator, from.data, from.len);
}

bool kv_cursor_at(const struct kv_cursor *cursor, gos_str *out_key, gos_str *out_value)
{
    if (!cursor->engine || !rocksdb_iter_valid(cursor->engine))
        return false;
    out_key->data = rocksdb_iter_key(cursor->engine, &out_key->len);
    out_value->data = rocksdb_iter_value(cursor->engine, &out_value->len);
    return out_key->len >= cursor->prefix.len &&
           memcmp(out_key->data, cursor->prefix.data, cursor->prefix.len) == 0;
}

void kv_cursor_next(struct kv_cursor *cursor)
{
    rocksdb_iter_next(cursor->engine);
}

void kv_cursor_back(struct kv_cursor *cursor, gos_str key)
{
    if (cursor->engine)
        rocksdb_iter_seek_for_prev(cursor->engine, key.data, key.len);
}

bool kv_cursor_deinit(struct kv_cursor *cursor, gos_error *err)
{
    char *message = NULL;
    if (!cursor->engine)
        return gos_fail(err, GOS_STORE_FAILED, "", "the roster's store is not open");
    rocksdb_iter_get_error(cursor->engine, &message);
    rocksdb_iter_destroy(cursor->engine);
    cursor->engine = NULL;
    leave(cursor->kv);
    return passed(message, err) && !kv_is_failing(err);
}

void kv_event_day_min(struct kv *kv, uint16_t day)
{
    atomic_store_explicit(&kv->event_day_min, day, memory_order_relaxed);
}

bool kv_backup(struct kv *kv, const char *folder, gos_error *err)
{
    char *message = NULL;
    if (!enter(kv, err))
        return false;
    rocksdb_checkpoint_t *checkpoint = rocksdb_checkpoint_object_create(kv->db, &message);
    if (!message) {
        rocksdb_checkpoint_create(checkpoint, folder, 0, &message);
        rocksdb_checkpoint_object_destroy(checkpoint);
    }
    leave(kv);
    return passed(message, err);
}

bool kv_compact(struct kv *kv, gos_error *err)
{
    char *message = NULL;
    if (!enter(kv, err))
        return false;
    rocksdb_flushoptions_t *flush = rocksdb_flushoptions_create();
    for (int i = 0; i < KV_TABLE_COUNT && !message; i++) {
        rocksdb_flush_cf(kv->db, flush, kv->families[i], &message);
        rocksdb_compact_range_cf(kv->db, kv->families[i], NULL, 0, NULL, 0);
    }
    rocksdb_flushoptions_destroy(flush);
    leave(kv);
    return passed(message, err);
}

static uint64_t property(struct kv *kv, enum kv_table table, const char *name)
{
    uint64_t value = 0;
    if (!enter(kv, NULL))
        return 0;
    bool is_known = rocksdb_property_int_cf(kv->db, kv->families[table], name, &value) == 0;
    leave(kv);
    return is_known ? value : 0;
}

uint64_t kv_keys_estimated(struct kv *kv, enum kv_table table)
{
    return property(kv, table, "rocksdb.estimate-num-keys");
}

uint64_t kv_bytes(struct kv *kv, enum kv_table table)
{
    return property(kv, table, "rocksdb.total-sst-files-size");
}
