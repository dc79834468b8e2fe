/* Two experiments on the same units: the contrasts of all pairs of treatments, as one family. */
#include "gosset/stats_slices.h"

#include "stats/linear.h"

#include <math.h>

struct table {
    const gos_moments *cells;
    uint32_t columns;
    gos_metric_kind kind;
};

/* One linear value a unit; a cell that has none counts as empty. */
static gos_moments cell_at(const struct table *table, uint32_t row, uint32_t column)
{
    const gos_moments *cell = &table->cells[(size_t)row * table->columns + column];
    return linear_status(cell, table->kind) ? gos_moments_empty(1)
                                            : linear_value(cell, table->kind);
}

static bool table_check(uint32_t rows, uint32_t columns, uint32_t row_control,
                        uint32_t column_control, gos_metric_kind kind, gos_error *err)
{
    if (rows < 2 || rows > GOS_ARMS_MAX)
        return gos_fail(err, GOS_BAD_INPUT, "/rows", "%u variants: 2 to %d are allowed", rows,
                        GOS_ARMS_MAX);
    if (columns < 2 || columns > GOS_ARMS_MAX)
        return gos_fail(err, GOS_BAD_INPUT, "/columns", "%u variants: 2 to %d are allowed", columns,
                        GOS_ARMS_MAX);
    if (row_control >= rows)
        return gos_fail(err, GOS_BAD_INPUT, "/row_control", "there is no variant %u", row_control);
    if (column_control >= columns)
        return gos_fail(err, GOS_BAD_INPUT, "/column_control", "there is no variant %u",
                        column_control);
    if (kind == GOS_METRIC_QUANTILE)
        return gos_fail(err, GOS_BAD_INPUT, "/kind", "quantiles have no sums to contrast");
    return true;
}

static bool correct_pairs(gos_interaction *pairs, size_t count, gos_arena *arena,
                          gos_interactions *out, gos_error *err)
{
    double *p = gos_arena_array(arena, count + 1, sizeof *p, err);
    if (!p)
        return false;
    for (size_t i = 0; i < count; i++)
        p[i] = pairs[i].contrast.p_value;
    if (!gos_correct(GOS_CORRECT_HOLM, p, count, p, arena, err))
        return false;
    for (size_t i = 0; i < count; i++) {
        pairs[i].adjusted_p = p[i];
        out->least_p = fmin(out->least_p, p[i]);
    }
    out->pair_count = count;
    out->alarm = out->least_p < GOS_INTERACTION_ALARM;
    return true;
}

bool gos_interactions_examine(const gos_moments *cells, uint32_t rows, uint32_t columns,
                              uint32_t row_control, uint32_t column_control, gos_metric_kind kind,
                              gos_arena *arena, gos_interaction *out_pairs, gos_interactions *out,
                              gos_error *err)
{
    const struct table table = {cells, columns, kind};
    gos_arena_mark mark = gos_arena_mark_take(arena);
    size_t count = 0, cell_count = (size_t)rows * columns;
    if (!table_check(rows, columns, row_control, column_control, kind, err))
        return false;
    uint64_t *units = gos_arena_array(arena, cell_count, sizeof *units, err);
    if (!units)
        return false;
    for (size_t i = 0; i < cell_count; i++)
        units[i] = cells[i].n;
    *out = (gos_interactions){.independence = gos_check_independence(units, rows, columns),
                              .least_p = 1};
    for (uint32_t r = 0; r < rows; r++) {
        for (uint32_t c = 0; c < columns; c++) {
            if (r == row_control || c == column_control)
                continue;
            const gos_moments square[4] = {cell_at(&table, row_control, column_control),
                                           cell_at(&table, r, column_control),
                                           cell_at(&table, row_control, c), cell_at(&table, r, c)};
            out_pairs[count++] = (gos_interaction){r, c, gos_check_interaction(square), 1};
        }
    }
    bool done = correct_pairs(out_pairs, count, arena, out, err);
    gos_arena_mark_return(arena, mark);
    return done;
}
