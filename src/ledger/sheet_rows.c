/* Picked rows to slots and cells, and these to moments, counts and clusters. */
#include "ledger/sheet_work.h"

#include "base/limits.h"

#include <math.h>

static bool take_variants(void *context, const struct sql_chunk *chunk, gos_error *err)
{
    struct sheet *sheet = context;
    for (uint64_t row = 0; row < chunk->row_count; row++) {
        if (sheet->out->variant_count == VARIANTS_MAX)
            return gos_fail(err, GOS_BAD_INPUT, "",
                            "the column \"%.*s\" has more than %d different values",
                            GOS_ARG(sheet->question->variant), VARIANTS_MAX);
        sheet->out->variants[sheet->out->variant_count++] =
            gos_arena_text(sheet->arena, sql_text(&chunk->columns[0], row), err);
    }
    return true;
}

static bool find_variants(struct sheet *sheet, gos_error *err)
{
    int64_t rows = 0, unassigned = 0;
    sheet->out->variants = gos_arena_array(sheet->arena, VARIANTS_MAX, sizeof(gos_str), err);
    if (!sheet->out->variants ||
        !sql_query(sheet->engine.reader,
                   "SELECT DISTINCT c0 FROM picked WHERE c0 IS NOT NULL ORDER BY c0", NULL, 0,
                   take_variants, sheet, err) ||
        !sql_query_int(sheet->engine.reader, "SELECT count(*) FROM picked", NULL, 0, 0, &rows,
                       err) ||
        !sql_query_int(sheet->engine.reader, "SELECT count(*) FROM picked WHERE c0 IS NULL", NULL,
                       0, 0, &unassigned, err))
        return false;
    sheet->out->rows = (uint64_t)(rows - unassigned);
    sheet->out->unassigned = (uint64_t)unassigned;
    if (rows >= UINT32_MAX)
        return gos_fail(err, GOS_TOO_LARGE, "", "more than %u rows", UINT32_MAX);
    return sheet->out->variant_count > 0 ||
           gos_fail(err, GOS_BAD_INPUT, "", "no row has a value in the column \"%.*s\"",
                    GOS_ARG(sheet->question->variant));
}

static bool take_memory(struct sheet *sheet, gos_error *err)
{
    struct tally *tally = &sheet->tally;
    size_t slots = sheet->out->rows, plans = sheet->question->plan_count;
    tally->events =
        gos_arena_array(tally->arena, plans * VARIANTS_MAX + 1, sizeof *tally->events, err);
    tally->seen = gos_arena_array(tally->arena, plans * slots + 1, sizeof *tally->seen, err);
    tally->buffers =
        gos_arena_array(tally->arena, tally->cell_count + 1, sizeof *tally->buffers, err);
    sheet->cluster_of = gos_arena_array(tally->arena, slots + 1, sizeof *sheet->cluster_of, err);
    sheet->counts = gos_arena_array(tally->arena, VARIANTS_MAX, sizeof *sheet->counts, err);
    double **covariates =
        gos_arena_array(tally->arena, SHEET_COVARIATES_MAX, sizeof *covariates, err);
    if (!tally->events || !tally->seen || !tally->buffers || !sheet->cluster_of || !sheet->counts ||
        !covariates)
        return false;
    for (uint32_t i = 0; i < sheet->question->covariate_count; i++) {
        covariates[i] = gos_arena_array(tally->arena, slots + 1, sizeof **covariates, err);
        if (!covariates[i])
            return false;
    }
    tally->covariates = covariates;
    tally->covariate_count = sheet->question->covariate_count;
    for (uint32_t i = 0; i < tally->cell_count; i++) {
        struct cell *cell = &tally->cells[i];
        cell->events = &tally->events[(size_t)cell->plan * VARIANTS_MAX];
        cell->seen = &tally->seen[(size_t)cell->plan * slots];
        cell->marks = &tally->buffers[i];
        tally->buffer_count = i + 1;
        cell->width = cell_width(cell->aggregate->fn);
        if (!cell_take_numbers(cell->aggregate->fn, slots, tally->arena, &cell->after, err))
            return false;
    }
    return true;
}

static uint8_t variant_find(const struct sheet *sheet, gos_str name)
{
    uint8_t variant = 0;
    while (!gos_str_equal(sheet->out->variants[variant], name))
        variant++;
    return variant;
}

