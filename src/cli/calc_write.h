/* The answer's columns, and a case's rows written in them. */
#ifndef CLI_CALC_WRITE_H
#define CLI_CALC_WRITE_H

#include "cli/calc.h"

/* Those of the method in its order, with a status, then what else came in. */
struct calc_layout {
    size_t count;
    gos_str names[2 * CALC_COLUMNS_MAX];
    int in_column[2 * CALC_COLUMNS_MAX]; /* copied from there, or -1 */
    size_t out_column[2 * CALC_COLUMNS_MAX];
    bool is_json;
};

/* Also names the answers in `calc`. */
void calc_layout_make(struct calc *calc, bool is_json, struct calc_layout *out);
/* The header line of CSV; nothing for JSON lines. */
bool calc_write_header(struct calc *calc, const struct calc_layout *layout);
bool calc_write_rows(struct calc *calc, const struct calc_layout *layout);

#endif
