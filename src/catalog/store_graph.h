/* The functions of sqlite_graph.c and sqlite_places.c; see graph.h and places.h. */
#ifndef CATALOG_STORE_GRAPH_H
#define CATALOG_STORE_GRAPH_H

#include "catalog/graph.h"
#include "catalog/places.h"

bool store_get_graph(struct catalog *, gos_str, enum kind, gos_str, gos_arena *, struct graph *,
                     gos_error *);
bool store_list_places(struct catalog *, enum kind, gos_str, gos_arena *, struct place **,
                       uint32_t *, gos_error *);

#endif
