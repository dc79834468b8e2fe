/* Whom it is about: found by one of their units, then by all of them. */
#include "ledger/amend.h"

#include <stdio.h>

/* Beyond so many units, or this share of all persons, reading everything is quicker. */
enum { AMENDED_LEAST = 1000, AMENDED_SHARE = 20 };

bool amend_open(struct amend *amend, struct tally *tally, const struct tally *now, int64_t first,
                gos_error *err)
{
    *amend = (struct amend){.tally = tally, .now = now, .first = first, .fits = true};
    amend->arena = gos_arena_open(tally->columns->memory_bytes);
    if (!amend->arena)
        return gos_fail(err, GOS_OUT_OF_MEMORY, "", "no memory for a computation");
    amend->units = gos_arena_array(amend->arena, now->unit_count + 1u, 1, err);
    amend->persons = gos_arena_array(amend->arena, now->unit_count + 1u, 1, err);
    return amend->units && amend->persons;
}

void amend_close(struct amend *amend)
{
    gos_arena_close(amend->arena);
}

static void seed(struct amend *amend, uint32_t unit)
{
    amend->seed_count += !amend_holds(amend, unit);
    amend->units[unit] |= UNIT_AMENDED;
}

static uint32_t person_of(const uint32_t *users, uint32_t unit)
{
    return users ? unit_person(users, unit) : unit;
}

/* Devices that got a user. */
static void find_links(struct amend *amend)
{
    const uint32_t *before = amend->tally->users, *after = amend->now->users;
    uint32_t count = amend->tally->unit_count;
    if (!after || (before && memcmp(before, after, count * sizeof *after) == 0))
        return;
    for (uint32_t unit = 0; unit < count; unit++) {
        if (person_of(before, unit) != person_of(after, unit))
            seed(amend, unit);
    }
}

/* An exposure that came since: of somebody new, or one that changes nothing; else it is a seed. */
static void find_arrival(struct amend *amend, uint32_t unit, const struct slot *slot)
{
    const struct tally *tally = amend->tally;
    uint32_t person = person_of(amend->now->users, unit), known = tally->unit_count;
    uint32_t index = person < known ? tally->slot_of[person] : SLOT_NONE;
    bool is_chained = amend->now->users && amend->now->users[person];
    amend->fits = amend->fits && !is_chained && slot->first >= amend->first;
    if (index == SLOT_NONE) {
        if (person < known || unit < known)
            seed(amend, unit);
        return;
    }
    const struct slot *met = &tally_slots(tally)[index];
    if (met->number != slot->number || (met->flags | slot->flags) != met->flags ||
        slot->first < met->first)
        seed(amend, unit);
}

static bool take_arrivals(void *context, const struct sql_chunk *chunk, gos_error *err)
{
    (void)err;
    struct amend *amend = context;
    for (uint64_t row = 0; row < chunk->row_count && amend->fits; row++) {
        struct slot slot = slot_read(amend->now, chunk, row);
        find_arrival(amend, (uint32_t)sql_int(&chunk->columns[0], row), &slot);
    }
    return true;
}

static bool find_arrivals(struct amend *amend, gos_error *err)
{
    const struct sql_value values[] = {
        SQL_VALUE_INT(amend->now->experiment), SQL_VALUE_INT(amend->now->question->from_ms),
        SQL_VALUE_INT(amend->now->before_ms), SQL_VALUE_INT((int64_t)amend->tally->watermark)};
    return sql_query(amend->tally->columns->reader,
                     "SELECT unit, variant, ts, flags FROM exposures "
                     "WHERE experiment = $1 AND ts >= $2 AND ts < $3 AND seq > $4",
                     values, 4, take_arrivals, amend, err);
}

static bool take_units(void *context, const struct sql_chunk *chunk, gos_error *err)
{
    (void)err;
    struct amend *amend = context;
    for (uint64_t row = 0; row < chunk->row_count; row++) {
        uint32_t unit = (uint32_t)sql_int(&chunk->columns[0], row);
        if (unit < amend->now->unit_count)
            seed(amend, unit);
    }
    return true;
}

static bool is_repeated(const struct tally *tally, uint32_t cell)
{
    uint32_t i = 0;
    while (tally->cells[i].event != tally->cells[cell].event)
        i++;
    return i < cell || tally->cells[cell].event == 0;
}

/*
 * Facts that were known but not old enough at the last computation, and are now. Exposures among
 * them would have come before others in the order of the persons.
 */
