/* What a write does to an experiment beyond its fields: status, dates and phases. */
#ifndef MODEL_EXPERIMENT_H
#define MODEL_EXPERIMENT_H

#include "base/json.h"

struct experiment_change {
    const struct json *before; /* NULL: a new one */
    gos_str body;              /* after: replaced by what is settled */
    const struct json *after;
    bool import;
    gos_str decision; /* JSON of what chose the new split: begins a phase in any case; or empty */
    int64_t now_ms;
};

/* Checks the move and the changed fields against the lifecycle, then sets dates and phases. */
bool experiment_settle(struct experiment_change *change, gos_arena *arena, gos_error *err);

#endif
