/* The properties of an event, flattened: {"cart":{"total":5}} has the property cart.total. */
#ifndef LEDGER_PROPERTIES_H
#define LEDGER_PROPERTIES_H

#include "base/json.h"
#include "ledger/names.h"

enum { PROPERTIES_DEPTH_MAX = 4, PROPERTY_NAME_BYTES_MAX = 200, EVENT_PROPERTIES_MAX = 500 };

/* One value that is not null. Lists and what is nested too deep are texts: their JSON. */
struct property {
    gos_str name;
    enum name_kind kind; /* NAME_NUMBERS, NAME_TEXTS or NAME_BOOLS */
    double number;
    gos_str text;
};

/* At most EVENT_PROPERTIES_MAX; names longer than the limit, and further values, are left out. */
bool properties_read(gos_str json, gos_arena *arena, struct property **out, uint32_t *out_count,
                     gos_error *err);

#endif
