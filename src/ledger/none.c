/*
 * No ledger: for servers that only decide. Facts are let go as they come, and whatever would be
 * computed from them is refused. Decisions, assignments and identities are the roster's.
 */
#include "ledger/backend.h"

#include <stdatomic.h>

struct none {
    gos_arena *arena;
    _Atomic uint64_t watermark;
};

static bool refuse(gos_error *err)
{
    return gos_fail(
        err, GOS_NOT_ALLOWED_NOW, "",
        "this server keeps no events and computes no results: it runs with ledger none");
}

static void none_close(void *self)
{
    struct none *none = self;
    gos_arena_close(none->arena);
}

static bool none_append(void *self, const struct fact *facts, size_t count, gos_error *err)
{
    struct none *none = self;
    (void)err;
    if (count > 0)
        atomic_store(&none->watermark, facts[count - 1].sequence);
    return true;
}

static uint64_t none_watermark(void *self)
{
    struct none *none = self;
    return atomic_load(&none->watermark);
}

static bool none_rewind(void *self, uint64_t sequence, gos_error *err)
{
    struct none *none = self;
    (void)err;
    atomic_store(&none->watermark, sequence);
    return true;
}

static bool none_compute(void *self, const struct ledger_question *question, gos_arena *arena,
                         struct ledger_answer *out, gos_error *err)
{
    (void)self, (void)question, (void)arena, (void)out;
    return refuse(err);
}

static bool none_series(void *self, const struct ledger_question *question, const int64_t *moments,
                        uint32_t moment_count, gos_arena *arena, struct ledger_answer *out,
                        gos_error *err)
{
    (void)self, (void)question, (void)moments, (void)moment_count, (void)arena, (void)out;
    return refuse(err);
}

static bool none_list_slices(void *self, const struct ledger_question *question, gos_str by,
                             gos_arena *arena, struct ledger_slice **out, uint32_t *out_count,
                             gos_error *err)
{
    (void)self, (void)question, (void)by, (void)arena, (void)out, (void)out_count;
    return refuse(err);
}

static bool none_list_exposures(void *self, const struct ledger_question *question,
                                enum ledger_pick pick, uint32_t limit, gos_arena *arena,
                                struct ledger_exposure **out, uint32_t *out_count, gos_error *err)
{
    (void)self, (void)question, (void)pick, (void)limit, (void)arena, (void)out, (void)out_count;
    return refuse(err);
}

static bool none_list_events(void *self, gos_str environment, gos_arena *arena,
                             struct ledger_event **out, uint32_t *out_count, gos_error *err)
{
    (void)self, (void)environment, (void)arena, (void)err;
    *out = NULL;
    *out_count = 0;
    return true;
}

static bool none_oddities(void *self, const struct ledger_question *question, int64_t now_ms,
                          gos_arena *arena, struct ledger_oddities *out, gos_error *err)
{
    (void)self, (void)question, (void)now_ms, (void)arena, (void)out;
    return refuse(err);
}

static bool none_stats(void *self, struct ledger_stats *out, gos_error *err)
{
    (void)self, (void)err;
    *out = (struct ledger_stats){0};
    return true;
}

static bool none_delete_experiment(void *self, gos_str environment,
                                   const struct uuid *experiment_id, gos_error *err)
{
    (void)self, (void)environment, (void)experiment_id, (void)err;
    return true;
}

static bool none_delete_before(void *self, int64_t before_ms, gos_error *err)
{
    (void)self, (void)before_ms, (void)err;
    return true;
}

static bool none_checkpoint(void *self, gos_error *err)
{
    (void)self, (void)err;
    return true;
}

static bool none_backup(void *self, const char *path, gos_error *err)
{
    (void)self, (void)path, (void)err;
    return true;
}

static bool none_export(void *self, const char *folder, gos_error *err)
{
    (void)self, (void)folder;
    return refuse(err);
}

static const struct ledger_backend backend_none = {
    .close = none_close,
    .append = none_append,
    .watermark = none_watermark,
    .rewind = none_rewind,
    .compute = none_compute,
    .series = none_series,
    .list_slices = none_list_slices,
    .list_exposures = none_list_exposures,
    .list_events = none_list_events,
    .oddities = none_oddities,
    .stats = none_stats,
    .delete_experiment = none_delete_experiment,
    .delete_before = none_delete_before,
    .checkpoint = none_checkpoint,
    .backup = none_backup,
    .export = none_export,
};

bool none_ledger_open(const struct ledger_options *options,
                      const struct ledger_backend **out_backend, void **out_self, gos_error *err)
{
    (void)options;
    gos_arena *arena = gos_arena_open(4096);
    struct none *none = arena ? gos_arena_take(arena, sizeof *none, err) : NULL;
    if (!none) {
        gos_arena_close(arena);
        return gos_fail(err, GOS_OUT_OF_MEMORY, "", "no memory for a ledger");
    }
    none->arena = arena;
    /* Ahead of every source, so that each begins by saying where it is. */
    atomic_store(&none->watermark, UINT64_MAX - 1);
    *out_backend = &backend_none;
    *out_self = none;
    return true;
}