static bool number_text(struct units *units, const struct sql_column *column, uint64_t row,
                        uint32_t *out, bool *out_new, gos_error *err)
{
    gos_str text = sql_is_null(column, row) ? GOS_LIT("") : sql_text(column, row);
    return units_add(units, unit_hash(0, text), out, out_new, err);
}

/* The slot of a row's unit; a new one takes variant, cluster and covariates from the row. */
static bool slot_of(struct sheet *sheet, const struct sql_chunk *chunk, uint64_t row, uint32_t *out,
                    gos_error *err)
{
    struct tally *tally = &sheet->tally;
    uint8_t variant = variant_find(sheet, sql_text(&chunk->columns[PICK_VARIANT], row));
    bool is_new = true;
    uint32_t cluster = 0;
    if (sheet->question->unit.len == 0)
        *out = tally->slot_count;
    else if (!number_text(&sheet->units, &chunk->columns[PICK_UNIT], row, out, &is_new, err))
        return false;
    if (!is_new) {
        struct slot *slot = (struct slot *)tally->slots.data + *out;
        if (slot->variant != variant)
            slot->flags |= EXPOSURE_CROSSOVER;
        return true;
    }
    bool new_cluster;
    if (sheet->question->cluster.len > 0 &&
        !number_text(&sheet->clusters, &chunk->columns[PICK_CLUSTER], row, &cluster, &new_cluster,
                     err))
        return false;
    sheet->cluster_of[*out] = cluster;
    for (uint32_t i = 0; i < tally->covariate_count; i++) {
        const struct sql_column *column = &chunk->columns[PICK_FIXED + i];
        tally->covariates[i][*out] =
            sql_is_null(column, row) ? (double)NAN : ((const double *)column->data)[row];
    }
    struct slot slot = {0, variant, 0, variant};
    tally->slot_count++;
    return buffer_append(&tally->slots, &slot, sizeof slot, sheet->engine.memory_bytes, err);
}

static bool take_picked(void *context, const struct sql_chunk *chunk, gos_error *err)
{
    struct sheet *sheet = context;
    if (chunk->row_count > CHUNK_ROWS_MAX)
        return gos_fail(err, GOS_INTERNAL, "", "a chunk has too many rows");
    for (uint64_t row = 0; row < chunk->row_count; row++) {
        const struct sql_column *count = &chunk->columns[PICK_COUNT];
        if (!slot_of(sheet, chunk, row, &sheet->slot_of_row[row], err))
            return false;
        uint8_t variant = variant_find(sheet, sql_text(&chunk->columns[PICK_VARIANT], row));
        if (!sql_is_null(count, row))
            sheet->counts[variant] += ((const double *)count->data)[row];
    }
    for (uint32_t i = 0; i < sheet->tally.cell_count; i++) {
        if (!tally_take_cell(&sheet->tally, &sheet->tally.cells[i], sheet->slot_of_row, sheet->ages,
                             chunk, err))
            return false;
    }
    return true;
}

/* x of n over all rows: units that the file only counts. */
static void finish_pair(struct sheet *sheet, uint32_t plan)
{
    const struct cell *cells = &sheet->tally.cells[sheet->pair_of[plan] - 1];
    for (uint32_t v = 0; v < sheet->out->variant_count; v++) {
        double sums[2] = {0, 0};
        for (uint32_t slot = 0; slot < sheet->tally.slot_count; slot++) {
            bool counts = tally_slots(&sheet->tally)[slot].variant == v;
            for (int i = 0; counts && i < 2; i++)
                sums[i] += cell_number(&cells[i], cells[i].after, slot);
        }
        struct ledger_cell *cell = &sheet->out->cells[plan * sheet->out->variant_count + v];
        cell->moments = gos_moments_from_counts((uint64_t)sums[0], (uint64_t)sums[1]);
        cell->total = sums[0];
    }
}

static void add_to_cluster(gos_cluster *clusters, const uint32_t *place, double value,
                           uint32_t cluster, bool within)
{
    gos_cluster *item = &clusters[place[cluster]];
    if (within) {
        double d = value - item->sum / item->units;
        item->within += d * d;
        return;
    }
    item->units++;
    item->sum += value;
}

