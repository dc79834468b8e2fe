/*
 * Instead of exposures: everybody who did one of the newest events that the plans read, as if they
 * had met the only variant with the first of them.
 */
#include "ledger/recent.h"

#include <stdio.h>

/* When the oldest of the newest `limit` rows of an event happened. */
static bool oldest_of(struct tally *tally, uint32_t event, int64_t *out, gos_error *err)
{
    char text[160];
    snprintf(text, sizeof text,
             "SELECT min(ts) FROM (SELECT ts FROM e%u WHERE ts < $1 ORDER BY ts DESC LIMIT %u)",
             event, tally->question->recent_events);
    const struct sql_value before = SQL_VALUE_INT(tally->question->as_of_ms);
    return sql_query_int(tally->columns->reader, text, &before, 1, INT64_MAX, out, err);
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
             "SELECT unit, min(ts) FROM e%u WHERE ts >= $1 AND ts < $2 GROUP BY unit", event);
    const struct sql_value values[] = {SQL_VALUE_INT(since),
                                       SQL_VALUE_INT(tally->question->as_of_ms)};
    return sql_query(tally->columns->reader, text, values, 2, take_people, tally, err);
}

/* The events that the plans read, each once. */
static uint32_t events_of(struct tally *tally, uint32_t *out, uint32_t max)
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

bool tally_read_recent(struct tally *tally, gos_error *err)
{
    enum { EVENTS_MAX = 64 };
    uint32_t events[EVENTS_MAX];
    int64_t since = INT64_MAX, oldest;
    pthread_mutex_lock(&tally->columns->names_lock);
    uint32_t count = events_of(tally, events, EVENTS_MAX);
    pthread_mutex_unlock(&tally->columns->names_lock);
    if (!tally_begin_slots(tally, err))
        return false;
    for (uint32_t i = 0; i < count; i++) {
        if (!oldest_of(tally, events[i], &oldest, err))
            return false;
        since = oldest < since ? oldest : since;
    }
    for (uint32_t i = 0; i < count && since < INT64_MAX; i++) {
        if (!read_people(tally, events[i], since, err))
            return false;
    }
    tally_spread_to_devices(tally);
    return true;
}
