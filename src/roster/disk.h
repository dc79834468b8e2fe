/* Whether a disk takes writes, asked before a store is closed to be opened again. */
#ifndef ROSTER_DISK_H
#define ROSTER_DISK_H

#include "gosset/base.h"

/* Whether a megabyte can be written to `folder` and reaches the disk; nothing of it stays. */
bool disk_takes_writes(const char *folder);

#endif
