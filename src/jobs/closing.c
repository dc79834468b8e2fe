/* One environment after the other, one experiment a transaction. */
#include "jobs/closing.h"

#include "base/limits.h"
#include "base/time.h"

static bool has_ended(const struct definition *experiment, int64_t now_ms)
{
    int64_t end;
    const struct json *value = json_find(experiment->tree, GOS_LIT("end_date"));
    return value && value->type == JSON_STRING && time_read(value->text, &end) && end <= now_ms;
}

/* *out_closed is false when somebody else was faster. */
static bool close_one(struct catalog *catalog, const struct definition *stored, int64_t now_ms,
                      gos_arena *arena, bool *out_closed, gos_error *err)
{
    struct definition next;
    struct catalog_write write = {.environment = stored->environment,
                                  .actor = GOS_LIT("gosset (planned end)"),
                                  .now_ms = now_ms};
    struct catalog_change change = {.operation = CATALOG_PUT,
                                    .definition = &next,
                                    .expected_version = stored->version,
                                    .action = GOS_LIT("complete"),
                                    .pointer = ""};
    *out_closed = definition_move(stored, GOS_LIT("complete"), NULL, now_ms, arena, &next, err) &&
                  catalog_apply(catalog, &write, &change, 1, NULL, err);
    return *out_closed || err->code == GOS_CONFLICT || err->code == GOS_NOT_FOUND;
}

static bool close_page(struct catalog *catalog, struct catalog_page *page, int64_t now_ms,
                       gos_arena *arena, uint32_t *count, gos_error *err)
{
    for (uint32_t i = 0; i < page->count; i++) {
        struct definition *experiment = &page->items[i];
        bool closed = false;
        if (!json_read(experiment->body, arena, &experiment->tree, err))
            return false;
        if (has_ended(experiment, now_ms) &&
            !close_one(catalog, experiment, now_ms, arena, &closed, err))
            return false;
        *count += closed;
    }
    return true;
}

static bool close_state(struct catalog *catalog, gos_str environment, gos_str status,
                        int64_t now_ms, gos_arena *arena, uint32_t *count, gos_error *err)
{
    struct catalog_page page;
    struct catalog_query query = {.environment = environment,
                                  .kind = KIND_EXPERIMENT,
                                  .status = status,
                                  .limit = PAGE_ITEMS_MAX};
    do {
        if (!catalog_list(catalog, &query, arena, &page, err) ||
            !close_page(catalog, &page, now_ms, arena, count, err))
            return false;
        query.cursor = page.next;
    } while (page.next.len > 0);
    return true;
}

bool closing_run(struct catalog *catalog, int64_t now_ms, closing_done *done, void *user,
                 gos_arena *arena, uint32_t *out_count, gos_error *err)
{
    struct environment *environments;
    uint32_t environment_count;
    *out_count = 0;
    if (!catalog_list_environments(catalog, arena, &environments, &environment_count, err))
        return false;
    for (uint32_t i = 0; i < environment_count; i++) {
        uint32_t count = 0;
        gos_str name = environments[i].name;
        if (!close_state(catalog, name, GOS_LIT("Running"), now_ms, arena, &count, err) ||
            !close_state(catalog, name, GOS_LIT("Paused"), now_ms, arena, &count, err))
            return false;
        if (count > 0 && !done(user, name, err))
            return false;
        *out_count += count;
    }
    return true;
}
