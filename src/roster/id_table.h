/* An exact set of ids by 128 bits of their hash, which never fails to take what it has room for. */
#ifndef ROSTER_ID_TABLE_H
#define ROSTER_ID_TABLE_H

#include "gosset/base.h"

struct id_hash {
    uint64_t words[2];
};

/* Of an id's key. */
struct id_hash id_hash_of(gos_str key);

struct id_table;

/* NULL: no memory. */
struct id_table *id_table_open(void);
/* With room for `count`, in an arena: not to be closed, nor to grow. */
struct id_table *id_table_take(gos_arena *arena, size_t count, gos_error *err);
void id_table_close(struct id_table *table);
/* Room for `more` than it has now. OUT_OF_MEMORY. */
bool id_table_reserve(struct id_table *table, size_t more, gos_error *err);
/* False when it is there already. */
bool id_table_add(struct id_table *table, struct id_hash hash);
bool id_table_has(const struct id_table *table, struct id_hash hash);
size_t id_table_count(const struct id_table *table);
/* The next one behind *at, which begins at 0; false behind the last. */
bool id_table_next(const struct id_table *table, size_t *at, struct id_hash *out);

#endif
