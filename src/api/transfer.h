/* A definitions document as changes to the catalog. */
#ifndef API_TRANSFER_H
#define API_TRANSFER_H

#include "api/change.h"

enum { TRANSFER_ITEMS_MAX = 200000 };
#define TRANSFER_BYTES_MAX ((size_t)4 << 30)

enum transfer_action { TRANSFER_CREATED, TRANSFER_UPDATED, TRANSFER_UNCHANGED };

/* One definition or override of the document, in its order. */
struct transfer_item {
    bool is_override;
    enum transfer_action action;
    struct definition definition;
    const struct json *before; /* what is replaced; NULL: it is new */
    struct override override;
    const char *pointer; /* "/flags/3" */
};

struct transfer {
    gos_arena *arena;     /* of the caller: holds everything below */
    gos_str action;       /* what the audit log calls it */
    int64_t from_version; /* the last change of where the document is from; 0: of no environment */
    gos_str
        only_here; /* JSON list of {kind, name}: what the document does not have; may be empty */
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

/* Whether a field differs in two bodies; what every write changes does not count. */
bool transfer_differs(const char *field, const struct json *before, const struct json *after);

/* What differs of a read document, as changes to the catalog; in transfer->arena. */
bool transfer_changes(const struct transfer *transfer, struct catalog_change **out,
                      size_t *out_count, gos_error *err);

/* Writes what differs of a read document (or only tries: dry_run) and answers with a report. */
void transfer_answer(struct http_request *request, struct http_response *response,
                     struct transfer *transfer, bool dry_run);

#endif
