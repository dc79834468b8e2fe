/*
 * What happened: exposures and events, columnar. One caller appends; computations and appends may
 * run at the same time, and a computation sees one moment. Calls may come from any thread.
 *
 * Errors of every function: STORE_FAILED (the store refused; nothing has changed), OUT_OF_MEMORY,
 * TOO_LARGE (a limit of memory).
 */
#ifndef LEDGER_LEDGER_H
#define LEDGER_LEDGER_H

#include "ledger/answer.h"
#include "ledger/exposed.h"
#include "model/facts.h"

struct ledger;

struct ledger_options {
    const char *backend;        /* a row of backends.def: "duckdb", or "none" that keeps nothing */
    const char *location;       /* of the backend: the path of the file; NULL: in memory */
    const char *temp_directory; /* where it spills; NULL: beside the file */
    uint64_t memory_bytes;      /* of the engine and all computations together; 0: 1 GiB */
    uint32_t threads;           /* of the engine; of a computation 1 or 2; 0: 2 */
};

/* Opens and brings the schema to the newest version. BAD_INPUT: no such backend. */
bool ledger_open(const struct ledger_options *options, struct ledger **out, gos_error *err);
void ledger_close(struct ledger *ledger);

/*
 * Appends facts in the order of their sequence, in one durable transaction. Facts up to the
 * watermark are passed over, so repeating a batch, or any part of it, changes nothing.
 */
bool ledger_append(struct ledger *ledger, const struct fact *facts, size_t count, gos_error *err);
/* The sequence of the newest fact that is in; 0: none. */
uint64_t ledger_watermark(struct ledger *ledger);
/*
 * Facts behind `sequence` will come again under numbers used before: their source was restored from
 * an older copy. The rows stay. Does nothing when the watermark is not behind it.
 */
bool ledger_rewind(struct ledger *ledger, uint64_t sequence, gos_error *err);

/*
 * Answers a question from the facts of one moment: the first exposure of each person, then their
 * events from that moment on within the conversion windows. Same facts, same bits.
 *
 * Errors  CANCELLED; TOO_LARGE: more memory than allowed; BAD_INPUT: see ledger_check
 */
bool ledger_compute(struct ledger *ledger, const struct ledger_question *question, gos_arena *arena,
                    struct ledger_answer *out, gos_error *err);
/*
 * The same at several moments, ascending, each as if it were the question's as_of_ms, for the price
 * of one pass: who is left out as a crossover is decided by all that is known at the last moment.
 */
bool ledger_series(struct ledger *ledger, const struct ledger_question *question,
                   const int64_t *moments, uint32_t moment_count, gos_arena *arena,
                   struct ledger_answer *out, gos_error *err);
/*
 * Values of an attribute that came with the exposures, most units first; `by` empty: the attributes
 * that there are. After LEDGER_SLICES_MAX others are not counted.
 */
bool ledger_list_slices(struct ledger *ledger, const struct ledger_question *question, gos_str by,
                        gos_arena *arena, struct ledger_slice **out, uint32_t *out_count,
                        gos_error *err);

/* At most `limit` exposures of the question's window; in the order of their arrival. */
bool ledger_list_exposures(struct ledger *ledger, const struct ledger_question *question,
                           enum ledger_pick pick, uint32_t limit, gos_arena *arena,
                           struct ledger_exposure **out, uint32_t *out_count, gos_error *err);

/* What is odd about the facts of a question; exposures are those of its window. */
bool ledger_oddities(struct ledger *ledger, const struct ledger_question *question, int64_t now_ms,
                     gos_arena *arena, struct ledger_oddities *out, gos_error *err);

/* Events seen in an environment, by name, with their properties. */
bool ledger_list_events(struct ledger *ledger, gos_str environment, gos_arena *arena,
                        struct ledger_event **out, uint32_t *out_count, gos_error *err);
struct ledger_stats {
    uint64_t events;
    uint64_t exposures;
    uint64_t units;
    uint64_t links;
    uint64_t disk_bytes;
    uint64_t watermark;
};

bool ledger_stats(struct ledger *ledger, struct ledger_stats *out, gos_error *err);

/* Takes away the exposures of an experiment. */
bool ledger_delete_experiment(struct ledger *ledger, gos_str environment,
                              const struct uuid *experiment_id, gos_error *err);
/* Takes away what happened before a time. */
bool ledger_delete_before(struct ledger *ledger, int64_t before_ms, gos_error *err);

/* Brings the file up to date and frees what deletions left. */
bool ledger_checkpoint(struct ledger *ledger, gos_error *err);
/* A consistent copy as a file that does not exist yet, while others read and append. */
bool ledger_backup(struct ledger *ledger, const char *path, gos_error *err);
/* Everything as Parquet: exposures.parquet and one file per event, in an existing folder. */
bool ledger_export(struct ledger *ledger, const char *folder, gos_error *err);

#endif
