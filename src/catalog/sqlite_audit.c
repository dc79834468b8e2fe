/* The log of changes, the environments it belongs to, and the rulesets that were served. */
#include "catalog/store.h"

#include "base/text.h"
#include "base/time.h"

#include <inttypes.h>

int64_t store_log(struct sqlite *db, const struct store_event *event, gos_error *err)
{
    struct statement *statement = sqlite_statement(db, SQL_AUDIT_ADD, err);
    if (!statement)
        return -1;
    statement_bind(statement, "iitttUtmT", event->environment, event->at, event->actor,
                   event->action, event->kind, event->id, event->name, event->previous,
                   event->body);
    int64_t sequence = statement_step(statement, err) == STEP_ROW ? column_int(statement, 0) : -1;
    statement_reset(statement);
    return sequence;
}

bool store_environment(struct sqlite *db, gos_str name, int64_t *out_id, int64_t *out_sequence,
                       gos_error *err)
{
    struct statement *statement = sqlite_statement(db, SQL_ENVIRONMENT_FIND, err);
    if (!statement)
        return false;
    statement_bind(statement, "t", name);
    enum step step = statement_step(statement, err);
    if (step == STEP_ROW) {
        *out_id = column_int(statement, 0);
        if (out_sequence)
            *out_sequence = column_int(statement, 1);
        statement_reset(statement);
        return true;
    }
    if (step == STEP_DONE)
        gos_fail(err, GOS_NOT_FOUND, "/environment", "there is no environment \"%.*s\"",
                 (int)(name.len < 100 ? name.len : 100), name.data);
    return false;
}

bool store_list_environments(struct catalog *catalog, gos_arena *arena, struct environment **out,
                             uint32_t *out_count, gos_error *err)
{
    struct store_list list = {.arena = arena, .size = sizeof **out};
    struct sqlite *db = store_read_begin(catalog);
    struct statement *statement = sqlite_statement(db, SQL_ENVIRONMENT_LIST, err);
    enum step step = STEP_FAILED;
    bool failed = false;
    while (statement && !failed && (step = statement_step(statement, err)) == STEP_ROW) {
        struct environment *environment = store_list_next(&list, err);
        failed = !environment;
        if (environment)
            *environment =
                (struct environment){column_text(statement, 0, arena, &failed),
                                     column_int(statement, 1), column_int(statement, 2) != 0};
    }
    statement_reset(statement);
    store_read_end(catalog, db);
    *out = list.items;
    *out_count = list.count;
    return failed ? store_too_large(err) : step == STEP_DONE;
}

static bool environment_insert(struct sqlite *db, gos_str name, gos_str actor, int64_t now_ms,
                               gos_error *err)
{
    struct store_event event = {.at = now_ms,
                                .actor = actor,
                                .action = GOS_LIT("create"),
                                .kind = GOS_LIT("environment"),
                                .name = name,
                                .previous = TIME_NONE};
    struct statement *statement = sqlite_statement(db, SQL_ENVIRONMENT_ADD, err);
    if (!statement)
        return false;
    statement_bind(statement, "ti", name, now_ms);
    enum step step = statement_step(statement, err);
    if (step == STEP_TAKEN)
        return gos_fail(err, GOS_CONFLICT, "/name", "there is an environment \"%.*s\" already",
                        GOS_ARG(name));
    return step == STEP_DONE && store_environment(db, name, &event.environment, NULL, err) &&
           store_log(db, &event, err) >= 0;
}

bool store_add_environment(struct catalog *catalog, gos_str name, gos_str actor, int64_t now_ms,
                           gos_error *err)
{
    struct sqlite *db = store_write_begin(catalog, err);
    return db && store_write_end(catalog, environment_insert(db, name, actor, now_ms, err), err);
}

bool store_note_ruleset(struct catalog *catalog, gos_str environment,
                        const struct ruleset_note *note, gos_error *err)
{
    int64_t id;
    struct sqlite *db = store_write_begin(catalog, err);
    if (!db)
        return false;
    bool done = store_environment(db, environment, &id, NULL, err);
    struct statement *statement = done ? sqlite_statement(db, SQL_RULESET_ADD, err) : NULL;
    if (statement) {
        statement_bind(statement, "iiti", id, note->sequence, note->hash, note->at);
        done = statement_run(statement, err);
    }
    return store_write_end(catalog, done && statement, err);
}

static bool rulesets_read(struct sqlite *db, gos_str environment, int64_t until, uint32_t limit,
                          struct store_list *list, gos_error *err)
{
    int64_t id;
    bool failed = false;
    enum step step = STEP_FAILED;
    if (!store_environment(db, environment, &id, NULL, err))
        return false;
    struct statement *statement = sqlite_statement(db, SQL_RULESETS, err);
    if (!statement)
        return false;
    statement_bind(statement, "iii", id, until, (int64_t)limit);
    while (statement && !failed && (step = statement_step(statement, err)) == STEP_ROW) {
        struct ruleset_note *note = store_list_next(list, err);
        failed = !note;
        if (note)
            *note = (struct ruleset_note){column_int(statement, 0),
                                          column_text(statement, 1, list->arena, &failed),
                                          column_int(statement, 2)};
    }
    statement_reset(statement);
    return failed ? store_too_large(err) : step == STEP_DONE;
}

bool store_list_rulesets(struct catalog *catalog, gos_str environment, int64_t until,
                         uint32_t limit, gos_arena *arena, struct ruleset_note **out,
                         uint32_t *out_count, gos_error *err)
{
    struct store_list list = {.arena = arena, .size = sizeof **out};
    struct sqlite *db = store_read_begin(catalog);
    bool done = rulesets_read(db, environment, until, limit, &list, err);
    store_read_end(catalog, db);
    *out = list.items;
    *out_count = list.count;
    return done;
}

static bool decisive_read(struct sqlite *db, gos_str environment, struct uuid experiment_id,
                          bool with_others, uint32_t limit, struct store_list *list, gos_error *err)
{
    int64_t id;
    bool failed = false;
    enum step step = STEP_FAILED;
    if (!store_environment(db, environment, &id, NULL, err))
        return false;
    struct statement *statement = sqlite_statement(db, SQL_DECISIVE, err);
    if (!statement)
        return false;
    statement_bind(statement, "iiui", id, (int64_t)with_others, &experiment_id, (int64_t)limit);
    while (!failed && (step = statement_step(statement, err)) == STEP_ROW) {
        int64_t *sequence = store_list_next(list, err);
        failed = !sequence;
        if (sequence)
            *sequence = column_int(statement, 0);
    }
    statement_reset(statement);
    return failed ? store_too_large(err) : step == STEP_DONE;
}

bool store_list_decisive(struct catalog *catalog, gos_str environment, struct uuid experiment_id,
                         bool with_others, uint32_t limit, gos_arena *arena, int64_t **out,
                         uint32_t *out_count, gos_error *err)
{
    struct store_list list = {.arena = arena, .size = sizeof **out};
    struct sqlite *db = store_read_begin(catalog);
    bool done = decisive_read(db, environment, experiment_id, with_others, limit, &list, err);
    store_read_end(catalog, db);
    *out = list.items;
    *out_count = list.count;
    return done;
}
