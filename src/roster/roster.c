/* Finds the backend by name and passes each call on to it. */
#include "roster/roster.h"

#include "roster/backend.h"

#include <assert.h>
#include <stdio.h>

#define BACKEND(name, table) extern const struct roster_backend table;
#include "roster/backends.def"
#undef BACKEND

static const struct {
    const char *name;
    const struct roster_backend *table;
} BACKENDS[] = {
#define BACKEND(name, table) {name, &table},
#include "roster/backends.def"
#undef BACKEND
};

bool roster_open(gos_str backend, const struct roster_options *options, struct roster **out,
                 gos_error *err)
{
    char known[200] = "";
    for (size_t i = 0; i < sizeof BACKENDS / sizeof BACKENDS[0]; i++) {
        if (gos_str_equal(backend, gos_str_from(BACKENDS[i].name)))
            return BACKENDS[i].table->open(options, out, err);
        size_t len = strlen(known);
        snprintf(known + len, sizeof known - len, "%s%s", len ? ", " : "", BACKENDS[i].name);
    }
    return gos_fail(err, GOS_BAD_INPUT, "", "\"%.*s\" is no backend of the roster; there is: %s",
                    GOS_ARG(backend), known);
}

void roster_close(struct roster *roster)
{
    if (roster)
        roster->backend->close(roster);
}

bool roster_find_assignment(struct roster *roster, gos_str environment,
                            const struct uuid *experiment_id, gos_str unit, gos_arena *arena,
                            const struct assignment **out, gos_error *err)
{
    return roster->backend->find_assignment(roster, environment, experiment_id, unit, arena, out,
                                            err);
}

bool roster_find_earlier(struct roster *roster, gos_str environment,
                         const struct uuid *experiment_id, gos_str unit, gos_str device_id,
                         gos_arena *arena, const struct assignment **out, gos_error *err)
{
    return roster->backend->find_earlier(roster, environment, experiment_id, unit, device_id, arena,
                                         out, err);
}

bool roster_list_unit(struct roster *roster, gos_str environment, gos_str unit, uint32_t limit,
                      gos_arena *arena, struct assignment **out, uint32_t *out_count,
                      gos_error *err)
{
    return roster->backend->list_unit(roster, environment, unit, limit, arena, out, out_count, err);
}

bool roster_list_experiment(struct roster *roster, gos_str environment,
                            const struct uuid *experiment_id, gos_str variant, gos_str cursor,
                            uint32_t limit, gos_arena *arena, struct roster_page *out,
                            gos_error *err)
{
    assert(limit > 0);
    return roster->backend->list_experiment(roster, environment, experiment_id, variant, cursor,
                                            limit, arena, out, err);
}

bool roster_count_assignments(struct roster *roster, gos_str environment,
                              const struct uuid *experiment_id, gos_str variant,
                              uint64_t *out_count, gos_error *err)
{
    return roster->backend->count_assignments(roster, environment, experiment_id, variant,
                                              out_count, err);
}

bool roster_find_user(struct roster *roster, gos_str environment, gos_str device_id,
                      gos_arena *arena, gos_str *out_user, gos_error *err)
{
    return roster->backend->find_user(roster, environment, device_id, arena, out_user, err);
}

bool roster_list_devices(struct roster *roster, gos_str environment, gos_str user_id,
                         gos_arena *arena, gos_str **out, uint32_t *out_count, gos_error *err)
{
    return roster->backend->list_devices(roster, environment, user_id, arena, out, out_count, err);
}

bool roster_find_profile(struct roster *roster, gos_str environment, gos_str user_id,
                         enum profile_source source, gos_arena *arena, gos_str *out_attributes,
                         gos_error *err)
{
    return roster->backend->find_profile(roster, environment, user_id, source, arena,
                                         out_attributes, err);
}

bool roster_commit(struct roster *roster, struct roster_item *items, size_t count, int64_t now_ms,
                   gos_arena *arena, gos_error *err)
{
    for (size_t i = 0; i < count; i++) {
        char pointer[32];
        snprintf(pointer, sizeof pointer, "/%zu", i);
        if (!roster_check(&items[i], err))
            return gos_fail_below(err, pointer);
    }
    return count == 0 || roster->backend->commit(roster, items, count, now_ms, arena, err);
}

bool roster_spool_read(struct roster *roster, uint64_t sequence, uint32_t count_max,
                       size_t bytes_max, gos_arena *arena, struct roster_facts *out, gos_error *err)
{
    return roster->backend->spool_read(roster, sequence, count_max, bytes_max, arena, out, err);
}

bool roster_spool_trim(struct roster *roster, uint64_t sequence, gos_error *err)
{
    return roster->backend->spool_trim(roster, sequence, err);
}

void roster_spool_depth(struct roster *roster, struct roster_spool_depth *out)
{
    roster->backend->spool_depth(roster, out);
}

bool roster_delete_assignments(struct roster *roster, gos_str environment,
                               const struct uuid *experiment_id, uint32_t limit, bool dry,
                               uint64_t *out_count, bool *out_more, gos_error *err)
{
    assert(limit > 0);
    return roster->backend->delete_assignments(roster, environment, experiment_id, limit, dry,
                                               out_count, out_more, err);
}

bool roster_forget(struct roster *roster, gos_str environment, gos_str user_id, int64_t now_ms,
                   uint64_t *out_count, gos_error *err)
{
    return roster->backend->forget(roster, environment, user_id, now_ms, out_count, err);
}

void roster_forget_event_ids(struct roster *roster, int64_t ms)
{
    roster->backend->forget_event_ids(roster, ms);
}

bool roster_backup(struct roster *roster, const char *folder, gos_error *err)
{
    return roster->backend->backup(roster, folder, err);
}

bool roster_compact(struct roster *roster, gos_error *err)
{
    return roster->backend->compact(roster, err);
}

bool roster_stats(struct roster *roster, struct roster_stats *out, gos_error *err)
{
    return roster->backend->stats(roster, out, err);
}
