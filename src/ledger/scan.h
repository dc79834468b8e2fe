/* Reading the events of a computation, by up to two threads that share no plan. */
#ifndef LEDGER_SCAN_H
#define LEDGER_SCAN_H

#include "ledger/tally.h"

/* What one thread reads: the cells whose `reader` it is. Nothing else of the tally changes. */
struct reading {
    struct tally *tally;
    struct sql_connection *connection;
    gos_arena *arena; /* of its statements */
    uint32_t reader;
    int64_t first;     /* of all exposures */
    atomic_bool *stop; /* another one has failed */
    uint64_t rows_read;
    bool is_other; /* what is in was read by other expressions */
    bool done;
    gos_error err;
};

/* Takes the rows of one event for the cells of the reading. */
bool scan_event(struct reading *reading, uint32_t event, gos_error *err);

#endif
