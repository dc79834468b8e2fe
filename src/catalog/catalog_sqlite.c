/* The only file that sees SQLite: connections, statements, values. */
#include "catalog/sqlite.h"

#include "base/time.h"

#include <assert.h>
#include <math.h>
#include <sqlite3.h>
#include <stdlib.h>

enum { BUSY_TIMEOUT_MS = 10000, COPY_PAGES = 256, COPY_WAIT_MS = 5, COPY_WAITS_MAX = 2000 };

struct sqlite {
    sqlite3 *handle;
    sqlite3_stmt *statements[STATEMENT_COUNT];
};

static const char *const statement_texts[STATEMENT_COUNT] = {
#define STATEMENT(constant, sql) sql,
#include "catalog/statements.def"
#undef STATEMENT
};

/* NORMAL could forget acknowledged writes when the power fails, so FULL. */
static const char *const settings = "PRAGMA foreign_keys = ON;"
                                    "PRAGMA synchronous = FULL;"
                                    "PRAGMA trusted_schema = OFF;"
                                    "PRAGMA temp_store = MEMORY;";

static bool fail_with(sqlite3 *handle, gos_error *err)
{
    return gos_fail(err, GOS_STORE_FAILED, "", "the catalog refused: %s",
                    handle ? sqlite3_errmsg(handle) : "it cannot be opened");
}

bool sqlite_open(const char *path, bool writes, struct sqlite **out, gos_error *err)
{
    int flags = SQLITE_OPEN_NOMUTEX |
                (writes ? SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE : SQLITE_OPEN_READWRITE);
    struct sqlite *db = sqlite3_malloc(sizeof *db);
    if (!db)
        return gos_fail(err, GOS_OUT_OF_MEMORY, "", "no memory for a catalog connection");
    *db = (struct sqlite){0};
    if (sqlite3_open_v2(path, &db->handle, flags, NULL) != SQLITE_OK) {
        gos_fail(err, GOS_STORE_FAILED, "", "%s cannot be opened as a catalog: %s", path,
                 db->handle ? sqlite3_errmsg(db->handle) : "no memory");
        sqlite_close(db);
        return false;
    }
    sqlite3_busy_timeout(db->handle, BUSY_TIMEOUT_MS);
    if ((writes && !sqlite_run(db, "PRAGMA journal_mode = WAL;", err)) ||
        !sqlite_run(db, settings, err) ||
        (!writes && !sqlite_run(db, "PRAGMA query_only = ON;", err))) {
        sqlite_close(db);
        return false;
    }
    *out = db;
    return true;
}

void sqlite_close(struct sqlite *db)
{
    if (!db)
        return;
    for (int i = 0; i < STATEMENT_COUNT; i++)
        sqlite3_finalize(db->statements[i]);
    sqlite3_close(db->handle);
    sqlite3_free(db);
}

bool sqlite_run(struct sqlite *db, const char *sql, gos_error *err)
{
    if (sqlite3_exec(db->handle, sql, NULL, NULL, NULL) == SQLITE_OK)
        return true;
    return fail_with(db->handle, err);
}

static struct statement *as_statement(sqlite3_stmt *handle)
{
    return (struct statement *)handle;
}

static sqlite3_stmt *as_handle(struct statement *statement)
{
    return (sqlite3_stmt *)statement;
}

struct statement *sqlite_statement(struct sqlite *db, enum statement_name name, gos_error *err)
{
    sqlite3_stmt **kept = &db->statements[name];
    if (*kept) {
        sqlite3_reset(*kept);
        return as_statement(*kept);
    }
    if (sqlite3_prepare_v3(db->handle, statement_texts[name], -1, SQLITE_PREPARE_PERSISTENT, kept,
                           NULL) != SQLITE_OK)
        fail_with(db->handle, err);
    return as_statement(*kept);
}

struct statement *sqlite_prepare(struct sqlite *db, gos_str sql, gos_error *err)
{
    sqlite3_stmt *handle = NULL;
    if (sqlite3_prepare_v3(db->handle, sql.data, (int)sql.len, 0, &handle, NULL) != SQLITE_OK)
        fail_with(db->handle, err);
    return as_statement(handle);
}

void statement_close(struct statement *statement)
{
    sqlite3_finalize(as_handle(statement));
}

void statement_reset(struct statement *statement)
{
    if (statement)
        sqlite3_reset(as_handle(statement));
}

void statement_bind_text(struct statement *statement, int index, gos_str value)
{
    sqlite3_bind_text(as_handle(statement), index, value.data ? value.data : "", (int)value.len,
                      SQLITE_STATIC);
}

void statement_bind_int(struct statement *statement, int index, int64_t value)
{
    sqlite3_bind_int64(as_handle(statement), index, value);
}

void statement_bind_uuid(struct statement *statement, int index, const struct uuid *value)
{
    sqlite3_bind_blob(as_handle(statement), index, value->bytes, UUID_BYTES, SQLITE_TRANSIENT);
}

static void bind_null(struct statement *statement, int index)
{
    sqlite3_bind_null(as_handle(statement), index);
}

