/* What a flag needs and what needs it: a row each, with the place of every reference. */
#include "cli/flag_list.h"
#include "cli/terminal.h"

#include <stdio.h>

static gos_str name_of(const struct json *nodes, gos_str id)
{
    for (uint32_t i = 0; nodes && i < nodes->count; i++) {
        if (gos_str_equal(json_find_text(&nodes->items[i], "id"), id))
            return json_find_text(&nodes->items[i], "name");
    }
    return id;
}

/* "checkout /dependencies/0; ..." of what is needed; of what needs: the place in it. */
static gos_str places_of(gos_arena *arena, const struct json *graph, const struct json *node,
                         bool is_needed)
{
    const struct json *nodes = json_find(graph, GOS_LIT("nodes"));
    const struct json *edges = json_find(graph, GOS_LIT("edges"));
    gos_str id = json_find_text(node, "id"), all = GOS_LIT("");
    for (uint32_t i = 0; edges && i < edges->count; i++) {
        const struct json *edge = &edges->items[i];
        if (!gos_str_equal(json_find_text(edge, is_needed ? "to" : "from"), id))
            continue;
        gos_str other = name_of(nodes, json_find_text(edge, is_needed ? "from" : "to"));
        gos_str pointer = json_find_text(edge, "pointer");
        all = gos_arena_print(arena, "%.*s%s%s %.*s at %.*s", GOS_ARG(all), all.len > 0 ? "; " : "",
                              is_needed ? "by" : "needs", GOS_ARG(other), GOS_ARG(pointer));
    }
    return all;
}

static void graph_print(const struct remote *remote, const struct json *graph)
{
    const struct json *nodes = json_find(graph, GOS_LIT("nodes"));
    const struct json *cut = json_find(graph, GOS_LIT("is_cut"));
    struct table table;
    table_init(&table, remote->arena);
    table_column(&table, "", ALIGN_LEFT);
    table_column(&table, "kind", ALIGN_LEFT);
    table_column(&table, "name", ALIGN_LEFT);
    table_column(&table, "state", ALIGN_LEFT);
    table_column(&table, "where", ALIGN_LEFT);
    for (uint32_t i = 1; nodes && i < nodes->count; i++) {
        const struct json *node = &nodes->items[i];
        bool is_needed = gos_str_equal(json_find_text(node, "side"), GOS_LIT("needs"));
        table_row(&table);
        table_cell(&table, is_needed ? GOS_LIT("needs") : GOS_LIT("needed by"), COLOR_NONE);
        table_cell(&table, json_find_text(node, "kind"), COLOR_NONE);
        table_cell(&table, json_find_text(node, "name"), COLOR_BOLD);
        table_cell(&table, json_find_text(node, "status"), COLOR_NONE);
        table_cell(&table, places_of(remote->arena, graph, node, is_needed), COLOR_NONE);
    }
    if (nodes && nodes->count > 1)
        table_print(&table, stdout);
    else
        printf("it needs nothing, and nothing needs it\n");
    if (cut && cut->boolean)
        printf("there are more: only the nearest of each side are shown\n");
}

int flag_graph(struct remote *remote, const char *key)
{
    int code = EXIT_DONE;
    gos_str answer;
    const struct json *graph;
    gos_str path = remote_path(remote->arena, "/api/v1/flags/", key, "/graph");
    if (!remote_call(remote, "GET", path.data, (gos_str){NULL, 0}, &answer, &graph, &code))
        return code;
    if (remote->as_json)
        printf("%.*s\n", GOS_ARG(answer));
    else
        graph_print(remote, graph);
    return code;
}
