/*
 * Instead of exposures: everybody who did anything since the oldest of the newest events that the
 * plans read, as if they had met the only variant with the first thing they did. So a rate is one
 * of all active people, as in an experiment, where most do not do what is counted.
 */
#include "ledger/recent.h"

#include "ledger/compute.h"

#include "base/time.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

enum { EXAMPLES_MAX = 6 };

/* Rows of one name that are read at most, for each recent event asked for: 10 million for 10,000.
 */
enum { OTHERS_MAX = 1000 };

struct valued {
    double value;
    uint32_t slot;
};

struct naming {
    gos_arena *arena;
    gos_str name;
};

/* When the oldest of the newest `limit` rows of an event happened. */
static bool oldest_of(struct tally *tally, uint32_t event, int64_t *out, gos_error *err)
{
    char text[160];
    snprintf(text, sizeof text,
             "SELECT min(ts) FROM (SELECT ts FROM e%u WHERE ts >= $1 AND ts < $2 "
             "ORDER BY ts DESC LIMIT %u)",
             event, tally->question->recent_events);
    const struct sql_value bounds[] = {SQL_VALUE_INT(tally->question->from_ms),
                                       SQL_VALUE_INT(tally->question->as_of_ms)};
    return sql_query_int(tally->columns->reader, text, bounds, 2, INT64_MAX, out, err);
}

/* A later `since` when a name has too many rows after it, as if they had come evenly. */
static bool narrow(struct tally *tally, uint32_t event, int64_t *since, gos_error *err)
{
    char text[120];
    int64_t rows = 0, most = (int64_t)tally->question->recent_events * OTHERS_MAX, last = *since;
    const struct sql_value bounds[] = {SQL_VALUE_INT(*since),
                                       SQL_VALUE_INT(tally->question->as_of_ms)};
    snprintf(text, sizeof text, "SELECT count(*) FROM e%u WHERE ts >= $1 AND ts < $2", event);
    if (!sql_query_int(tally->columns->reader, text, bounds, 2, 0, &rows, err))
        return false;
    if (rows <= most)
        return true;
    snprintf(text, sizeof text, "SELECT max(ts) FROM e%u WHERE ts >= $1 AND ts < $2", event);
    if (!sql_query_int(tally->columns->reader, text, bounds, 2, *since, &last, err))
        return false;
    *since = last - (int64_t)((double)(last - *since) * ((double)most / (double)rows));
    return true;
}

static bool take_people(void *context, const struct sql_chunk *chunk, gos_error *err)
{
    struct tally *tally = context;
    for (uint64_t row = 0; row < chunk->row_count; row++) {
        uint32_t unit = (uint32_t)sql_int(&chunk->columns[0], row);
        uint32_t person = tally->users ? unit_person(tally->users, unit) : unit;
        struct slot slot = {.first = sql_int(&chunk->columns[1], row)};
        uint32_t index = tally->slot_of[person];
        struct slot *slots = tally->slots.data;
        int64_t last = sql_int(&chunk->columns[2], row);
        tally->last_event = last > tally->last_event ? last : tally->last_event;
        if (index == SLOT_NONE && !tally_add_slot(tally, person, slot, err))
            return false;
        if (index != SLOT_NONE && slot.first < slots[index].first)
            slots[index].first = slot.first;
    }
    return !tally_is_cancelled(tally) || gos_fail(err, GOS_CANCELLED, "", "cancelled");
}

static bool read_people(struct tally *tally, uint32_t event, int64_t since, gos_error *err)
{
    char text[120];
    snprintf(text, sizeof text,
             "SELECT unit, min(ts), max(ts) FROM e%u WHERE ts >= $1 AND ts < $2 GROUP BY unit",
             event);
    const struct sql_value values[] = {SQL_VALUE_INT(since),
                                       SQL_VALUE_INT(tally->question->as_of_ms)};
    return sql_query(tally->columns->reader, text, values, 2, take_people, tally, err);
}

uint32_t recent_event_numbers(struct tally *tally, uint32_t *out, uint32_t max)
{
    const struct ledger_question *question = tally->question;
    uint32_t count = 0;
    for (uint32_t p = 0; p < question->plan_count; p++) {
        for (uint32_t a = 0; a < question->plans[p].aggregate_count; a++) {
            const struct metric_aggregate *aggregate = &question->plans[p].aggregates[a];
            uint32_t steps = aggregate->step_count ? aggregate->step_count : 1;
            for (uint32_t s = 0; s < steps && count < max; s++) {
                gos_str event =
                    aggregate->step_count ? aggregate->steps[s] : aggregate->source.event;
                uint32_t number =
                    names_find(&tally->columns->names, NAME_EVENT, tally->environment, event);
                bool is_new = number > 0 && number <= tally->name_count;
                for (uint32_t i = 0; i < count; i++)
                    is_new = is_new && out[i] != number;
                if (is_new)
                    out[count++] = number;
            }
        }
    }
    return count;
}

static size_t last_plan(const struct tally *tally)
{
    return tally->question->plan_count > 0 ? tally->question->plan_count - 1 : 0;
}

