/*
 * A write: all changes of one transaction, in an order in which references hold at every step.
 * Whatever fails takes everything back.
 */
#include "catalog/store.h"

#include "base/time.h"

#include <assert.h>
#include <inttypes.h>

enum { CHANGE_ARENA_BYTES = 512 * 1024 * 1024 };

struct writing {
    struct sqlite *db;
    const struct catalog_write *write;
    const struct catalog_change *changes;
    size_t count;
    int64_t environment;
    int64_t sequence;
    gos_error *err;
};

/* What is stored under an id now. */
struct head {
    bool found;
    int64_t environment;
    bool same_kind;
    bool same_name;
    int64_t version;
    int64_t revision;
};

static bool head_read(struct writing *writing, const struct definition *definition,
                      struct head *out)
{
    struct statement *statement = sqlite_statement(writing->db, SQL_DEFINITION_HEAD, writing->err);
    *out = (struct head){.revision = TIME_NONE};
    if (!statement)
        return false;
    statement_bind(statement, "u", &definition->id);
    enum step step = statement_step(statement, writing->err);
    if (step == STEP_ROW) {
        *out = (struct head){
            true,
            column_int(statement, 0),
            gos_str_equal(column_peek(statement, 1), gos_str_from(kind_word(definition->kind))),
            gos_str_equal(column_peek(statement, 2), definition->name),
            column_int(statement, 3),
            column_int(statement, 4)};
        statement_reset(statement);
    }
    return step != STEP_FAILED;
}

static bool fail_at(struct writing *writing, gos_code code, const struct catalog_change *change,
                    const char *message)
{
    return gos_fail(writing->err, code, change->pointer, "%s \"%.*s\" %s",
                    kind_word(change->definition->kind), GOS_ARG(change->definition->name),
                    message);
}

static bool check_head(struct writing *writing, const struct catalog_change *change,
                       const struct head *head)
{
    bool foreign = head->found && (head->environment != writing->environment || !head->same_kind);
    if (foreign || (head->found && change->expected_version == CATALOG_VERSION_NEW)) {
        gos_fail(writing->err, GOS_CONFLICT, "/id", "the id is taken by another definition");
        return gos_fail_below(writing->err, change->pointer);
    }
    if (!head->found && (change->expected_version > 0 || change->operation == CATALOG_DELETE))
        return fail_at(writing, GOS_NOT_FOUND, change, "is not there any more");
    if (head->found && change->expected_version > 0 && head->version != change->expected_version) {
        gos_fail(writing->err, GOS_CONFLICT, "/version",
                 "version %" PRId64 " is out of date; the stored one is %" PRId64
                 ": read it again and repeat the change",
                 change->expected_version, head->version);
        return gos_fail_below(writing->err, change->pointer);
    }
    return true;
}

static bool log_change(struct writing *writing, const struct catalog_change *change,
                       const struct head *head, gos_str body)
{
    struct store_event event = {
        .environment = writing->environment,
        .at = writing->write->now_ms,
        .actor = writing->write->actor,
        .action = change->action,
        .kind = gos_str_from(kind_word(change->definition->kind)),
        .id = &change->definition->id,
        .name = change->definition->name,
        .previous = head->revision,
        .body = body,
    };
    writing->sequence = store_log(writing->db, &event, writing->err);
    return writing->sequence >= 0;
}

static bool row_write(struct writing *writing, const struct definition *definition)
{
    struct statement *statement = sqlite_statement(writing->db, SQL_DEFINITION_PUT, writing->err);
    if (!statement)
        return false;
    statement_bind(statement,
                   "uitttt"
                   "iiii",
                   &definition->id, writing->environment, gos_str_from(kind_word(definition->kind)),
                   definition->name, definition->status, definition->type, definition->version,
                   definition->created_at, definition->updated_at, writing->sequence);
    return statement_run(statement, writing->err);
}

