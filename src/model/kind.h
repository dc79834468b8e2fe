/* The kinds of things people define: one row of kinds.def each. */
#ifndef MODEL_KIND_H
#define MODEL_KIND_H

#include "gosset/base.h"

enum kind {
#define KIND(constant, word, plural, name_field, record) KIND_##constant,
#include "model/kinds.def"
#undef KIND
    KIND_COUNT
};

/* "experiment"; "experiments", as in REST paths and in the definitions document; "an experiment".
 */
const char *kind_word(enum kind kind);
const char *kind_plural(enum kind kind);
const char *kind_phrase(enum kind kind);
/* The field that holds the unique name: "key" of a flag, "name" of the others. */
const char *kind_name_field(enum kind kind);
/* By word or plural. */
bool kind_find(gos_str text, enum kind *out);

#endif
