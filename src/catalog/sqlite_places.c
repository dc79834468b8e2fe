/* One name, many environments: a look into the unique index for each pair. */
#include "catalog/store.h"
#include "catalog/store_graph.h"

static bool place_take(struct statement *statement, gos_arena *arena, struct place *out)
{
    bool failed = false;
    *out = (struct place){
        .name = column_text(statement, 0, arena, &failed),
        .environment = column_text(statement, 1, arena, &failed),
        .status = column_text(statement, 2, arena, &failed),
        .version = column_int(statement, 3),
        .requires_approval = column_int(statement, 4) != 0,
    };
    return !failed;
}

bool store_list_places(struct catalog *catalog, enum kind kind, gos_str names, gos_arena *arena,
                       struct place **out, uint32_t *out_count, gos_error *err)
{
    struct store_list list = {.arena = arena, .size = sizeof **out};
    struct sqlite *db = store_read_begin(catalog);
    struct statement *statement = sqlite_statement(db, SQL_PLACES, err);
    enum step step = STEP_FAILED;
    bool failed = false;
    if (statement)
        statement_bind(statement, "tt", gos_str_from(kind_word(kind)), names);
    while (statement && !failed && (step = statement_step(statement, err)) == STEP_ROW) {
        struct place *row = store_list_next(&list, err);
        failed = !row || !place_take(statement, arena, row);
    }
    statement_reset(statement);
    store_read_end(catalog, db);
    *out = list.items;
    *out_count = list.count;
    return failed ? store_too_large(err) : step == STEP_DONE;
}