/* The name must be free, or its holder is the definition itself. */
static bool check_name(struct writing *writing, const struct catalog_change *change)
{
    const struct definition *definition = change->definition;
    struct statement *statement =
        sqlite_statement(writing->db, SQL_DEFINITION_ID_BY_NAME, writing->err);
    if (!statement)
        return false;
    statement_bind(statement, "itt", writing->environment,
                   gos_str_from(kind_word(definition->kind)), definition->name);
    enum step step = statement_step(statement, writing->err);
    struct uuid holder = step == STEP_ROW ? column_uuid(statement, 0) : definition->id;
    statement_reset(statement);
    if (step == STEP_FAILED || uuid_equal(&holder, &definition->id))
        return step != STEP_FAILED;
    gos_fail(writing->err, GOS_CONFLICT, definition->kind == KIND_FLAG ? "/key" : "/name",
             "there is %s \"%.*s\" already", kind_phrase(definition->kind),
             GOS_ARG(definition->name));
    return gos_fail_below(writing->err, change->pointer);
}

static bool put(struct writing *writing, const struct catalog_change *change)
{
    struct head head;
    assert(change->definition->tree);
    if (!head_read(writing, change->definition, &head) || !check_head(writing, change, &head) ||
        !check_name(writing, change))
        return false;
    if (head.found && !head.same_name &&
        !store_check_unused(writing->db, change->definition, true, change->pointer, writing->err))
        return false;
    return log_change(writing, change, &head, change->definition->body) &&
           row_write(writing, change->definition);
}

/* Results of an experiment stay for good, and so does it. */
static bool check_no_results(struct writing *writing, const struct catalog_change *change)
{
    if (change->definition->kind != KIND_EXPERIMENT)
        return true;
    struct statement *statement = sqlite_statement(writing->db, SQL_RESULT_HAS, writing->err);
    if (!statement)
        return false;
    statement_bind(statement, "u", &change->definition->id);
    enum step step = statement_step(statement, writing->err);
    statement_reset(statement);
    return step != STEP_ROW ? step == STEP_DONE
                            : fail_at(writing, GOS_IN_USE, change, "has results; archive it");
}

static bool drop(struct writing *writing, const struct catalog_change *change)
{
    struct head head;
    if (!head_read(writing, change->definition, &head) || !check_head(writing, change, &head) ||
        !store_check_unused(writing->db, change->definition, false, change->pointer,
                            writing->err) ||
        !check_no_results(writing, change) || !log_change(writing, change, &head, GOS_LIT("")))
        return false;
    struct statement *statement =
        sqlite_statement(writing->db, SQL_DEFINITION_DELETE, writing->err);
    if (!statement)
        return false;
    statement_bind(statement, "u", &change->definition->id);
    return statement_run(statement, writing->err);
}

/* What the override replaces: its revision, or TIME_NONE. */
static bool override_head(struct writing *writing, const struct uuid *flag, gos_str user,
                          int64_t *out_revision)
{
    struct statement *statement = sqlite_statement(writing->db, SQL_OVERRIDE_FIND, writing->err);
    *out_revision = TIME_NONE;
    if (!statement)
        return false;
    statement_bind(statement, "ut", flag, user);
    enum step step = statement_step(statement, writing->err);
    if (step == STEP_ROW)
        *out_revision = column_int(statement, 4);
    statement_reset(statement);
    return step != STEP_FAILED;
}

static bool override_row(struct writing *writing, const struct catalog_change *change,
                         const struct uuid *flag)
{
    const struct override *override = &change->override;
    bool puts = change->operation == CATALOG_PUT_OVERRIDE;
    struct statement *statement =
        sqlite_statement(writing->db, puts ? SQL_OVERRIDE_PUT : SQL_OVERRIDE_DELETE, writing->err);
    if (!statement)
        return false;
    if (puts)
        statement_bind(statement, "utttii", flag, override->user_id, override->value,
                       writing->write->actor, writing->write->now_ms, writing->sequence);
    else
        statement_bind(statement, "ut", flag, override->user_id);
    return statement_run(statement, writing->err);
}

