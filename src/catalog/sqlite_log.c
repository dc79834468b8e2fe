/* The audit log page by page, newest first: an entry with what stood there before. */
#include "catalog/store.h"

#include "base/time.h"
#include "catalog/query.h"
#include "model/segment.h"

#include <inttypes.h>

static const char select_entry[] =
    "SELECT r.sequence, r.at, r.actor, r.action, r.kind, r.id, r.name, p.body, r.body";

/* A copy of a body; of a segment's, as much as was asked for. */
static gos_str body_take(struct statement *statement, int column, int64_t ids_max, gos_arena *arena,
                         bool *failed)
{
    gos_str whole = column_peek(statement, column), cut;
    bool is_segment = gos_str_equal(column_peek(statement, 4), GOS_LIT("segment"));
    if (!is_segment || ids_max == 0)
        return column_text(statement, column, arena, failed);
    if (segment_cut(whole, ids_max, arena, &cut, NULL) && cut.data != whole.data)
        return cut;
    return column_text(statement, column, arena, failed);
}

static bool entry_take(struct statement *statement, const struct audit_query *wanted,
                       gos_arena *arena, struct audit_entry *out, gos_error *err)
{
    char id[UUID_TEXT_BYTES] = "";
    bool failed = false;
    if (!column_is_null(statement, 5)) {
        struct uuid uuid = column_uuid(statement, 5);
        uuid_write(&uuid, id);
    }
    *out = (struct audit_entry){
        .sequence = column_int(statement, 0),
        .environment = wanted->environment,
        .at = column_int(statement, 1),
        .actor = column_text(statement, 2, arena, &failed),
        .action = column_text(statement, 3, arena, &failed),
        .kind = column_text(statement, 4, arena, &failed),
        .id = gos_arena_text(arena, gos_str_from(id), NULL),
        .name = column_text(statement, 6, arena, &failed),
        .before = body_take(statement, 7, wanted->ids_max, arena, &failed),
        .after = body_take(statement, 8, wanted->ids_max, arena, &failed),
    };
    if (!failed && out->id.data)
        return true;
    return store_too_large(err);
}

static void filters_add(struct query *query, const struct audit_query *wanted)
{
    struct uuid id;
    query_filter(query, " AND r.kind = ?", wanted->kind);
    query_filter(query, " AND r.name = ?", wanted->name);
    query_filter(query, " AND r.actor = ?", wanted->actor);
    query_filter(query, " AND r.action = ?", wanted->action);
    if (wanted->id.len > 0 && uuid_read(wanted->id, &id))
        query_add_uuid(query, " AND r.id = ?", id);
    else if (wanted->id.len > 0)
        query_add(query, " AND 0");
    if (wanted->since != TIME_NONE)
        query_add_int(query, " AND r.at >= ?", wanted->since);
    if (wanted->until != TIME_NONE)
        query_add_int(query, " AND r.at < ?", wanted->until);
}

static bool rows_read(struct query *query, struct sqlite *db, const struct audit_query *wanted,
                      gos_arena *arena, struct audit_page *out, gos_error *err)
{
    struct store_list list = {.arena = arena, .size = sizeof *out->items};
    enum step step;
    bool more = false;
    bool failed = false;
    struct statement *statement = query_open(query, db, select_entry, err);
    if (!statement)
        return false;
    while (!failed && !more && (step = statement_step(statement, err)) == STEP_ROW) {
        more = list.count == wanted->limit;
        struct audit_entry *item = more ? NULL : store_list_next(&list, err);
        failed = !more && !(item && entry_take(statement, wanted, arena, item, err));
    }
    statement_close(statement);
    out->items = list.items;
    out->count = list.count;
    out->next = GOS_LIT("");
    if (more)
        out->next = gos_arena_print(arena, "%" PRId64, out->items[list.count - 1].sequence);
    if (failed || !out->next.data)
        return store_too_large(err);
    return more || step == STEP_DONE;
}

static bool page_read(struct sqlite *db, const struct audit_query *wanted, gos_arena *arena,
                      struct audit_page *out, gos_error *err)
{
    int64_t environment, before;
    struct query query;
    if (!store_environment(db, wanted->environment, &environment, NULL, err))
        return false;
    query_init(&query, arena, " FROM revision r LEFT JOIN revision p ON p.sequence = r.previous");
    query_add_int(&query, " WHERE r.environment = ?", environment);
    filters_add(&query, wanted);
    if (!query_count(&query, db, &out->total, err))
        return false;
    if (wanted->cursor.len > 0) {
        if (!str_read_int(wanted->cursor, &before))
            return gos_fail(err, GOS_BAD_INPUT, "/cursor",
                            "the cursor is not one that gosset gave; begin at the first page");
        query_add_int(&query, " AND r.sequence < ?", before);
    }
    query_add_int(&query, " ORDER BY r.sequence DESC LIMIT ?", (int64_t)wanted->limit + 1);
    return rows_read(&query, db, wanted, arena, out, err);
}

bool store_list_audit(struct catalog *catalog, const struct audit_query *query, gos_arena *arena,
                      struct audit_page *out, gos_error *err)
{
    struct sqlite *db = store_read_begin(catalog);
    bool done = page_read(db, query, arena, out, err);
    store_read_end(catalog, db);
    return done;
}
