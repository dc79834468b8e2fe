/*
 * Items on their way to a server, in batches. What the server refuses for one item is told with
 * the row of that item and set aside; the rest of the batch goes.
 */
#ifndef CLI_IMPORT_SEND_H
#define CLI_IMPORT_SEND_H

#include "cli/remote.h"
#include "cli/terminal.h"

#include <inttypes.h>

struct http_client;

enum { IMPORT_BATCH = 2000 };

struct import_sender {
    struct remote *remote;
    const char *list; /* the list of the body that items are of: "events" */
    FILE *aside;      /* what was left out, as CSV; NULL: only told */
    bool dry_run;     /* everything but the sending */
    uint64_t accepted, known, rejected, sent;
    uint64_t refused; /* of those rejected, by the server */
    struct progress progress;
    /* of the batch */
    struct http_client *client;
    gos_arena *arena;
    gos_str items[IMPORT_BATCH]; /* JSON; data NULL: set aside */
    uint64_t rows[IMPORT_BATCH];
    uint32_t count;
};

bool import_sender_open(struct import_sender *sender, gos_error *err);
void import_sender_close(struct import_sender *sender);

/* An item in sender->arena, which lasts until the batch has gone. */
bool import_send(struct import_sender *sender, uint64_t row, gos_str item, gos_error *err);
/* What is left. */
bool import_flush(struct import_sender *sender, gos_error *err);
/* `place` is "row" (1: the first behind the names) or "line" of the file. */
void import_reject(struct import_sender *sender, const char *place, uint64_t number,
                   gos_str reason);

#endif
