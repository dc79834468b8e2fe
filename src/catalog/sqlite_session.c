/* Sessions of members: kept so that a restart logs nobody out. */
#include "catalog/store.h"

#include "base/json.h"
#include "base/time.h"

static bool session_take(struct statement *statement, gos_arena *arena, struct session *out)
{
    bool failed = false;
    *out = (struct session){
        .hash = column_text(statement, 0, arena, &failed),
        .member_id = column_uuid(statement, 1),
        .email = column_text(statement, 2, arena, &failed),
        .role = column_text(statement, 3, arena, &failed),
        .created_at = column_int(statement, 4),
        .used_at = column_int(statement, 5),
        .expires_at = column_int(statement, 6),
    };
    return !failed;
}

static bool access_log(struct sqlite *db, const struct access_note *note, gos_error *err)
{
    int64_t environment;
    struct text text;
    struct json_writer json;
    gos_arena *arena = gos_arena_open(4096);
    if (!arena)
        return gos_fail(err, GOS_OUT_OF_MEMORY, "", "no memory for the log");
    text_init(&text, arena);
    json_writer_init(&json, &text);
    json_open_object(&json);
    json_name(&json, "address");
    json_text(&json, note->address);
    json_close_object(&json);
    struct store_event event = {.at = note->at,
                                .actor = note->email,
                                .action = note->action,
                                .kind = GOS_LIT("session"),
                                .id = note->member_id,
                                .name = note->email,
                                .previous = TIME_NONE,
                                .body = text_str(&text)};
    bool done = text_ok(&text, err) &&
                store_environment(db, GOS_LIT("production"), &environment, NULL, err);
    if (done) {
        event.environment = environment;
        done = store_log(db, &event, err) >= 0;
    }
    gos_arena_close(arena);
    return done;
}

bool store_note_access(struct catalog *catalog, const struct access_note *note, gos_error *err)
{
    struct sqlite *db = store_write_begin(catalog, err);
    return db && store_write_end(catalog, access_log(db, note, err), err);
}

static bool session_insert(struct sqlite *db, const struct session *session, gos_error *err)
{
    struct statement *add = sqlite_statement(db, SQL_SESSION_ADD, err);
    struct statement *touch = add ? sqlite_statement(db, SQL_MEMBER_TOUCH, err) : NULL;
    if (!touch)
        return false;
    statement_bind(add, "tuiii", session->hash, &session->member_id, session->created_at,
                   session->used_at, session->expires_at);
    statement_bind(touch, "iu", session->created_at, &session->member_id);
    return statement_run(add, err) && statement_run(touch, err);
}

bool store_add_session(struct catalog *catalog, const struct session *session, gos_error *err)
{
    struct sqlite *db = store_write_begin(catalog, err);
    return db && store_write_end(catalog, session_insert(db, session, err), err);
}

bool store_list_sessions(struct catalog *catalog, gos_arena *arena, struct session **out,
                         uint32_t *out_count, gos_error *err)
{
    struct store_list list = {.arena = arena, .size = sizeof **out};
    struct sqlite *db = store_read_begin(catalog);
    struct statement *statement = sqlite_statement(db, SQL_SESSION_LIST, err);
    enum step step = STEP_FAILED;
    bool failed = false;
    while (statement && !failed && (step = statement_step(statement, err)) == STEP_ROW) {
        struct session *session = store_list_next(&list, err);
        failed = !session || !session_take(statement, arena, session);
    }
    statement_reset(statement);
    store_read_end(catalog, db);
    *out = list.items;
    *out_count = list.count;
    return failed ? store_too_large(err) : step == STEP_DONE;
}

bool store_touch_session(struct catalog *catalog, gos_str hash, int64_t now_ms, gos_error *err)
{
    struct sqlite *db = store_write_begin(catalog, err);
    if (!db)
        return false;
    struct statement *statement = sqlite_statement(db, SQL_SESSION_TOUCH, err);
    if (statement)
        statement_bind(statement, "it", now_ms, hash);
    return store_write_end(catalog, statement && statement_run(statement, err), err);
}

bool store_end_session(struct catalog *catalog, gos_str hash, gos_error *err)
{
    struct sqlite *db = store_write_begin(catalog, err);
    if (!db)
        return false;
    struct statement *statement = sqlite_statement(db, SQL_SESSION_END, err);
    if (statement)
        statement_bind(statement, "t", hash);
    return store_write_end(catalog, statement && statement_run(statement, err), err);
}

bool store_prune_sessions(struct catalog *catalog, int64_t now_ms, int64_t unused_since_ms,
                          gos_error *err)
{
    struct sqlite *db = store_write_begin(catalog, err);
    if (!db)
        return false;
    struct statement *statement = sqlite_statement(db, SQL_SESSIONS_PRUNE, err);
    if (statement)
        statement_bind(statement, "ii", now_ms, unused_since_ms);
    return store_write_end(catalog, statement && statement_run(statement, err), err);
}