/* The clusters of one variant that have a unit with a value, with squares around their means. */
static bool finish_clusters(struct sheet *sheet, uint32_t plan, uint32_t v, gos_error *err)
{
    const struct tally *tally = &sheet->tally;
    struct ledger_clusters *out = &sheet->out->clusters[plan * sheet->out->variant_count + v];
    uint32_t cluster_count = sheet->clusters.count;
    uint32_t *place = gos_arena_array(sheet->arena, cluster_count + 1, sizeof *place, err);
    out->items = gos_arena_array(sheet->arena, cluster_count + 1, sizeof *out->items, err);
    if (!place || !out->items)
        return false;
    memset(place, 0xff, (cluster_count + 1) * sizeof *place);
    for (int pass = 0; pass < 2; pass++) {
        for (uint32_t slot = 0; slot < tally->slot_count; slot++) {
            double value = tally->kept[(size_t)plan * tally->slot_count + slot];
            uint32_t cluster = sheet->cluster_of[slot];
            if (tally_slots(tally)[slot].variant != v || isnan(value))
                continue;
            if (place[cluster] == UINT32_MAX)
                place[cluster] = out->count++;
            add_to_cluster(out->items, place, value, cluster, pass == 1);
        }
    }
    return true;
}

static bool keep_values(struct sheet *sheet, gos_error *err)
{
    struct tally *tally = &sheet->tally;
    size_t count = (size_t)sheet->question->plan_count * tally->slot_count;
    if (sheet->question->cluster.len == 0)
        return true;
    tally->kept = gos_arena_array(tally->arena, count + 1, sizeof *tally->kept, err);
    sheet->out->clusters = gos_arena_array(
        sheet->arena, (size_t)sheet->question->plan_count * sheet->out->variant_count + 1,
        sizeof *sheet->out->clusters, err);
    for (size_t i = 0; tally->kept && i < count; i++)
        tally->kept[i] = (double)NAN;
    return tally->kept && sheet->out->clusters;
}

/*
 * A column that holds nothing but 0 and 1 is how most files write True and False: its mean is a
 * share. Every value that is not zero being at most 1, they are all 1 when they add up to their
 * number.
 */
static void find_shares(struct sheet *sheet)
{
    const struct sheet_question *question = sheet->question;
    for (uint32_t plan = 0; plan < question->plan_count; plan++) {
        struct metric_plan *asked = &question->plans[plan];
        bool is_share = asked->kind == PLAN_MEAN && asked->value.op_count == 1 &&
                        asked->aggregates[0].fn == METRIC_AVG && question->covariate_count == 0;
        for (uint32_t v = 0; is_share && v < sheet->out->variant_count; v++) {
            const struct ledger_cell *cell =
                &sheet->out->cells[(size_t)plan * sheet->out->variant_count + v];
            is_share = cell->moments.n == 0 || (cell->moments.largest <= 1 &&
                                                cell->total == (double)cell->moments.conversions);
        }
        if (is_share)
            asked->kind = PLAN_PROPORTION;
    }
}

bool sheet_finish(struct sheet *sheet, gos_error *err)
{
    struct ledger_answer answer;
    struct sheet_answer *out = sheet->out;
    sheet->tally.turn_count = sheet->tally.slot_count;
    sheet->ask.variants = out->variants;
    sheet->ask.variant_count = out->variant_count;
    /* Counted by variant while the number of variants was open. */
    for (uint32_t plan = 1; plan < sheet->question->plan_count; plan++)
        memmove(&sheet->tally.events[(size_t)plan * out->variant_count],
                &sheet->tally.events[(size_t)plan * VARIANTS_MAX],
                out->variant_count * sizeof *sheet->tally.events);
    if (!keep_values(sheet, err) || !tally_count(&sheet->tally, sheet->arena, &answer, err) ||
        !tally_finish(&sheet->tally, sheet->arena, &answer, err))
        return false;
    out->units = answer.units;
    out->cells = answer.cells;
    out->caps = answer.caps;
    out->crossovers = answer.crossovers;
    for (uint32_t v = 0; v < out->variant_count && sheet->question->count.len > 0; v++)
        out->units[v] = sheet->counts[v] > 0 ? (uint64_t)llround(sheet->counts[v]) : 0;
    for (uint32_t plan = 0; plan < sheet->question->plan_count; plan++) {
        if (sheet->pair_of[plan])
            finish_pair(sheet, plan);
        for (uint32_t v = 0; out->clusters && v < out->variant_count; v++) {
            if (!finish_clusters(sheet, plan, v, err))
                return false;
        }
    }
    find_shares(sheet);
    return true;
}

bool sheet_read_rows(struct sheet *sheet, gos_error *err)
{
    return find_variants(sheet, err) && take_memory(sheet, err) &&
           sql_query(sheet->engine.reader, "SELECT * FROM picked WHERE c0 IS NOT NULL", NULL, 0,
                     take_picked, sheet, err);
}
