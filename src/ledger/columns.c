/* Opens the columnar ledger, makes its tables, and loads names and units into memory. */
#include "ledger/memo.h"

#include <stdio.h>

enum { ROWS_AHEAD = 16 };

#define MEMORY_BYTES       ((size_t)1 << 30)
#define ENGINE_BYTES_LEAST ((size_t)32 << 20)

static const char *const schema[] = {
    "CREATE TABLE IF NOT EXISTS names(number UINTEGER, kind UINTEGER, parent UINTEGER, "
    "name VARCHAR)",
    "CREATE TABLE IF NOT EXISTS sources(name VARCHAR, applied UBIGINT)",
    "CREATE TABLE IF NOT EXISTS units(unit UINTEGER, hash UBIGINT, environment UINTEGER, "
    "name VARCHAR)",
    "CREATE TABLE IF NOT EXISTS exposures(experiment UINTEGER, unit UINTEGER, variant UINTEGER, "
    "ts BIGINT, flags UINTEGER, attributes VARCHAR, seq UBIGINT)",
    "ALTER TABLE exposures ADD COLUMN IF NOT EXISTS ruleset UINTEGER",
    "CREATE TABLE IF NOT EXISTS links(device UINTEGER, person UINTEGER, ts BIGINT, "
    "seq UBIGINT)",
    "CREATE TABLE IF NOT EXISTS schema_versions(version UINTEGER)",
    "INSERT INTO schema_versions SELECT 2 WHERE NOT EXISTS "
    "(SELECT 1 FROM schema_versions WHERE version >= 2)",
    "INSERT INTO sources SELECT 'rewound', 0 WHERE NOT EXISTS "
    "(SELECT 1 FROM sources WHERE name = 'rewound')",
    "INSERT INTO sources SELECT 'spool', 0 WHERE NOT EXISTS "
    "(SELECT 1 FROM sources WHERE name = 'spool')",
};

static bool take_names(void *context, const struct sql_chunk *chunk, gos_error *err)
{
    struct columns *columns = context;
    for (uint64_t row = 0; row < chunk->row_count; row++) {
        uint32_t number = 0;
        if (!names_add(&columns->names, (enum name_kind)sql_int(&chunk->columns[1], row),
                       (uint32_t)sql_int(&chunk->columns[2], row),
                       sql_text(&chunk->columns[3], row), &number, err))
            return false;
        if (number != (uint32_t)sql_int(&chunk->columns[0], row))
            return gos_fail(err, GOS_STORE_FAILED, "", "the ledger's names have a gap at %u",
                            number);
    }
    return true;
}

/* Units being read; rows stand in the order of their numbers unless the engine moved some. */
struct loading {
    struct columns *columns;
    bool is_ordered;
};

static bool take_units(void *context, const struct sql_chunk *chunk, gos_error *err)
{
    struct loading *loading = context;
    struct units *units = &loading->columns->units;
    const uint32_t *numbers = chunk->columns[0].data;
    const uint64_t *hashes = chunk->columns[1].data;
    for (uint64_t row = 0; row < chunk->row_count && loading->is_ordered; row++) {
        uint32_t unit = 0;
        bool is_new = false;
        units_ask_ahead(units, row + ROWS_AHEAD < chunk->row_count ? hashes[row + ROWS_AHEAD] : 0,
                        row + ROWS_AHEAD / 2 < chunk->row_count ? hashes[row + ROWS_AHEAD / 2] : 0);
        if (!units_add(units, hashes[row], &unit, &is_new, err))
            return false;
        loading->is_ordered = is_new && unit == numbers[row];
    }
    return true;
}

static bool read_units(struct columns *columns, const char *statement, bool *out_ordered,
                       gos_error *err)
{
    struct loading loading = {columns, true};
    int64_t count = 0;
    units_close(&columns->units);
    bool done =
        sql_query_int(columns->writer, "SELECT count(*) FROM units", NULL, 0, 0, &count, err) &&
        units_reserve(&columns->units, (uint32_t)count, err) &&
        sql_query(columns->writer, statement, NULL, 0, take_units, &loading, err);
    *out_ordered = loading.is_ordered;
    return done;
}

/* Sorting them takes memory that grows with them: only where it must be. */
static bool load_units(struct columns *columns, gos_error *err)
{
    bool is_ordered = false;
    if (!read_units(columns, "SELECT unit, hash FROM units", &is_ordered, err))
        return false;
    if (!is_ordered &&
        !read_units(columns, "SELECT unit, hash FROM units ORDER BY unit", &is_ordered, err))
        return false;
    return is_ordered || gos_fail(err, GOS_STORE_FAILED, "", "the ledger's units have a gap at %u",
                                  columns->units.count);
}

static bool take_links(void *context, const struct sql_chunk *chunk, gos_error *err)
{
    (void)err;
    struct columns *columns = context;
    for (uint64_t row = 0; row < chunk->row_count; row++)
        units_link(&columns->units, (uint32_t)sql_int(&chunk->columns[0], row),
                   (uint32_t)sql_int(&chunk->columns[1], row));
    return true;
}

