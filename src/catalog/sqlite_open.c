/* Opening, migrating, lending connections: the frame of the SQLite backend. */
#include "catalog/store.h"
#include "catalog/store_graph.h"
#include "catalog/store_webhooks.h"

#include "base/text.h"
#include "base/time.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <unistd.h>

enum { READERS_DEFAULT = 4, STORE_BYTES = 4096 };

static const struct {
    int version;
    const char *sql;
} migrations[] = {
#define MIGRATION(version, sql) {version, sql},
#include "catalog/migrations.def"
#undef MIGRATION
};

enum { MIGRATION_COUNT = sizeof migrations / sizeof migrations[0] };

static struct store *store_of(struct catalog *catalog)
{
    return (struct store *)catalog;
}

struct sqlite *store_read_begin(struct catalog *catalog)
{
    struct store *store = store_of(catalog);
    pthread_mutex_lock(&store->read_lock);
    while (store->idle_count == 0)
        pthread_cond_wait(&store->read_returned, &store->read_lock);
    struct sqlite *db = store->idle[--store->idle_count];
    pthread_mutex_unlock(&store->read_lock);
    return db;
}

void store_read_end(struct catalog *catalog, struct sqlite *db)
{
    struct store *store = store_of(catalog);
    pthread_mutex_lock(&store->read_lock);
    store->idle[store->idle_count++] = db;
    pthread_cond_signal(&store->read_returned);
    pthread_mutex_unlock(&store->read_lock);
}

struct sqlite *store_write_begin(struct catalog *catalog, gos_error *err)
{
    struct store *store = store_of(catalog);
    pthread_mutex_lock(&store->write_lock);
    if (sqlite_run(store->writer, "BEGIN IMMEDIATE", err))
        return store->writer;
    pthread_mutex_unlock(&store->write_lock);
    return NULL;
}

bool store_write_end(struct catalog *catalog, bool done, gos_error *err)
{
    struct store *store = store_of(catalog);
    done = done && sqlite_run(store->writer, "COMMIT", err);
    if (!done)
        sqlite_run(store->writer, "ROLLBACK", NULL);
    pthread_mutex_unlock(&store->write_lock);
    return done;
}

static bool version_read(struct sqlite *db, int64_t *out, gos_error *err)
{
    struct statement *statement = sqlite_prepare(db, GOS_LIT("PRAGMA user_version"), err);
    if (!statement)
        return false;
    bool done = statement_step(statement, err) == STEP_ROW;
    *out = done ? column_int(statement, 0) : 0;
    statement_close(statement);
    return done;
}

static bool migrate_step(struct sqlite *db, size_t index, gos_error *err)
{
    char pragma[64];
    snprintf(pragma, sizeof pragma, "PRAGMA user_version = %d", migrations[index].version);
    return sqlite_run(db, migrations[index].sql, err) && sqlite_run(db, pragma, err);
}

static bool environments_make(struct sqlite *db, int64_t now_ms, gos_error *err)
{
    static const char *const names[] = {"production", "staging", "development"};
    for (size_t i = 0; i < 3; i++) {
        struct statement *statement = sqlite_statement(db, SQL_ENVIRONMENT_ADD, err);
        if (!statement)
            return false;
        statement_bind(statement, "ti", gos_str_from(names[i]), now_ms);
        if (!statement_run(statement, err))
            return false;
    }
    return true;
}

static bool migrate(struct sqlite *db, int64_t now_ms, gos_error *err)
{
    int64_t version;
    if (!version_read(db, &version, err))
        return false;
    if (version > migrations[MIGRATION_COUNT - 1].version)
        return gos_fail(err, GOS_STORE_FAILED, "",
                        "the catalog has schema %" PRId64 ", made by a newer gosset; this one "
                        "knows schemas up to %d",
                        version, migrations[MIGRATION_COUNT - 1].version);
    for (size_t i = 0; i < MIGRATION_COUNT; i++) {
        if (migrations[i].version > version && !migrate_step(db, i, err))
            return false;
    }
    return version > 0 || environments_make(db, now_ms, err);
}

static bool readers_open(struct store *store, const struct catalog_options *options, gos_error *err)
{
    uint32_t count = options->readers_max ? options->readers_max : READERS_DEFAULT;
    if (count > STORE_READERS_MAX)
        count = STORE_READERS_MAX;
    while (store->reader_count < count) {
        if (!sqlite_open(options->location, false, &store->idle[store->reader_count], err))
            return false;
        store->idle_count = ++store->reader_count;
    }
    return true;
}

static void store_close(struct catalog *catalog)
{
    struct store *store = store_of(catalog);
    assert(store->idle_count == store->reader_count);
    for (uint32_t i = 0; i < store->reader_count; i++)
        sqlite_close(store->idle[i]);
    sqlite_close(store->writer);
    pthread_mutex_destroy(&store->write_lock);
    pthread_mutex_destroy(&store->read_lock);
    pthread_cond_destroy(&store->read_returned);
    gos_arena_close(store->arena);
}

