/*
 * Facts to rows, exactly once. A batch goes in three steps: names that are new get numbers, tables
 * and columns (a transaction of their own: harmless if nothing follows); units get numbers; rows
 * and the watermark go in together. A failure reloads from the store what memory had ahead of it.
 */
#include "ledger/batch.h"

#include <stdio.h>

#define BATCH_BYTES_MAX ((size_t)1 << 30)

static bool append_units(struct batch *batch, gos_error *err)
{
    static const enum sql_type types[] = {SQL_UINT32, SQL_UINT64, SQL_UINT32, SQL_TEXT};
    struct sql_appender *appender = NULL;
    if (batch->new_unit_count == 0)
        return true;
    if (!sql_appender_open(batch->columns->writer, "units", types, 4, &appender, err))
        return false;
    bool done = true;
    for (size_t i = 0; done && i < batch->new_unit_count; i++) {
        const struct new_unit *unit = &batch->new_units[i];
        sql_append_int(appender, 0, unit->unit);
        sql_append_int(appender, 1, (int64_t)unit->hash);
        sql_append_int(appender, 2, unit->environment);
        sql_append_text(appender, 3, unit->name);
        done = sql_append_row(appender, err);
    }
    return sql_appender_close(appender, done ? err : NULL) && done;
}

/* Only these reasons leave it to chance which variant a unit has. */
static bool is_by_chance(gos_str reason)
{
    return reason.len == 0 || gos_str_equal(reason, GOS_LIT("split")) ||
           gos_str_equal(reason, GOS_LIT("sticky")) || gos_str_equal(reason, GOS_LIT("identity"));
}

static void put_exposure(struct sql_appender *appender, const struct row *row)
{
    const struct exposure *exposure = &row->fact->exposure;
    int flags = (exposure->is_crossover ? EXPOSURE_CROSSOVER : 0) |
                (is_by_chance(exposure->reason) ? 0 : EXPOSURE_BY_CHOICE);
    sql_append_int(appender, 0, row->parent);
    sql_append_int(appender, 1, row->unit);
    sql_append_int(appender, 2, row->variant);
    sql_append_int(appender, 3, exposure->at);
    sql_append_int(appender, 4, flags);
    sql_append_int(appender, 6, (int64_t)row->fact->sequence);
    if (exposure->attributes.len > 0)
        sql_append_text(appender, 5, exposure->attributes);
    if (row->ruleset > 0)
        sql_append_int(appender, 7, row->ruleset);
}

static void put_link(struct sql_appender *appender, const struct row *row)
{
    sql_append_int(appender, 0, row->unit);
    sql_append_int(appender, 1, row->person);
    sql_append_int(appender, 2, row->fact->link.at);
    sql_append_int(appender, 3, (int64_t)row->fact->sequence);
}

static bool append_kind(struct batch *batch, enum fact_kind kind, const char *table,
                        const enum sql_type *types, uint32_t type_count,
                        void (*put)(struct sql_appender *appender, const struct row *row),
                        gos_error *err)
{
    struct sql_appender *appender = NULL;
    bool done = true;
    for (size_t i = 0; done && i < batch->row_count; i++) {
        const struct row *row = &batch->rows[i];
        if (row->fact->kind != kind || !row->is_kept)
            continue;
        if (!appender &&
            !sql_appender_open(batch->columns->writer, table, types, type_count, &appender, err))
            return false;
        put(appender, row);
        done = sql_append_row(appender, err);
    }
    return sql_appender_close(appender, done ? err : NULL) && done;
}

/* Properties without a column, as one JSON object. */
static gos_str rest_of(const struct row *row, gos_arena *arena)
{
    struct text text;
    struct json_writer writer;
    bool any = false;
    text_init(&text, arena);
    json_writer_init(&writer, &text);
    json_open_object(&writer);
    for (uint32_t i = 0; i < row->property_count; i++) {
        const struct property *property = &row->properties[i];
        if (row->numbers[i])
            continue;
        any = true;
        json_name_str(&writer, property->name);
        if (property->kind == NAME_TEXTS)
            json_text(&writer, property->text);
        else if (property->kind == NAME_BOOLS)
            json_bool(&writer, property->number != 0);
        else
            json_double(&writer, property->number);
    }
    json_close_object(&writer);
    return any && text_ok(&text, NULL) ? text_str(&text) : GOS_LIT("");
}

