/* Exposures to slots: one per person, with the earliest time and the variant met then. */
#include "ledger/compute.h"
#include "ledger/slices.h"

#include "base/time.h"

bool tally_add_slot(struct tally *tally, uint32_t person, struct slot slot, gos_error *err)
{
    bool is_full = tally->slots.bytes + sizeof slot > tally->slots.capacity;
    if (is_full && !tally_make_room(tally, tally->slots.capacity))
        return gos_fail(
            err, GOS_TOO_LARGE, "",
            "more than %u persons need more than the %zu bytes that there are for computations",
            tally->slot_count, tally->columns->memory_bytes);
    tally->slot_of[person] = tally->slot_count++;
    return buffer_append(&tally->slots, &slot, sizeof slot, SIZE_MAX, err);
}

/* Another exposure of a person who has a slot. */
void slot_join(struct slot *slot, const struct slot *other)
{
    if (slot->number != other->number)
        slot->flags |= EXPOSURE_CROSSOVER;
    slot->flags |= other->flags;
    if (other->first < slot->first) {
        slot->first = other->first;
        slot->variant = other->variant;
        slot->number = other->number;
    }
}

static uint8_t variant_index(const struct tally *tally, uint32_t number)
{
    for (uint32_t i = 0; i < tally->question->variant_count; i++) {
        if (tally->variant_names[i] == number)
            return (uint8_t)i;
    }
    return VARIANT_NONE;
}

static gos_str attributes_at(const struct sql_chunk *chunk, uint64_t row)
{
    return sql_is_null(&chunk->columns[4], row) ? GOS_LIT("") : sql_text(&chunk->columns[4], row);
}

struct slot slot_read(const struct tally *tally, const struct sql_chunk *chunk, uint64_t row)
{
    uint32_t number = (uint32_t)sql_int(&chunk->columns[1], row);
    uint8_t variant = variant_index(tally, number);
    if (tally->question->slice_count > 0)
        variant = slice_variant(tally, variant, attributes_at(chunk, row));
    return (struct slot){sql_int(&chunk->columns[2], row), variant,
                         (uint8_t)sql_int(&chunk->columns[3], row), number};
}

static bool take_exposures(void *context, const struct sql_chunk *chunk, gos_error *err)
{
    struct tally *tally = context;
    for (uint64_t row = 0; row < chunk->row_count; row++) {
        uint32_t unit = (uint32_t)sql_int(&chunk->columns[0], row);
        struct slot slot = slot_read(tally, chunk, row);
        uint32_t person = tally->users ? unit_person(tally->users, unit) : unit;
        uint32_t index = tally->slot_of[person];
        tally->merged += person != unit;
        if (index != SLOT_NONE)
            slot_join((struct slot *)tally->slots.data + index, &slot);
        else if (!tally_add_slot(tally, person, slot, err))
            return false;
    }
    tally->rows_read += chunk->row_count;
    tally_progress(tally, chunk->row_count);
    return !tally_is_cancelled(tally) || gos_fail(err, GOS_CANCELLED, "", "cancelled");
}

/* A device's events are its user's. */
void tally_spread_to_devices(struct tally *tally)
{
    for (uint32_t unit = 0; tally->users && unit < tally->unit_count; unit++) {
        if (tally->users[unit])
            tally->slot_of[unit] = tally->slot_of[unit_person(tally->users, unit)];
    }
}

bool tally_begin_slots(struct tally *tally, gos_error *err)
{
    size_t unit_count = tally->unit_room;
    tally_make_room(tally, (unit_count + 1) * sizeof *tally->slot_of);
    tally->slot_of = gos_arena_array(tally->arena, unit_count + 1, sizeof *tally->slot_of, err);
    if (tally->slot_of)
        memset(tally->slot_of, 0xff, (unit_count + 1) * sizeof *tally->slot_of);
    return tally->slot_of != NULL;
}

bool tally_read_exposures(struct tally *tally, gos_error *err)
{
    if (!tally_begin_slots(tally, err))
        return false;
    const struct sql_value values[] = {
        SQL_VALUE_INT(tally->experiment), SQL_VALUE_INT(tally->question->from_ms),
        SQL_VALUE_INT(tally->question->as_of_ms), SQL_VALUE_INT((int64_t)tally->last_sequence)};
    static const char plain[] = "SELECT unit, variant, ts, flags FROM exposures "
                                "WHERE experiment = $1 AND ts >= $2 AND ts < $3 AND seq <= $4";
    static const char sliced[] = "SELECT unit, variant, ts, flags, attributes FROM exposures "
                                 "WHERE experiment = $1 AND ts >= $2 AND ts < $3 AND seq <= $4";
    if (!sql_query(tally->columns->reader, tally->question->slice_count > 0 ? sliced : plain,
                   values, 4, take_exposures, tally, err))
        return false;
    tally_spread_to_devices(tally);
    return true;
}
