/* Writes one Parquet file, row by row. */
#ifndef LEDGER_PARQUET_H
#define LEDGER_PARQUET_H

#include "gosset/base.h"

enum parquet_type { PARQUET_TEXT, PARQUET_INT, PARQUET_DOUBLE, PARQUET_BOOL, PARQUET_TIME };

struct parquet_column {
    const char *name; /* plain letters and underscores */
    enum parquet_type type;
};

struct parquet;

/*
 * `path` must not exist, and its folder must; rows wait in a file beside it, `columns` must stay.
 * Errors  STORE_FAILED
 */
bool parquet_open(const char *path, const struct parquet_column *columns, uint32_t column_count,
                  struct parquet **out, gos_error *err);
/* Values of the row at hand, by the number of their column; those not given are missing. */
void parquet_text(struct parquet *parquet, uint32_t column, gos_str value);
/* PARQUET_INT, PARQUET_BOOL; of PARQUET_TIME, milliseconds since 1970 UTC. */
void parquet_int(struct parquet *parquet, uint32_t column, int64_t value);
/* NaN is a missing value. */
void parquet_double(struct parquet *parquet, uint32_t column, double value);
bool parquet_row(struct parquet *parquet, gos_error *err);
/* Writes the file, unless `keep` is false, and closes. NULL is harmless. */
bool parquet_close(struct parquet *parquet, bool keep, gos_error *err);

#endif
