/* Makes the folder and lets each store write its copy. */
#include "jobs/backup.h"

#include <errno.h>
#include <stdio.h>
#include <sys/stat.h>

enum { PATH_BYTES = 4200 };

static bool folder_make(const char *folder, gos_error *err)
{
    if (mkdir(folder, 0700) == 0)
        return true;
    if (errno == EEXIST)
        return gos_fail(err, GOS_CONFLICT, "/folder", "%s exists; a backup goes into a new folder",
                        folder);
    return gos_fail(err, GOS_STORE_FAILED, "/folder", "%s cannot be made: %s", folder,
                    strerror(errno));
}

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