static void bind_one(struct statement *statement, int index, char kind, va_list *values)
{
    if (kind == 't' || kind == 'T') {
        gos_str value = va_arg(*values, gos_str);
        if (kind == 'T' && value.len == 0)
            bind_null(statement, index);
        else
            statement_bind_text(statement, index, value);
    } else if (kind == 'i' || kind == 'm') {
        int64_t value = va_arg(*values, int64_t);
        if (kind == 'm' && value == TIME_NONE)
            bind_null(statement, index);
        else
            statement_bind_int(statement, index, value);
    } else if (kind == 'd') {
        /* SQLite itself stores NaN as NULL. */
        sqlite3_bind_double(as_handle(statement), index, va_arg(*values, double));
    } else {
        const struct uuid *value = va_arg(*values, const struct uuid *);
        assert(kind == 'u' || kind == 'U');
        if (kind == 'U' && !value)
            bind_null(statement, index);
        else
            statement_bind_uuid(statement, index, value);
    }
}

void statement_bind(struct statement *statement, const char *kinds, ...)
{
    va_list values;
    assert((int)strlen(kinds) == sqlite3_bind_parameter_count(as_handle(statement)));
    va_start(values, kinds);
    for (int i = 0; kinds[i]; i++)
        bind_one(statement, i + 1, kinds[i], &values);
    va_end(values);
}

enum step statement_step(struct statement *statement, gos_error *err)
{
    sqlite3_stmt *handle = as_handle(statement);
    int code = sqlite3_step(handle);
    if (code == SQLITE_ROW)
        return STEP_ROW;
    int detail = sqlite3_extended_errcode(sqlite3_db_handle(handle));
    if (code != SQLITE_DONE)
        fail_with(sqlite3_db_handle(handle), err);
    sqlite3_reset(handle);
    if (code == SQLITE_DONE)
        return STEP_DONE;
    if (detail != SQLITE_CONSTRAINT_UNIQUE && detail != SQLITE_CONSTRAINT_PRIMARYKEY)
        return STEP_FAILED;
    gos_fail(err, GOS_CONFLICT, "", "it exists already");
    return STEP_TAKEN;
}

bool statement_run(struct statement *statement, gos_error *err)
{
    enum step step = statement_step(statement, err);
    assert(step != STEP_ROW);
    return step == STEP_DONE;
}

bool column_is_null(struct statement *statement, int column)
{
    return sqlite3_column_type(as_handle(statement), column) == SQLITE_NULL;
}

int64_t column_int(struct statement *statement, int column)
{
    return sqlite3_column_int64(as_handle(statement), column);
}

int64_t column_time(struct statement *statement, int column)
{
    return column_is_null(statement, column) ? TIME_NONE : column_int(statement, column);
}

double column_double(struct statement *statement, int column)
{
    return column_is_null(statement, column) ? NAN
                                             : sqlite3_column_double(as_handle(statement), column);
}

gos_str column_peek(struct statement *statement, int column)
{
    const unsigned char *text = sqlite3_column_text(as_handle(statement), column);
    int len = sqlite3_column_bytes(as_handle(statement), column);
    return (gos_str){text ? (const char *)text : "", text ? (size_t)len : 0};
}

gos_str column_text(struct statement *statement, int column, gos_arena *arena, bool *failed)
{
    gos_str text = gos_arena_text(arena, column_peek(statement, column), NULL);
    *failed = *failed || !text.data;
    return text;
}

struct uuid column_uuid(struct statement *statement, int column)
{
    struct uuid uuid = {{0}};
    const void *bytes = sqlite3_column_blob(as_handle(statement), column);
    if (bytes && sqlite3_column_bytes(as_handle(statement), column) == UUID_BYTES)
        memcpy(uuid.bytes, bytes, UUID_BYTES);
    return uuid;
}

/* Goes on while others write: SQLite begins again from the first changed page by itself. */
static int copy_pages(sqlite3_backup *backup)
{
    int code = SQLITE_OK;
    for (int waits = 0; waits < COPY_WAITS_MAX;) {
        code = sqlite3_backup_step(backup, COPY_PAGES);
        if (code != SQLITE_OK && code != SQLITE_BUSY && code != SQLITE_LOCKED)
            break;
        if (code != SQLITE_OK) {
            sqlite3_sleep(COPY_WAIT_MS);
            waits++;
        }
    }
    return code;
}

bool sqlite_copy(struct sqlite *db, const char *path, gos_error *err)
{
    struct sqlite *to = NULL;
    if (!sqlite_open(path, true, &to, err))
        return false;
    sqlite3_backup *backup = sqlite3_backup_init(to->handle, "main", db->handle, "main");
    int code = backup ? copy_pages(backup) : SQLITE_ERROR;
    if (backup)
        sqlite3_backup_finish(backup);
    bool done = code == SQLITE_DONE;
    if (!done)
        gos_fail(err, GOS_STORE_FAILED, "", "the catalog cannot be copied to %s: %s", path,
                 sqlite3_errmsg(to->handle));
    /* One file without a log beside it is easier to carry away. */
    else
        done = sqlite_run(to, "PRAGMA journal_mode = DELETE;", err);
    sqlite_close(to);
    return done;
}
