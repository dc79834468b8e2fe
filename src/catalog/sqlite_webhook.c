/* Webhooks, their deliveries, and the entries of the log that they are still to be told of. */
#include "catalog/store_webhooks.h"

#include "base/time.h"
#include "catalog/store.h"

#include <stdio.h>

static bool webhook_log(struct sqlite *db, int64_t environment, const struct uuid *id, gos_str name,
                        gos_str actor, const char *action, int64_t at, gos_str body, gos_error *err)
{
    struct store_event event = {.environment = environment,
                                .at = at,
                                .actor = actor,
                                .action = gos_str_from(action),
                                .kind = GOS_LIT("webhook"),
                                .id = id,
                                .name = name,
                                .previous = TIME_NONE,
                                .body = body};
    return store_log(db, &event, err) >= 0;
}

static bool webhook_insert(struct sqlite *db, const struct webhook *webhook, gos_error *err)
{
    int64_t environment;
    if (!store_environment(db, webhook->environment, &environment, NULL, err))
        return false;
    struct statement *statement = sqlite_statement(db, SQL_WEBHOOK_ADD, err);
    if (!statement)
        return false;
    statement_bind(statement, "uittttiti", &webhook->id, environment, webhook->name, webhook->url,
                   webhook->secret, webhook->events, (int64_t)webhook->enabled, webhook->created_by,
                   webhook->created_at);
    enum step step = statement_step(statement, err);
    if (step == STEP_TAKEN)
        return gos_fail(err, GOS_CONFLICT, "/name", "there is a webhook \"%.*s\" already",
                        GOS_ARG(webhook->name));
    /* The log keeps no secret, and no URL, which often holds one. */
    return step == STEP_DONE &&
           webhook_log(db, environment, &webhook->id, webhook->name, webhook->created_by, "create",
                       webhook->created_at, webhook->events, err);
}

bool store_add_webhook(struct catalog *catalog, const struct webhook *webhook, gos_error *err)
{
    struct sqlite *db = store_write_begin(catalog, err);
    return db && store_write_end(catalog, webhook_insert(db, webhook, err), err);
}

static bool webhook_update(struct sqlite *db, const struct webhook *webhook, gos_str actor,
                           int64_t now_ms, gos_error *err)
{
    int64_t environment;
    if (!store_environment(db, webhook->environment, &environment, NULL, err))
        return false;
    struct statement *statement = sqlite_statement(db, SQL_WEBHOOK_CHANGE, err);
    if (!statement)
        return false;
    statement_bind(statement, "ttttiui", webhook->name, webhook->url, webhook->secret,
                   webhook->events, (int64_t)webhook->enabled, &webhook->id, environment);
    enum step step = statement_step(statement, err);
    statement_reset(statement);
    if (step == STEP_TAKEN)
        return gos_fail(err, GOS_CONFLICT, "/name", "there is a webhook \"%.*s\" already",
                        GOS_ARG(webhook->name));
    if (step == STEP_DONE)
        return gos_fail(err, GOS_NOT_FOUND, "", "there is no such webhook");
    return step == STEP_ROW && webhook_log(db, environment, &webhook->id, webhook->name, actor,
                                           "update", now_ms, webhook->events, err);
}

bool store_change_webhook(struct catalog *catalog, const struct webhook *webhook, gos_str actor,
                          int64_t now_ms, gos_error *err)
{
    struct sqlite *db = store_write_begin(catalog, err);
    return db && store_write_end(catalog, webhook_update(db, webhook, actor, now_ms, err), err);
}

static bool webhook_take(struct statement *statement, gos_arena *arena, void *out)
{
    bool failed = false;
    *(struct webhook *)out = (struct webhook){
        .id = column_uuid(statement, 0),
        .environment = column_text(statement, 1, arena, &failed),
        .name = column_text(statement, 2, arena, &failed),
        .url = column_text(statement, 3, arena, &failed),
        .secret = column_text(statement, 4, arena, &failed),
        .events = column_text(statement, 5, arena, &failed),
        .enabled = column_int(statement, 6) != 0,
        .created_by = column_text(statement, 7, arena, &failed),
        .created_at = column_int(statement, 8),
    };
    return !failed;
}

