/* Rulesets by time and by hash, from what the catalog remembers of each publishing. */
#include "jobs/history.h"

#include "base/limits.h"

bool history_read(struct catalog *catalog, gos_str environment, int64_t until_ms, gos_arena *arena,
                  struct history *out, gos_error *err)
{
    struct ruleset_note *notes =
        gos_arena_array(arena, HISTORY_NOTES_MAX + PAGE_ITEMS_MAX, sizeof *notes, err);
    bool more = notes != NULL;
    *out = (struct history){.notes = notes};
    while (more && out->count < HISTORY_NOTES_MAX) {
        struct ruleset_note *page;
        uint32_t count = 0;
        if (!catalog_list_rulesets(catalog, environment, until_ms, PAGE_ITEMS_MAX, arena, &page,
                                   &count, err))
            return false;
        for (uint32_t i = 0; i < count; i++)
            notes[out->count++] = page[i];
        more = count == PAGE_ITEMS_MAX;
        until_ms = count > 0 ? page[count - 1].at - 1 : until_ms;
    }
    if (out->count > HISTORY_NOTES_MAX)
        out->count = HISTORY_NOTES_MAX;
    return notes != NULL;
}

int32_t history_at(const struct history *history, int64_t at_ms)
{
    uint32_t low = 0, high = history->count;
    while (low < high) {
        uint32_t middle = (low + high) / 2;
        if (history->notes[middle].at <= at_ms)
            high = middle;
        else
            low = middle + 1;
    }
    return low < history->count ? (int32_t)low : HISTORY_NONE;
}

int32_t history_named(const struct history *history, gos_str hash, int64_t at_ms)
{
    for (uint32_t i = 0; i < history->count; i++) {
        if (history->notes[i].at <= at_ms && gos_str_equal(history->notes[i].hash, hash))
            return (int32_t)i;
    }
    return HISTORY_NONE;
}
