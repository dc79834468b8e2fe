/* One file, readable by its owner only. */
#include "client/disk.h"

#include "base/hash.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define FILE_BYTES_MAX ((off_t)4 << 30)

bool disk_path(const char *folder, const char *url, const char *key, char out[DISK_PATH_BYTES],
               gos_error *err)
{
    uint64_t name = hash_xxh3(gos_str_from(key), hash_xxh3(gos_str_from(url), 0));
    int len = snprintf(out, DISK_PATH_BYTES, "%s/gosset-%016llx.ruleset", folder,
                       (unsigned long long)name);
    return len < DISK_PATH_BYTES ||
           gos_fail(err, GOS_TOO_LARGE, "/folder", "the folder's name is too long");
}

static bool fail(gos_error *err, const char *what, const char *path)
{
    gos_code code = errno == ENOENT ? GOS_NOT_FOUND : GOS_STORE_FAILED;
    return gos_fail(err, code, "", "%s cannot be %s: %s", path, what, strerror(errno));
}

static bool read_all(int fd, char *data, size_t len)
{
    for (size_t at = 0; at < len;) {
        ssize_t got = read(fd, data + at, len - at);
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            return false;
        at += (size_t)got;
    }
    return true;
}

bool disk_read(const char *path, struct rules **out, gos_error *err)
{
    struct stat about;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return fail(err, "opened", path);
    char *data = NULL;
    bool done = fstat(fd, &about) == 0 && about.st_size < FILE_BYTES_MAX &&
                (data = malloc((size_t)about.st_size + 1)) != NULL &&
                read_all(fd, data, (size_t)about.st_size);
    if (!done)
        fail(err, "read", path);
    close(fd);
    done = done && rules_load((gos_str){data, (size_t)about.st_size}, out, err);
    free(data);
    return done;
}

static bool write_all(int fd, gos_str bytes)
{
    while (bytes.len > 0) {
        ssize_t put = write(fd, bytes.data, bytes.len);
        if (put < 0 && errno == EINTR)
            continue;
        if (put <= 0)
            return false;
        bytes = (gos_str){bytes.data + put, bytes.len - (size_t)put};
    }
    return fsync(fd) == 0;
}

/* The rename itself must be on the disk too. */
static void folder_sync(const char *path)
{
    char folder[DISK_PATH_BYTES];
    snprintf(folder, sizeof folder, "%.*s", (int)(strrchr(path, '/') - path), path);
    int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return;
    fsync(fd);
    close(fd);
}

bool disk_write(const char *path, const gos_ruleset *ruleset, gos_error *err)
{
    char beside[DISK_PATH_BYTES + 16];
    snprintf(beside, sizeof beside, "%s.XXXXXX", path);
    int fd = mkostemp(beside, O_CLOEXEC);
    if (fd < 0)
        return fail(err, "written", path);
    bool done = write_all(fd, (gos_str){(const char *)ruleset, gos_ruleset_bytes(ruleset)});
    done = close(fd) == 0 && done && rename(beside, path) == 0;
    if (!done) {
        fail(err, "written", path);
        unlink(beside);
        return false;
    }
    folder_sync(path);
    return true;
}
