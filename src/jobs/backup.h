/* One consistent copy of all three stores while they serve. */
#ifndef JOBS_BACKUP_H
#define JOBS_BACKUP_H

#include "catalog/catalog.h"
#include "ledger/ledger.h"
#include "roster/spool.h"

/*
 * Copies into `folder`, which must not exist: catalog.db, roster/, ledger.db, the layout of a data
 * folder. Starting a server on the copy restores it.
 *
 * The roster goes first: what its spool still holds is shipped again to the restored ledger, which
 * knows what it has. So no fact is lost or counted twice, whatever happens between the copies.
 *
 * Errors  CONFLICT: the folder exists; STORE_FAILED: it cannot be made or written
 */
bool backup_run(struct catalog *catalog, struct roster *roster, struct ledger *ledger,
                const char *folder, gos_error *err);

#endif