static bool store_open(const struct catalog_options *options, struct catalog **out, gos_error *err)
{
    gos_arena *arena = gos_arena_open(STORE_BYTES);
    struct store *store = arena ? gos_arena_take(arena, sizeof *store, err) : NULL;
    if (!store)
        return gos_fail(err, GOS_OUT_OF_MEMORY, "", "no memory for the catalog");
    store->catalog.backend = &catalog_backend_sqlite;
    store->arena = arena;
    pthread_mutex_init(&store->write_lock, NULL);
    pthread_mutex_init(&store->read_lock, NULL);
    pthread_cond_init(&store->read_returned, NULL);
    bool done =
        sqlite_open(options->location, true, &store->writer, err) &&
        store_write_begin(&store->catalog, err) &&
        store_write_end(&store->catalog, migrate(store->writer, options->now_ms, err), err) &&
        readers_open(store, options, err);
    if (!done) {
        store_close(&store->catalog);
        return false;
    }
    *out = &store->catalog;
    return true;
}

static bool store_sequence(struct catalog *catalog, gos_str environment, int64_t *out,
                           gos_error *err)
{
    int64_t id;
    struct sqlite *db = store_read_begin(catalog);
    bool done = store_environment(db, environment, &id, out, err);
    store_read_end(catalog, db);
    return done;
}

/* One transaction, so that all parts of the document are of one moment. */
static bool store_document_now(struct catalog *catalog, gos_str environment, int64_t at,
                               gos_arena *arena, gos_str *out, int64_t *out_sequence,
                               gos_error *err)
{
    struct sqlite *db = store_read_begin(catalog);
    bool done = sqlite_run(db, "BEGIN", err);
    if (done) {
        done = store_document(db, environment, at, arena, out, out_sequence, err);
        sqlite_run(db, "COMMIT", NULL);
    }
    store_read_end(catalog, db);
    return done;
}

static bool store_backup(struct catalog *catalog, const char *path, gos_error *err)
{
    if (access(path, F_OK) == 0)
        return gos_fail(err, GOS_BAD_INPUT, "", "%s exists already; a backup overwrites nothing",
                        path);
    struct sqlite *db = store_read_begin(catalog);
    bool done = sqlite_copy(db, path, err);
    store_read_end(catalog, db);
    return done;
}

bool store_too_large(gos_error *err)
{
    return gos_fail(err, GOS_TOO_LARGE, "", "the answer does not fit into its memory");
}

void *store_list_next(struct store_list *list, gos_error *err)
{
    if (list->count == list->capacity) {
        uint32_t capacity = list->capacity ? list->capacity * 2 : 16;
        void *items = gos_arena_array(list->arena, capacity, list->size, err);
        if (!items)
            return NULL;
        if (list->count > 0)
            memcpy(items, list->items, list->count * list->size);
        list->items = items;
        list->capacity = capacity;
    }
    return (char *)list->items + list->size * list->count++;
}

const struct catalog_backend catalog_backend_sqlite = {
    .name = "sqlite",
    .open = store_open,
    .close = store_close,
    .list_environments = store_list_environments,
    .add_environment = store_add_environment,
    .apply = store_apply,
    .find = store_find,
    .has_id = store_has_id,
    .list = store_page,
    .list_overrides = store_list_overrides,
    .find_override = store_find_override,
    .sequence = store_sequence,
    .document = store_document_now,
    .note_ruleset = store_note_ruleset,
    .list_decisive = store_list_decisive,
    .list_rulesets = store_list_rulesets,
    .list_audit = store_list_audit,
    .add_key = store_add_key,
    .find_key = store_find_key,
    .list_keys = store_list_keys,
    .revoke_key = store_revoke_key,
    .touch_key = store_touch_key,
    .add_results = store_add_results,
    .latest_results = store_latest_results,
    .result_history = store_result_history,
    .add_member = store_add_member,
    .find_member = store_find_member,
    .list_members = store_list_members,
    .put_member = store_put_member,
    .delete_member = store_delete_member,
    .note_access = store_note_access,
    .add_session = store_add_session,
    .list_sessions = store_list_sessions,
    .touch_session = store_touch_session,
    .end_session = store_end_session,
    .prune_sessions = store_prune_sessions,
    .put_advice = store_put_advice,
    .add_usage = store_add_usage,
    .list_usage = store_list_usage,
    .get_graph = store_get_graph,
    .list_places = store_list_places,
    .requires_approval = store_requires_approval,
    .set_approval = store_set_approval,
    .add_proposal = store_add_proposal,
    .find_proposal = store_find_proposal,
    .list_proposals = store_list_proposals,
    .end_proposal = store_end_proposal,
    .add_webhook = store_add_webhook,
    .list_webhooks = store_list_webhooks,
    .change_webhook = store_change_webhook,
    .delete_webhook = store_delete_webhook,
    .read_log = store_read_log,
    .add_deliveries = store_add_deliveries,
    .due_deliveries = store_due_deliveries,
    .note_delivery = store_note_delivery,
    .list_deliveries = store_list_deliveries,
    .backup = store_backup,
};
