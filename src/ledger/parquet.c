/* Rows are appended to a table of the columnar engine, in a file of its own, and copied out. */
#include "ledger/parquet.h"

#include "base/text.h"
#include "ledger/select.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { PATH_BYTES = 4300, STATEMENT_BYTES = 1 << 20, MEMORY_BYTES = 256 << 20 };

struct parquet {
    const struct parquet_column *columns;
    uint32_t column_count;
    struct sql *sql;
    struct sql_connection *connection;
    struct sql_appender *appender;
    char path[PATH_BYTES];
    char rows[PATH_BYTES + 8]; /* where rows wait */
};

static const struct {
    enum sql_type type;
    const char *name;
} engine_types[] = {
    [PARQUET_TEXT] = {SQL_TEXT, "VARCHAR"},    [PARQUET_INT] = {SQL_INT64, "BIGINT"},
    [PARQUET_DOUBLE] = {SQL_DOUBLE, "DOUBLE"}, [PARQUET_BOOL] = {SQL_BOOL, "BOOLEAN"},
    [PARQUET_TIME] = {SQL_INT64, "BIGINT"},
};

static bool table_make(struct parquet *parquet, gos_error *err)
{
    enum sql_type types[SQL_COLUMNS_MAX];
    gos_arena *arena = gos_arena_open(STATEMENT_BYTES);
    struct text text;
    if (!arena)
        return gos_fail(err, GOS_TOO_LARGE, "", "there is no memory for a statement");
    text_init(&text, arena);
    for (uint32_t i = 0; i < parquet->column_count; i++) {
        text_add(&text, i ? GOS_LIT(", ") : GOS_LIT("CREATE TABLE data ("));
        select_add_identifier(&text, gos_str_from(parquet->columns[i].name));
        text_print(&text, " %s", engine_types[parquet->columns[i].type].name);
        types[i] = engine_types[parquet->columns[i].type].type;
    }
    text_add(&text, GOS_LIT(")"));
    text_add_char(&text, '\0');
    bool done = text_ok(&text, err) && sql_run(parquet->connection, text.data, NULL, 0, err) &&
                sql_appender_open(parquet->connection, "data", types, parquet->column_count,
                                  &parquet->appender, err);
    gos_arena_close(arena);
    return done;
}

bool parquet_open(const char *path, const struct parquet_column *columns, uint32_t column_count,
                  struct parquet **out, gos_error *err)
{
    struct parquet *parquet = calloc(1, sizeof *parquet);
    if (!parquet)
        return gos_fail(err, GOS_TOO_LARGE, "", "there is no memory for an export");
    parquet->columns = columns;
    parquet->column_count = column_count;
    snprintf(parquet->path, sizeof parquet->path, "%s", path);
    snprintf(parquet->rows, sizeof parquet->rows, "%s.rows", path);
    struct sql_options options = {
        .path = parquet->rows, .memory_bytes = MEMORY_BYTES, .threads = 1, .files = true};
    if (!sql_open(&options, &parquet->sql, err) ||
        !sql_connect(parquet->sql, &parquet->connection, err) || !table_make(parquet, err)) {
        parquet_close(parquet, false, NULL);
        return false;
    }
    *out = parquet;
    return true;
}

void parquet_text(struct parquet *parquet, uint32_t column, gos_str value)
{
    sql_append_text(parquet->appender, column, value);
}

void parquet_int(struct parquet *parquet, uint32_t column, int64_t value)
{
    sql_append_int(parquet->appender, column, value);
}

void parquet_double(struct parquet *parquet, uint32_t column, double value)
{
    if (!isnan(value))
        sql_append_double(parquet->appender, column, value);
}

bool parquet_row(struct parquet *parquet, gos_error *err)
{
    return sql_append_row(parquet->appender, err);
}

static bool copy_out(struct parquet *parquet, gos_error *err)
{
    gos_arena *arena = gos_arena_open(STATEMENT_BYTES);
    struct text text;
    if (!arena)
        return gos_fail(err, GOS_TOO_LARGE, "", "there is no memory for a statement");
    text_init(&text, arena);
    for (uint32_t i = 0; i < parquet->column_count; i++) {
        bool time = parquet->columns[i].type == PARQUET_TIME;
        gos_str name = gos_str_from(parquet->columns[i].name);
        text_add(&text, i ? GOS_LIT(", ") : GOS_LIT("COPY (SELECT "));
        text_add(&text, time ? GOS_LIT("make_timestamp(") : GOS_LIT(""));
        select_add_identifier(&text, name);
        text_add(&text, time ? GOS_LIT(" * 1000) AS ") : GOS_LIT(" AS "));
        select_add_identifier(&text, name);
    }
    text_add(&text, GOS_LIT(" FROM data) TO "));
    select_add_literal(&text, gos_str_from(parquet->path));
    text_add(&text, GOS_LIT(" (FORMAT parquet, COMPRESSION zstd)"));
    text_add_char(&text, '\0');
    bool done = text_ok(&text, err) && sql_run(parquet->connection, text.data, NULL, 0, err);
    gos_arena_close(arena);
    return done;
}

bool parquet_close(struct parquet *parquet, bool keep, gos_error *err)
{
    if (!parquet)
        return true;
    char log[sizeof parquet->rows + 8];
    bool done = sql_appender_close(parquet->appender, keep ? err : NULL);
    if (keep)
        done = done && copy_out(parquet, err);
    sql_disconnect(parquet->connection);
    sql_close(parquet->sql);
    snprintf(log, sizeof log, "%s.wal", parquet->rows);
    unlink(parquet->rows);
    unlink(log);
    free(parquet);
    return done;
}
