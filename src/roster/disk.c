/* Asks for the room, then writes a file, syncs it and removes it. */
#include "roster/disk.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/statvfs.h>
#include <unistd.h>

enum { PATH_BYTES_MAX = 4096, PROBE_BYTES = 1 << 20 };

static bool has_room(const char *folder, uint64_t bytes)
{
    struct statvfs disk;
    return statvfs(folder, &disk) == 0 && (uint64_t)disk.f_bavail * disk.f_frsize >= bytes;
}

bool disk_takes_writes(const char *folder, uint64_t bytes)
{
    if (!has_room(folder, bytes))
        return false;
    static const char BLOCK[PROBE_BYTES];
    char path[PATH_BYTES_MAX];
    if ((size_t)snprintf(path, sizeof path, "%s/probe", folder) >= sizeof path)
        return false;
    int file = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (file < 0)
        return false;
    bool done = write(file, BLOCK, sizeof BLOCK) == (ssize_t)sizeof BLOCK && fdatasync(file) == 0;
    close(file);
    unlink(path);
    return done;
}
