/* Proposals: what waits for approval, and which environments ask for it. */
#include "catalog/store.h"

#include "base/json.h"
#include "base/time.h"

bool store_requires_approval(struct catalog *catalog, gos_str environment, bool *out,
                             gos_error *err)
{
    struct sqlite *db = store_read_begin(catalog);
    struct statement *statement = sqlite_statement(db, SQL_ENVIRONMENT_LIST, err);
    enum step step = STEP_FAILED;
    *out = false;
    while (statement && (step = statement_step(statement, err)) == STEP_ROW) {
        if (gos_str_equal(column_peek(statement, 0), environment))
            *out = column_int(statement, 2) != 0;
    }
    statement_reset(statement);
    store_read_end(catalog, db);
    return step == STEP_DONE;
}

static bool approval_update(struct sqlite *db, gos_str name, bool requires_approval, gos_str actor,
                            int64_t now_ms, gos_error *err)
{
    struct store_event event = {.at = now_ms,
                                .actor = actor,
                                .action = GOS_LIT("update"),
                                .kind = GOS_LIT("environment"),
                                .name = name,
                                .previous = TIME_NONE,
                                .body = requires_approval
                                            ? GOS_LIT("{\"requires_approval\":true}")
                                            : GOS_LIT("{\"requires_approval\":false}")};
    if (!store_environment(db, name, &event.environment, NULL, err))
        return false;
    struct statement *statement = sqlite_statement(db, SQL_ENVIRONMENT_APPROVAL, err);
    if (!statement)
        return false;
    statement_bind(statement, "ii", (int64_t)requires_approval, event.environment);
    return statement_run(statement, err) && store_log(db, &event, err) >= 0;
}

bool store_set_approval(struct catalog *catalog, gos_str environment, bool requires_approval,
                        gos_str actor, int64_t now_ms, gos_error *err)
{
    struct sqlite *db = store_write_begin(catalog, err);
    if (!db)
        return false;
    bool done = approval_update(db, environment, requires_approval, actor, now_ms, err);
    return store_write_end(catalog, done, err);
}

static bool proposal_take(struct statement *statement, gos_str environment, gos_arena *arena,
                          struct proposal *out)
{
    bool failed = false;
    *out = (struct proposal){
        .environment = environment,
        .id = column_uuid(statement, 0),
        .author = column_text(statement, 1, arena, &failed),
        .author_id = column_uuid(statement, 2),
        .created_at = column_int(statement, 3),
        .summary = column_text(statement, 4, arena, &failed),
        .changes = column_text(statement, 5, arena, &failed),
        .status = column_text(statement, 6, arena, &failed),
        .decided_by = column_text(statement, 7, arena, &failed),
        .decided_at = column_time(statement, 8),
        .reason = column_text(statement, 9, arena, &failed),
    };
    return !failed;
}

static bool proposal_insert(struct sqlite *db, const struct proposal *proposal, gos_error *err)
{
    struct store_event event = {.at = proposal->created_at,
                                .actor = proposal->author,
                                .action = GOS_LIT("propose"),
                                .kind = GOS_LIT("proposal"),
                                .id = &proposal->id,
                                .name = proposal->summary,
                                .previous = TIME_NONE};
    if (!store_environment(db, proposal->environment, &event.environment, NULL, err))
        return false;
    struct statement *statement = sqlite_statement(db, SQL_PROPOSAL_ADD, err);
    if (!statement)
        return false;
    statement_bind(statement, "uituitt", &proposal->id, event.environment, proposal->author,
                   &proposal->author_id, proposal->created_at, proposal->summary,
                   proposal->changes);
    return statement_run(statement, err) && store_log(db, &event, err) >= 0;
}

bool store_add_proposal(struct catalog *catalog, const struct proposal *proposal, gos_error *err)
{
    struct sqlite *db = store_write_begin(catalog, err);
    return db && store_write_end(catalog, proposal_insert(db, proposal, err), err);
}

static bool proposal_read(struct sqlite *db, gos_str environment, const struct uuid *id,
                          gos_arena *arena, struct proposal *out, bool *out_found, gos_error *err)
{
    int64_t row;
    if (!store_environment(db, environment, &row, NULL, err))
        return false;
    struct statement *statement = sqlite_statement(db, SQL_PROPOSAL_FIND, err);
    if (!statement)
        return false;
    statement_bind(statement, "ui", id, row);
    enum step step = statement_step(statement, err);
    bool taken = step != STEP_ROW || proposal_take(statement, environment, arena, out);
    statement_reset(statement);
    *out_found = step == STEP_ROW;
    return taken ? step != STEP_FAILED : store_too_large(err);
}

