/* What a flag or a segment rests on, and what rests on it. */
#include "catalog/graph.h"
#include "api/change.h"

static void node_write(const struct graph_node *node, struct json_writer *json)
{
    static const char *const sides[] = {"self", "needs", "needed_by"};
    char id[UUID_TEXT_BYTES];
    uuid_write(&node->id, id);
    json_open_object(json);
    json_put_text(json, "kind", gos_str_from(kind_word(node->kind)));
    json_put_text(json, "name", node->name);
    json_put_text(json, "id", gos_str_from(id));
    json_put_text(json, "status", node->status);
    json_put_text(json, "side", gos_str_from(sides[node->side]));
    json_close_object(json);
}

static void edge_write(const struct graph *graph, const struct graph_edge *edge,
                       struct json_writer *json)
{
    char id[UUID_TEXT_BYTES];
    json_open_object(json);
    uuid_write(&graph->nodes[edge->from].id, id);
    json_put_text(json, "from", gos_str_from(id));
    uuid_write(&graph->nodes[edge->to].id, id);
    json_put_text(json, "to", gos_str_from(id));
    json_put_text(json, "pointer", edge->pointer);
    json_close_object(json);
}

static void graph_write(const struct graph *graph, struct json_writer *json)
{
    json_open_object(json);
    json_name(json, "nodes");
    json_open_array(json);
    for (uint32_t i = 0; i < graph->node_count; i++)
        node_write(&graph->nodes[i], json);
    json_close_array(json);
    json_name(json, "edges");
    json_open_array(json);
    for (uint32_t i = 0; i < graph->edge_count; i++)
        edge_write(graph, &graph->edges[i], json);
    json_close_array(json);
    json_put_int(json, "needed_by_total", graph->needed_by_total);
    json_put_bool(json, "is_cut", graph->is_cut);
    json_close_object(json);
}

void api_graph_get(struct http_request *request, struct http_response *response)
{
    gos_error err;
    struct graph graph;
    struct api_answer answer;
    if (!catalog_get_graph(api_of(request)->catalog, api_environment(request), change_kind(request),
                           request->params[0].value, request->arena, &graph, &err)) {
        http_fail(request, response, &err);
        return;
    }
    api_write_begin(request, &answer);
    graph_write(&graph, &answer.json);
    api_write_end(request, response, &answer, 200);
}
