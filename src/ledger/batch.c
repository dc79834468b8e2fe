/* Facts to numbers: environments, events, experiments, variants, properties, units. */
#include "ledger/batch.h"

#include <stdio.h>

enum { ROWS_AHEAD = 16 };

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

static bool ruleset_number(struct batch *batch, uint32_t environment, gos_str hash, uint32_t *out,
                           gos_error *err)
{
    struct names *names = &batch->columns->names;
    *out = hash.len > 0 ? names_find(names, NAME_RULESET, environment, hash) : 0;
    bool is_new = hash.len > 0 && *out == 0 &&
                  names_count(names, NAME_RULESET, environment) < COLUMNS_RULESETS_MAX;
    return !is_new || names_add(names, NAME_RULESET, environment, hash, out, err);
}

static bool exposure_names(struct batch *batch, struct row *row, uint32_t environment,
                           gos_error *err)
{
    const struct exposure *exposure = &row->fact->exposure;
    char id[UUID_TEXT_BYTES];
    uuid_write(&exposure->experiment_id, id);
    return name_number(batch, NAME_EXPERIMENT, environment, gos_str_from(id), &row->parent, err) &&
           name_number(batch, NAME_VARIANT, row->parent, exposure->variant, &row->variant, err) &&
           ruleset_number(batch, environment, exposure->ruleset, &row->ruleset, err);
}

static bool unit_number(struct batch *batch, uint32_t environment, gos_str text, uint64_t hash,
                        uint32_t *out, gos_error *err)
{
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

static gos_str fact_unit(const struct fact *fact)
{
    if (fact->kind == FACT_LINK)
        return GOS_LIT("");
    return fact->kind == FACT_EXPOSURE   ? fact->exposure.unit
           : fact->event.user_id.len > 0 ? fact->event.user_id
                                         : fact->event.device_id;
}

static bool link_number(struct batch *batch, struct row *row, gos_error *err)
{
    const struct identity_link *link = &row->fact->link;
    uint32_t environment = row->environment;
    if (!unit_number(batch, environment, link->device_id, unit_hash(environment, link->device_id),
                     &row->unit, err) ||
        !unit_number(batch, environment, link->user_id, unit_hash(environment, link->user_id),
                     &row->person, err))
        return false;
    row->is_kept = units_link(&batch->columns->units, row->unit, row->person);
    return true;
}

/* The environment, and what finds the unit. */
static bool row_hash(struct batch *batch, struct row *row, gos_error *err)
{
    gos_str unit = fact_unit(row->fact);
    if (!name_number(batch, NAME_ENVIRONMENT, 0, fact_environment(row->fact), &row->environment,
                     err))
        return false;
    if (unit.len > 0)
        row->hash = unit_hash(row->environment, unit);
    return true;
}

/* Gives numbers to all that a fact names. */
static bool row_number(struct batch *batch, struct row *row, gos_error *err)
{
    const struct fact *fact = row->fact;
    uint32_t environment = row->environment;
    if (fact->kind == FACT_LINK)
        return link_number(batch, row, err);
    gos_str unit = fact_unit(fact);
    row->is_kept = unit.len > 0;
    if (!row->is_kept)
        return true;
    return unit_number(batch, environment, unit, row->hash, &row->unit, err) &&
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

static uint64_t hash_ahead(const struct batch *batch, size_t i)
{
    return i < batch->row_count ? batch->rows[i].hash : 0;
}

bool batch_number(struct batch *batch, gos_error *err)
{
    pthread_mutex_lock(&batch->columns->names_lock);
    batch->names_before = batch->columns->names.count;
    bool done = true;
    for (size_t i = 0; done && i < batch->row_count; i++)
        done = row_hash(batch, &batch->rows[i], err);
    for (size_t i = 0; done && i < batch->row_count; i++) {
        units_ask_ahead(&batch->columns->units, hash_ahead(batch, i + ROWS_AHEAD),
                        hash_ahead(batch, i + ROWS_AHEAD / 2));
        done = row_number(batch, &batch->rows[i], err);
    }
    done = done && names_store(batch, err);
    pthread_mutex_unlock(&batch->columns->names_lock);
    return done;
}
