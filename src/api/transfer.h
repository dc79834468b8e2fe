/* A definitions document as changes to the catalog. */
#ifndef API_TRANSFER_H
#define API_TRANSFER_H

#include "api/change.h"

enum { TRANSFER_ITEMS_MAX = 200000 };

enum transfer_action { TRANSFER_CREATED, TRANSFER_UPDATED, TRANSFER_UNCHANGED };

/* One definition or override of the document, in its order. */
struct transfer_item {
    bool is_override;
    enum transfer_action action;
    struct definition definition;
    struct override override;
    const char *pointer; /* "/flags/3" */
};

struct transfer {
    gos_arena *arena; /* of the caller: holds everything below */
    struct transfer_item *items;
    size_t count;
};

/*
 * Reads a document (in out->arena; its ids are translated in place) for the caller's environment.
 * What the environment has under an id, else under a name, is replaced; the rest is created, with
 * the document's ids where they are free.
 *
 * Errors  BAD_INPUT with a pointer into the document, and what definition_read says
 */
bool transfer_read(struct http_request *request, const struct json *document, struct transfer *out,
                   gos_error *err);

#endif
