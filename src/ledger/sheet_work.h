/* What the files of a sheet share while it is computed. */
#ifndef LEDGER_SHEET_WORK_H
#define LEDGER_SHEET_WORK_H

#include "ledger/sheet.h"
#include "ledger/tally.h"

enum { PICK_VARIANT, PICK_UNIT, PICK_CLUSTER, PICK_COUNT, PICK_FIXED };
enum { CHUNK_ROWS_MAX = 8192 };

struct column {
    gos_str name;
    bool is_number, is_truth;
};

struct sheet {
    const struct sheet_question *question;
    struct ledger_question ask;
    struct columns engine; /* only sql, reader and memory_bytes are in use */
    struct tally tally;
    gos_arena *arena; /* the caller's */
    struct sheet_answer *out;
    struct column *columns;
    uint32_t column_count;
    struct select select;
    uint32_t picked_count;
    struct metric_aggregate *pairs; /* sums of successes and trials, in place of proportions */
    uint32_t *pair_of;              /* by plan: index of its first cell + 1; 0: not a pair */
    struct units units, clusters;
    uint32_t *cluster_of; /* by slot */
    double *counts;       /* by variant */

    uint32_t slot_of_row[CHUNK_ROWS_MAX];
    int64_t ages[CHUNK_ROWS_MAX];
};

/* Finds the variants and takes every picked row. */
bool sheet_read_rows(struct sheet *sheet, gos_error *err);
/* Fills the answer. */
bool sheet_finish(struct sheet *sheet, gos_error *err);

#endif
