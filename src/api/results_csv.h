/* Results as CSV (RFC 4180), for spreadsheets. */
#ifndef API_RESULTS_CSV_H
#define API_RESULTS_CSV_H

#include "base/json.h"

/*
 * One line for each row of `results`, a list of ExperimentResult, with the columns of the table in
 * results_csv.c. A text that a spreadsheet would take for a formula gets a ' in front.
 */
bool results_csv(const struct json *results, gos_str experiment, gos_arena *arena, gos_str *out,
                 gos_error *err);

#endif
