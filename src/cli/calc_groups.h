/* Rows that share a cell, found in one pass: the cases of a table, or the raw rows of a case. */
#ifndef CLI_CALC_GROUPS_H
#define CLI_CALC_GROUPS_H

#include "cli/calc_table.h"

/* Groups in the order of their first rows; rows of a group in their order. In an arena. */
struct calc_groups {
    size_t count;
    const size_t *first; /* of each group: where its rows begin in `rows`; one more ends the last */
    const size_t *rows;
    size_t slot_count; /* of the index by text */
    size_t *slots;     /* group + 1, or 0 */
    const struct calc_table *table;
    int column;
};

/* By the column's cells; -1: each row is a group of its own. */
bool calc_groups_make(const struct calc_table *table, int column, gos_arena *arena,
                      struct calc_groups *out, gos_error *err);
/* The group of this text, or `count`. Not for groups without a column. */
size_t calc_groups_find(const struct calc_groups *groups, gos_str text);

#endif
