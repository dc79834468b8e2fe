/*
 * One connection to an SQLite file and its prepared statements, without SQLite's own types: only
 * catalog_sqlite.c knows them. A connection belongs to one thread at a time.
 */
#ifndef CATALOG_SQLITE_H
#define CATALOG_SQLITE_H

#include "base/uuid.h"
#include "gosset/base.h"

struct sqlite;    /* a connection */
struct statement; /* a prepared statement, reset whenever it is asked for */

/* Statements that are kept prepared: one row of statements.def each. */
enum statement_name {
#define STATEMENT(constant, sql) SQL_##constant,
#include "catalog/statements.def"
#undef STATEMENT
    STATEMENT_COUNT
};

enum step { STEP_ROW, STEP_DONE, STEP_TAKEN, STEP_FAILED };

bool sqlite_open(const char *path, bool writes, struct sqlite **out, gos_error *err);
void sqlite_close(struct sqlite *db);
/* Runs SQL without parameters or rows, one or more statements. */
bool sqlite_run(struct sqlite *db, const char *sql, gos_error *err);
/* Prepared at first use and kept by the connection. NULL with `err`. */
struct statement *sqlite_statement(struct sqlite *db, enum statement_name name, gos_error *err);
/* For SQL that is put together; the caller gives it back with statement_close. */
struct statement *sqlite_prepare(struct sqlite *db, gos_str sql, gos_error *err);
void statement_close(struct statement *statement);
/* A copy of the whole database to a new file, a few pages at a time. */
bool sqlite_copy(struct sqlite *db, const char *path, gos_error *err);

/*
 * Binds all parameters in order. A letter of `kinds` each: t gos_str, T gos_str or NULL when empty,
 * i int64_t, m int64_t or NULL when it is TIME_NONE, d double or NULL when it is NaN,
 * u const struct uuid *, U the same or NULL when it is NULL. Texts must live until the step.
 */
void statement_bind(struct statement *statement, const char *kinds, ...);
/* The same for the one parameter `index`, counted from 1. */
void statement_bind_text(struct statement *statement, int index, gos_str value);
void statement_bind_int(struct statement *statement, int index, int64_t value);
void statement_bind_uuid(struct statement *statement, int index, const struct uuid *value);

/* STEP_TAKEN: a unique value is there already (err says CONFLICT). */
enum step statement_step(struct statement *statement, gos_error *err);
/* Steps a statement that has no rows; false on anything but done. */
bool statement_run(struct statement *statement, gos_error *err);
void statement_reset(struct statement *statement);

bool column_is_null(struct statement *statement, int column);
int64_t column_int(struct statement *statement, int column);
int64_t column_time(struct statement *statement, int column);  /* NULL is TIME_NONE */
double column_double(struct statement *statement, int column); /* NULL is NaN */
/* Valid until the next step. */
gos_str column_peek(struct statement *statement, int column);
/* A copy in the arena; *failed is set when it does not fit. */
gos_str column_text(struct statement *statement, int column, gos_arena *arena, bool *failed);
struct uuid column_uuid(struct statement *statement, int column);

#endif