static bool entry_take(struct statement *statement, gos_arena *arena, void *out)
{
    bool failed = false, has_id = !column_is_null(statement, 7);
    struct uuid none = {{0}};
    *(struct log_entry *)out = (struct log_entry){
        .sequence = column_int(statement, 0),
        .environment = column_text(statement, 1, arena, &failed),
        .at = column_int(statement, 2),
        .actor = column_text(statement, 3, arena, &failed),
        .action = column_text(statement, 4, arena, &failed),
        .kind = column_text(statement, 5, arena, &failed),
        .name = column_text(statement, 6, arena, &failed),
        .id = has_id ? column_uuid(statement, 7) : none,
        .has_id = has_id,
    };
    return !failed;
}

static bool delivery_take(struct statement *statement, gos_arena *arena, void *out)
{
    bool failed = false;
    *(struct delivery *)out = (struct delivery){
        .id = column_uuid(statement, 0),
        .webhook = column_uuid(statement, 1),
        .type = column_text(statement, 2, arena, &failed),
        .body = column_text(statement, 3, arena, &failed),
        .created_at = column_int(statement, 4),
        .next_at = column_time(statement, 5),
        .attempts = column_int(statement, 6),
        .status = column_text(statement, 7, arena, &failed),
        .last_at = column_time(statement, 8),
        .http_status = column_int(statement, 9),
        .error = column_text(statement, 10, arena, &failed),
        .url = column_text(statement, 11, arena, &failed),
        .secret = column_text(statement, 12, arena, &failed),
    };
    return !failed;
}

typedef bool row_take(struct statement *statement, gos_arena *arena, void *out);

static bool rows_read(struct statement *statement, struct store_list *list, row_take *take,
                      gos_error *err)
{
    enum step step = STEP_FAILED;
    bool failed = false;
    while (statement && !failed && (step = statement_step(statement, err)) == STEP_ROW) {
        void *row = store_list_next(list, err);
        failed = !row || !take(statement, list->arena, row);
    }
    statement_reset(statement);
    return failed ? store_too_large(err) : step == STEP_DONE;
}

bool store_list_webhooks(struct catalog *catalog, gos_str environment, gos_arena *arena,
                         struct webhook **out, uint32_t *out_count, gos_error *err)
{
    struct store_list list = {.arena = arena, .size = sizeof **out};
    struct sqlite *db = store_read_begin(catalog);
    struct statement *statement = sqlite_statement(db, SQL_WEBHOOK_LIST, err);
    if (statement)
        statement_bind(statement, "t", environment);
    bool done = rows_read(statement, &list, webhook_take, err);
    store_read_end(catalog, db);
    *out = list.items;
    *out_count = list.count;
    return done;
}

static bool webhook_drop(struct sqlite *db, gos_str environment, const struct uuid *id,
                         gos_str actor, int64_t now_ms, gos_error *err)
{
    int64_t row;
    char name[512];
    if (!store_environment(db, environment, &row, NULL, err))
        return false;
    struct statement *statement = sqlite_statement(db, SQL_WEBHOOK_DELETE, err);
    if (!statement)
        return false;
    statement_bind(statement, "ui", id, row);
    enum step step = statement_step(statement, err);
    if (step == STEP_DONE)
        return gos_fail(err, GOS_NOT_FOUND, "", "there is no such webhook");
    if (step != STEP_ROW)
        return false;
    snprintf(name, sizeof name, "%.*s", GOS_ARG(column_peek(statement, 0)));
    statement_reset(statement);
    return webhook_log(db, row, id, gos_str_from(name), actor, "delete", now_ms, GOS_LIT(""), err);
}

bool store_delete_webhook(struct catalog *catalog, gos_str environment, struct uuid id,
                          gos_str actor, int64_t now_ms, gos_error *err)
{
    struct sqlite *db = store_write_begin(catalog, err);
    return db &&
           store_write_end(catalog, webhook_drop(db, environment, &id, actor, now_ms, err), err);
}