bool columns_load(struct columns *columns, gos_error *err)
{
    struct sql_connection *writer = columns->writer;
    int64_t applied = 0, rewound = 0;
    names_close(&columns->names);
    if (!sql_query(writer, "SELECT number, kind, parent, name FROM names ORDER BY number", NULL, 0,
                   take_names, columns, err) ||
        !load_units(columns, err) ||
        !sql_query(writer, "SELECT device, person FROM links", NULL, 0, take_links, columns, err) ||
        !sql_query_int(writer, "SELECT applied FROM sources WHERE name = 'spool'", NULL, 0, 0,
                       &applied, err) ||
        !sql_query_int(writer, "SELECT applied FROM sources WHERE name = 'rewound'", NULL, 0, 0,
                       &rewound, err))
        return false;
    columns->watermark = (uint64_t)applied;
    atomic_store(&columns->rewound, (uint64_t)rewound);
    return true;
}

bool columns_commit(struct columns *columns, gos_error *err)
{
    pthread_mutex_lock(&columns->moment_lock);
    bool done = sql_run(columns->writer, "COMMIT", NULL, 0, err);
    pthread_mutex_unlock(&columns->moment_lock);
    return done;
}

static bool make_schema(struct columns *columns, gos_error *err)
{
    int64_t version = 0;
    for (size_t i = 0; i < sizeof schema / sizeof *schema; i++) {
        if (!sql_run(columns->writer, schema[i], NULL, 0, err))
            return false;
    }
    if (!sql_query_int(columns->writer, "SELECT max(version) FROM schema_versions", NULL, 0, 0,
                       &version, err))
        return false;
    if (version > COLUMNS_SCHEMA_VERSION)
        return gos_fail(err, GOS_STORE_FAILED, "",
                        "the ledger has schema %d; this gosset knows up to %d", (int)version,
                        COLUMNS_SCHEMA_VERSION);
    return true;
}

static void columns_close(void *self)
{
    struct columns *columns = self;
    memo_close(columns);
    sql_disconnect(columns->writer);
    sql_disconnect(columns->reader);
    sql_disconnect(columns->second);
    sql_close(columns->sql);
    names_close(&columns->names);
    units_close(&columns->units);
    pthread_mutex_destroy(&columns->write_lock);
    pthread_mutex_destroy(&columns->read_lock);
    pthread_mutex_destroy(&columns->moment_lock);
    pthread_mutex_destroy(&columns->names_lock);
    gos_arena_close(columns->arena);
}

static uint64_t columns_watermark(void *self)
{
    struct columns *columns = self;
    pthread_mutex_lock(&columns->names_lock);
    uint64_t watermark = columns->watermark;
    pthread_mutex_unlock(&columns->names_lock);
    return watermark;
}

static const struct ledger_backend backend = {
    .close = columns_close,
    .append = columns_append,
    .watermark = columns_watermark,
    .rewind = columns_rewind,
    .compute = columns_compute,
    .series = columns_series,
    .list_slices = columns_list_slices,
    .list_exposures = columns_list_exposures,
    .list_events = columns_list_events,
    .oddities = columns_oddities,
    .stats = columns_stats,
    .delete_experiment = columns_delete_experiment,
    .delete_before = columns_delete_before,
    .checkpoint = columns_checkpoint,
    .backup = columns_backup,
    .export = columns_export,
};

/* The engine streams: more memory makes it no faster, but with too little it does not work. */
static void share_memory(struct columns *columns, size_t bytes)
{
    columns->engine_bytes = bytes / 4 > ENGINE_BYTES_LEAST ? bytes / 4 : ENGINE_BYTES_LEAST;
    columns->memory_bytes = bytes - bytes / 4;
}

bool duckdb_ledger_open(const struct ledger_options *options,
                        const struct ledger_backend **out_backend, void **out_self, gos_error *err)
{
    gos_arena *arena = gos_arena_open(1 << 16);
    struct columns *columns = arena ? gos_arena_take(arena, sizeof *columns, err) : NULL;
    if (!columns) {
        gos_arena_close(arena);
        return gos_fail(err, GOS_OUT_OF_MEMORY, "", "no memory for a ledger");
    }
    columns->arena = arena;
    share_memory(columns, options->memory_bytes ? options->memory_bytes : MEMORY_BYTES);
    columns->readers = options->threads == 1 ? 1 : COLUMNS_READERS_MAX;
    pthread_mutex_init(&columns->write_lock, NULL);
    pthread_mutex_init(&columns->read_lock, NULL);
    pthread_mutex_init(&columns->moment_lock, NULL);
    pthread_mutex_init(&columns->names_lock, NULL);
    if (options->location)
        columns->path = gos_arena_text(arena, gos_str_from(options->location), err).data;
    struct sql_options sql = {.path = columns->path,
                              .memory_bytes = columns->engine_bytes,
                              .threads = options->threads,
                              .temp_directory = options->temp_directory};
    if (!sql_open(&sql, &columns->sql, err) || !sql_connect(columns->sql, &columns->writer, err) ||
        !sql_connect(columns->sql, &columns->reader, err) ||
        !sql_connect(columns->sql, &columns->second, err) || !make_schema(columns, err) ||
        !columns_load(columns, err)) {
        columns_close(columns);
        return false;
    }
    *out_backend = &backend;
    *out_self = columns;
    return true;
}
