/* The definitions document of one environment, and what its compiler says about one item of it. */
#ifndef MODEL_DOCUMENT_H
#define MODEL_DOCUMENT_H

#include "model/definition.h"

/*
 * Compiles the whole document, so that a change that would break any rule is found before it is
 * stored.
 *
 * changed  the definitions being written; an error inside one of them gets a pointer below that
 *          definition; with more than one, the pointer is below "/KIND_PLURAL/NAME"
 * Errors   what the compiler says; when the broken item is not among the changed ones the message
 *          names it and the pointer is ""
 */
bool document_check(gos_str document, const struct definition *changed, size_t changed_count,
                    gos_error *err);

/* The item that a pointer such as "/flags/3/rules/0" into a document names; false: none. */
struct document_place {
    enum kind kind;
    size_t index;
    gos_str name;
    gos_str rest; /* "/rules/0", in the pointer given */
};
bool document_find(const struct json *document, gos_str pointer, struct document_place *out);

#endif
