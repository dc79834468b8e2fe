/* An engine of its own reads the file; all columns come as texts. */
#include "ledger/rows.h"

#include "base/text.h"
#include "ledger/select.h"

#include <stdio.h>

struct reading {
    gos_arena *arena;
    struct sql *sql;
    struct sql_connection *connection;
    struct rows_column *columns;
    struct rows_file file;
    rows_take *take;
    rows_reject *reject;
    void *context;
    uint64_t row;
};

static bool is_one_of(gos_str type, const char *const *names, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (str_starts_with(type, gos_str_from(names[i])))
            return true;
    }
    return false;
}

static enum rows_type type_of(gos_str type)
{
    static const char *const numbers[] = {"TINYINT", "SMALLINT", "INTEGER",   "BIGINT",
                                          "HUGEINT", "UTINYINT", "USMALLINT", "UINTEGER",
                                          "UBIGINT", "DOUBLE",   "FLOAT",     "DECIMAL"};
    static const char *const times[] = {"TIMESTAMP", "DATE"};
    if (is_one_of(type, times, sizeof times / sizeof *times))
        return ROWS_TIME;
    if (is_one_of(type, numbers, sizeof numbers / sizeof *numbers))
        return ROWS_NUMBER;
    return gos_str_equal(type, GOS_LIT("BOOLEAN")) ? ROWS_TRUTH : ROWS_TEXT;
}

static bool take_column(void *context, gos_str name, gos_str type, gos_error *err)
{
    struct reading *reading = context;
    if (reading->file.column_count == SQL_COLUMNS_MAX)
        return gos_fail(err, GOS_TOO_LARGE, "", "a file has at most %d columns", SQL_COLUMNS_MAX);
    reading->columns[reading->file.column_count++] =
        (struct rows_column){gos_arena_text(reading->arena, name, err), type_of(type)};
    return true;
}

static bool take_rows(void *context, const struct sql_chunk *chunk, gos_error *err)
{
    struct reading *reading = context;
    gos_str texts[SQL_COLUMNS_MAX];
    for (uint64_t row = 0; row < chunk->row_count; row++) {
        for (uint32_t i = 0; i < chunk->column_count; i++)
            texts[i] = sql_is_null(&chunk->columns[i], row) ? (gos_str){NULL, 0}
                                                            : sql_text(&chunk->columns[i], row);
        if (!reading->take(reading->context, &reading->file, reading->row++, texts, err))
            return false;
    }
    return true;
}

static bool take_rejects(void *context, const struct sql_chunk *chunk, gos_error *err)
{
    (void)err;
    struct reading *reading = context;
    for (uint64_t row = 0; row < chunk->row_count; row++)
        reading->reject(reading->context, (uint64_t)sql_int(&chunk->columns[0], row),
                        sql_text(&chunk->columns[1], row));
    return true;
}

/* The file as a view. */
static bool make_view(struct reading *reading, const char *path, bool parquet, gos_error *err)
{
    struct text text;
    gos_error cause = {0};
    text_init(&text, reading->arena);
    text_print(&text, "CREATE TEMP VIEW data AS SELECT * FROM %s(",
               parquet ? "read_parquet" : "read_csv");
    select_add_literal(&text, gos_str_from(path));
    text_add(&text, parquet ? GOS_LIT(")")
                            : GOS_LIT(", sample_size=200000, nullstr=['', 'NA', 'null', 'NULL'], "
                                      "store_rejects=true, rejects_limit=10000)"));
    text_add_char(&text, '\0');
    return text_ok(&text, err) &&
           (sql_run(reading->connection, text.data, NULL, 0, &cause) ||
            gos_fail(err, GOS_BAD_INPUT, "", "%s cannot be read: %s", path, cause.message));
}

static const char *select_all(struct reading *reading, gos_error *err)
{
    struct text text;
    text_init(&text, reading->arena);
    text_add(&text, GOS_LIT("SELECT "));
    for (uint32_t i = 0; i < reading->file.column_count; i++) {
        bool time = reading->columns[i].type == ROWS_TIME;
        text_add(&text, i ? GOS_LIT(", CAST(") : GOS_LIT("CAST("));
        text_add(&text, time ? GOS_LIT("epoch_ms(CAST(") : GOS_LIT(""));
        select_add_identifier(&text, reading->columns[i].name);
        text_add(&text, time ? GOS_LIT(" AS TIMESTAMP)) AS VARCHAR)") : GOS_LIT(" AS VARCHAR)"));
    }
    text_add(&text, GOS_LIT(" FROM data"));
    text_add_char(&text, '\0');
    return text_ok(&text, err) ? text.data : NULL;
}

static bool read_all(struct reading *reading, const char *path, gos_error *err)
{
    bool parquet = str_ends_with(gos_str_from(path), GOS_LIT(".parquet"));
    int64_t rows = 0;
    struct sql_options options = {.files = true};
    reading->columns =
        gos_arena_array(reading->arena, SQL_COLUMNS_MAX, sizeof *reading->columns, err);
    reading->file.columns = reading->columns;
    if (!reading->columns || !sql_open(&options, &reading->sql, err) ||
        !sql_connect(reading->sql, &reading->connection, err) ||
        !make_view(reading, path, parquet, err) ||
        !sql_describe(reading->connection, "SELECT * FROM data", NULL, 0, take_column, reading,
                      err))
        return false;
    if (parquet &&
        !sql_query_int(reading->connection, "SELECT count(*) FROM data", NULL, 0, 0, &rows, err))
        return false;
    reading->file.row_count = (uint64_t)rows;
    const char *text = select_all(reading, err);
    if (!text || !sql_query(reading->connection, text, NULL, 0, take_rows, reading, err))
        return false;
    return parquet || sql_query(reading->connection,
                                "SELECT line::BIGINT, min(error_message) FROM reject_errors "
                                "GROUP BY line ORDER BY line",
                                NULL, 0, take_rejects, reading, err);
}

bool rows_read(const char *path, rows_take *take, rows_reject *reject, void *context,
               gos_error *err)
{
    struct reading reading = {.arena = gos_arena_open((size_t)64 << 20),
                              .take = take,
                              .reject = reject,
                              .context = context};
    if (!reading.arena)
        return gos_fail(err, GOS_OUT_OF_MEMORY, "", "no memory to read %s", path);
    bool done = read_all(&reading, path, err);
    sql_disconnect(reading.connection);
    sql_close(reading.sql);
    gos_arena_close(reading.arena);
    return done;
}
