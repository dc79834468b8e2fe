/* What a definition rests on and what rests on it, through others too. */
#ifndef CATALOG_GRAPH_H
#define CATALOG_GRAPH_H

#include "model/definition.h"

struct catalog;

/* Of each side; the nearest are kept. */
enum { GRAPH_SIDE_MAX = 200 };

enum graph_side { GRAPH_SELF, GRAPH_NEEDS, GRAPH_NEEDED_BY };

struct graph_node {
    enum kind kind; /* flag, segment or experiment */
    enum graph_side side;
    struct uuid id;
    gos_str name;
    gos_str status;
};

/* nodes[from] refers to nodes[to], at this pointer of its body. */
struct graph_edge {
    uint32_t from;
    uint32_t to;
    gos_str pointer;
};

struct graph {
    struct graph_node *nodes; /* the first is the one that was asked for */
    uint32_t node_count;
    struct graph_edge *edges;
    uint32_t edge_count;
    int64_t needed_by_total; /* that refer to it themselves, however many are shown */
    bool is_cut;             /* a side has more than GRAPH_SIDE_MAX */
};

/* By name or id. Errors: NOT_FOUND. */
bool catalog_get_graph(struct catalog *catalog, gos_str environment, enum kind kind, gos_str name,
                       gos_arena *arena, struct graph *out, gos_error *err);

#endif
