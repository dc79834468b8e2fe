/* A batch of facts on its way to rows. */
#ifndef LEDGER_BATCH_H
#define LEDGER_BATCH_H

#include "ledger/columns.h"
#include "ledger/properties.h"

struct row {
    const struct fact *fact;
    uint32_t environment;
    uint32_t parent; /* event, or experiment */
    uint32_t variant;
    uint32_t ruleset; /* 0: not known */
    uint32_t unit;    /* of a link: the device */
    uint32_t person;  /* of a link */
    struct property *properties;
    uint32_t *numbers; /* names of the properties; 0: goes to `rest` */
    uint32_t property_count;
    bool is_kept;
    uint64_t hash; /* of the unit; 0: none, or a link's two */
};

struct new_unit {
    uint32_t unit;
    uint64_t hash;
    uint32_t environment;
    gos_str name;
};

struct batch {
    struct columns *columns;
    gos_arena *arena;
    struct row *rows;
    size_t row_count;
    struct new_unit *new_units;
    size_t new_unit_count;
    uint32_t names_before;
};

/*
 * Numbers for all names and units of the batch, under the lock that computations take to read them.
 * New names are stored with their tables and columns; new units are left in `new_units`.
 */
bool batch_number(struct batch *batch, gos_error *err);

#endif
