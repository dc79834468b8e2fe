/* The definitions document of one environment, and what its compiler says about one item of it. */
#ifndef MODEL_DOCUMENT_H
#define MODEL_DOCUMENT_H

#include "gosset/ruleset.h"
#include "model/definition.h"

/* A definition that is being written, and what stands before the pointers of its errors. */
struct document_item {
    const struct definition *definition;
    const char *pointer; /* "" for a single one */
};

/* What a check leaves behind, in an arena of its own that whoever holds it closes. */
struct document_checked {
    gos_arena *arena;
    const gos_ruleset *rules;
    gos_report report; /* its warnings */
};

/*
 * Compiles the whole document, so that a change that would break any rule is found before it is
 * stored.
 *
 * options  for the compiler; may be NULL
 * changed  the definitions being written: an error inside one of them gets a pointer below it
 * out      the ruleset, when all is well; may be NULL
 * Errors   what the compiler says; when the broken item is not among the changed ones the message
 *          names it and the pointer is ""
 */
bool document_check(gos_str document, const gos_compile_options *options,
                    const struct document_item *changed, size_t changed_count,
                    struct document_checked *out, gos_error *err);

/*
 * What the check of `document` found dubious in the changed definitions, as elements of the open
 * array:
 * {"pointer": below the item's,"message"}. TOO_LARGE: the arena.
 */
bool document_write_warnings(const struct document_checked *checked, gos_str document,
                             const struct document_item *changed, size_t changed_count,
                             gos_arena *arena, struct json_writer *json, gos_error *err);

/* The item that a pointer such as "/flags/3/rules/0" into a document names; false: none. */
struct document_place {
    enum kind kind;
    size_t index;
    gos_str name;
    gos_str rest; /* "/rules/0", in the pointer given */
};
bool document_find(const struct json *document, gos_str pointer, struct document_place *out);

#endif
