#include "jobs/folder.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>

bool folder_make(const char *folder, gos_error *err)
{
    if (mkdir(folder, 0700) == 0)
        return true;
    if (errno == EEXIST)
        return gos_fail(err, GOS_CONFLICT, "/folder", "%s exists; this goes into a new folder",
                        folder);
    return gos_fail(err, GOS_STORE_FAILED, "/folder", "%s cannot be made: %s", folder,
                    strerror(errno));
}
