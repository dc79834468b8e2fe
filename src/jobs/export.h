/* All data in forms that other programs read: Parquet, and JSON for definitions. */
#ifndef JOBS_EXPORT_H
#define JOBS_EXPORT_H

#include "catalog/catalog.h"
#include "ledger/ledger.h"
#include "roster/roster.h"

struct export_report {
    uint64_t assignments, results; /* rows written */
    bool has_facts;                /* exposures and events too: false without a ledger */
};

/*
 * Writes into `folder`, which must not exist, while all of it serves: of all environments
 * assignments.parquet, results.parquet, exposures.parquet, event-N.parquet for each name of an
 * event, and definitions-ENVIRONMENT.json with the overrides.
 *
 * Errors  CONFLICT: the folder exists; STORE_FAILED: it cannot be made or written; then it is left
 *         as it is
 */
bool export_run(struct catalog *catalog, struct roster *roster, struct ledger *ledger,
                const char *folder, struct export_report *out, gos_error *err);

#endif
