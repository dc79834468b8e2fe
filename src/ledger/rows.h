/* Rows of CSV and Parquet files, one after the other, as texts. */
#ifndef LEDGER_ROWS_H
#define LEDGER_ROWS_H

#include "gosset/base.h"

enum rows_type { ROWS_TEXT, ROWS_NUMBER, ROWS_TRUTH, ROWS_TIME };

struct rows_column {
    gos_str name;
    enum rows_type type; /* of a time, the texts are milliseconds since 1970 UTC */
};

struct rows_file {
    const struct rows_column *columns;
    uint32_t column_count;
    uint64_t row_count; /* 0: not known */
};

/* One row: a text for each column, data NULL where it is missing. False with `err` ends it. */
typedef bool rows_take(void *context, const struct rows_file *file, uint64_t row,
                       const gos_str *texts, gos_error *err);
/* A line that is no row: its number in the file, and why. */
typedef void rows_reject(void *context, uint64_t line, gos_str reason);

/*
 * Reads one file; malformed lines are told to `reject` and passed over.
 * Errors  BAD_INPUT: the file cannot be read; what `take` says
 */
bool rows_read(const char *path, rows_take *take, rows_reject *reject, void *context,
               gos_error *err);

#endif
