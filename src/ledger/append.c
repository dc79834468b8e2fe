/*
 * Facts to rows, exactly once. A batch goes in three steps: names that are new get numbers, tables
 * and columns (a transaction of their own: harmless if nothing follows); units get numbers; rows
 * and the watermark go in together. A failure reloads from the store what memory had ahead of it.
 */
#include "ledger/columns.h"
#include "ledger/properties.h"

#include <inttypes.h>
#include <stdio.h>

#define BATCH_BYTES_MAX ((size_t)1 << 30)

struct row {
    const struct fact *fact;
    uint32_t parent; /* event, or experiment */
    uint32_t variant;
    uint32_t unit;   /* of a link: the device */
    uint32_t person; /* of a link */
    struct property *properties;
    uint32_t *numbers; /* names of the properties; 0: goes to `rest` */
    uint32_t property_count;
    bool is_kept;
};

struct new_unit {
    uint32_t unit;
    uint64_t hash;
    uint32_t environment;
    gos_str name;
};

struct batch {
    struct columns *columns;
    gos_arena *arena;
    struct row *rows;
    size_t row_count;
    struct new_unit *new_units;
    size_t new_unit_count;
    uint32_t names_before;
};

static const enum name_kind property_kinds[] = {NAME_NUMBERS, NAME_TEXTS, NAME_BOOLS};

static bool name_number(struct batch *batch, enum name_kind kind, uint32_t parent, gos_str text,
                        uint32_t *out, gos_error *err)
{
    struct names *names = &batch->columns->names;
    *out = names_find(names, kind, parent, text);
    if (*out == 0 && kind == NAME_EVENT &&
        names_count(names, NAME_EVENT, parent) >= COLUMNS_EVENTS_MAX) {
        text = GOS_LIT("(other)");
        *out = names_find(names, kind, parent, text);
    }
    return *out != 0 || names_add(names, kind, parent, text, out, err);
}

static bool event_names(struct batch *batch, struct row *row, uint32_t environment, gos_error *err)
{
    const struct event *event = &row->fact->event;
    struct names *names = &batch->columns->names;
    if (!name_number(batch, NAME_EVENT, environment, event->name, &row->parent, err))
        return false;
    gos_error unread = {0};
    if (!properties_read(event->properties, batch->arena, &row->properties, &row->property_count,
                         &unread)) {
        if (unread.code != GOS_BAD_JSON)
            return gos_fail(err, unread.code, "", "%s", unread.message);
        row->property_count = 0; /* what was acknowledged must not stop what follows */
    }
    row->numbers =
        gos_arena_array(batch->arena, row->property_count + 1, sizeof *row->numbers, err);
    if (!row->numbers)
        return false;
    for (uint32_t i = 0; i < row->property_count; i++) {
        const struct property *property = &row->properties[i];
        row->numbers[i] = names_find(names, property->kind, row->parent, property->name);
        bool full = names_get(names, row->parent)->child_count >= COLUMNS_PROPERTIES_MAX;
        if (row->numbers[i] == 0 && !full &&
            !names_add(names, property->kind, row->parent, property->name, &row->numbers[i], err))
            return false;
    }
    return true;
}

static bool exposure_names(struct batch *batch, struct row *row, uint32_t environment,
                           gos_error *err)
{
    const struct exposure *exposure = &row->fact->exposure;
    char id[UUID_TEXT_BYTES];
    uuid_write(&exposure->experiment_id, id);
    return name_number(batch, NAME_EXPERIMENT, environment, gos_str_from(id), &row->parent, err) &&
           name_number(batch, NAME_VARIANT, row->parent, exposure->variant, &row->variant, err);
}

static bool unit_number(struct batch *batch, uint32_t environment, gos_str text, uint32_t *out,
                        gos_error *err)
{
    uint64_t hash = unit_hash(environment, text);
    bool is_new = false;
    if (!units_add(&batch->columns->units, hash, out, &is_new, err))
        return false;
    if (is_new)
        batch->new_units[batch->new_unit_count++] =
            (struct new_unit){*out, hash, environment, text};
    return true;
}

static gos_str fact_environment(const struct fact *fact)
{
    switch (fact->kind) {
    case FACT_EXPOSURE:
        return fact->exposure.environment;
    case FACT_EVENT:
        return fact->event.environment;
    case FACT_LINK:
        return fact->link.environment;
    case FACT_FORGOTTEN:
        return fact->forgotten.environment;
    }
    return GOS_LIT("");
}

