/* Names as numbers: environments, experiments, variants, events, properties. Numbers start at 1. */
#ifndef LEDGER_NAMES_H
#define LEDGER_NAMES_H

#include "ledger/buffer.h"

enum name_kind {
#define NAME(constant, number) NAME_##constant = (number),
#include "ledger/names.def"
#undef NAME
};

struct name {
    enum name_kind kind;
    uint32_t parent;
    gos_str text;
    uint32_t child_count;
    uint32_t last_child; /* 0: none */
    uint32_t before;     /* the child of the same parent that came before; 0: the first */
    uint32_t index;      /* among the children of its parent, from 0 */
};

struct names {
    gos_arena *arena;    /* of the texts */
    struct buffer items; /* struct name by number - 1 */
    struct buffer slots; /* uint32_t number, open addressing; a power of two */
    uint32_t count;
};

/* The number of a name, or 0. */
uint32_t names_find(const struct names *names, enum name_kind kind, uint32_t parent, gos_str text);
/* Adds a name that is not there yet, under the next number. */
bool names_add(struct names *names, enum name_kind kind, uint32_t parent, gos_str text,
               uint32_t *out, gos_error *err);
const struct name *names_get(const struct names *names, uint32_t number);
/* How many names have this kind and parent. */
uint32_t names_count(const struct names *names, enum name_kind kind, uint32_t parent);
void names_close(struct names *names);

#endif
