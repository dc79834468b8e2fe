/* Cases as people keep them: CSV or JSON lines in, and the answers in kind. */
#ifndef CLI_CALC_TABLE_H
#define CLI_CALC_TABLE_H

#include "gosset/base.h"

enum { CALC_COLUMNS_MAX = 128, CALC_LIST_MAX = 65536 };

/* Cells are text, row by row; a missing cell of JSON is "NA". Owned by the arena of the reader. */
struct calc_table {
    size_t column_count;
    size_t row_count;
    gos_str names[CALC_COLUMNS_MAX];
    gos_str *cells;
};

/*
 * Reads a header line and rows of as many cells (RFC 4180 quotes, LF or CRLF, blank lines skipped).
 * Errors  BAD_INPUT "/ROW" when a row has another number of cells, "" without a header
 */
bool calc_table_read_csv(gos_str input, gos_arena *arena, struct calc_table *out, gos_error *err);
/* Reads one JSON object a line. Columns are all names seen; a list becomes "a;b;c". */
bool calc_table_read_jsonl(gos_str input, gos_arena *arena, struct calc_table *out, gos_error *err);
/* The column's number, or -1. */
int calc_table_find(const struct calc_table *table, gos_str name);
static inline gos_str calc_table_cell(const struct calc_table *table, size_t row, size_t column)
{
    return table->cells[row * table->column_count + column];
}

/* "NA", "", "NaN", "null": not known. */
bool calc_text_is_missing(gos_str text);
/* A number, Inf or -Inf, or NaN where it is missing; false when it is none of these. */
bool calc_text_number(gos_str text, double *out);

#endif
