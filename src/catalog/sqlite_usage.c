/* How often flags were served, and keys asked for that no flag has. */
#include "catalog/store.h"

#include "base/limits.h"

static bool rows_add(struct sqlite *db, const struct flag_usage *rows, size_t row_count,
                     gos_error *err)
{
    for (size_t i = 0; i < row_count; i++) {
        const struct flag_usage *row = &rows[i];
        struct statement *statement = sqlite_statement(db, SQL_USAGE_ADD, err);
        if (!statement)
            return false;
        statement_bind(statement, "tttiiii", row->environment, row->key, row->variant,
                       (int64_t)row->is_unknown, row->first_at, row->last_at, row->count);
        if (!statement_run(statement, err))
            return false;
    }
    struct statement *trim = sqlite_statement(db, SQL_USAGE_TRIM, err);
    if (!trim)
        return false;
    statement_bind(trim, "i", (int64_t)USAGE_UNKNOWN_MAX);
    return statement_run(trim, err);
}

bool store_add_usage(struct catalog *catalog, const struct flag_usage *rows, size_t row_count,
                     gos_error *err)
{
    struct sqlite *db = store_write_begin(catalog, err);
    return db && store_write_end(catalog, rows_add(db, rows, row_count, err), err);
}

static bool usage_take(struct statement *statement, gos_arena *arena, struct flag_usage *out)
{
    bool failed = false;
    *out = (struct flag_usage){
        .environment = column_text(statement, 0, arena, &failed),
        .key = column_text(statement, 1, arena, &failed),
        .variant = column_text(statement, 2, arena, &failed),
        .is_unknown = column_int(statement, 3) != 0,
        .first_at = column_int(statement, 4),
        .last_at = column_int(statement, 5),
        .count = column_int(statement, 6),
    };
    return !failed;
}

bool store_list_usage(struct catalog *catalog, gos_str environment, gos_arena *arena,
                      struct flag_usage **out, uint32_t *out_count, gos_error *err)
{
    struct store_list list = {.arena = arena, .size = sizeof **out};
    struct sqlite *db = store_read_begin(catalog);
    struct statement *statement = sqlite_statement(db, SQL_USAGE_LIST, err);
    enum step step = STEP_FAILED;
    bool failed = false;
    if (statement)
        statement_bind(statement, "t", environment);
    while (statement && !failed && (step = statement_step(statement, err)) == STEP_ROW) {
        struct flag_usage *row = store_list_next(&list, err);
        failed = !row || !usage_take(statement, arena, row);
    }
    statement_reset(statement);
    store_read_end(catalog, db);
    *out = list.items;
    *out_count = list.count;
    return failed ? store_too_large(err) : step == STEP_DONE;
}