bool store_find_proposal(struct catalog *catalog, gos_str environment, struct uuid id,
                         gos_arena *arena, struct proposal *out, bool *out_found, gos_error *err)
{
    struct sqlite *db = store_read_begin(catalog);
    bool done = proposal_read(db, environment, &id, arena, out, out_found, err);
    store_read_end(catalog, db);
    return done;
}

static bool proposals_read(struct sqlite *db, gos_str environment, gos_str status, uint32_t limit,
                           struct store_list *list, gos_error *err)
{
    int64_t row;
    enum step step = STEP_FAILED;
    bool failed = false;
    if (!store_environment(db, environment, &row, NULL, err))
        return false;
    struct statement *statement = sqlite_statement(db, SQL_PROPOSAL_LIST, err);
    if (statement)
        statement_bind(statement, "iti", row, status, (int64_t)limit);
    while (statement && !failed && (step = statement_step(statement, err)) == STEP_ROW) {
        struct proposal *proposal = store_list_next(list, err);
        failed = !proposal || !proposal_take(statement, environment, list->arena, proposal);
    }
    statement_reset(statement);
    return failed ? store_too_large(err) : step == STEP_DONE;
}

bool store_list_proposals(struct catalog *catalog, gos_str environment, gos_str status,
                          uint32_t limit, gos_arena *arena, struct proposal **out,
                          uint32_t *out_count, gos_error *err)
{
    struct store_list list = {.arena = arena, .size = sizeof **out};
    struct sqlite *db = store_read_begin(catalog);
    bool done = proposals_read(db, environment, status, limit, &list, err);
    store_read_end(catalog, db);
    *out = list.items;
    *out_count = list.count;
    return done;
}

/* What is said about a decision, as JSON for the audit log. */
static bool log_end(struct sqlite *db, const struct proposal_end *end, int64_t environment,
                    gos_str summary, gos_arena *arena, gos_error *err)
{
    struct json_writer writer;
    struct text text;
    text_init(&text, arena);
    json_writer_init(&writer, &text);
    json_open_object(&writer);
    json_name(&writer, "status");
    json_text(&writer, end->status);
    json_name(&writer, "reason");
    json_text(&writer, end->reason);
    json_close_object(&writer);
    struct store_event event = {.environment = environment,
                                .at = end->now_ms,
                                .actor = end->actor,
                                .action = end->action,
                                .kind = GOS_LIT("proposal"),
                                .id = &end->id,
                                .name = summary,
                                .previous = TIME_NONE,
                                .body = text_str(&text)};
    return text_ok(&text, err) && store_log(db, &event, err) >= 0;
}

static bool proposal_close(struct sqlite *db, const struct proposal_end *end, gos_arena *arena,
                           gos_error *err)
{
    int64_t environment;
    bool failed = false;
    gos_str summary = GOS_LIT("");
    if (!store_environment(db, end->environment, &environment, NULL, err))
        return false;
    struct statement *statement = sqlite_statement(db, SQL_PROPOSAL_CLOSE, err);
    if (!statement)
        return false;
    statement_bind(statement, "ttiTui", end->status, end->actor, end->now_ms, end->reason, &end->id,
                   environment);
    enum step step = statement_step(statement, err);
    if (step == STEP_ROW)
        summary = column_text(statement, 0, arena, &failed);
    statement_reset(statement);
    if (step == STEP_DONE)
        return gos_fail(err, GOS_NOT_ALLOWED_NOW, "", "this proposal is decided already");
    if (step != STEP_ROW || failed)
        return step == STEP_ROW ? store_too_large(err) : false;
    return log_end(db, end, environment, summary, arena, err);
}

bool store_close_proposal(struct sqlite *db, const struct proposal_end *end, gos_error *err)
{
    gos_arena *arena = gos_arena_open(64 * 1024);
    if (!arena)
        return gos_fail(err, GOS_OUT_OF_MEMORY, "", "no memory for the log");
    bool done = proposal_close(db, end, arena, err);
    gos_arena_close(arena);
    return done;
}

bool store_end_proposal(struct catalog *catalog, const struct proposal_end *end, gos_error *err)
{
    struct sqlite *db = store_write_begin(catalog, err);
    return db && store_write_end(catalog, store_close_proposal(db, end, err), err);
}