static void put_event(struct batch *batch, struct sql_appender *appender, const struct row *row)
{
    const struct event *event = &row->fact->event;
    sql_append_int(appender, 0, row->unit);
    sql_append_int(appender, 1, event->at);
    if (event->has_value)
        sql_append_double(appender, 2, event->value);
    sql_append_int(appender, 4, (int64_t)row->fact->sequence);
    for (uint32_t i = 0; i < row->property_count; i++) {
        const struct property *property = &row->properties[i];
        if (row->numbers[i] == 0)
            continue;
        uint32_t column = COLUMNS_FIXED + names_get(&batch->columns->names, row->numbers[i])->index;
        if (property->kind == NAME_TEXTS)
            sql_append_text(appender, column, property->text);
        else
            sql_append_double(appender, column, property->number);
    }
    gos_str rest = rest_of(row, batch->arena);
    if (rest.len > 0)
        sql_append_text(appender, 3, rest);
}

static bool open_event_table(struct batch *batch, uint32_t event, struct sql_appender **out,
                             gos_error *err)
{
    const struct names *names = &batch->columns->names;
    enum sql_type types[SQL_COLUMNS_MAX] = {SQL_UINT32, SQL_INT64, SQL_DOUBLE, SQL_TEXT,
                                            SQL_UINT64};
    char table[16];
    uint32_t child = names_get(names, event)->last_child;
    for (; child; child = names_get(names, child)->before) {
        const struct name *name = names_get(names, child);
        types[COLUMNS_FIXED + name->index] = name->kind == NAME_TEXTS ? SQL_TEXT : SQL_DOUBLE;
    }
    snprintf(table, sizeof table, "e%u", event);
    return sql_appender_open(batch->columns->writer, table, types,
                             COLUMNS_FIXED + names_get(names, event)->child_count, out, err);
}

/* All events of one name, from the first row that has it on. */
static bool append_event_table(struct batch *batch, size_t first, const uint32_t *next,
                               gos_error *err)
{
    struct sql_appender *appender = NULL;
    if (!open_event_table(batch, batch->rows[first].parent, &appender, err))
        return false;
    bool done = true;
    for (size_t i = first; done && i != UINT32_MAX; i = next[i]) {
        put_event(batch, appender, &batch->rows[i]);
        done = sql_append_row(appender, err);
    }
    return sql_appender_close(appender, done ? err : NULL) && done;
}

/* Chains the rows of each event, then appends chain by chain. */
static bool append_events(struct batch *batch, gos_error *err)
{
    uint32_t name_count = batch->columns->names.count;
    uint32_t *first = gos_arena_array(batch->arena, name_count + 1, sizeof *first, err);
    uint32_t *next = gos_arena_array(batch->arena, batch->row_count + 1, sizeof *next, err);
    if (!first || !next)
        return false;
    memset(first, 0xff, (name_count + 1) * sizeof *first);
    for (size_t i = batch->row_count; i-- > 0;) {
        const struct row *row = &batch->rows[i];
        if (row->fact->kind != FACT_EVENT || !row->is_kept)
            continue;
        next[i] = first[row->parent];
        first[row->parent] = (uint32_t)i;
    }
    for (uint32_t event = 1; event <= name_count; event++) {
        if (first[event] != UINT32_MAX && !append_event_table(batch, first[event], next, err))
            return false;
    }
    return true;
}

static bool set_watermark(struct columns *columns, uint64_t watermark, gos_error *err)
{
    return sql_run(columns->writer, "UPDATE sources SET applied = $1 WHERE name = 'spool'",
                   &(struct sql_value){.type = SQL_UINT64, .integer = (int64_t)watermark}, 1, err);
}

static bool batch_store(struct batch *batch, uint64_t watermark, gos_error *err)
{
    static const enum sql_type exposure_types[] = {SQL_UINT32, SQL_UINT32, SQL_UINT32, SQL_INT64,
                                                   SQL_UINT32, SQL_TEXT,   SQL_UINT64, SQL_UINT32};
    static const enum sql_type link_types[] = {SQL_UINT32, SQL_UINT32, SQL_INT64, SQL_UINT64};
    struct columns *columns = batch->columns;
    return sql_run(columns->writer, "BEGIN", NULL, 0, err) && append_units(batch, err) &&
           append_kind(batch, FACT_EXPOSURE, "exposures", exposure_types, 8, put_exposure, err) &&
           append_kind(batch, FACT_LINK, "links", link_types, 4, put_link, err) &&
           append_events(batch, err) && set_watermark(columns, watermark, err) &&
           columns_commit(columns, err);
}

