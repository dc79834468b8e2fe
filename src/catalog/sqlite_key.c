/* API keys: only the hash of a key is kept. */
#include "catalog/store.h"

#include "base/json.h"
#include "base/time.h"

#include <stdio.h>

static bool key_take(struct statement *statement, gos_arena *arena, struct api_key *out)
{
    bool failed = false;
    *out = (struct api_key){
        .id = column_uuid(statement, 0),
        .environment = column_text(statement, 1, arena, &failed),
        .name = column_text(statement, 2, arena, &failed),
        .scope = column_text(statement, 3, arena, &failed),
        .prefix = column_text(statement, 4, arena, &failed),
        .hash = column_text(statement, 5, arena, &failed),
        .origins = column_text(statement, 6, arena, &failed),
        .created_by = column_text(statement, 7, arena, &failed),
        .created_at = column_int(statement, 8),
        .last_used_at = column_time(statement, 9),
        .revoked_at = column_time(statement, 10),
    };
    return !failed;
}

/* What the audit log keeps of a key: never the hash. */
static bool log_key(struct sqlite *db, int64_t environment, const struct api_key *key,
                    gos_str actor, gos_str action, int64_t at, gos_error *err)
{
    gos_arena *arena = gos_arena_open(16 * 1024);
    struct json_writer writer;
    struct text text;
    if (!arena)
        return gos_fail(err, GOS_OUT_OF_MEMORY, "", "no memory for the log");
    text_init(&text, arena);
    json_writer_init(&writer, &text);
    json_open_object(&writer);
    json_name(&writer, "name");
    json_text(&writer, key->name);
    json_name(&writer, "scope");
    json_text(&writer, key->scope);
    json_name(&writer, "prefix");
    json_text(&writer, key->prefix);
    json_close_object(&writer);
    struct store_event event = {.environment = environment,
                                .at = at,
                                .actor = actor,
                                .action = action,
                                .kind = GOS_LIT("key"),
                                .id = &key->id,
                                .name = key->name,
                                .previous = TIME_NONE,
                                .body = text_str(&text)};
    bool done = text_ok(&text, err) && store_log(db, &event, err) >= 0;
    gos_arena_close(arena);
    return done;
}

static bool key_insert(struct sqlite *db, const struct api_key *key, gos_error *err)
{
    int64_t environment;
    if (!store_environment(db, key->environment, &environment, NULL, err))
        return false;
    struct statement *statement = sqlite_statement(db, SQL_KEY_ADD, err);
    if (!statement)
        return false;
    statement_bind(statement, "uittttTtimm", &key->id, environment, key->name, key->scope,
                   key->prefix, key->hash, key->origins, key->created_by, key->created_at,
                   key->last_used_at, key->revoked_at);
    enum step step = statement_step(statement, err);
    if (step == STEP_TAKEN)
        return gos_fail(err, GOS_CONFLICT, "", "this key is known already");
    return step == STEP_DONE &&
           log_key(db, environment, key, key->created_by, GOS_LIT("create"), key->created_at, err);
}

bool store_add_key(struct catalog *catalog, const struct api_key *key, gos_error *err)
{
    struct sqlite *db = store_write_begin(catalog, err);
    return db && store_write_end(catalog, key_insert(db, key, err), err);
}

bool store_find_key(struct catalog *catalog, gos_str hash, gos_arena *arena, struct api_key *out,
                    bool *out_found, gos_error *err)
{
    struct sqlite *db = store_read_begin(catalog);
    struct statement *statement = sqlite_statement(db, SQL_KEY_BY_HASH, err);
    enum step step = STEP_FAILED;
    bool taken = true;
    if (statement) {
        statement_bind(statement, "t", hash);
        step = statement_step(statement, err);
        taken = step != STEP_ROW || key_take(statement, arena, out);
        statement_reset(statement);
    }
    *out_found = step == STEP_ROW;
    store_read_end(catalog, db);
    if (!taken)
        return store_too_large(err);
    return step != STEP_FAILED;
}

bool store_list_keys(struct catalog *catalog, gos_str environment, gos_arena *arena,
                     struct api_key **out, uint32_t *out_count, gos_error *err)
{
    struct store_list list = {.arena = arena, .size = sizeof **out};
    struct sqlite *db = store_read_begin(catalog);
    struct statement *statement = sqlite_statement(db, SQL_KEY_LIST, err);
    enum step step = STEP_FAILED;
    bool failed = false;
    if (statement)
        statement_bind(statement, "t", environment);
    while (statement && !failed && (step = statement_step(statement, err)) == STEP_ROW) {
        struct api_key *key = store_list_next(&list, err);
        failed = !key || !key_take(statement, arena, key);
    }
    statement_reset(statement);
    store_read_end(catalog, db);
    *out = list.items;
    *out_count = list.count;
    return failed ? store_too_large(err) : step == STEP_DONE;
}

static bool key_revoke(struct sqlite *db, gos_str environment, const struct uuid *id, gos_str actor,
                       int64_t now_ms, gos_error *err)
{
    int64_t row;
    char name[512], scope[16], prefix[64];
    if (!store_environment(db, environment, &row, NULL, err))
        return false;
    struct statement *statement = sqlite_statement(db, SQL_KEY_REVOKE, err);
    if (!statement)
        return false;
    statement_bind(statement, "iui", now_ms, id, row);
    enum step step = statement_step(statement, err);
    if (step == STEP_DONE)
        return gos_fail(err, GOS_NOT_FOUND, "", "there is no such key, or it is revoked already");
    if (step != STEP_ROW)
        return false;
    snprintf(name, sizeof name, "%.*s", GOS_ARG(column_peek(statement, 0)));
    snprintf(scope, sizeof scope, "%.*s", GOS_ARG(column_peek(statement, 1)));
    snprintf(prefix, sizeof prefix, "%.*s", GOS_ARG(column_peek(statement, 2)));
    statement_reset(statement);
    struct api_key key = {.id = *id,
                          .name = gos_str_from(name),
                          .scope = gos_str_from(scope),
                          .prefix = gos_str_from(prefix)};
    return log_key(db, row, &key, actor, GOS_LIT("revoke"), now_ms, err);
}

bool store_revoke_key(struct catalog *catalog, gos_str environment, struct uuid id, gos_str actor,
                      int64_t now_ms, gos_error *err)
{
    struct sqlite *db = store_write_begin(catalog, err);
    return db &&
           store_write_end(catalog, key_revoke(db, environment, &id, actor, now_ms, err), err);
}

bool store_touch_key(struct catalog *catalog, struct uuid id, int64_t now_ms, gos_error *err)
{
    struct sqlite *db = store_write_begin(catalog, err);
    if (!db)
        return false;
    struct statement *statement = sqlite_statement(db, SQL_KEY_TOUCH, err);
    if (statement)
        statement_bind(statement, "iu", now_ms, &id);
    return store_write_end(catalog, statement && statement_run(statement, err), err);
}
