/* User overrides: found one by one, listed by flag and user. */
#include "catalog/store.h"

#include "catalog/query.h"

static bool find_with(struct sqlite *db, gos_str environment, gos_str flag_key, gos_str user_id,
                      gos_arena *arena, struct override *out, bool *out_found, gos_error *err)
{
    int64_t row;
    struct uuid flag;
    bool by_name;
    bool failed = false;
    if (!store_environment(db, environment, &row, NULL, err) ||
        !store_resolve(db, row, KIND_FLAG, flag_key, &flag, &by_name, out_found, err))
        return false;
    if (!*out_found)
        return true;
    struct statement *statement = sqlite_statement(db, SQL_OVERRIDE_FIND, err);
    if (!statement)
        return false;
    statement_bind(statement, "ut", &flag, user_id);
    enum step step = statement_step(statement, err);
    *out_found = step == STEP_ROW;
    if (step == STEP_ROW)
        *out = (struct override){flag,
                                 flag_key,
                                 user_id,
                                 column_text(statement, 1, arena, &failed),
                                 column_text(statement, 2, arena, &failed),
                                 column_int(statement, 3)};
    statement_reset(statement);
    return failed ? store_too_large(err) : step != STEP_FAILED;
}

bool store_find_override(struct catalog *catalog, gos_str environment, gos_str flag_key,
                         gos_str user_id, gos_arena *arena, struct override *out, bool *out_found,
                         gos_error *err)
{
    struct sqlite *db = store_read_begin(catalog);
    bool done = find_with(db, environment, flag_key, user_id, arena, out, out_found, err);
    store_read_end(catalog, db);
    return done;
}

static bool override_take(struct statement *statement, gos_arena *arena, struct override *out)
{
    bool failed = false;
    *out = (struct override){column_uuid(statement, 0),
                             column_text(statement, 1, arena, &failed),
                             column_text(statement, 2, arena, &failed),
                             column_text(statement, 3, arena, &failed),
                             column_text(statement, 4, arena, &failed),
                             column_int(statement, 5)};
    return !failed;
}

static bool rows_read(struct query *query, struct sqlite *db, uint32_t limit, gos_arena *arena,
                      struct override_page *out, gos_error *err)
{
    static const char select[] =
        "SELECT o.flag_id, d.name, o.user_id, o.value, o.created_by, o.created_at";
    struct store_list list = {.arena = arena, .size = sizeof *out->items};
    enum step step;
    bool more = false;
    bool failed = false;
    struct statement *statement = query_open(query, db, select, err);
    if (!statement)
        return false;
    while (!failed && !more && (step = statement_step(statement, err)) == STEP_ROW) {
        more = list.count == limit;
        struct override *item = more ? NULL : store_list_next(&list, err);
        failed = !more && !(item && override_take(statement, arena, item));
    }
    statement_close(statement);
    out->items = list.items;
    out->count = list.count;
    out->next = more ? store_cursor_write(arena, out->items[list.count - 1].flag_key,
                                          out->items[list.count - 1].user_id)
                     : GOS_LIT("");
    if (failed || !out->next.data)
        return store_too_large(err);
    return more || step == STEP_DONE;
}

static bool page_read(struct sqlite *db, gos_str environment, gos_str flag_key, gos_str user_id,
                      gos_str cursor, uint32_t limit, gos_arena *arena, struct override_page *out,
                      gos_error *err)
{
    int64_t row;
    struct query query;
    gos_str value, tie;
    if (!store_environment(db, environment, &row, NULL, err))
        return false;
    query_init(&query, arena, " FROM override o JOIN definition d ON d.id = o.flag_id");
    query_add_int(&query, " WHERE d.environment = ?", row);
    query_filter(&query, " AND d.name = ?", flag_key);
    query_filter(&query, " AND o.user_id = ?", user_id);
    if (!query_count(&query, db, &out->total, err))
        return false;
    if (cursor.len > 0) {
        if (!store_cursor_read(arena, cursor, &value, &tie, err))
            return false;
        query_add_text(&query, " AND (d.name, o.user_id) > (?", value);
        query_add_text(&query, ", ?)", tie);
    }
    query_add_int(&query, " ORDER BY d.name, o.user_id LIMIT ?", (int64_t)limit + 1);
    return rows_read(&query, db, limit, arena, out, err);
}

bool store_list_overrides(struct catalog *catalog, gos_str environment, gos_str flag_key,
                          gos_str user_id, gos_str cursor, uint32_t limit, gos_arena *arena,
                          struct override_page *out, gos_error *err)
{
    struct sqlite *db = store_read_begin(catalog);
    bool done = page_read(db, environment, flag_key, user_id, cursor, limit, arena, out, err);
    store_read_end(catalog, db);
    return done;
}