static bool find_matured(struct amend *amend, gos_error *err)
{
    const struct tally *tally = amend->tally;
    const struct sql_value values[] = {
        SQL_VALUE_INT((int64_t)tally->watermark), SQL_VALUE_INT(tally->before_ms),
        SQL_VALUE_INT(amend->now->before_ms), SQL_VALUE_INT(tally->experiment)};
    int64_t count = 0;
    if (!sql_query_int(tally->columns->reader,
                       "SELECT count(*) FROM exposures WHERE seq <= $1 AND ts >= $2 AND ts < $3 "
                       "AND experiment = $4",
                       values, 4, 0, &count, err))
        return false;
    amend->fits = amend->fits && count == 0;
    for (uint32_t i = 0; i < tally->cell_count && amend->fits; i++) {
        char text[112];
        if (is_repeated(tally, i))
            continue;
        snprintf(text, sizeof text,
                 "SELECT DISTINCT unit FROM e%u WHERE seq <= $1 AND ts >= $2 AND ts < $3",
                 tally->cells[i].event);
        if (!sql_query(tally->columns->reader, text, values, 3, take_units, amend, err))
            return false;
    }
    return true;
}

bool amend_find(struct amend *amend, gos_error *err)
{
    find_links(amend);
    return find_arrivals(amend, err) && (!amend->fits || find_matured(amend, err));
}

/* Who a unit belongs to, now and before, and all that belongs to them. */
static void find_units(struct amend *amend)
{
    const uint32_t *before = amend->tally->users, *after = amend->now->users;
    uint32_t known = amend->tally->unit_count;
    for (uint32_t unit = 0; unit < amend->now->unit_count; unit++) {
        if (!amend_holds(amend, unit))
            continue;
        amend->persons[person_of(after, unit)] = 1;
        if (unit < known)
            amend->persons[person_of(before, unit)] = 1;
    }
    for (uint32_t unit = 0; unit < amend->now->unit_count; unit++) {
        uint32_t person = person_of(after, unit);
        uint32_t was = unit < known ? person_of(before, unit) : unit;
        if (!amend->persons[person] && !amend->persons[was])
            continue;
        amend->units[unit] = (uint8_t)(UNIT_AMENDED | (was != unit ? UNIT_WAS_DEVICE : 0));
        amend->unit_count++;
        amend->fits = amend->fits && (!after || !after[person]); /* no device of a device */
    }
}

static bool store_units(const struct amend *amend, gos_error *err)
{
    static const enum sql_type types[] = {SQL_UINT32};
    struct sql_connection *reader = amend->tally->columns->reader;
    struct sql_appender *appender = NULL;
    if (!sql_run(reader, "CREATE TEMP TABLE amended(unit UINTEGER)", NULL, 0, err) ||
        !sql_appender_open(reader, "amended", types, 1, &appender, err))
        return false;
    bool done = true;
    for (uint32_t unit = 0; done && unit < amend->now->unit_count; unit++) {
        if (!amend_holds(amend, unit))
            continue;
        sql_append_int(appender, 0, unit);
        done = sql_append_row(appender, err);
    }
    return sql_appender_close(appender, done ? err : NULL) && done;
}

static void count_into(struct tally *tally, uint64_t *events)
{
    for (uint32_t i = 0; i < tally->cell_count; i++)
        tally->cells[i].events = &events[tally->cells[i].plan * tally->question->variant_count];
}

/* Counts the events of theirs that were read, by who they were; their numbers are of no use. */
static bool subtract_events(struct amend *amend, gos_error *err)
{
    struct tally *tally = amend->tally;
    size_t count = (size_t)tally->question->plan_count * tally->question->variant_count;
    uint64_t *events = gos_arena_array(amend->arena, count + 1, sizeof *events, err);
    uint64_t known = tally->known_sequence;
    int64_t before = tally->before_ms;
    if (!events)
        return false;
    count_into(tally, events);
    tally->units_read = UNITS_AMENDED;
    tally->last_sequence = known;
    tally->known_sequence = 0;
    tally->before_ms = tally->held_before_ms;
    tally->after_ms = INT64_MIN;
    atomic_store(&tally->marks_left, (int64_t)tally->columns->memory_bytes);
    bool done = tally_read_events(tally, err);
    count_into(tally, tally->events);
    for (size_t i = 0; i < count; i++)
        tally->events[i] -= events[i];
    tally->units_read = UNITS_ALL;
    tally->last_sequence = INT64_MAX;
    tally->known_sequence = known;
    tally->before_ms = before;
    return done;
}

bool amend_take_back(struct amend *amend, gos_error *err)
{
    find_units(amend);
    amend->fits = amend->fits &&
                  amend->unit_count <= AMENDED_LEAST + amend->tally->slot_count / AMENDED_SHARE;
    return !amend->fits || (store_units(amend, err) && subtract_events(amend, err));
}
