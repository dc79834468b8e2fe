/* Files to a tally: one statement picks what is needed, one pass over it fills the cells. */
#include "ledger/sheet.h"

#include "ledger/sheet_work.h"

#include <math.h>
#include <stdio.h>

static bool open_files(struct sheet *sheet, gos_error *err)
{
    const struct sheet_question *question = sheet->question;
    bool parquet = str_ends_with(gos_str_from(question->paths[0]), GOS_LIT(".parquet"));
    struct text text;
    text_init(&text, sheet->arena);
    text_add(&text, parquet ? GOS_LIT("CREATE TEMP VIEW data AS SELECT * FROM read_parquet([")
                            : GOS_LIT("CREATE TEMP VIEW data AS SELECT * FROM read_csv(["));
    for (uint32_t i = 0; i < question->path_count; i++) {
        gos_str path = gos_str_from(question->paths[i]);
        if (parquet != str_ends_with(path, GOS_LIT(".parquet")))
            return gos_fail(err, GOS_BAD_INPUT, "", "CSV and Parquet files cannot be mixed");
        if (i > 0)
            text_add_char(&text, ',');
        select_add_literal(&text, path);
    }
    text_add(&text, parquet ? GOS_LIT("], union_by_name=true)")
                            : GOS_LIT("], union_by_name=true, sample_size=200000, "
                                      "nullstr=['', 'NA', 'NaN', 'null', 'NULL'])"));
    text_add_char(&text, '\0');
    gos_error cause = {0};
    if (!text_ok(&text, err))
        return false;
    return sql_run(sheet->engine.reader, text.data, NULL, 0, &cause) ||
           gos_fail(err, GOS_BAD_INPUT, "", "the files cannot be read: %s", cause.message);
}

static bool take_column(void *context, gos_str name, gos_str type, gos_error *err)
{
    struct sheet *sheet = context;
    if (sheet->column_count == SQL_COLUMNS_MAX)
        return gos_fail(err, GOS_TOO_LARGE, "", "a file has at most %d columns", SQL_COLUMNS_MAX);
    bool number = gos_str_equal(type, GOS_LIT("DOUBLE")) || gos_str_equal(type, GOS_LIT("FLOAT")) ||
                  str_ends_with(type, GOS_LIT("INT")) || str_ends_with(type, GOS_LIT("INTEGER")) ||
                  str_starts_with(type, GOS_LIT("DECIMAL"));
    sheet->columns[sheet->column_count++] = (struct column){
        gos_arena_text(sheet->arena, name, err), number, gos_str_equal(type, GOS_LIT("BOOLEAN"))};
    return true;
}

static bool fail_column(struct sheet *sheet, gos_str name, gos_error *err)
{
    char known[200] = "";
    size_t used = 0;
    for (uint32_t i = 0; i < sheet->column_count && used < sizeof known - 1; i++)
        used += (size_t)snprintf(known + used, sizeof known - used, i ? ", %.*s" : "%.*s",
                                 GOS_ARG(sheet->columns[i].name));
    return gos_fail(err, GOS_BAD_INPUT, "", "there is no column \"%.*s\"; there are: %s",
                    (int)(name.len < 60 ? name.len : 60), name.data, known);
}

static const struct column *column_find(const struct sheet *sheet, gos_str name)
{
    for (uint32_t i = 0; i < sheet->column_count; i++) {
        if (str_equal_nocase(sheet->columns[i].name, name))
            return &sheet->columns[i];
    }
    return NULL;
}

/* A column as a number and as text; one of texts has no numbers. */
static bool resolve(void *context, gos_str name, struct select_property *out, gos_error *err)
{
    struct sheet *sheet = context;
    const struct column *column = column_find(sheet, name);
    if (!column)
        return fail_column(sheet, name, err);
    struct text text;
    text_init(&text, sheet->arena);
    select_add_identifier(&text, column->name);
    gos_str quoted = text_str(&text);
    out->text = gos_arena_print(sheet->arena, "CAST(%.*s AS VARCHAR)", GOS_ARG(quoted));
    if (column->is_number || column->is_truth)
        out->number = gos_arena_print(sheet->arena, "CAST(%.*s AS DOUBLE)", GOS_ARG(quoted));
    return text_ok(&text, err) && out->text.data;
}

static bool add_text_column(struct sheet *sheet, gos_str name, gos_error *err)
{
    struct select_property property = {.text = GOS_LIT("NULL::VARCHAR")};
    if (name.len > 0 && !resolve(sheet, name, &property, err))
        return false;
    if (sheet->picked_count++ > 0)
        text_add(&sheet->select.text, GOS_LIT(", "));
    text_print(&sheet->select.text, "%.*s AS c%u", GOS_ARG(property.text), sheet->picked_count - 1);
    return true;
}

