/* Walks all experiments page by page; deletes in bounded steps so that nothing else waits long. */
#include "jobs/retention.h"

#include "base/limits.h"
#include "base/time.h"

enum { STEP_ASSIGNMENTS = 10000, EXPERIMENTS_MAX = 100000 };

/* What one run carries along. */
struct run {
    const struct retention *retention;
    int64_t now_ms;
    bool dry_run;
    gos_arena *arena;
    struct retention_report *report;
};

static bool item_delete(const struct run *run, struct retention_item *item, const struct uuid *id,
                        gos_error *err)
{
    for (bool more = true; more;) {
        uint64_t count;
        uint32_t limit = run->dry_run ? UINT32_MAX : STEP_ASSIGNMENTS;
        if (!roster_delete_assignments(run->retention->roster, item->environment, id, limit,
                                       run->dry_run, &count, &more, err))
            return false;
        item->assignments += count;
        more = more && !run->dry_run;
    }
    if (item->assignments == 0 || run->dry_run || !run->retention->ledger)
        return true;
    return ledger_delete_experiment(run->retention->ledger, item->environment, id, err);
}

/* Whether an experiment has ended long enough ago. */
static bool item_is_due(const struct run *run, const struct definition *experiment,
                        int64_t *out_ended)
{
    bool over = gos_str_equal(experiment->status, GOS_LIT("Completed")) ||
                gos_str_equal(experiment->status, GOS_LIT("Archived"));
    const struct json *end = json_find(experiment->tree, GOS_LIT("end_date"));
    if (!over || !end || end->type != JSON_STRING || !time_read(end->text, out_ended))
        return false;
    return run->now_ms - *out_ended > run->retention->keep_days * TIME_DAY_MS;
}

static bool definition_run(const struct run *run, const struct definition *listed, gos_error *err)
{
    struct definition experiment;
    int64_t ended;
    if (!definition_open(KIND_EXPERIMENT, listed->body, run->arena, &experiment, err))
        return false;
    if (!item_is_due(run, &experiment, &ended))
        return true;
    char *id = gos_arena_take(run->arena, UUID_TEXT_BYTES, err);
    if (!id)
        return false;
    uuid_write(&listed->id, id);
    struct retention_item item = {
        listed->environment, {id, UUID_TEXT_BYTES - 1}, listed->name, ended, 0};
    if (!item_delete(run, &item, &listed->id, err))
        return false;
    if (item.assignments > 0)
        run->report->items[run->report->count++] = item;
    run->report->assignments += item.assignments;
    return true;
}

static bool environment_run(const struct run *run, gos_str environment, gos_error *err)
{
    struct catalog_query query = {.environment = environment,
                                  .kind = KIND_EXPERIMENT,
                                  .sort = CATALOG_BY_CREATED,
                                  .limit = PAGE_ITEMS_MAX};
    do {
        struct catalog_page page;
        if (!catalog_list(run->retention->catalog, &query, run->arena, &page, err))
            return false;
        for (uint32_t i = 0; i < page.count; i++) {
            if (run->report->count == EXPERIMENTS_MAX)
                return true; /* the rest is due at the next run */
            if (!definition_run(run, &page.items[i], err))
                return false;
        }
        query.cursor = page.next;
    } while (query.cursor.len > 0);
    return true;
}

bool retention_run(const struct retention *retention, int64_t now_ms, bool dry_run,
                   gos_arena *arena, struct retention_report *out, gos_error *err)
{
    struct run run = {retention, now_ms, dry_run, arena, out};
    *out = (struct retention_report){0};
    out->items = gos_arena_array(arena, EXPERIMENTS_MAX, sizeof *out->items, err);
    struct environment *environments;
    uint32_t count;
    if (!out->items ||
        !catalog_list_environments(retention->catalog, arena, &environments, &count, err))
        return false;
    for (uint32_t i = 0; i < count; i++) {
        if (!environment_run(&run, environments[i].name, err))
            return false;
    }
    return true;
}
