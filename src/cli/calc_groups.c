/* An open-addressed index from text to group, then a counting sort of the rows. */
#include "cli/calc_groups.h"

#include "base/hash.h"

static gos_str text_of(const struct calc_groups *groups, size_t row)
{
    return calc_table_cell(groups->table, row, (size_t)groups->column);
}

/* The slot that holds the text's group, or the empty one where it belongs. `heads`: a row each. */
static size_t *slot_of(const struct calc_groups *groups, const size_t *heads, gos_str text)
{
    size_t at = hash_xxh3(text, 0) & (groups->slot_count - 1);
    while (groups->slots[at] > 0 &&
           !gos_str_equal(text_of(groups, heads[groups->slots[at] - 1]), text))
        at = (at + 1) & (groups->slot_count - 1);
    return &groups->slots[at];
}

static bool index_open(struct calc_groups *groups, gos_arena *arena, gos_error *err)
{
    groups->slot_count = 4;
    while (groups->slot_count < 2 * groups->table->row_count)
        groups->slot_count *= 2;
    groups->slots = gos_arena_array(arena, groups->slot_count, sizeof(size_t), err);
    return groups->slots != NULL;
}

/* Each row's group into `group`, each group's size into `sizes`. */
static void rows_count(struct calc_groups *groups, size_t *heads, size_t *group, size_t *sizes)
{
    for (size_t row = 0; row < groups->table->row_count; row++) {
        size_t *slot = slot_of(groups, heads, text_of(groups, row));
        if (*slot == 0) {
            heads[groups->count] = row;
            *slot = ++groups->count;
        }
        group[row] = *slot - 1;
        sizes[*slot - 1]++;
    }
}

static bool groups_alone(struct calc_groups *groups, gos_arena *arena, gos_error *err)
{
    size_t count = groups->table->row_count;
    size_t *rows = gos_arena_array(arena, count + 1, sizeof *rows, err);
    for (size_t row = 0; rows && row <= count; row++)
        rows[row] = row;
    groups->first = groups->rows = rows;
    groups->count = count;
    return rows != NULL;
}

bool calc_groups_make(const struct calc_table *table, int column, gos_arena *arena,
                      struct calc_groups *out, gos_error *err)
{
    *out = (struct calc_groups){.table = table, .column = column};
    if (column < 0)
        return groups_alone(out, arena, err);
    size_t *arrays = gos_arena_array(arena, 4 * (table->row_count + 1), sizeof *arrays, err);
    if (!arrays || !index_open(out, arena, err))
        return false;
    size_t *first = arrays, *rows = first + table->row_count + 1;
    size_t *group = rows + table->row_count + 1, *heads = group + table->row_count + 1;
    rows_count(out, heads, group, first);
    for (size_t i = 0, before = 0; i <= out->count; i++) {
        size_t size = i < out->count ? first[i] : 0;
        first[i] = before;
        before += size;
    }
    /* `heads` has served; it counts the rows put into each group now. */
    for (size_t i = 0; i < out->count; i++)
        heads[i] = first[i];
    for (size_t row = 0; row < table->row_count; row++)
        rows[heads[group[row]]++] = row;
    out->first = first;
    out->rows = rows;
    return true;
}

size_t calc_groups_find(const struct calc_groups *groups, gos_str text)
{
    size_t at = hash_xxh3(text, 0) & (groups->slot_count - 1);
    while (groups->slots[at] > 0) {
        size_t group = groups->slots[at] - 1;
        if (gos_str_equal(text_of(groups, groups->rows[groups->first[group]]), text))
            return group;
        at = (at + 1) & (groups->slot_count - 1);
    }
    return groups->count;
}
