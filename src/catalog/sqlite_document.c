/* The definitions document: the bodies as they are stored, side by side. */
#include "catalog/store.h"

#include "base/json.h"
#include "base/text.h"

#include <inttypes.h>

static bool bodies_add(struct text *text, struct statement *statement, gos_error *err)
{
    enum step step;
    for (bool first = true; (step = statement_step(statement, err)) == STEP_ROW; first = false) {
        if (!first)
            text_add(text, GOS_LIT(",\n"));
        text_add(text, column_peek(statement, 0));
    }
    return step == STEP_DONE;
}

static bool kind_add(struct sqlite *db, int64_t environment, enum kind kind, int64_t at,
                     struct text *text, gos_error *err)
{
    struct statement *statement =
        sqlite_statement(db, at == CATALOG_NOW ? SQL_DOCUMENT_NOW : SQL_DOCUMENT_PAST, err);
    if (!statement)
        return false;
    if (at == CATALOG_NOW)
        statement_bind(statement, "it", environment, gos_str_from(kind_word(kind)));
    else
        statement_bind(statement, "iti", environment, gos_str_from(kind_word(kind)), at);
    text_print(text, ",\n\"%s\":[", kind_plural(kind));
    bool done = bodies_add(text, statement, err);
    text_add_char(text, ']');
    return done;
}

static void override_write(struct text *text, struct statement *statement)
{
    struct json_writer writer;
    json_writer_init(&writer, text);
    json_open_object(&writer);
    json_name(&writer, "flag_key");
    json_text(&writer, column_peek(statement, 0));
    json_name(&writer, "user_id");
    json_text(&writer, column_peek(statement, 1));
    json_name(&writer, "value");
    json_raw(&writer, column_peek(statement, 2));
    json_close_object(&writer);
}

static bool overrides_add(struct sqlite *db, int64_t environment, int64_t at, struct text *text,
                          gos_error *err)
{
    enum step step;
    struct statement *statement =
        sqlite_statement(db, at == CATALOG_NOW ? SQL_OVERRIDES_NOW : SQL_OVERRIDES_PAST, err);
    if (!statement)
        return false;
    if (at == CATALOG_NOW)
        statement_bind(statement, "i", environment);
    else
        statement_bind(statement, "ii", environment, at);
    text_add(text, GOS_LIT(",\n\"overrides\":["));
    for (bool first = true; (step = statement_step(statement, err)) == STEP_ROW; first = false) {
        if (!first)
            text_add(text, GOS_LIT(",\n"));
        override_write(text, statement);
    }
    text_add(text, GOS_LIT("]}\n"));
    return step == STEP_DONE;
}

bool store_document(struct sqlite *db, gos_str environment, int64_t at, gos_arena *arena,
                    gos_str *out, int64_t *out_sequence, gos_error *err)
{
    struct text text;
    int64_t id, sequence;
    if (!store_environment(db, environment, &id, &sequence, err))
        return false;
    if (at > sequence)
        return gos_fail(err, GOS_NOT_FOUND, "", "there is no change %" PRId64 " yet", at);
    text_init(&text, arena);
    text_print(&text, "{\"environment\":\"%.*s\",\"version\":%" PRId64, GOS_ARG(environment),
               at == CATALOG_NOW ? sequence : at);
    for (int kind = 0; kind < KIND_COUNT; kind++) {
        if (!kind_add(db, id, (enum kind)kind, at, &text, err))
            return false;
    }
    if (!overrides_add(db, id, at, &text, err) || !text_ok(&text, err))
        return false;
    *out = text_str(&text);
    if (out_sequence)
        *out_sequence = at == CATALOG_NOW ? sequence : at;
    return true;
}