/* Room for everybody's values, for examples. */
static bool keep_values(struct tally *tally, gos_error *err)
{
    size_t count = (last_plan(tally) + 1) * tally->slot_count;
    tally_make_room(tally, (count + 1) * sizeof *tally->kept);
    tally->kept = gos_arena_array(tally->arena, count + 1, sizeof *tally->kept, err);
    for (size_t i = 0; tally->kept && i < count; i++)
        tally->kept[i] = (double)NAN;
    return tally->kept != NULL;
}

/* All events of the environment. Under names_lock. */
static uint32_t *all_events(struct tally *tally, uint32_t *out_count, gos_error *err)
{
    const struct names *names = &tally->columns->names;
    uint32_t *events = gos_arena_array(tally->arena, tally->name_count + 1, sizeof *events, err);
    *out_count = 0;
    for (uint32_t number = 1; events && number <= tally->name_count; number++) {
        const struct name *name = names_get(names, number);
        if (name->kind == NAME_EVENT && name->parent == tally->environment)
            events[(*out_count)++] = number;
    }
    return events;
}

static bool read_everybody(struct tally *tally, int64_t since, gos_error *err)
{
    uint32_t count;
    pthread_mutex_lock(&tally->columns->names_lock);
    uint32_t *events = all_events(tally, &count, err);
    pthread_mutex_unlock(&tally->columns->names_lock);
    if (!events)
        return false;
    for (uint32_t i = 0; i < count; i++) {
        if (!narrow(tally, events[i], &since, err))
            return false;
    }
    for (uint32_t i = 0; i < count; i++) {
        if (!read_people(tally, events[i], since, err))
            return false;
    }
    return true;
}

/* From where on people count: a bounded question says it, else the plans' newest events do. */
static bool find_since(struct tally *tally, int64_t *since, gos_error *err)
{
    enum { EVENTS_MAX = 64 };
    uint32_t events[EVENTS_MAX];
    int64_t oldest;
    *since = tally->question->from_ms;
    if (*since > INT64_MIN + 1)
        return true;
    *since = INT64_MAX;
    pthread_mutex_lock(&tally->columns->names_lock);
    uint32_t count = recent_event_numbers(tally, events, EVENTS_MAX);
    pthread_mutex_unlock(&tally->columns->names_lock);
    for (uint32_t i = 0; i < count; i++) {
        if (!oldest_of(tally, events[i], &oldest, err))
            return false;
        *since = oldest < *since ? oldest : *since;
    }
    return true;
}

bool tally_read_recent(struct tally *tally, gos_error *err)
{
    int64_t since;
    tally->last_event = TIME_NONE;
    if (!tally_begin_slots(tally, err) || !find_since(tally, &since, err) ||
        (since < INT64_MAX && !read_everybody(tally, since, err)))
        return false;
    tally_spread_to_devices(tally);
    return keep_values(tally, err);
}

static bool take_name(void *context, const struct sql_chunk *chunk, gos_error *err)
{
    struct naming *naming = context;
    gos_str name = chunk->row_count > 0 && !sql_is_null(&chunk->columns[0], 0)
                       ? sql_text(&chunk->columns[0], 0)
                       : GOS_LIT("");
    naming->name = gos_arena_text(naming->arena, name, err);
    return naming->name.data != NULL;
}

/* A person's own number, not that of a device that points to the same slot. */
static uint32_t unit_of(const struct tally *tally, uint32_t slot)
{
    uint32_t unit = 0;
    while (unit < tally->unit_count &&
           (tally->slot_of[unit] != slot || (tally->users && tally->users[unit])))
        unit++;
    return unit;
}

static bool add_example(struct tally *tally, const struct valued *valued, gos_arena *arena,
                        struct ledger_answer *out, gos_error *err)
{
    struct naming naming = {.arena = arena};
    struct sql_value unit = SQL_VALUE_INT(unit_of(tally, valued->slot));
    if (!sql_query(tally->columns->reader, "SELECT name FROM units WHERE unit = $1", &unit, 1,
                   take_name, &naming, err))
        return false;
    if (naming.name.len > 0)
        out->examples[out->example_count++] = (struct ledger_example){naming.name, valued->value};
    return true;
}

static int larger_first(const void *a, const void *b)
{
    const struct valued *x = a, *y = b;
    if (x->value != y->value)
        return x->value > y->value ? -1 : 1;
    return x->slot < y->slot ? -1 : x->slot > y->slot;
}

/* In even steps from the largest value to the smallest. */
bool recent_examples(struct tally *tally, gos_arena *arena, struct ledger_answer *out,
                     gos_error *err)
{
    const double *values = &tally->kept[last_plan(tally) * tally->slot_count];
    struct valued *list = gos_arena_array(tally->arena, tally->slot_count + 1, sizeof *list, err);
    size_t count = 0, wanted;
    out->last_event = tally->last_event;
    out->examples = gos_arena_array(arena, EXAMPLES_MAX, sizeof *out->examples, err);
    if (!list || !out->examples)
        return false;
    for (uint32_t i = 0; i < tally->slot_count; i++) {
        if (!isnan(values[i]))
            list[count++] = (struct valued){values[i], i};
    }
    if (count > 0)
        qsort(list, count, sizeof *list, larger_first);
    wanted = count < EXAMPLES_MAX ? count : EXAMPLES_MAX;
    for (size_t i = 0; i < wanted; i++) {
        size_t place = wanted > 1 ? i * (count - 1) / (wanted - 1) : 0;
        if (!add_example(tally, &list[place], arena, out, err))
            return false;
    }
    return true;
}