static bool add_number_column(struct sheet *sheet, gos_str name, gos_error *err)
{
    struct select_property property = {.number = GOS_LIT("1::DOUBLE")};
    if (name.len > 0 && !resolve(sheet, name, &property, err))
        return false;
    if (property.number.len == 0)
        return gos_fail(err, GOS_BAD_INPUT, "", "the column \"%.*s\" holds texts, not numbers",
                        GOS_ARG(name));
    text_print(&sheet->select.text, ", %.*s AS c%u", GOS_ARG(property.number),
               sheet->picked_count++);
    return true;
}

/* The filter of a cell: its tests, and that the columns it needs are not missing. */
static bool add_cell_filter(struct sheet *sheet, struct cell *cell, gos_str also, gos_error *err)
{
    const struct metric_source *source = &cell->aggregate->source;
    struct select_property property = {0}, other = {0};
    cell->filter_column = sheet->picked_count;
    text_add(&sheet->select.text, GOS_LIT(", ("));
    if (!select_add_filter(&sheet->select, source->tests, source->test_count, err))
        return false;
    if (source->property.len > 0) {
        if (!resolve(sheet, source->property, &property, err))
            return false;
        text_print(&sheet->select.text, " AND %.*s IS NOT NULL", GOS_ARG(property.text));
    }
    if (also.len > 0) {
        if (!resolve(sheet, also, &other, err))
            return false;
        text_print(&sheet->select.text, " AND %.*s IS NOT NULL", GOS_ARG(other.text));
    }
    text_print(&sheet->select.text, ") AS c%u", sheet->picked_count++);
    return true;
}

static bool add_cell(struct sheet *sheet, struct cell *cell, gos_str also, gos_error *err)
{
    if (tally_reads_value(cell->aggregate->fn)) {
        cell->value_column = sheet->picked_count;
        if (!add_number_column(sheet, cell->aggregate->source.property, err))
            return false;
    }
    return add_cell_filter(sheet, cell, also, err);
}

/* proportion(x, n): two sums over the rows that have both. */
static bool add_pair(struct sheet *sheet, const struct metric_aggregate *aggregate, uint32_t plan,
                     gos_error *err)
{
    const gos_str names[] = {aggregate->source.property, aggregate->trials};
    struct metric_plan *owner = &sheet->question->plans[plan];
    struct metric_aggregate pair = *aggregate;
    sheet->pair_of[plan] = sheet->tally.cell_count + 1;
    owner->aggregates = &sheet->pairs[plan * 2];
    owner->aggregate_count = 2;
    for (int i = 0; i < 2; i++) {
        struct metric_aggregate *sum = &sheet->pairs[plan * 2 + (uint32_t)i];
        *sum = pair;
        sum->fn = METRIC_SUM;
        sum->source.property = names[i];
        struct cell *cell = &sheet->tally.cells[sheet->tally.cell_count++];
        *cell = (struct cell){.aggregate = sum, .plan = plan, .to = METRIC_NO_END};
        if (!add_cell(sheet, cell, names[1 - i], err))
            return false;
    }
    return true;
}

static bool add_plan(struct sheet *sheet, uint32_t index, gos_error *err)
{
    struct metric_plan *plan = &sheet->question->plans[index];
    const struct metric_aggregate *first = &plan->aggregates[0];
    const struct column *column = column_find(sheet, first->source.property);
    if (plan->kind == PLAN_MEAN && plan->value.op_count == 1 && first->fn == METRIC_AVG && column &&
        column->is_truth)
        plan->kind = PLAN_PROPORTION;
    plan->lookback_ms = 0;
    plan->cap_quantile = plan->kind == PLAN_MEAN ? sheet->question->cap_quantile : (double)NAN;
    for (uint32_t i = 0; i < plan->aggregate_count; i++) {
        const struct metric_aggregate *aggregate = &plan->aggregates[i];
        if (aggregate->fn == METRIC_COUNT_DISTINCT)
            return gos_fail(err, GOS_BAD_INPUT, "", "count_distinct does not work over files");
        if (aggregate->trials.len > 0 && plan->value.op_count > 1)
            return gos_fail(err, GOS_BAD_INPUT, "", "proportion(x, n) must stand alone");
        if (aggregate->trials.len > 0)
            return add_pair(sheet, aggregate, index, err);
        struct cell *cell = &sheet->tally.cells[sheet->tally.cell_count++];
        *cell = (struct cell){.aggregate = aggregate,
                              .plan = index,
                              .value_column = CELL_NO_COLUMN,
                              .to = METRIC_NO_END};
        if (!add_cell(sheet, cell, GOS_LIT(""), err))
            return false;
    }
    return true;
}

