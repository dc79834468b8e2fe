/* Rows of one key stand together: the first is found by halving. */
#include "api/flag_usages.h"

#include "api/usage.h"
#include "base/text.h"
#include "base/time.h"
#include "catalog/catalog.h"

bool flag_usages_read(struct api *api, gos_str environment, int64_t age_ms, gos_arena *arena,
                      struct flag_usages *out, gos_error *err)
{
    static const struct flag_usage none;
    struct flag_usage *rows;
    if (!usage_flush(api->usage, api->catalog, age_ms, err) ||
        !catalog_list_usage(api->catalog, environment, arena, &rows, &out->count, err))
        return false;
    out->rows = rows ? rows : &none;
    return true;
}

static uint32_t first_of(const struct flag_usages *usages, gos_str key)
{
    uint32_t low = 0, high = usages->count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (str_compare(usages->rows[middle].key, key) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

struct flag_history flag_usages_of(const struct flag_usages *usages, gos_str key, int64_t since)
{
    struct flag_history out = {TIME_NONE, TIME_NONE, 0, GOS_LIT("")};
    for (uint32_t i = first_of(usages, key); i < usages->count; i++) {
        const struct flag_usage *row = &usages->rows[i];
        if (!gos_str_equal(row->key, key))
            break;
        if (row->is_unknown)
            continue;
        if (out.first_at == TIME_NONE || row->first_at < out.first_at)
            out.first_at = row->first_at;
        if (out.last_at == TIME_NONE || row->last_at > out.last_at)
            out.last_at = row->last_at;
        if (row->last_at >= since) {
            out.recent_variants++;
            out.variant = row->variant;
        }
    }
    return out;
}
