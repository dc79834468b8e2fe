/* Opens and closes the store, and is the table of what it can do. */
#include "roster/store.h"

#include "base/hash.h"
#include "base/secret.h"
#include "base/time.h"
#include "roster/bytes.h"
#include "roster/store_backend.h"

enum { SETUP_ARENA_BYTES = 1 << 20, FORMAT_VERSION = 1 };

uint64_t store_unit_hash(const struct store *store, gos_str unit)
{
    return hash_xxh3(unit, store->unit_seed);
}

static bool setup_read(gos_str data, struct store *store, gos_error *err)
{
    struct bytes bytes = bytes_of(data);
    uint64_t version = bytes_number(&bytes);
    bytes_raw(&bytes, &store->unit_seed, sizeof store->unit_seed);
    if (!bytes_done(&bytes) || version != FORMAT_VERSION)
        return gos_fail(err, GOS_STORE_FAILED, "",
                        "the roster's folder has format %d; this gosset knows format %d",
                        (int)version, FORMAT_VERSION);
    return true;
}

/* A new folder gets its seed, which must never change again. */
static bool setup_make(struct store *store, gos_arena *arena, gos_error *err)
{
    if (!secret_start(err))
        return false;
    secret_random(&store->unit_seed, sizeof store->unit_seed);
    struct text value;
    text_init(&value, arena);
    bytes_put_number(&value, FORMAT_VERSION);
    bytes_put_raw(&value, &store->unit_seed, sizeof store->unit_seed);
    if (!text_ok(&value, err))
        return false;
    struct kv_batch batch;
    struct key key = key_single('v');
    kv_batch_init(&batch, store->kv);
    kv_put(&batch, KV_META, key_str(&key), text_str(&value));
    bool done = kv_write(&batch, err);
    kv_batch_deinit(&batch);
    return done;
}

static bool setup(struct store *store, gos_error *err)
{
    gos_arena *arena = gos_arena_open(SETUP_ARENA_BYTES);
    if (!arena)
        return gos_fail(err, GOS_OUT_OF_MEMORY, "", "no memory to open the roster");
    struct key key = key_single('v');
    gos_str value;
    bool done = kv_get(store->kv, NULL, KV_META, key_str(&key), arena, &value, err) &&
                (value.data ? setup_read(value, store, err) : setup_make(store, arena, err)) &&
                spool_open(store, err);
    gos_arena_close(arena);
    return done;
}

static void store_close(struct roster *roster)
{
    struct store *store = store_of(roster);
    ids_close(store->ids);
    kv_close(store->kv);
    pthread_mutex_destroy(&store->write_lock);
    pthread_mutex_destroy(&store->spool_lock);
    gos_arena_close(store->arena);
}

static bool store_open(const struct roster_options *options, struct roster **out, gos_error *err)
{
    gos_arena *arena = gos_arena_open(sizeof(struct store));
    struct store *store = arena ? gos_arena_take(arena, sizeof *store, NULL) : NULL;
    if (!store) {
        gos_arena_close(arena);
        return gos_fail(err, GOS_OUT_OF_MEMORY, "", "no memory to open the roster");
    }
    store->base.backend = &roster_backend_rocksdb;
    store->arena = arena;
    store->spool_count_max = options->spool_count_max;
    store->spool_bytes_max = options->spool_bytes_max;
    pthread_mutex_init(&store->write_lock, NULL);
    pthread_mutex_init(&store->spool_lock, NULL);
    if (!kv_open(options->folder, options->cache_bytes, &store->kv, err) || !setup(store, err) ||
        !ids_open(store->kv, &store->write_lock, &store->ids, err)) {
        store_close(&store->base);
        return false;
    }
    *out = &store->base;
    return true;
}

static void store_forget_event_ids(struct roster *roster, int64_t ms)
{
    int64_t day = time_day(ms);
    day = day < 0 ? 0 : day > UINT16_MAX ? UINT16_MAX : day;
    struct store *store = store_of(roster);
    kv_event_day_min(store->kv, (uint16_t)day);
    pthread_mutex_lock(&store->write_lock);
    ids_renew(store->ids);
    pthread_mutex_unlock(&store->write_lock);
}

static bool store_backup(struct roster *roster, const char *folder, gos_error *err)
{
    return kv_backup(store_of(roster)->kv, folder, err);
}

static bool store_compact(struct roster *roster, gos_error *err)
{
    struct store *store = store_of(roster);
    pthread_mutex_lock(&store->write_lock);
    ids_settle(store->ids);
    pthread_mutex_unlock(&store->write_lock);
    return kv_compact(store->kv, err);
}

static bool store_stats(struct roster *roster, struct roster_stats *out, gos_error *err)
{
    (void)err;
    struct kv *kv = store_of(roster)->kv;
    *out = (struct roster_stats){
        .assignments = kv_keys_estimated(kv, KV_ASSIGNMENTS),
        .event_ids = kv_keys_estimated(kv, KV_EVENT_IDS),
        .assignment_bytes = kv_bytes(kv, KV_ASSIGNMENTS) + kv_bytes(kv, KV_UNITS),
    };
    for (int i = 0; i < KV_TABLE_COUNT; i++)
        out->disk_bytes += kv_bytes(kv, (enum kv_table)i);
    return true;
}

const struct roster_backend roster_backend_rocksdb = {
    .open = store_open,
    .close = store_close,
    .find_assignment = store_find_assignment,
    .find_earlier = store_find_earlier,
    .list_unit = store_list_unit,
    .list_experiment = store_list_experiment,
    .count_assignments = store_count_assignments,
    .find_user = store_find_user,
    .list_devices = store_list_devices,
    .find_profile = store_find_profile,
    .commit = store_commit,
    .spool_read = store_spool_read,
    .spool_trim = store_spool_trim,
    .spool_depth = store_spool_depth,
    .delete_assignments = store_delete_assignments,
    .forget = store_forget,
    .forget_event_ids = store_forget_event_ids,
    .backup = store_backup,
    .compact = store_compact,
    .stats = store_stats,
};