/* CREATE TEMP TABLE picked AS SELECT variant, unit, cluster, count, covariates, values, filters */
static bool pick(struct sheet *sheet, gos_error *err)
{
    const struct sheet_question *question = sheet->question;
    text_add(&sheet->select.text, GOS_LIT("CREATE TEMP TABLE picked AS SELECT "));
    if (!add_text_column(sheet, question->variant, err) ||
        !add_text_column(sheet, question->unit, err) ||
        !add_text_column(sheet, question->cluster, err) ||
        !add_number_column(sheet, question->count, err))
        return false;
    for (uint32_t i = 0; i < question->covariate_count; i++) {
        if (!add_number_column(sheet, question->covariates[i], err))
            return false;
    }
    for (uint32_t i = 0; i < question->plan_count; i++) {
        if (!add_plan(sheet, i, err))
            return false;
    }
    text_add(&sheet->select.text, GOS_LIT(" FROM data WHERE "));
    if (!select_add_filter(&sheet->select, question->where, question->where_count, err))
        return false;
    const char *text = select_text(&sheet->select, err);
    gos_error cause = {0};
    if (!text)
        return false;
    return sql_run(sheet->engine.reader, text, sheet->select.values, sheet->select.value_count,
                   &cause) ||
           gos_fail(err, GOS_BAD_INPUT, "", "the files cannot be read: %s", cause.message);
}

static bool sheet_open(struct sheet *sheet, gos_error *err)
{
    const struct sheet_question *question = sheet->question;
    struct sql_options options = {.memory_bytes = question->memory_bytes, .files = true};
    size_t cells = 0;
    for (uint32_t i = 0; i < question->plan_count; i++)
        cells += question->plans[i].aggregate_count + 1;
    sheet->engine.memory_bytes = question->memory_bytes ? question->memory_bytes : (size_t)1 << 30;
    sheet->tally = (struct tally){.columns = &sheet->engine,
                                  .question = &sheet->ask,
                                  .arena = gos_arena_open(sheet->engine.memory_bytes)};
    if (!sheet->tally.arena)
        return gos_fail(err, GOS_OUT_OF_MEMORY, "", "no memory for a computation");
    sheet->tally.before_ms = INT64_MAX;
    atomic_store(&sheet->tally.marks_left, (int64_t)sheet->engine.memory_bytes);
    sheet->ask = (struct ledger_question){
        .plans = question->plans, .plan_count = question->plan_count, .as_of_ms = INT64_MAX};
    sheet->columns = gos_arena_array(sheet->arena, SQL_COLUMNS_MAX, sizeof *sheet->columns, err);
    sheet->pairs =
        gos_arena_array(sheet->arena, question->plan_count * 2 + 1, sizeof *sheet->pairs, err);
    sheet->pair_of =
        gos_arena_array(sheet->arena, question->plan_count + 1, sizeof *sheet->pair_of, err);
    sheet->tally.cells = gos_arena_array(sheet->arena, cells + 1, sizeof *sheet->tally.cells, err);
    return sheet->columns && sheet->pairs && sheet->pair_of && sheet->tally.cells &&
           sql_open(&options, &sheet->engine.sql, err) &&
           sql_connect(sheet->engine.sql, &sheet->engine.reader, err);
}

static void sheet_close(struct sheet *sheet)
{
    for (uint32_t i = 0; i < sheet->tally.buffer_count; i++)
        buffer_close(&sheet->tally.buffers[i]);
    buffer_close(&sheet->tally.slots);
    units_close(&sheet->units);
    units_close(&sheet->clusters);
    gos_arena_close(sheet->tally.arena);
    sql_disconnect(sheet->engine.reader);
    sql_close(sheet->engine.sql);
}

bool sheet_compute(const struct sheet_question *question, gos_arena *arena,
                   struct sheet_answer *out, gos_error *err)
{
    struct sheet *sheet = gos_arena_take(arena, sizeof *sheet, err);
    *out = (struct sheet_answer){0};
    if (!sheet)
        return false;
    *sheet = (struct sheet){.question = question, .arena = arena, .out = out};
    const struct select_resolver resolver = {resolve, sheet};
    bool done = sheet_open(sheet, err) && open_files(sheet, err) &&
                sql_describe(sheet->engine.reader, "SELECT * FROM data", NULL, 0, take_column,
                             sheet, err) &&
                select_init(&sheet->select, &resolver, arena, err) && pick(sheet, err) &&
                sheet_read_rows(sheet, err) && sheet_finish(sheet, err);
    sheet_close(sheet);
    return done;
}
