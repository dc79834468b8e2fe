/* Whether a disk takes writes, asked before a store is closed to be opened again. */
#ifndef ROSTER_DISK_H
#define ROSTER_DISK_H

#include "gosset/base.h"

/* Whether `bytes` are free, and a file can be written to `folder` that reaches the disk. */
bool disk_takes_writes(const char *folder, uint64_t bytes);

#endif
