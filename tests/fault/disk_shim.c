/*
 * A disk that fails, for LD_PRELOAD. The file $DISK_FILE says how: "ACTION PATTERN N", where a path
 * that holds PATTERN makes the N-th write or sync from now on
 *   kill   end the process, a write after half of its bytes
 *   fail   return EIO, if it is a sync, as do all after it
 * Without the file, or when it is empty, the disk is sound.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <unistd.h>

enum { PATTERN_BYTES = 256, PATH_BYTES = 4096 };

static long passed; /* matching calls since the file was written */
static struct timespec written_at;

/* Whether this call is the one, and what shall happen: 'k', 'f', or 0. */
static char due(int fd, int is_sync)
{
    const char *control = getenv("DISK_FILE");
    struct stat status;
    char text[PATTERN_BYTES * 2], action[16], pattern[PATTERN_BYTES], link[64], path[PATH_BYTES];
    long after = 0;
    if (!control || stat(control, &status) != 0 || status.st_size == 0)
        return 0;
    if (memcmp(&status.st_mtim, &written_at, sizeof written_at) != 0) {
        written_at = status.st_mtim;
        passed = 0;
    }
    int file = (int)syscall(SYS_openat, AT_FDCWD, control, O_RDONLY | O_CLOEXEC);
    ssize_t len = file < 0 ? 0 : syscall(SYS_read, file, text, sizeof text - 1);
    if (file >= 0)
        syscall(SYS_close, file);
    text[len > 0 ? len : 0] = 0;
    if (sscanf(text, "%15s %255s %ld", action, pattern, &after) != 3)
        return 0;
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t path_len = readlink(link, path, sizeof path - 1);
    if (path_len <= 0)
        return 0;
    path[path_len] = 0;
    size_t pattern_len = strlen(pattern);
    int is_at_end = pattern[pattern_len - 1] == '$';
    pattern[pattern_len - is_at_end] = 0;
    const char *found = strstr(path, pattern);
    if (!found || (is_at_end && strlen(found) != pattern_len - 1))
        return 0;
    if (action[0] == 'f' && !is_sync)
        return 0;
    return __sync_add_and_fetch(&passed, 1) >= after ? action[0] : 0;
}

static int sync_or_fail(int fd, long call)
{
    switch (due(fd, 1)) {
    case 'k':
        kill(getpid(), SIGKILL);
        pause();
        break;
    case 'f':
        errno = EIO;
        return -1;
    }
    return (int)syscall(call, fd);
}

int fsync(int fd)
{
    return sync_or_fail(fd, SYS_fsync);
}

int fdatasync(int fd)
{
    return sync_or_fail(fd, SYS_fdatasync);
}

ssize_t write(int fd, const void *data, size_t len)
{
    if (due(fd, 0) == 'k') {
        syscall(SYS_write, fd, data, len / 2);
        kill(getpid(), SIGKILL);
        pause();
    }
    return syscall(SYS_write, fd, data, len);
}

ssize_t pwrite64(int fd, const void *data, size_t len, off64_t at)
{
    if (due(fd, 0) == 'k') {
        syscall(SYS_pwrite64, fd, data, len / 2, at);
        kill(getpid(), SIGKILL);
        pause();
    }
    return syscall(SYS_pwrite64, fd, data, len, at);
}

ssize_t pwrite(int fd, const void *data, size_t len, off_t at)
{
    return pwrite64(fd, data, len, at);
}