/* Gives numbers to all that a fact names. */
static bool row_number(struct batch *batch, struct row *row, gos_error *err)
{
    const struct fact *fact = row->fact;
    uint32_t environment = 0;
    if (!name_number(batch, NAME_ENVIRONMENT, 0, fact_environment(fact), &environment, err))
        return false;
    if (fact->kind == FACT_LINK) {
        if (!unit_number(batch, environment, fact->link.device_id, &row->unit, err) ||
            !unit_number(batch, environment, fact->link.user_id, &row->person, err))
            return false;
        row->is_kept = units_link(&batch->columns->units, row->unit, row->person);
        return true;
    }
    gos_str unit = fact->kind == FACT_EXPOSURE   ? fact->exposure.unit
                   : fact->event.user_id.len > 0 ? fact->event.user_id
                                                 : fact->event.device_id;
    row->is_kept = unit.len > 0;
    if (!row->is_kept)
        return true;
    return unit_number(batch, environment, unit, &row->unit, err) &&
           (fact->kind == FACT_EVENT ? event_names(batch, row, environment, err)
                                     : exposure_names(batch, row, environment, err));
}

static char property_letter(enum name_kind kind)
{
    return kind == NAME_NUMBERS ? 'n' : kind == NAME_TEXTS ? 't' : 'b';
}

static bool is_property(enum name_kind kind)
{
    return kind == property_kinds[0] || kind == property_kinds[1] || kind == property_kinds[2];
}

/* The table of a new event, or the column of a new property. */
static bool name_store(struct columns *columns, uint32_t number, gos_error *err)
{
    const struct name *name = names_get(&columns->names, number);
    struct sql_value values[] = {SQL_VALUE_INT(number), SQL_VALUE_INT(name->kind),
                                 SQL_VALUE_INT(name->parent), SQL_VALUE_TEXT(name->text)};
    char statement[160];
    if (!sql_run(columns->writer, "INSERT INTO names VALUES ($1, $2, $3, $4)", values, 4, err))
        return false;
    if (name->kind == NAME_EVENT)
        snprintf(statement, sizeof statement,
                 "CREATE TABLE e%u(unit UINTEGER, ts BIGINT, value DOUBLE, rest VARCHAR, "
                 "seq UBIGINT)",
                 number);
    else if (is_property(name->kind))
        snprintf(statement, sizeof statement, "ALTER TABLE e%u ADD COLUMN %c%u %s", name->parent,
                 property_letter(name->kind), number,
                 name->kind == NAME_TEXTS ? "VARCHAR" : "DOUBLE");
    else
        return true;
    return sql_run(columns->writer, statement, NULL, 0, err);
}

static bool names_store(struct batch *batch, gos_error *err)
{
    struct columns *columns = batch->columns;
    if (columns->names.count == batch->names_before)
        return true;
    if (!sql_run(columns->writer, "BEGIN", NULL, 0, err))
        return false;
    for (uint32_t number = batch->names_before + 1; number <= columns->names.count; number++) {
        if (!name_store(columns, number, err))
            return false;
    }
    return sql_run(columns->writer, "COMMIT", NULL, 0, err);
}

/* Numbers for everything, under the lock that computations take to read them. */
static bool batch_number(struct batch *batch, gos_error *err)
{
    pthread_mutex_lock(&batch->columns->names_lock);
    batch->names_before = batch->columns->names.count;
    bool done = true;
    for (size_t i = 0; done && i < batch->row_count; i++)
        done = row_number(batch, &batch->rows[i], err);
    done = done && names_store(batch, err);
    pthread_mutex_unlock(&batch->columns->names_lock);
    return done;
}

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
                                                   SQL_UINT32, SQL_TEXT,   SQL_UINT64};
    static const enum sql_type link_types[] = {SQL_UINT32, SQL_UINT32, SQL_INT64, SQL_UINT64};
    struct columns *columns = batch->columns;
    return sql_run(columns->writer, "BEGIN", NULL, 0, err) && append_units(batch, err) &&
           append_kind(batch, FACT_EXPOSURE, "exposures", exposure_types, 7, put_exposure, err) &&
           append_kind(batch, FACT_LINK, "links", link_types, 4, put_link, err) &&
           append_events(batch, err) && set_watermark(columns, watermark, err) &&
           sql_run(columns->writer, "COMMIT", NULL, 0, err);
}

/* Back to what the store has. */
static void undo(struct columns *columns)
{
    sql_run(columns->writer, "ROLLBACK", NULL, 0, NULL);
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
    bool done = sql_run(columns->writer, "BEGIN", NULL, 0, err) &&
                columns_forget(columns, &fact->forgotten, err) &&
                set_watermark(columns, fact->sequence, err) &&
                sql_run(columns->writer, "COMMIT", NULL, 0, err);
    if (done)
        publish_watermark(columns, fact->sequence);
    else
        undo(columns);
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

bool columns_rewind(void *self, uint64_t sequence, gos_error *err)
{
    struct columns *columns = self;
    pthread_mutex_lock(&columns->write_lock);
    bool done = columns->watermark <= sequence || set_watermark(columns, sequence, err);
    if (done && columns->watermark > sequence)
        publish_watermark(columns, sequence);
    pthread_mutex_unlock(&columns->write_lock);
    return done;
}