bool store_read_log(struct catalog *catalog, gos_arena *arena, struct log_entry **out,
                    uint32_t *out_count, gos_error *err)
{
    struct store_list list = {.arena = arena, .size = sizeof **out};
    struct sqlite *db = store_read_begin(catalog);
    struct statement *statement = sqlite_statement(db, SQL_WEBHOOK_LOG, err);
    if (statement)
        statement_bind(statement, "i", (int64_t)LOG_PAGE);
    bool done = rows_read(statement, &list, entry_take, err);
    store_read_end(catalog, db);
    *out = list.items;
    *out_count = list.count;
    return done;
}

static bool delivery_insert(struct sqlite *db, const struct delivery *delivery, gos_error *err)
{
    struct statement *add = sqlite_statement(db, SQL_WEBHOOK_DELIVERY_ADD, err);
    if (!add)
        return false;
    statement_bind(add, "uuttii", &delivery->id, &delivery->webhook, delivery->type, delivery->body,
                   delivery->created_at, delivery->next_at);
    if (!statement_run(add, err))
        return false;
    struct statement *trim = sqlite_statement(db, SQL_WEBHOOK_TRIM, err);
    if (!trim)
        return false;
    statement_bind(trim, "ui", &delivery->webhook, (int64_t)DELIVERIES_KEPT);
    return statement_run(trim, err);
}

static bool deliveries_insert(struct sqlite *db, const struct delivery *deliveries, size_t count,
                              int64_t passed, gos_error *err)
{
    for (size_t i = 0; i < count; i++) {
        if (!delivery_insert(db, &deliveries[i], err))
            return false;
    }
    if (passed == 0)
        return true;
    struct statement *told = sqlite_statement(db, SQL_WEBHOOK_TOLD, err);
    if (!told)
        return false;
    statement_bind(told, "i", passed);
    return statement_run(told, err);
}

bool store_add_deliveries(struct catalog *catalog, const struct delivery *deliveries, size_t count,
                          int64_t passed, gos_error *err)
{
    struct sqlite *db = store_write_begin(catalog, err);
    return db &&
           store_write_end(catalog, deliveries_insert(db, deliveries, count, passed, err), err);
}

bool store_due_deliveries(struct catalog *catalog, int64_t now_ms, uint32_t limit, gos_arena *arena,
                          struct delivery **out, uint32_t *out_count, gos_error *err)
{
    struct store_list list = {.arena = arena, .size = sizeof **out};
    struct sqlite *db = store_read_begin(catalog);
    struct statement *statement = sqlite_statement(db, SQL_WEBHOOK_DUE, err);
    if (statement)
        statement_bind(statement, "ii", now_ms, (int64_t)limit);
    bool done = rows_read(statement, &list, delivery_take, err);
    store_read_end(catalog, db);
    *out = list.items;
    *out_count = list.count;
    return done;
}

bool store_note_delivery(struct catalog *catalog, const struct delivery *delivery, gos_error *err)
{
    struct sqlite *db = store_write_begin(catalog, err);
    if (!db)
        return false;
    struct statement *statement = sqlite_statement(db, SQL_WEBHOOK_DELIVERY_NOTE, err);
    if (statement)
        statement_bind(statement, "mitmiTu", delivery->next_at, delivery->attempts,
                       delivery->status, delivery->last_at, delivery->http_status, delivery->error,
                       &delivery->id);
    return store_write_end(catalog, statement && statement_run(statement, err), err);
}

bool store_list_deliveries(struct catalog *catalog, gos_str environment, struct uuid webhook,
                           uint32_t limit, gos_arena *arena, struct delivery **out,
                           uint32_t *out_count, gos_error *err)
{
    struct store_list list = {.arena = arena, .size = sizeof **out};
    struct sqlite *db = store_read_begin(catalog);
    struct statement *statement = sqlite_statement(db, SQL_WEBHOOK_DELIVERIES, err);
    if (statement)
        statement_bind(statement, "tui", environment, &webhook, (int64_t)limit);
    bool done = rows_read(statement, &list, delivery_take, err);
    store_read_end(catalog, db);
    *out = list.items;
    *out_count = list.count;
    return done;
}
