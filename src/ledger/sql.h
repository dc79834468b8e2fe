/*
 * An embedded columnar SQL engine, as little of it as the ledger needs: statements with
 * parameters, answers in column chunks, appending rows. One connection serves one thread at a time.
 */
#ifndef LEDGER_SQL_H
#define LEDGER_SQL_H

#include "gosset/base.h"

enum sql_type { SQL_BOOL, SQL_UINT32, SQL_INT64, SQL_UINT64, SQL_DOUBLE, SQL_TEXT };

enum { SQL_COLUMNS_MAX = 512, SQL_ERROR_BYTES = 200 };

struct sql_options {
    const char *path;           /* NULL: in memory */
    uint64_t memory_bytes;      /* what the engine may hold; 0: 1 GiB */
    uint32_t threads;           /* 0: 2 */
    const char *temp_directory; /* where it spills; NULL: beside the file */
    bool files;                 /* may read and write other files */
};

struct sql;
struct sql_connection;

bool sql_open(const struct sql_options *options, struct sql **out, gos_error *err);
void sql_close(struct sql *sql);
bool sql_connect(struct sql *sql, struct sql_connection **out, gos_error *err);
void sql_disconnect(struct sql_connection *connection);
/* Stops what the connection runs, from any thread. */
void sql_interrupt(struct sql_connection *connection);
/* The version of the engine that is loaded. */
const char *sql_version(void);

/* A parameter: $1, $2, ... in the order given. */
struct sql_value {
    enum sql_type type;
    bool is_null;
    int64_t integer; /* all whole types and SQL_BOOL */
    double number;
    gos_str text;
};

#define SQL_VALUE_INT(v)    ((struct sql_value){.type = SQL_INT64, .integer = (v)})
#define SQL_VALUE_DOUBLE(v) ((struct sql_value){.type = SQL_DOUBLE, .number = (v)})
#define SQL_VALUE_TEXT(v)   ((struct sql_value){.type = SQL_TEXT, .text = (v)})

struct sql_column {
    enum sql_type type;
    const void *data;
    const uint64_t *valid; /* NULL: no value is missing */
};

/* Rows of an answer; gone when the function that it was passed to returns. */
struct sql_chunk {
    uint64_t row_count;
    uint32_t column_count;
    const struct sql_column *columns;
};

static inline bool sql_is_null(const struct sql_column *column, uint64_t row)
{
    return column->valid && !(column->valid[row / 64] >> (row % 64) & 1);
}

/* For the whole types and SQL_BOOL. */
int64_t sql_int(const struct sql_column *column, uint64_t row);
gos_str sql_text(const struct sql_column *column, uint64_t row);

/* Runs a statement whose answer does not matter. STORE_FAILED, CANCELLED. */
bool sql_run(struct sql_connection *connection, const char *statement,
             const struct sql_value *values, uint32_t value_count, gos_error *err);

/* Sees the chunks in order; false with `err` ends the query. */
typedef bool sql_take_chunk(void *context, const struct sql_chunk *chunk, gos_error *err);

/* Streams the answer, in the order of the rows, without holding all of it. */
bool sql_query(struct sql_connection *connection, const char *statement,
               const struct sql_value *values, uint32_t value_count, sql_take_chunk *take,
               void *context, gos_error *err);
/* The only value of an answer of whole numbers; `otherwise` when it is empty or null. */
bool sql_query_int(struct sql_connection *connection, const char *statement,
                   const struct sql_value *values, uint32_t value_count, int64_t otherwise,
                   int64_t *out, gos_error *err);
/* Names and SQL types of the columns that a query would have. */
typedef bool sql_take_column(void *context, gos_str name, gos_str type, gos_error *err);
bool sql_describe(struct sql_connection *connection, const char *statement,
                  const struct sql_value *values, uint32_t value_count, sql_take_column *take,
                  void *context, gos_error *err);

/* Appends rows to a table inside the connection's transaction. Columns start out missing. */
struct sql_appender;

bool sql_appender_open(struct sql_connection *connection, const char *table,
                       const enum sql_type *types, uint32_t type_count, struct sql_appender **out,
                       gos_error *err);
void sql_append_int(struct sql_appender *appender, uint32_t column, int64_t value);
void sql_append_double(struct sql_appender *appender, uint32_t column, double value);
void sql_append_text(struct sql_appender *appender, uint32_t column, gos_str value);
/* Ends the row. */
bool sql_append_row(struct sql_appender *appender, gos_error *err);
/* Hands over what is left and closes, also when it fails. NULL is harmless. */
bool sql_appender_close(struct sql_appender *appender, gos_error *err);

#endif
