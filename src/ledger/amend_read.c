/*
 * Their slots, and what is read again. Slots keep the order of a full computation: that of the
 * first exposure of any unit of a person.
 */
#include "ledger/amend.h"

#include <math.h>

/* Slots that are left behind when persons become one. */
static bool remove_slots(struct amend *amend, const uint8_t *gone, gos_error *err)
{
    struct tally *tally = amend->tally;
    struct slot *slots = tally->slots.data;
    uint32_t *moved = gos_arena_array(amend->arena, tally->slot_count + 1u, sizeof *moved, err);
    uint32_t count = 0;
    if (!moved)
        return false;
    for (uint32_t i = 0; i < tally->slot_count; i++) {
        moved[i] = gone[i] ? SLOT_NONE : count++;
        if (!gone[i])
            slots[moved[i]] = slots[i];
    }
    tally_move_numbers(tally, moved);
    for (uint32_t unit = 0; unit < tally->unit_count; unit++) {
        if (tally->slot_of[unit] != SLOT_NONE)
            tally->slot_of[unit] = moved[tally->slot_of[unit]];
    }
    tally->slot_count = count;
    tally->slots.bytes = count * sizeof *slots;
    return true;
}

static uint32_t person_of(const struct tally *tally, uint32_t unit)
{
    return tally->users ? unit_person(tally->users, unit) : unit;
}

bool amend_take_slots(struct amend *amend, gos_error *err)
{
    struct tally *tally = amend->tally;
    uint32_t units = tally->unit_count, left_behind = 0;
    uint32_t *first = gos_arena_array(amend->arena, units + 1u, sizeof *first, err);
    uint8_t *gone = gos_arena_array(amend->arena, tally->slot_count + 1u, 1, err);
    if (!first || !gone)
        return false;
    memset(first, 0xff, units * sizeof *first);
    for (uint32_t unit = 0; unit < units; unit++) {
        uint32_t *slot = &first[person_of(tally, unit)];
        if (amend_holds(amend, unit) && tally->slot_of[unit] < *slot)
            *slot = tally->slot_of[unit];
    }
    for (uint32_t unit = 0; unit < units; unit++) {
        uint32_t slot = first[person_of(tally, unit)];
        if (!amend_holds(amend, unit) || tally->slot_of[unit] == slot)
            continue;
        if (tally->slot_of[unit] != SLOT_NONE) {
            left_behind += !gone[tally->slot_of[unit]];
            gone[tally->slot_of[unit]] = 1;
        }
        tally->slot_of[unit] = slot;
    }
    return left_behind == 0 || remove_slots(amend, gone, err);
}

/* Every row of theirs, as a full computation would see it. */
static bool take_exposures(void *context, const struct sql_chunk *chunk, gos_error *err)
{
    (void)err;
    struct amend *amend = context;
    struct tally *tally = amend->tally;
    for (uint64_t row = 0; row < chunk->row_count; row++) {
        uint32_t unit = (uint32_t)sql_int(&chunk->columns[0], row);
        struct slot slot = slot_read(tally, chunk, row);
        uint32_t person = person_of(tally, unit);
        bool was_in = (uint64_t)sql_int(&chunk->columns[4], row) <= tally->known_sequence &&
                      slot.first < tally->held_before_ms;
        tally->merged += person != unit;
        tally->merged -= was_in && amend->units[unit] & UNIT_WAS_DEVICE;
        amend->fits =
            amend->fits && slot.first >= amend->first && tally->slot_of[person] != SLOT_NONE;
        if (!amend->fits)
            return true;
        struct slot *known = (struct slot *)tally->slots.data + tally->slot_of[person];
        if (known->first == INT64_MAX)
            *known = slot;
        else
            slot_join(known, &slot);
    }
    tally->rows_read += chunk->row_count;
    return true;
}

static bool read_exposures(struct amend *amend, gos_error *err)
{
    const struct tally *tally = amend->tally;
    const struct sql_value values[] = {SQL_VALUE_INT(tally->experiment),
                                       SQL_VALUE_INT(tally->question->from_ms),
                                       SQL_VALUE_INT(tally->before_ms)};
    return sql_query(tally->columns->reader,
                     "SELECT unit, variant, ts, flags, seq FROM exposures "
                     "WHERE experiment = $1 AND ts >= $2 AND ts < $3 "
                     "AND unit IN (SELECT unit FROM amended) ORDER BY rowid",
                     values, 3, take_exposures, amend, err);
}

/* Nothing is known of them. */
static bool clear(struct amend *amend, gos_error *err)
{
    struct tally *tally = amend->tally;
    struct slot *slots = tally->slots.data;
    amend->slots = gos_arena_array(amend->arena, tally->slot_count + 1u, 1, err);
    if (!amend->slots)
        return false;
    for (uint32_t unit = 0; unit < tally->unit_count; unit++) {
        uint32_t slot = tally->slot_of[unit];
        if (!amend_holds(amend, unit) || slot == SLOT_NONE)
            continue;
        amend->slots[slot] = 1;
        slots[slot] = (struct slot){.first = INT64_MAX, .variant = VARIANT_NONE};
    }
    tally_clear_numbers(tally, amend->slots);
    return true;
}

/* Who is left out is so before events are counted. */
static void leave_out(struct amend *amend)
{
    struct slot *slots = amend->tally->slots.data;
    for (uint32_t i = 0; i < amend->tally->slot_count; i++) {
        if (amend->slots[i] && slots[i].flags)
            slots[i].variant = VARIANT_NONE;
        amend->fits = amend->fits && slots[i].first < INT64_MAX;
    }
}

bool amend_read(struct amend *amend, gos_error *err)
{
    struct tally *tally = amend->tally;
    uint64_t known = tally->known_sequence;
    if (!clear(amend, err) || !read_exposures(amend, err))
        return false;
    leave_out(amend);
    if (!amend->fits)
        return true;
    tally->slot_first = 0;
    tally->turn_count = tally->slot_count;
    tally->after_ms = INT64_MIN;
    tally->known_sequence = 0;
    tally->units_read = UNITS_AMENDED;
    atomic_store(&tally->marks_left, (int64_t)tally->columns->memory_bytes);
    bool done = tally_read_events(tally, err);
    tally->known_sequence = known;
    tally->units_read = UNITS_OTHER;
    return done;
}
