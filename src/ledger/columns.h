/*
 * The columnar ledger over sql.h, shared by its files. Tables:
 *   names(number, kind, parent, name)         what stands for what; see names.def
 *   sources(name, applied)                    the watermark, stored with the rows that it counts
 *   units(unit, hash, environment, name)
 *   exposures(experiment, unit, variant, ts, flags, attributes, seq, ruleset)
 *   links(device, person, ts, seq)
 *   e<event>(unit, ts, value, rest, seq, n<property>..., t<property>..., b<property>...)
 * seq is the sequence of the fact, so that a past computation can be repeated on what it had.
 * Texts from outside are only ever parameters or appended values, never part of a statement.
 */
#ifndef LEDGER_COLUMNS_H
#define LEDGER_COLUMNS_H

#include "ledger/backend.h"
#include "ledger/names.h"
#include "ledger/sql.h"
#include "ledger/units.h"

#include <pthread.h>
#include <stdatomic.h>

enum {
    COLUMNS_SCHEMA_VERSION = 2,
    COLUMNS_EVENTS_MAX = 5000,    /* event names; further ones are kept under "(other)" */
    COLUMNS_RULESETS_MAX = 20000, /* per environment; of further ones it is not known which */
    COLUMNS_PROPERTIES_MAX = 100, /* per event; further ones are kept as JSON in `rest` */
    COLUMNS_READERS_MAX = 2,
    COLUMNS_FIXED = 5, /* columns of an event table before those of properties */
};

enum exposure_flags { EXPOSURE_CROSSOVER = 1, EXPOSURE_BY_CHOICE = 2 };

struct columns {
    gos_arena *arena;
    struct sql *sql;
    struct sql_connection *writer; /* under write_lock */
    struct sql_connection *reader; /* under read_lock */
    struct sql_connection *second; /* likewise: reads at the same time, of the same moment */
    pthread_mutex_t write_lock;
    pthread_mutex_t read_lock;
    pthread_mutex_t moment_lock; /* what was stored is seen by both readers or by none */
    pthread_mutex_t names_lock;  /* names, units, watermark; the last one to be taken */
    struct names names;
    struct units units;
    uint64_t watermark;
    _Atomic uint64_t rewound; /* rows may have sequences up to it; 0: up to the watermark */
    _Atomic uint64_t epoch;   /* counts up before and after rows go, or are numbered anew */
    struct memo *memos;       /* newest first; under read_lock */
    bool is_stale;            /* memory may be ahead of the store; load before the next append */
    uint32_t readers;         /* that a computation may have */
    size_t memory_bytes;      /* of computations and what is held for the next ones */
    size_t engine_bytes;
    const char *path; /* NULL: in memory */
};

/* Reads names, units and the watermark from the store, in place of what is in memory. */
bool columns_load(struct columns *columns, gos_error *err);

/* Before and after a change of what was there: nothing that is held may be used again. */
static inline void columns_end_epoch(struct columns *columns)
{
    atomic_fetch_add(&columns->epoch, 1);
}

/* Commits what the writer stored or took away. */
bool columns_commit(struct columns *columns, gos_error *err);

bool columns_append(void *self, const struct fact *facts, size_t count, gos_error *err);
bool columns_rewind(void *self, uint64_t sequence, gos_error *err);
bool columns_compute(void *self, const struct ledger_question *question, gos_arena *arena,
                     struct ledger_answer *out, gos_error *err);
bool columns_series(void *self, const struct ledger_question *question, const int64_t *moments,
                    uint32_t moment_count, gos_arena *arena, struct ledger_answer *out,
                    gos_error *err);
bool columns_list_slices(void *self, const struct ledger_question *question, gos_str by,
                         gos_arena *arena, struct ledger_slice **out, uint32_t *out_count,
                         gos_error *err);
bool columns_list_exposures(void *self, const struct ledger_question *question,
                            enum ledger_pick pick, uint32_t limit, gos_arena *arena,
                            struct ledger_exposure **out, uint32_t *out_count, gos_error *err);
bool columns_list_events(void *self, gos_str environment, gos_arena *arena,
                         struct ledger_event **out, uint32_t *out_count, gos_error *err);
bool columns_oddities(void *self, const struct ledger_question *question, int64_t now_ms,
                      gos_arena *arena, struct ledger_oddities *out, gos_error *err);
bool columns_stats(void *self, struct ledger_stats *out, gos_error *err);
bool columns_delete_experiment(void *self, gos_str environment, const struct uuid *experiment_id,
                               gos_error *err);
bool columns_delete_before(void *self, int64_t before_ms, gos_error *err);
bool columns_checkpoint(void *self, gos_error *err);
bool columns_backup(void *self, const char *path, gos_error *err);
bool columns_export(void *self, const char *folder, gos_error *err);

/* Takes away every row of a person and of the devices linked to it, inside a transaction. */
bool columns_forget(struct columns *columns, const struct forgotten *forgotten, gos_error *err);

#endif
