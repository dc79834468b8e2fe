/* The same name in all environments. */
#ifndef CATALOG_PLACES_H
#define CATALOG_PLACES_H

#include "model/kind.h"

struct catalog;

/* One definition in one environment. */
struct place {
    gos_str name;
    gos_str environment;
    gos_str status;
    int64_t version;
    bool requires_approval;
};

/*
 * Where definitions of these names are, sorted by name, then by the age of the environment.
 *
 * names  JSON list of texts
 */
bool catalog_list_places(struct catalog *catalog, enum kind kind, gos_str names, gos_arena *arena,
                         struct place **out, uint32_t *out_count, gos_error *err);

#endif