static bool override_apply(struct writing *writing, const struct catalog_change *change)
{
    const struct override *override = &change->override;
    bool puts = change->operation == CATALOG_PUT_OVERRIDE;
    bool found, by_name;
    struct store_event event = {
        .environment = writing->environment,
        .at = writing->write->now_ms,
        .actor = writing->write->actor,
        .action = change->action,
        .kind = GOS_LIT("override"),
        .name = override->user_id,
        .body = puts ? override->value : GOS_LIT(""),
    };
    struct uuid flag;
    if (!store_resolve(writing->db, writing->environment, KIND_FLAG, override->flag_key, &flag,
                       &by_name, &found, writing->err))
        return false;
    if (!found)
        return gos_fail(writing->err, GOS_NOT_FOUND, change->pointer, "there is no flag \"%.*s\"",
                        GOS_ARG(override->flag_key));
    if (!override_head(writing, &flag, override->user_id, &event.previous))
        return false;
    if (!puts && event.previous == TIME_NONE)
        return gos_fail(writing->err, GOS_NOT_FOUND, change->pointer,
                        "the flag has no override for this user");
    event.id = &flag;
    writing->sequence = store_log(writing->db, &event, writing->err);
    return writing->sequence >= 0 && override_row(writing, change, &flag);
}

static bool references_drop(struct writing *writing, const struct catalog_change *change)
{
    struct statement *statement = sqlite_statement(writing->db, SQL_REFERENCES_DROP, writing->err);
    if (!statement)
        return false;
    statement_bind(statement, "u", &change->definition->id);
    return statement_run(statement, writing->err);
}

static bool link_put(struct writing *writing, const struct catalog_change *change)
{
    return store_link(writing->db, writing->environment, change, writing->err);
}

static bool check_cycle(struct writing *writing, const struct catalog_change *change)
{
    return store_check_cycle(writing->db, change, writing->err);
}

typedef bool change_step(struct writing *writing, const struct catalog_change *change);

/* One pass over the changes of one operation. */
static bool pass(struct writing *writing, enum catalog_operation operation, change_step *step)
{
    for (size_t i = 0; i < writing->count; i++) {
        if (writing->changes[i].operation == operation && !step(writing, &writing->changes[i]))
            return false;
    }
    return true;
}

static bool apply_all(struct writing *writing)
{
    return pass(writing, CATALOG_PUT, references_drop) &&
           pass(writing, CATALOG_DELETE, references_drop) &&
           pass(writing, CATALOG_DELETE_OVERRIDE, override_apply) &&
           pass(writing, CATALOG_DELETE, drop) && pass(writing, CATALOG_PUT, put) &&
           pass(writing, CATALOG_PUT, link_put) && pass(writing, CATALOG_PUT, check_cycle) &&
           pass(writing, CATALOG_PUT_OVERRIDE, override_apply);
}

static bool run_check(struct writing *writing)
{
    gos_str document;
    if (!writing->write->check)
        return true;
    gos_arena *arena = gos_arena_open(CHANGE_ARENA_BYTES);
    if (!arena)
        return gos_fail(writing->err, GOS_OUT_OF_MEMORY, "", "no memory for the document");
    bool done = store_document(writing->db, writing->write->environment, CATALOG_NOW, arena,
                               &document, NULL, writing->err) &&
                writing->write->check(writing->write->check_context, document, writing->err);
    gos_arena_close(arena);
    return done;
}

static bool sequence_step(struct writing *writing)
{
    struct statement *statement = sqlite_statement(writing->db, SQL_ENVIRONMENT_STEP, writing->err);
    if (!statement)
        return false;
    statement_bind(statement, "ii", writing->sequence, writing->environment);
    return statement_run(statement, writing->err);
}

bool store_apply(struct catalog *catalog, const struct catalog_write *write,
                 const struct catalog_change *changes, size_t change_count, int64_t *out_sequence,
                 gos_error *err)
{
    struct writing writing = {
        .write = write, .changes = changes, .count = change_count, .err = err};
    writing.db = store_write_begin(catalog, err);
    if (!writing.db)
        return false;
    bool done = store_environment(writing.db, write->environment, &writing.environment,
                                  &writing.sequence, err) &&
                apply_all(&writing) && sequence_step(&writing) && run_check(&writing) &&
                (!write->ends || store_close_proposal(writing.db, write->ends, err));
    bool kept = store_write_end(catalog, done && !write->dry_run, err);
    if (done && (kept || write->dry_run) && out_sequence)
        *out_sequence = writing.sequence;
    return done && (kept || write->dry_run);
}
