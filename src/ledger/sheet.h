/*
 * Plain data from files, answered as a ledger answers: rows are units, or several rows belong to a
 * unit. The files are read by an engine of their own, in memory, that lives as long as the call.
 */
#ifndef LEDGER_SHEET_H
#define LEDGER_SHEET_H

#include "ledger/answer.h"

enum { SHEET_COVARIATES_MAX = 6, SHEET_FILES_MAX = 1000 };

struct sheet_question {
    const char *const *paths; /* .csv, .csv.gz, .tsv or .parquet; all of one kind */
    uint32_t path_count;
    gos_str variant;           /* column */
    gos_str unit;              /* column; empty: each row is a unit */
    gos_str cluster;           /* column; empty: units were assigned one by one */
    gos_str count;             /* column that says how many units a row stands for; empty: 1 */
    const gos_str *covariates; /* columns */
    uint32_t covariate_count;
    struct metric_plan *plans; /* over columns; the mean of a truth becomes a proportion */
    uint32_t plan_count;
    const struct metric_test *where; /* rows that count */
    uint32_t where_count;
    double cap_quantile;   /* of means; NaN: none */
    uint64_t memory_bytes; /* 0: 1 GiB */
};

struct sheet_answer {
    gos_str *variants; /* by name */
    uint32_t variant_count;
    uint64_t *units;                  /* by variant */
    uint64_t rows;                    /* that count */
    uint64_t unassigned;              /* rows without a variant: left out */
    uint64_t crossovers;              /* units in two variants: left out */
    struct ledger_cell *cells;        /* plan by plan, variant by variant within */
    double *caps;                     /* by plan */
    struct ledger_clusters *clusters; /* like cells; NULL without a cluster column */
};

/*
 * Empty cells, NA, NaN and null are missing: they are left out of means, and add nothing to sums.
 * true and false are 1 and 0.
 *
 * Errors  BAD_INPUT: a file that cannot be read, a column that is not there (the message lists
 *         those that are), more than VARIANTS_MAX variants; TOO_LARGE
 */
bool sheet_compute(const struct sheet_question *question, gos_arena *arena,
                   struct sheet_answer *out, gos_error *err);

#endif
