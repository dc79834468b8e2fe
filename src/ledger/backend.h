/* What a ledger's backend provides. `self` is what its open function made. */
#ifndef LEDGER_BACKEND_H
#define LEDGER_BACKEND_H

#include "ledger/ledger.h"

struct ledger_backend {
    void (*close)(void *self);
    bool (*append)(void *self, const struct fact *facts, size_t count, gos_error *err);
    uint64_t (*watermark)(void *self);
    bool (*rewind)(void *self, uint64_t sequence, gos_error *err);
    bool (*compute)(void *self, const struct ledger_question *question, gos_arena *arena,
                    struct ledger_answer *out, gos_error *err);
    bool (*series)(void *self, const struct ledger_question *question, const int64_t *moments,
                   uint32_t moment_count, gos_arena *arena, struct ledger_answer *out,
                   gos_error *err);
    bool (*list_slices)(void *self, const struct ledger_question *question, gos_str by,
                        gos_arena *arena, struct ledger_slice **out, uint32_t *out_count,
                        gos_error *err);
    bool (*list_events)(void *self, gos_str environment, gos_arena *arena,
                        struct ledger_event **out, uint32_t *out_count, gos_error *err);
    bool (*list_exposures)(void *self, const struct ledger_question *question,
                           enum ledger_pick pick, uint32_t limit, gos_arena *arena,
                           struct ledger_exposure **out, uint32_t *out_count, gos_error *err);
    bool (*oddities)(void *self, const struct ledger_question *question, int64_t now_ms,
                     gos_arena *arena, struct ledger_oddities *out, gos_error *err);
    bool (*stats)(void *self, struct ledger_stats *out, gos_error *err);
    bool (*delete_experiment)(void *self, gos_str environment, const struct uuid *experiment_id,
                              gos_error *err);
    bool (*delete_before)(void *self, int64_t before_ms, gos_error *err);
    bool (*checkpoint)(void *self, gos_error *err);
    bool (*backup)(void *self, const char *path, gos_error *err);
    bool (*export)(void *self, const char *folder, gos_error *err);
};

typedef bool ledger_backend_open(const struct ledger_options *options,
                                 const struct ledger_backend **out_backend, void **out_self,
                                 gos_error *err);

/* A ledger on a backend that has no row in backends.def, as tests have. Errors as ledger_open. */
bool ledger_open_on(ledger_backend_open *open, const struct ledger_options *options,
                    struct ledger **out, gos_error *err);

#define BACKEND(name, open) ledger_backend_open open;
#include "ledger/backends.def"
#undef BACKEND

#endif
