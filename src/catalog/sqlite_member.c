/* Members: whoever they are, the audit log of the first environment keeps what became of them. */
#include "catalog/store.h"

#include "base/json.h"
#include "base/time.h"

static bool member_take(struct statement *statement, gos_arena *arena, struct member *out)
{
    bool failed = false;
    *out = (struct member){
        .id = column_uuid(statement, 0),
        .email = column_text(statement, 1, arena, &failed),
        .name = column_text(statement, 2, arena, &failed),
        .role = column_text(statement, 3, arena, &failed),
        .password = column_text(statement, 4, arena, &failed),
        .is_disabled = column_int(statement, 5) != 0,
        .created_by = column_text(statement, 6, arena, &failed),
        .created_at = column_int(statement, 7),
        .last_login_at = column_time(statement, 8),
    };
    return !failed;
}

static void member_write(struct json_writer *writer, const struct member *member)
{
    json_open_object(writer);
    json_name(writer, "email");
    json_text(writer, member->email);
    json_name(writer, "name");
    json_text(writer, member->name);
    json_name(writer, "role");
    json_text(writer, member->role);
    json_name(writer, "disabled");
    json_bool(writer, member->is_disabled);
    json_close_object(writer);
}

/* What the audit log keeps of a member: never the password's hash. */
static bool log_member(struct sqlite *db, const struct member *member, gos_str actor,
                       gos_str action, int64_t at, gos_error *err)
{
    int64_t environment;
    if (!store_environment(db, GOS_LIT("production"), &environment, NULL, err))
        return false;
    gos_arena *arena = gos_arena_open(16 * 1024);
    struct json_writer writer;
    struct text text;
    if (!arena)
        return gos_fail(err, GOS_OUT_OF_MEMORY, "", "no memory for the log");
    text_init(&text, arena);
    json_writer_init(&writer, &text);
    member_write(&writer, member);
    struct store_event event = {.environment = environment,
                                .at = at,
                                .actor = actor,
                                .action = action,
                                .kind = GOS_LIT("member"),
                                .id = &member->id,
                                .name = member->email,
                                .previous = TIME_NONE,
                                .body = text_str(&text)};
    bool done = text_ok(&text, err) && store_log(db, &event, err) >= 0;
    gos_arena_close(arena);
    return done;
}

static bool member_insert(struct sqlite *db, const struct member *member, gos_error *err)
{
    struct statement *statement = sqlite_statement(db, SQL_MEMBER_ADD, err);
    if (!statement)
        return false;
    statement_bind(statement, "utttTitim", &member->id, member->email, member->name, member->role,
                   member->password, (int64_t)member->is_disabled, member->created_by,
                   member->created_at, member->last_login_at);
    enum step step = statement_step(statement, err);
    if (step == STEP_TAKEN)
        return gos_fail(err, GOS_CONFLICT, "/email", "there is a user \"%.*s\" already",
                        GOS_ARG(member->email));
    return step == STEP_DONE &&
           log_member(db, member, member->created_by, GOS_LIT("create"), member->created_at, err);
}

bool store_add_member(struct catalog *catalog, const struct member *member, gos_error *err)
{
    struct sqlite *db = store_write_begin(catalog, err);
    return db && store_write_end(catalog, member_insert(db, member, err), err);
}

bool store_find_member(struct catalog *catalog, gos_str name, gos_arena *arena, struct member *out,
                       bool *out_found, gos_error *err)
{
    struct uuid id;
    const struct uuid *by_id = uuid_read(name, &id) ? &id : NULL;
    struct sqlite *db = store_read_begin(catalog);
    struct statement *statement = sqlite_statement(db, SQL_MEMBER_FIND, err);
    enum step step = STEP_FAILED;
    bool taken = true;
    if (statement) {
        statement_bind(statement, "tU", name, by_id);
        step = statement_step(statement, err);
        taken = step != STEP_ROW || member_take(statement, arena, out);
        statement_reset(statement);
    }
    *out_found = step == STEP_ROW;
    store_read_end(catalog, db);
    if (!taken)
        return store_too_large(err);
    return step != STEP_FAILED;
}

bool store_list_members(struct catalog *catalog, gos_arena *arena, struct member **out,
                        uint32_t *out_count, gos_error *err)
{
    struct store_list list = {.arena = arena, .size = sizeof **out};
    struct sqlite *db = store_read_begin(catalog);
    struct statement *statement = sqlite_statement(db, SQL_MEMBER_LIST, err);
    enum step step = STEP_FAILED;
    bool failed = false;
    while (statement && !failed && (step = statement_step(statement, err)) == STEP_ROW) {
        struct member *member = store_list_next(&list, err);
        failed = !member || !member_take(statement, arena, member);
    }
    statement_reset(statement);
    store_read_end(catalog, db);
    *out = list.items;
    *out_count = list.count;
    return failed ? store_too_large(err) : step == STEP_DONE;
}

static bool run_for_member(struct sqlite *db, enum statement_name name, const struct uuid *id,
                           gos_error *err)
{
    struct statement *statement = sqlite_statement(db, name, err);
    if (!statement)
        return false;
    statement_bind(statement, "u", id);
    return statement_run(statement, err);
}

static bool member_update(struct sqlite *db, const struct member *member, gos_error *err)
{
    struct statement *statement = sqlite_statement(db, SQL_MEMBER_PUT, err);
    if (!statement)
        return false;
    statement_bind(statement, "ttTiu", member->name, member->role, member->password,
                   (int64_t)member->is_disabled, &member->id);
    enum step step = statement_step(statement, err);
    statement_reset(statement);
    if (step == STEP_DONE)
        return gos_fail(err, GOS_NOT_FOUND, "", "there is no such user");
    return step == STEP_ROW;
}

bool store_put_member(struct catalog *catalog, const struct member *member, bool ends_sessions,
                      gos_str actor, int64_t now_ms, gos_error *err)
{
    struct sqlite *db = store_write_begin(catalog, err);
    if (!db)
        return false;
    bool done = member_update(db, member, err) &&
                (!ends_sessions || run_for_member(db, SQL_SESSIONS_END, &member->id, err)) &&
                log_member(db, member, actor, GOS_LIT("update"), now_ms, err);
    return store_write_end(catalog, done, err);
}

bool store_delete_member(struct catalog *catalog, const struct member *member, gos_str actor,
                         int64_t now_ms, gos_error *err)
{
    struct sqlite *db = store_write_begin(catalog, err);
    if (!db)
        return false;
    bool done = run_for_member(db, SQL_SESSIONS_END, &member->id, err) &&
                run_for_member(db, SQL_MEMBER_DELETE, &member->id, err) &&
                log_member(db, member, actor, GOS_LIT("delete"), now_ms, err);
    return store_write_end(catalog, done, err);
}
