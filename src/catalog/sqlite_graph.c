/* The graph around one definition: its nodes side by side, the nearest first, then the edges. */
#include "catalog/store.h"
#include "catalog/store_graph.h"

struct reading {
    struct sqlite *db;
    gos_arena *arena;
    struct store_list nodes;
    struct store_list edges;
    uint32_t counts[GRAPH_NEEDED_BY + 1];
};

static bool node_take(struct reading *reading, struct statement *statement, gos_error *err)
{
    bool failed = false;
    enum graph_side side = (enum graph_side)column_int(statement, 4);
    if (++reading->counts[side] > GRAPH_SIDE_MAX)
        return true;
    struct graph_node *node = store_list_next(&reading->nodes, err);
    if (!node || !kind_find(column_peek(statement, 1), &node->kind))
        return false;
    node->side = side;
    node->id = column_uuid(statement, 0);
    node->name = column_text(statement, 2, reading->arena, &failed);
    node->status = column_text(statement, 3, reading->arena, &failed);
    return !failed || store_too_large(err);
}

/* One more on each side than is kept tells whether there are more; the first is the one itself. */
static bool nodes_read(struct reading *reading, const struct uuid *id, gos_error *err)
{
    enum step step;
    struct statement *statement = sqlite_statement(reading->db, SQL_GRAPH_NODES, err);
    if (!statement)
        return false;
    statement_bind(statement, "ui", id, (int64_t)GRAPH_SIDE_MAX + 2);
    while ((step = statement_step(statement, err)) == STEP_ROW) {
        if (!node_take(reading, statement, err))
            break;
    }
    statement_reset(statement);
    return step == STEP_DONE;
}

static bool edge_take(struct reading *reading, uint32_t from, struct statement *statement,
                      gos_error *err)
{
    const struct graph_node *nodes = reading->nodes.items;
    struct uuid to = column_uuid(statement, 0);
    bool failed = false;
    for (uint32_t i = 0; i < reading->nodes.count; i++) {
        if (!uuid_equal(&nodes[i].id, &to))
            continue;
        struct graph_edge *edge = store_list_next(&reading->edges, err);
        if (!edge)
            return false;
        *edge = (struct graph_edge){from, i, column_text(statement, 1, reading->arena, &failed)};
        return !failed || store_too_large(err);
    }
    return true;
}

static bool edges_read(struct reading *reading, uint32_t from, gos_error *err)
{
    const struct graph_node *nodes = reading->nodes.items;
    enum step step;
    struct statement *statement = sqlite_statement(reading->db, SQL_GRAPH_EDGES, err);
    if (!statement)
        return false;
    statement_bind(statement, "u", &nodes[from].id);
    while ((step = statement_step(statement, err)) == STEP_ROW) {
        if (!edge_take(reading, from, statement, err))
            break;
    }
    statement_reset(statement);
    return step == STEP_DONE;
}

static bool total_read(struct sqlite *db, const struct uuid *id, int64_t *out, gos_error *err)
{
    struct statement *statement = sqlite_statement(db, SQL_GRAPH_TOTAL, err);
    if (!statement)
        return false;
    statement_bind(statement, "u", id);
    bool done = statement_step(statement, err) == STEP_ROW;
    *out = done ? column_int(statement, 0) : 0;
    statement_reset(statement);
    return done;
}

static bool graph_read(struct sqlite *db, gos_str environment, enum kind kind, gos_str name,
                       gos_arena *arena, struct graph *out, gos_error *err)
{
    int64_t row;
    struct uuid id;
    bool by_name, found;
    struct reading reading = {.db = db,
                              .arena = arena,
                              .nodes = {.arena = arena, .size = sizeof *out->nodes},
                              .edges = {.arena = arena, .size = sizeof *out->edges}};
    if (!store_environment(db, environment, &row, NULL, err) ||
        !store_resolve(db, row, kind, name, &id, &by_name, &found, err))
        return false;
    if (!found)
        return gos_fail(err, GOS_NOT_FOUND, "", "there is no %s \"%.*s\"", kind_word(kind),
                        (int)(name.len < 100 ? name.len : 100), name.data);
    if (!nodes_read(&reading, &id, err) || !total_read(db, &id, &out->needed_by_total, err))
        return false;
    for (uint32_t i = 0; i < reading.nodes.count; i++) {
        if (!edges_read(&reading, i, err))
            return false;
    }
    out->nodes = reading.nodes.items;
    out->node_count = reading.nodes.count;
    out->edges = reading.edges.items;
    out->edge_count = reading.edges.count;
    out->is_cut = reading.counts[GRAPH_NEEDS] > GRAPH_SIDE_MAX ||
                  reading.counts[GRAPH_NEEDED_BY] > GRAPH_SIDE_MAX;
    return true;
}

bool store_get_graph(struct catalog *catalog, gos_str environment, enum kind kind, gos_str name,
                     gos_arena *arena, struct graph *out, gos_error *err)
{
    struct sqlite *db = store_read_begin(catalog);
    bool done = graph_read(db, environment, kind, name, arena, out, err);
    store_read_end(catalog, db);
    return done;
}
