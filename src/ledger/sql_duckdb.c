/*
 * DuckDB behind sql.h. Extensions are never fetched; other files are out of reach unless the
 * options say so; the settings are locked after opening.
 */
#include "ledger/sql.h"

#include <dlfcn.h>
#include <duckdb.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

struct sql {
    gos_arena *arena;
    duckdb_database database;
};

struct sql_connection {
    gos_arena *arena;
    duckdb_connection handle;
};

struct sql_appender {
    gos_arena *arena;
    duckdb_appender handle;
    duckdb_data_chunk chunk;
    duckdb_logical_type types[SQL_COLUMNS_MAX];
    duckdb_vector vectors[SQL_COLUMNS_MAX];
    void *data[SQL_COLUMNS_MAX];
    uint64_t *valid[SQL_COLUMNS_MAX];
    enum sql_type kinds[SQL_COLUMNS_MAX];
    uint32_t column_count;
    uint64_t row;
};

static const duckdb_type engine_types[] = {
    [SQL_BOOL] = DUCKDB_TYPE_BOOLEAN,  [SQL_UINT32] = DUCKDB_TYPE_UINTEGER,
    [SQL_INT64] = DUCKDB_TYPE_BIGINT,  [SQL_UINT64] = DUCKDB_TYPE_UBIGINT,
    [SQL_DOUBLE] = DUCKDB_TYPE_DOUBLE, [SQL_TEXT] = DUCKDB_TYPE_VARCHAR,
};

/*
 * The library is loaded by the first who needs it: the command line, and servers without a ledger,
 * start without its 60 MiB.
 */
static struct {
#define CALL(name) __typeof__(&duckdb_##name) name;
#include "ledger/duckdb.def"
#undef CALL
} engine;
static pthread_once_t engine_once = PTHREAD_ONCE_INIT;
static char engine_error[SQL_ERROR_BYTES]; /* empty: it is loaded */

static void engine_take(void *library, const char *name, void *out_function)
{
    void *found = dlsym(library, name);
    memcpy(out_function, &found, sizeof found);
    if (!found)
        snprintf(engine_error, sizeof engine_error, "libduckdb.so has no %s", name);
}

static void engine_load(void)
{
    void *library = dlopen("libduckdb.so", RTLD_NOW | RTLD_LOCAL);
    if (!library) {
        const char *why = dlerror();
        snprintf(engine_error, sizeof engine_error, "%s", why ? why : "libduckdb.so is missing");
        return;
    }
#define CALL(name) engine_take(library, "duckdb_" #name, &engine.name);
#include "ledger/duckdb.def"
#undef CALL
}

static bool engine_need(gos_error *err)
{
    pthread_once(&engine_once, engine_load);
    return engine_error[0] == 0 ||
           gos_fail(err, GOS_STORE_FAILED, "", "the ledger's engine cannot be loaded: %s",
                    engine_error);
}

const char *sql_version(void)
{
    if (!engine_need(NULL))
        return "";
    return engine.library_version();
}

static bool fail_with(gos_error *err, const char *message)
{
    bool interrupted = message && strstr(message, "INTERRUPT") != NULL;
    size_t len = message ? strcspn(message, "\n") : 0;
    if (interrupted)
        return gos_fail(err, GOS_CANCELLED, "", "the query was cancelled");
    return gos_fail(err, GOS_STORE_FAILED, "", "the ledger's engine refused: %.*s",
                    (int)(len < SQL_ERROR_BYTES ? len : SQL_ERROR_BYTES), message ? message : "");
}

/* What a start after a crash reads again; each time it is full, tables' last parts are rewritten.
 */
#define LOG_BYTES "32MB"

static bool configure(duckdb_config config, const struct sql_options *options)
{
    char memory[32], threads[16];
    uint64_t bytes = options->memory_bytes ? options->memory_bytes : UINT64_C(1) << 30;
    snprintf(memory, sizeof memory, "%lluB", (unsigned long long)bytes);
    snprintf(threads, sizeof threads, "%u", options->threads ? options->threads : 2);
    bool done =
        engine.set_config(config, "memory_limit", memory) == DuckDBSuccess &&
        engine.set_config(config, "threads", threads) == DuckDBSuccess &&
        engine.set_config(config, "checkpoint_threshold", LOG_BYTES) == DuckDBSuccess &&
        engine.set_config(config, "autoinstall_known_extensions", "false") == DuckDBSuccess &&
        engine.set_config(config, "autoload_known_extensions", "false") == DuckDBSuccess &&
        engine.set_config(config, "enable_external_access", options->files ? "true" : "false") ==
            DuckDBSuccess;
    if (done && options->temp_directory)
        done =
            engine.set_config(config, "temp_directory", options->temp_directory) == DuckDBSuccess;
    return done && engine.set_config(config, "lock_configuration", "true") == DuckDBSuccess;
}

