/* The definitions document of one environment, and what its compiler says about one item of it. */
#ifndef MODEL_DOCUMENT_H
#define MODEL_DOCUMENT_H

#include "model/definition.h"

/* The item that a pointer such as "/flags/3/rules/0" into a document names; false: none. */
struct document_place {
    enum kind kind;
    size_t index;
    gos_str name;
    gos_str rest; /* "/rules/0", in the pointer given */
};
bool document_find(const struct json *document, gos_str pointer, struct document_place *out);

#endif
