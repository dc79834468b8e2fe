/* The last good ruleset in a folder: replaced whole, checked when read. */
#ifndef CLIENT_DISK_H
#define CLIENT_DISK_H

#include "client/rules.h"

enum { DISK_PATH_BYTES = 4096 };

/* The file of one server and key, so that clients may share a folder. TOO_LARGE: its name. */
bool disk_path(const char *folder, const char *url, const char *key, char out[DISK_PATH_BYTES],
               gos_error *err);
/* NOT_FOUND: there is none; BAD_INPUT: it is damaged. */
bool disk_read(const char *path, struct rules **out, gos_error *err);
/* Written beside it, synced, and renamed over it: a reader sees one whole ruleset or the other. */
bool disk_write(const char *path, const gos_ruleset *ruleset, gos_error *err);

#endif
