/* Values never become part of the SQL text. */
#include "catalog/query.h"

#include <assert.h>

void query_init(struct query *query, gos_arena *arena, const char *from)
{
    query->value_count = 0;
    text_init(&query->where, arena);
    text_add(&query->where, gos_str_from(from));
}

void query_add(struct query *query, const char *piece)
{
    text_add(&query->where, gos_str_from(piece));
}

void query_add_text(struct query *query, const char *piece, gos_str value)
{
    assert(query->value_count < QUERY_VALUES_MAX);
    query_add(query, piece);
    query->values[query->value_count].type = VALUE_TEXT;
    query->values[query->value_count++].text = value;
}

void query_add_int(struct query *query, const char *piece, int64_t value)
{
    assert(query->value_count < QUERY_VALUES_MAX);
    query_add(query, piece);
    query->values[query->value_count].type = VALUE_INT;
    query->values[query->value_count++].number = value;
}

void query_add_uuid(struct query *query, const char *piece, struct uuid value)
{
    assert(query->value_count < QUERY_VALUES_MAX);
    query_add(query, piece);
    query->values[query->value_count].type = VALUE_UUID;
    query->values[query->value_count++].uuid = value;
}

void query_filter(struct query *query, const char *piece, gos_str value)
{
    if (value.len > 0)
        query_add_text(query, piece, value);
}

struct statement *query_open(struct query *query, struct sqlite *db, const char *select,
                             gos_error *err)
{
    if (!text_ok(&query->where, err))
        return NULL;
    gos_str sql =
        gos_arena_print(query->where.arena, "%s%.*s", select, GOS_ARG(text_str(&query->where)));
    if (!sql.data) {
        gos_fail(err, GOS_TOO_LARGE, "", "the query does not fit into its memory");
        return NULL;
    }
    struct statement *statement = sqlite_prepare(db, sql, err);
    for (uint32_t i = 0; statement && i < query->value_count; i++) {
        int place = (int)i + 1;
        if (query->values[i].type == VALUE_TEXT)
            statement_bind_text(statement, place, query->values[i].text);
        else if (query->values[i].type == VALUE_INT)
            statement_bind_int(statement, place, query->values[i].number);
        else
            statement_bind_uuid(statement, place, &query->values[i].uuid);
    }
    return statement;
}

bool query_count(struct query *query, struct sqlite *db, int64_t *out, gos_error *err)
{
    struct statement *statement = query_open(query, db, "SELECT count(*)", err);
    if (!statement)
        return false;
    bool done = statement_step(statement, err) == STEP_ROW;
    *out = done ? column_int(statement, 0) : 0;
    statement_close(statement);
    return done;
}

gos_str query_like(gos_arena *arena, gos_str text)
{
    struct text pattern;
    text_init(&pattern, arena);
    text_add_char(&pattern, '%');
    for (size_t i = 0; i < text.len; i++) {
        if (text.data[i] == '%' || text.data[i] == '_' || text.data[i] == '\\')
            text_add_char(&pattern, '\\');
        text_add_char(&pattern, text.data[i]);
    }
    text_add_char(&pattern, '%');
    return text_str(&pattern);
}
