/*
 * The thread that carries facts from the roster's spool to the ledger: in order, exactly once (the
 * ledger stores how far it is with the rows), then trims the spool. A failing ledger is tried again
 * with longer and longer pauses; meanwhile facts wait in the spool.
 */
#ifndef JOBS_SHIPPER_H
#define JOBS_SHIPPER_H

#include "ledger/ledger.h"
#include "roster/spool.h"

struct shipper;

struct shipper_options {
    struct roster *roster;
    struct ledger *ledger;
    uint32_t batch_facts_max; /* 0: 50000 */
    uint32_t pause_ms;        /* between looks at the spool; 0: 200 */
    void (*report)(void *user, const char *what, const gos_error *err);
    void *report_user;
};

bool shipper_open(const struct shipper_options *options, struct shipper **out, gos_error *err);
/* Ends the thread after the batch under way. What is still spooled is shipped at the next start. */
void shipper_close(struct shipper *shipper);

/*
 * Waits until all facts that are in the spool now are in the ledger. UNAVAILABLE: not within
 * `timeout_ms`; the ledger fails, or is slow.
 */
bool shipper_flush(struct shipper *shipper, uint32_t timeout_ms, gos_error *err);

struct shipper_stats {
    uint64_t facts; /* shipped since the start */
    uint64_t batches;
    uint64_t failures;
    uint64_t waiting; /* facts in the spool now */
    bool is_failing;  /* the last try failed */
};

void shipper_stats(struct shipper *shipper, struct shipper_stats *out);

#endif
