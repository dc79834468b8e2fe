/* New people by the day of their first exposure. */
#include "base/time.h"
#include "ledger/tally.h"

static int64_t day_min(const struct tally *tally, int64_t *out_max)
{
    int64_t low = INT64_MAX;
    *out_max = INT64_MIN;
    for (uint32_t i = 0; i < tally->slot_count; i++) {
        const struct slot *slot = &tally_slots(tally)[i];
        int64_t day = time_day(slot->first);
        if (slot->variant == VARIANT_NONE)
            continue;
        low = day < low ? day : low;
        *out_max = day > *out_max ? day : *out_max;
    }
    return low;
}

bool tally_count_days(const struct tally *tally, gos_arena *arena, struct ledger_answer *out,
                      gos_error *err)
{
    int64_t last, first = day_min(tally, &last);
    uint32_t variants = tally->question->variant_count;
    out->days = gos_arena_take(arena, 1, err);
    if (first > last)
        return out->days != NULL;
    uint64_t count = ((uint64_t)(last - first) + 1) * variants;
    struct ledger_day *days = gos_arena_array(arena, count, sizeof *days, err);
    if (!days)
        return false;
    for (uint64_t i = 0; i < count; i++)
        days[i] = (struct ledger_day){first + (int64_t)(i / variants), (uint32_t)(i % variants), 0};
    for (uint32_t i = 0; i < tally->slot_count; i++) {
        const struct slot *slot = &tally_slots(tally)[i];
        if (slot->variant != VARIANT_NONE)
            days[(uint64_t)(time_day(slot->first) - first) * variants + slot->variant].units++;
    }
    out->days = days;
    out->day_count = (uint32_t)count;
    return true;
}
