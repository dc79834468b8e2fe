/* References between definitions: resolved to ids, guarded against cycles and loss. */
#include "catalog/store.h"

#include "base/limits.h"

#include <stdio.h>

enum { REFERENCE_ARENA_BYTES = 1024 * 1024 };

static bool id_exists(struct sqlite *db, int64_t environment, enum kind kind, const struct uuid *id,
                      bool *out_found, gos_error *err)
{
    struct statement *statement = sqlite_statement(db, SQL_DEFINITION_HEAD, err);
    if (!statement)
        return false;
    statement_bind(statement, "u", id);
    enum step step = statement_step(statement, err);
    *out_found = step == STEP_ROW && column_int(statement, 0) == environment &&
                 gos_str_equal(column_peek(statement, 1), gos_str_from(kind_word(kind)));
    statement_reset(statement);
    return step != STEP_FAILED;
}

static bool name_resolve(struct sqlite *db, int64_t environment, enum kind kind, gos_str name,
                         struct uuid *out, bool *out_found, gos_error *err)
{
    struct statement *statement = sqlite_statement(db, SQL_DEFINITION_ID_BY_NAME, err);
    if (!statement)
        return false;
    statement_bind(statement, "itt", environment, gos_str_from(kind_word(kind)), name);
    enum step step = statement_step(statement, err);
    *out_found = step == STEP_ROW;
    if (*out_found)
        *out = column_uuid(statement, 0);
    statement_reset(statement);
    return step != STEP_FAILED;
}

bool store_resolve(struct sqlite *db, int64_t environment, enum kind kind, gos_str target,
                   struct uuid *out, bool *out_by_name, bool *out_found, gos_error *err)
{
    *out_by_name = false;
    *out_found = false;
    if (uuid_read(target, out) && !id_exists(db, environment, kind, out, out_found, err))
        return false;
    if (*out_found)
        return true;
    *out_by_name = true;
    return name_resolve(db, environment, kind, target, out, out_found, err);
}

static bool link_one(struct sqlite *db, int64_t environment, const struct definition *definition,
                     const struct reference *reference, gos_error *err)
{
    struct uuid to;
    bool by_name, found;
    if (!store_resolve(db, environment, reference->kind, reference->target, &to, &by_name, &found,
                       err))
        return false;
    if (!found && reference->may_be_absent)
        return true;
    if (!found)
        return gos_fail(err, GOS_BAD_INPUT, reference->pointer.data, "there is no %s \"%.*s\"",
                        kind_word(reference->kind),
                        (int)(reference->target.len < 100 ? reference->target.len : 100),
                        reference->target.data);
    struct statement *statement = sqlite_statement(db, SQL_REFERENCE_ADD, err);
    if (!statement)
        return false;
    statement_bind(statement, "uuit", &definition->id, &to, (int64_t)by_name, reference->pointer);
    return statement_run(statement, err);
}

bool store_link(struct sqlite *db, int64_t environment, const struct catalog_change *change,
                gos_error *err)
{
    const struct reference *references;
    uint32_t count;
    gos_arena *arena = gos_arena_open(REFERENCE_ARENA_BYTES);
    if (!arena)
        return gos_fail(err, GOS_OUT_OF_MEMORY, "", "no memory for references");
    bool done = definition_references(change->definition, arena, &references, &count, err);
    for (uint32_t i = 0; done && i < count; i++)
        done = link_one(db, environment, change->definition, &references[i], err);
    gos_arena_close(arena);
    return done || gos_fail_below(err, change->pointer);
}

bool store_check_cycle(struct sqlite *db, const struct catalog_change *change, gos_error *err)
{
    char pointer[GOS_POINTER_BYTES];
    struct statement *statement = sqlite_statement(db, SQL_CYCLE_FIND, err);
    if (!statement)
        return false;
    statement_bind(statement, "u", &change->definition->id);
    enum step step = statement_step(statement, err);
    if (step != STEP_ROW)
        return step == STEP_DONE;
    snprintf(pointer, sizeof pointer, "%.*s", GOS_ARG(column_peek(statement, 0)));
    statement_reset(statement);
    gos_fail(err, GOS_BAD_INPUT, pointer,
             "this closes a cycle: %s \"%.*s\" would refer to itself, directly or through others",
             kind_word(change->definition->kind), GOS_ARG(change->definition->name));
    return gos_fail_below(err, change->pointer);
}

/* Up to three by name, then "and others". */
static void referrers_print(struct statement *statement, char *out, size_t out_bytes)
{
    size_t used = 0;
    int count = 0;
    do {
        gos_str name = column_peek(statement, 1);
        gos_str kind = column_peek(statement, 0);
        int cut = (int)(name.len < 60 ? name.len : 60);
        used += count == 3 ? (size_t)snprintf(out + used, out_bytes - used, " and others")
                           : (size_t)snprintf(out + used, out_bytes - used, "%s%.*s \"%.*s\"",
                                              count ? ", " : "", GOS_ARG(kind), cut, name.data);
        count++;
    } while (used < out_bytes && statement_step(statement, NULL) == STEP_ROW);
}

bool store_check_unused(struct sqlite *db, const struct definition *definition, bool by_name_only,
                        const char *pointer, gos_error *err)
{
    char referrers[256];
    struct statement *statement = sqlite_statement(db, SQL_REFERRERS, err);
    if (!statement)
        return false;
    statement_bind(statement, "ui", &definition->id, (int64_t)by_name_only);
    enum step step = statement_step(statement, err);
    if (step != STEP_ROW)
        return step == STEP_DONE;
    referrers_print(statement, referrers, sizeof referrers);
    statement_reset(statement);
    gos_fail(err, GOS_IN_USE,
             !by_name_only                   ? ""
             : definition->kind == KIND_FLAG ? "/key"
                                             : "/name",
             "the %s is referred to by %s", kind_word(definition->kind), referrers);
    return gos_fail_below(err, pointer);
}
