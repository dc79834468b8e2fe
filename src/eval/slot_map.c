/* A map from slots to owners. Sealed by spec/bucketing.json: a change here moves units. */
#include "eval/slot_map.h"

#include "eval/share.h"

enum { RANGE_CAPACITY_FIRST = 16 };

static bool reserve(struct slot_map *map, uint32_t count)
{
    if (count <= map->capacity)
        return true;
    uint32_t capacity = map->capacity ? map->capacity : RANGE_CAPACITY_FIRST;
    while (capacity < count)
        capacity *= 2;
    struct slot_range *ranges = gos_arena_array(map->arena, capacity, sizeof *ranges, NULL);
    struct slot_range *spare = gos_arena_array(map->arena, capacity, sizeof *spare, NULL);
    if (!ranges || !spare) {
        map->failed = true;
        return false;
    }
    if (map->count)
        memcpy(ranges, map->ranges, map->count * sizeof *ranges);
    map->ranges = ranges;
    map->spare = spare;
    map->capacity = capacity;
    return true;
}

void slot_map_init(struct slot_map *map, gos_arena *arena)
{
    *map = (struct slot_map){.arena = arena};
    if (reserve(map, 1)) {
        map->ranges[0] = (struct slot_range){SLOT_COUNT, SLOT_FREE};
        map->count = 1;
    }
}

static uint64_t range_start(const struct slot_map *map, uint32_t index)
{
    return index ? map->ranges[index - 1].end : 0;
}

uint64_t slot_map_owned(const struct slot_map *map, uint32_t owner)
{
    uint64_t slots = 0;
    for (uint32_t i = 0; i < map->count; i++) {
        if (map->ranges[i].owner == owner)
            slots += map->ranges[i].end - range_start(map, i);
    }
    return slots;
}

/* Appends to the spare ranges; neighbours of one owner are one range. */
static uint32_t spare_add(struct slot_map *map, uint32_t count, uint64_t end, uint32_t owner)
{
    uint64_t start = count ? map->spare[count - 1].end : 0;
    if (end == start)
        return count;
    if (count && map->spare[count - 1].owner == owner) {
        map->spare[count - 1].end = end;
        return count;
    }
    map->spare[count] = (struct slot_range){end, owner};
    return count + 1;
}

/* Slots of `from` between the two positions among its own, counted from its lowest, change hands.
 */
static void move_between(struct slot_map *map, uint32_t from, uint32_t to, uint64_t first,
                         uint64_t behind)
{
    uint64_t seen = 0;
    uint32_t count = 0;
    if (map->failed || !reserve(map, map->count + 2))
        return;
    for (uint32_t i = 0; i < map->count; i++) {
        struct slot_range range = map->ranges[i];
        uint64_t start = range_start(map, i), len = range.end - start;
        if (range.owner != from) {
            count = spare_add(map, count, range.end, range.owner);
            continue;
        }
        uint64_t low = first > seen ? first - seen : 0, high = behind > seen ? behind - seen : 0;
        low = low < len ? low : len;
        high = high < len ? high : len;
        count = spare_add(map, count, start + low, from);
        count = spare_add(map, count, start + high, to);
        count = spare_add(map, count, range.end, from);
        seen += len;
    }
    struct slot_range *old = map->ranges;
    map->ranges = map->spare;
    map->spare = old;
    map->count = count;
}

void slot_map_move(struct slot_map *map, uint32_t from, uint32_t to, uint64_t slots,
                   bool highest_first)
{
    uint64_t owned = slot_map_owned(map, from);
    if (slots > owned)
        slots = owned;
    if (slots == 0)
        return;
    uint64_t first = highest_first ? owned - slots : 0;
    move_between(map, from, to, first, first + slots);
}

void slot_map_set(struct slot_map *map, uint32_t owner, uint64_t slots)
{
    uint64_t owned = slot_map_owned(map, owner);
    if (owned < slots)
        slot_map_move(map, SLOT_FREE, owner, slots - owned, false);
    else
        slot_map_move(map, owner, SLOT_FREE, owned - slots, true);
}

void slot_map_change(struct slot_map *map, const uint64_t *slots, uint32_t owner_count)
{
    for (uint32_t i = 0; i < owner_count; i++) {
        if (slot_map_owned(map, i) > slots[i])
            slot_map_set(map, i, slots[i]);
    }
    for (uint32_t i = 0; i < owner_count; i++)
        slot_map_set(map, i, slots[i]);
}

/* The weight with the largest remainder among those that got no extra slot; extra ones are -1. */
static uint32_t largest_remainder(const int64_t *remainders, uint32_t count)
{
    uint32_t largest = 0;
    for (uint32_t i = 1; i < count; i++) {
        if (remainders[i] > remainders[largest])
            largest = i;
    }
    return largest;
}

void slot_shares(const int64_t *weights, uint32_t count, uint64_t *out_slots)
{
    enum { COUNT_MAX = 256 };
    int64_t remainders[COUNT_MAX], total = 0;
    uint64_t given = 0;
    assert(count <= COUNT_MAX);
    for (uint32_t i = 0; i < count; i++)
        total += weights[i];
    assert(total > 0);
    for (uint32_t i = 0; i < count; i++) {
        share_wide product = (share_wide)(uint64_t)weights[i] * SLOT_COUNT;
        out_slots[i] = (uint64_t)(product / (uint64_t)total);
        remainders[i] = (int64_t)(uint64_t)(product % (uint64_t)total);
        given += out_slots[i];
    }
    for (; given < SLOT_COUNT; given++) {
        uint32_t largest = largest_remainder(remainders, count);
        out_slots[largest]++;
        remainders[largest] = -1;
    }
}