bool sql_open(const struct sql_options *options, struct sql **out, gos_error *err)
{
    if (!engine_need(err))
        return false;
    gos_arena *arena = gos_arena_open(1 << 16);
    struct sql *sql = arena ? gos_arena_take(arena, sizeof *sql, err) : NULL;
    duckdb_config config = NULL;
    char *message = NULL;
    if (!sql || engine.create_config(&config) != DuckDBSuccess || !configure(config, options)) {
        gos_fail(err, GOS_STORE_FAILED, "", "the ledger's engine does not take its settings");
        goto failed;
    }
    sql->arena = arena;
    if (engine.open_ext(options->path, &sql->database, config, &message) != DuckDBSuccess) {
        fail_with(err, message);
        engine.free(message);
        goto failed;
    }
    engine.destroy_config(&config);
    *out = sql;
    return true;
failed:
    if (config)
        engine.destroy_config(&config);
    gos_arena_close(arena);
    return false;
}

void sql_close(struct sql *sql)
{
    if (!sql)
        return;
    engine.close(&sql->database);
    gos_arena_close(sql->arena);
}

bool sql_connect(struct sql *sql, struct sql_connection **out, gos_error *err)
{
    gos_arena *arena = gos_arena_open(1 << 16);
    struct sql_connection *connection =
        arena ? gos_arena_take(arena, sizeof *connection, err) : NULL;
    if (!connection || engine.connect(sql->database, &connection->handle) != DuckDBSuccess) {
        gos_arena_close(arena);
        return gos_fail(err, GOS_STORE_FAILED, "", "the ledger's engine takes no connection");
    }
    connection->arena = arena;
    *out = connection;
    return true;
}

void sql_disconnect(struct sql_connection *connection)
{
    if (!connection)
        return;
    engine.disconnect(&connection->handle);
    gos_arena_close(connection->arena);
}

void sql_interrupt(struct sql_connection *connection)
{
    engine.interrupt(connection->handle);
}

static duckdb_state bind_value(duckdb_prepared_statement statement, idx_t index,
                               const struct sql_value *value)
{
    if (value->is_null)
        return engine.bind_null(statement, index);
    switch (value->type) {
    case SQL_BOOL:
        return engine.bind_boolean(statement, index, value->integer != 0);
    case SQL_UINT32:
        return engine.bind_uint32(statement, index, (uint32_t)value->integer);
    case SQL_INT64:
        return engine.bind_int64(statement, index, value->integer);
    case SQL_UINT64:
        return engine.bind_uint64(statement, index, (uint64_t)value->integer);
    case SQL_DOUBLE:
        return engine.bind_double(statement, index, value->number);
    case SQL_TEXT:
        return engine.bind_varchar_length(statement, index, value->text.data, value->text.len);
    }
    return DuckDBError;
}

static bool prepare(struct sql_connection *connection, const char *text,
                    const struct sql_value *values, uint32_t value_count,
                    duckdb_prepared_statement *out, gos_error *err)
{
    if (engine.prepare(connection->handle, text, out) != DuckDBSuccess) {
        fail_with(err, engine.prepare_error(*out));
        engine.destroy_prepare(out);
        return false;
    }
    for (uint32_t i = 0; i < value_count; i++) {
        if (bind_value(*out, i + 1, &values[i]) != DuckDBSuccess) {
            fail_with(err, "a parameter does not fit");
            engine.destroy_prepare(out);
            return false;
        }
    }
    return true;
}

bool sql_run(struct sql_connection *connection, const char *text, const struct sql_value *values,
             uint32_t value_count, gos_error *err)
{
    duckdb_prepared_statement statement;
    duckdb_result result;
    if (!prepare(connection, text, values, value_count, &statement, err))
        return false;
    bool done = engine.execute_prepared(statement, &result) == DuckDBSuccess;
    if (!done)
        fail_with(err, engine.result_error(&result));
    engine.destroy_result(&result);
    engine.destroy_prepare(&statement);
    return done;
}

static bool type_find(duckdb_type type, enum sql_type *out)
{
    for (size_t i = 0; i < sizeof engine_types / sizeof *engine_types; i++) {
        if (engine_types[i] == type) {
            *out = (enum sql_type)i;
            return true;
        }
    }
    return false;
}

