/* RocksDB's batches as bytes. */
#ifndef ROSTER_BATCH_H
#define ROSTER_BATCH_H

#include "gosset/base.h"

/* One batch that does what the first does, then what the second does. OUT_OF_MEMORY: data NULL. */
gos_str batch_join(gos_str first, gos_str second, gos_arena *arena, gos_error *err);

#endif
