/* Makes the folder and lets each store write its copy. */
#include "jobs/backup.h"

#include "jobs/folder.h"

#include <stdio.h>

enum { PATH_BYTES = 4200 };

bool backup_run(struct catalog *catalog, struct roster *roster, struct ledger *ledger,
                const char *folder, gos_error *err)
{
    char path[PATH_BYTES];
    if (!folder_make(folder, err))
        return false;
    snprintf(path, sizeof path, "%s/roster", folder);
    if (!roster_backup(roster, path, err))
        return false;
    snprintf(path, sizeof path, "%s/ledger.db", folder);
    if (!ledger_backup(ledger, path, err))
        return false;
    snprintf(path, sizeof path, "%s/catalog.db", folder);
    return catalog_backup(catalog, path, err);
}