static bool take_rows(duckdb_data_chunk chunk, const enum sql_type *types, uint32_t column_count,
                      sql_take_chunk *take, void *context, gos_error *err)
{
    struct sql_column columns[SQL_COLUMNS_MAX];
    struct sql_chunk rows = {engine.data_chunk_get_size(chunk), column_count, columns};
    for (uint32_t i = 0; i < column_count; i++) {
        duckdb_vector vector = engine.data_chunk_get_vector(chunk, i);
        columns[i] = (struct sql_column){types[i], engine.vector_get_data(vector),
                                         engine.vector_get_validity(vector)};
    }
    return rows.row_count == 0 || take(context, &rows, err);
}

static bool take_result(duckdb_result *result, sql_take_chunk *take, void *context, gos_error *err)
{
    uint32_t column_count = (uint32_t)engine.column_count(result);
    enum sql_type types[SQL_COLUMNS_MAX];
    if (column_count > SQL_COLUMNS_MAX)
        return gos_fail(err, GOS_TOO_LARGE, "", "a query has at most %d columns", SQL_COLUMNS_MAX);
    for (uint32_t i = 0; i < column_count; i++) {
        if (!type_find(engine.column_type(result, i), &types[i]))
            return gos_fail(err, GOS_STORE_FAILED, "", "column %u of a query has an odd type", i);
    }
    bool done = true;
    duckdb_data_chunk chunk;
    while (done && (chunk = engine.fetch_chunk(*result))) {
        done = take_rows(chunk, types, column_count, take, context, err);
        engine.destroy_data_chunk(&chunk);
    }
    const char *message = done ? engine.result_error(result) : NULL;
    return message ? fail_with(err, message) : done;
}

bool sql_query(struct sql_connection *connection, const char *text, const struct sql_value *values,
               uint32_t value_count, sql_take_chunk *take, void *context, gos_error *err)
{
    duckdb_prepared_statement statement;
    duckdb_result result;
    if (!prepare(connection, text, values, value_count, &statement, err))
        return false;
    bool done = engine.execute_prepared_streaming(statement, &result) == DuckDBSuccess;
    if (done)
        done = take_result(&result, take, context, err);
    else
        fail_with(err, engine.result_error(&result));
    engine.destroy_result(&result);
    engine.destroy_prepare(&statement);
    return done;
}

static bool take_int(void *context, const struct sql_chunk *chunk, gos_error *err)
{
    (void)err;
    if (!sql_is_null(&chunk->columns[0], 0))
        *(int64_t *)context = sql_int(&chunk->columns[0], 0);
    return true;
}

bool sql_query_int(struct sql_connection *connection, const char *text,
                   const struct sql_value *values, uint32_t value_count, int64_t otherwise,
                   int64_t *out, gos_error *err)
{
    *out = otherwise;
    return sql_query(connection, text, values, value_count, take_int, out, err);
}

struct describing {
    sql_take_column *take;
    void *context;
};

static bool take_description(void *context, const struct sql_chunk *chunk, gos_error *err)
{
    struct describing *describing = context;
    for (uint64_t row = 0; row < chunk->row_count; row++) {
        if (!describing->take(describing->context, sql_text(&chunk->columns[0], row),
                              sql_text(&chunk->columns[1], row), err))
            return false;
    }
    return true;
}

bool sql_describe(struct sql_connection *connection, const char *text,
                  const struct sql_value *values, uint32_t value_count, sql_take_column *take,
                  void *context, gos_error *err)
{
    char statement[4096];
    struct describing describing = {take, context};
    int len = snprintf(statement, sizeof statement,
                       "SELECT column_name, column_type FROM (DESCRIBE %s)", text);
    if (len < 0 || (size_t)len >= sizeof statement)
        return gos_fail(err, GOS_TOO_LARGE, "", "a query is too long to describe");
    return sql_query(connection, statement, values, value_count, take_description, &describing,
                     err);
}

int64_t sql_int(const struct sql_column *column, uint64_t row)
{
    switch (column->type) {
    case SQL_BOOL:
        return ((const bool *)column->data)[row];
    case SQL_UINT32:
        return ((const uint32_t *)column->data)[row];
    case SQL_INT64:
        return ((const int64_t *)column->data)[row];
    case SQL_UINT64:
        return (int64_t)((const uint64_t *)column->data)[row];
    case SQL_DOUBLE:
        return (int64_t)((const double *)column->data)[row];
    case SQL_TEXT:
        return 0;
    }
    return 0;
}