/* Back to what the store has. */
static void undo(struct columns *columns)
{
    sql_run(columns->writer, "ROLLBACK", NULL, 0, NULL);
    columns_end_epoch(columns);
    pthread_mutex_lock(&columns->names_lock);
    columns->is_stale = !columns_load(columns, NULL);
    pthread_mutex_unlock(&columns->names_lock);
}

static void publish_watermark(struct columns *columns, uint64_t watermark)
{
    pthread_mutex_lock(&columns->names_lock);
    columns->watermark = watermark;
    pthread_mutex_unlock(&columns->names_lock);
}

/* A run of facts without FACT_FORGOTTEN. */
static bool append_run(struct columns *columns, const struct fact *facts, size_t count,
                       gos_error *err)
{
    struct batch batch = {.columns = columns, .arena = gos_arena_open(BATCH_BYTES_MAX)};
    if (!batch.arena)
        return gos_fail(err, GOS_OUT_OF_MEMORY, "", "no memory for a batch");
    batch.row_count = count;
    batch.rows = gos_arena_array(batch.arena, count, sizeof *batch.rows, err);
    batch.new_units = gos_arena_array(batch.arena, count * 2, sizeof *batch.new_units, err);
    bool done = batch.rows && batch.new_units;
    for (size_t i = 0; done && i < count; i++)
        batch.rows[i].fact = &facts[i];
    uint64_t watermark = facts[count - 1].sequence;
    if (done) {
        done = batch_number(&batch, err) && batch_store(&batch, watermark, err);
        if (done)
            publish_watermark(columns, watermark);
        else
            undo(columns);
    }
    gos_arena_close(batch.arena);
    return done;
}

static bool append_forgotten(struct columns *columns, const struct fact *fact, gos_error *err)
{
    columns_end_epoch(columns);
    bool done = sql_run(columns->writer, "BEGIN", NULL, 0, err) &&
                columns_forget(columns, &fact->forgotten, err) &&
                set_watermark(columns, fact->sequence, err) && columns_commit(columns, err);
    if (done)
        publish_watermark(columns, fact->sequence);
    else
        undo(columns);
    columns_end_epoch(columns);
    return done;
}

bool columns_append(void *self, const struct fact *facts, size_t count, gos_error *err)
{
    struct columns *columns = self;
    pthread_mutex_lock(&columns->write_lock);
    if (columns->is_stale)
        undo(columns);
    if (columns->is_stale) {
        pthread_mutex_unlock(&columns->write_lock);
        return gos_fail(err, GOS_STORE_FAILED, "", "the ledger cannot be read");
    }
    size_t i = 0;
    while (i < count && facts[i].sequence <= columns->watermark)
        i++;
    bool done = true;
    while (done && i < count) {
        size_t end = i;
        while (end < count && facts[end].kind != FACT_FORGOTTEN)
            end++;
        if (end > i)
            done = append_run(columns, facts + i, end - i, err);
        else
            done = append_forgotten(columns, &facts[end++], err);
        i = end;
    }
    pthread_mutex_unlock(&columns->write_lock);
    return done;
}

/* Remembers how far the sequences of the rows that stay go. */
static bool rewind_to(struct columns *columns, uint64_t sequence, gos_error *err)
{
    uint64_t rewound = atomic_load(&columns->rewound);
    rewound = rewound > columns->watermark ? rewound : columns->watermark;
    struct sql_value value = {.type = SQL_UINT64, .integer = (int64_t)rewound};
    bool done = sql_run(columns->writer, "BEGIN", NULL, 0, err) &&
                sql_run(columns->writer, "UPDATE sources SET applied = $1 WHERE name = 'rewound'",
                        &value, 1, err) &&
                set_watermark(columns, sequence, err) && columns_commit(columns, err);
    if (done)
        atomic_store(&columns->rewound, rewound);
    else
        sql_run(columns->writer, "ROLLBACK", NULL, 0, NULL);
    return done;
}

bool columns_rewind(void *self, uint64_t sequence, gos_error *err)
{
    struct columns *columns = self;
    pthread_mutex_lock(&columns->write_lock);
    columns_end_epoch(columns);
    bool done = columns->watermark <= sequence || rewind_to(columns, sequence, err);
    if (done && columns->watermark > sequence)
        publish_watermark(columns, sequence);
    columns_end_epoch(columns);
    pthread_mutex_unlock(&columns->write_lock);
    return done;
}
