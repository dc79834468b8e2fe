/* SQL put together from fixed pieces, with the values that go into its question marks. */
#ifndef CATALOG_QUERY_H
#define CATALOG_QUERY_H

#include "base/text.h"
#include "catalog/sqlite.h"

enum { QUERY_VALUES_MAX = 24 };

struct query {
    struct text where; /* everything from FROM on */
    struct {
        enum { VALUE_TEXT, VALUE_INT, VALUE_UUID } type;
        gos_str text;
        int64_t number;
        struct uuid uuid;
    } values[QUERY_VALUES_MAX];
    uint32_t value_count;
};

void query_init(struct query *query, gos_arena *arena, const char *from);
/* `piece` holds one question mark for the value (query_add: none). */
void query_add(struct query *query, const char *piece);
void query_add_text(struct query *query, const char *piece, gos_str value);
void query_add_int(struct query *query, const char *piece, int64_t value);
void query_add_uuid(struct query *query, const char *piece, struct uuid value);
/* Adds the piece unless the value is empty. */
void query_filter(struct query *query, const char *piece, gos_str value);
/* `select` + the pieces so far, prepared and bound; statement_close it. NULL with `err`. */
struct statement *query_open(struct query *query, struct sqlite *db, const char *select,
                             gos_error *err);
/* The single number that `select` answers. */
bool query_count(struct query *query, struct sqlite *db, int64_t *out, gos_error *err);
/* %text% with its own % and _ made literal by a backslash. */
gos_str query_like(gos_arena *arena, gos_str text);

#endif