gos_str sql_text(const struct sql_column *column, uint64_t row)
{
    duckdb_string_t *text = (duckdb_string_t *)(uintptr_t)column->data + row;
    return (gos_str){engine.string_t_data(text), engine.string_t_length(*text)};
}

/* Pointers into an emptied chunk, with every value missing. */
static void chunk_begin(struct sql_appender *appender)
{
    engine.data_chunk_reset(appender->chunk);
    appender->row = 0;
    for (uint32_t i = 0; i < appender->column_count; i++) {
        appender->vectors[i] = engine.data_chunk_get_vector(appender->chunk, i);
        appender->data[i] = engine.vector_get_data(appender->vectors[i]);
        engine.vector_ensure_validity_writable(appender->vectors[i]);
        appender->valid[i] = engine.vector_get_validity(appender->vectors[i]);
        memset(appender->valid[i], 0, engine.vector_size() / 8);
    }
}

bool sql_appender_open(struct sql_connection *connection, const char *table,
                       const enum sql_type *types, uint32_t type_count, struct sql_appender **out,
                       gos_error *err)
{
    gos_arena *arena = gos_arena_open(1 << 16);
    struct sql_appender *appender = arena ? gos_arena_take(arena, sizeof *appender, err) : NULL;
    if (!appender || type_count > SQL_COLUMNS_MAX) {
        gos_arena_close(arena);
        return gos_fail(err, GOS_TOO_LARGE, "", "a table has at most %d columns", SQL_COLUMNS_MAX);
    }
    if (engine.appender_create(connection->handle, NULL, table, &appender->handle) !=
        DuckDBSuccess) {
        fail_with(err, engine.appender_error(appender->handle));
        engine.appender_destroy(&appender->handle);
        gos_arena_close(arena);
        return false;
    }
    appender->arena = arena;
    appender->column_count = type_count;
    for (uint32_t i = 0; i < type_count; i++) {
        appender->kinds[i] = types[i];
        appender->types[i] = engine.create_logical_type(engine_types[types[i]]);
    }
    appender->chunk = engine.create_data_chunk(appender->types, type_count);
    chunk_begin(appender);
    *out = appender;
    return true;
}

static void mark_valid(struct sql_appender *appender, uint32_t column)
{
    appender->valid[column][appender->row / 64] |= UINT64_C(1) << (appender->row % 64);
}

void sql_append_int(struct sql_appender *appender, uint32_t column, int64_t value)
{
    mark_valid(appender, column);
    if (appender->kinds[column] == SQL_UINT32)
        ((uint32_t *)appender->data[column])[appender->row] = (uint32_t)value;
    else if (appender->kinds[column] == SQL_BOOL)
        ((bool *)appender->data[column])[appender->row] = value != 0;
    else
        ((int64_t *)appender->data[column])[appender->row] = value;
}

void sql_append_double(struct sql_appender *appender, uint32_t column, double value)
{
    mark_valid(appender, column);
    ((double *)appender->data[column])[appender->row] = value;
}

void sql_append_text(struct sql_appender *appender, uint32_t column, gos_str value)
{
    mark_valid(appender, column);
    engine.vector_assign_string_element_len(appender->vectors[column], appender->row,
                                            value.len ? value.data : "", value.len);
}

static bool chunk_append(struct sql_appender *appender, gos_error *err)
{
    if (appender->row == 0)
        return true;
    engine.data_chunk_set_size(appender->chunk, appender->row);
    if (engine.append_data_chunk(appender->handle, appender->chunk) != DuckDBSuccess)
        return fail_with(err, engine.appender_error(appender->handle));
    chunk_begin(appender);
    return true;
}

bool sql_append_row(struct sql_appender *appender, gos_error *err)
{
    appender->row++;
    return appender->row < engine.vector_size() || chunk_append(appender, err);
}

bool sql_appender_close(struct sql_appender *appender, gos_error *err)
{
    if (!appender)
        return true;
    bool done = chunk_append(appender, err);
    if (done && engine.appender_close(appender->handle) != DuckDBSuccess)
        done = fail_with(err, engine.appender_error(appender->handle));
    engine.appender_destroy(&appender->handle);
    engine.destroy_data_chunk(&appender->chunk);
    for (uint32_t i = 0; i < appender->column_count; i++)
        engine.destroy_logical_type(&appender->types[i]);
    gos_arena_close(appender->arena);
    return done;
}
