/* Finds the backend and passes every call on. */
#include "ledger/ledger.h"

#include "ledger/backend.h"

struct ledger {
    gos_arena *arena;
    const struct ledger_backend *backend;
    void *self;
};

static const struct {
    const char *name;
    ledger_backend_open *open;
} backends[] = {
#define BACKEND(name, open) {name, open},
#include "ledger/backends.def"
#undef BACKEND
};

static ledger_backend_open *backend_find(const char *name)
{
    for (size_t i = 0; i < sizeof backends / sizeof *backends; i++) {
        if (strcmp(backends[i].name, name) == 0)
            return backends[i].open;
    }
    return NULL;
}

bool ledger_open(const struct ledger_options *options, struct ledger **out, gos_error *err)
{
    ledger_backend_open *open = backend_find(options->backend);
    if (!open)
        return gos_fail(err, GOS_BAD_INPUT, "", "there is no ledger backend \"%s\"",
                        options->backend);
    return ledger_open_on(open, options, out, err);
}

bool ledger_open_on(ledger_backend_open *open, const struct ledger_options *options,
                    struct ledger **out, gos_error *err)
{
    gos_arena *arena = gos_arena_open(4096);
    struct ledger *ledger = arena ? gos_arena_take(arena, sizeof *ledger, err) : NULL;
    if (!ledger || !open(options, &ledger->backend, &ledger->self, err)) {
        gos_arena_close(arena);
        return ledger ? false : gos_fail(err, GOS_OUT_OF_MEMORY, "", "no memory for a ledger");
    }
    ledger->arena = arena;
    *out = ledger;
    return true;
}

void ledger_close(struct ledger *ledger)
{
    if (!ledger)
        return;
    ledger->backend->close(ledger->self);
    gos_arena_close(ledger->arena);
}

bool ledger_append(struct ledger *ledger, const struct fact *facts, size_t count, gos_error *err)
{
    return ledger->backend->append(ledger->self, facts, count, err);
}

uint64_t ledger_watermark(struct ledger *ledger)
{
    return ledger->backend->watermark(ledger->self);
}

bool ledger_rewind(struct ledger *ledger, uint64_t sequence, gos_error *err)
{
    return ledger->backend->rewind(ledger->self, sequence, err);
}

bool ledger_compute(struct ledger *ledger, const struct ledger_question *question, gos_arena *arena,
                    struct ledger_answer *out, gos_error *err)
{
    return ledger->backend->compute(ledger->self, question, arena, out, err);
}

bool ledger_series(struct ledger *ledger, const struct ledger_question *question,
                   const int64_t *moments, uint32_t moment_count, gos_arena *arena,
                   struct ledger_answer *out, gos_error *err)
{
    return ledger->backend->series(ledger->self, question, moments, moment_count, arena, out, err);
}

bool ledger_list_slices(struct ledger *ledger, const struct ledger_question *question, gos_str by,
                        gos_arena *arena, struct ledger_slice **out, uint32_t *out_count,
                        gos_error *err)
{
    return ledger->backend->list_slices(ledger->self, question, by, arena, out, out_count, err);
}

bool ledger_list_events(struct ledger *ledger, gos_str environment, gos_arena *arena,
                        struct ledger_event **out, uint32_t *out_count, gos_error *err)
{
    return ledger->backend->list_events(ledger->self, environment, arena, out, out_count, err);
}

bool ledger_list_exposures(struct ledger *ledger, const struct ledger_question *question,
                           enum ledger_pick pick, uint32_t limit, gos_arena *arena,
                           struct ledger_exposure **out, uint32_t *out_count, gos_error *err)
{
    return ledger->backend->list_exposures(ledger->self, question, pick, limit, arena, out,
                                           out_count, err);
}

bool ledger_oddities(struct ledger *ledger, const struct ledger_question *question, int64_t now_ms,
                     gos_arena *arena, struct ledger_oddities *out, gos_error *err)
{
    return ledger->backend->oddities(ledger->self, question, now_ms, arena, out, err);
}

bool ledger_stats(struct ledger *ledger, struct ledger_stats *out, gos_error *err)
{
    return ledger->backend->stats(ledger->self, out, err);
}

bool ledger_delete_experiment(struct ledger *ledger, gos_str environment,
                              const struct uuid *experiment_id, gos_error *err)
{
    return ledger->backend->delete_experiment(ledger->self, environment, experiment_id, err);
}

bool ledger_delete_before(struct ledger *ledger, int64_t before_ms, gos_error *err)
{
    return ledger->backend->delete_before(ledger->self, before_ms, err);
}

bool ledger_checkpoint(struct ledger *ledger, gos_error *err)
{
    return ledger->backend->checkpoint(ledger->self, err);
}

bool ledger_backup(struct ledger *ledger, const char *path, gos_error *err)
{
    return ledger->backend->backup(ledger->self, path, err);
}

bool ledger_export(struct ledger *ledger, const char *folder, gos_error *err)
{
    return ledger->backend->export(ledger->self, folder, err);
}
