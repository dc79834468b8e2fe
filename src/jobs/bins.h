/* How values are spread: ranks, and bins of even width. */
#ifndef JOBS_BINS_H
#define JOBS_BINS_H

#include "base/json.h"
#include "ledger/answer.h"

enum { BINS_MAX = 24 };

/* edges[i] to below edges[i + 1]; what lies at or above the last edge is in no bin. */
struct bins {
    double edges[BINS_MAX + 1];
    uint32_t count;
};

/* Of doubles, for qsort. */
int bins_order(const void *a, const void *b);
/* Nearest rank in sorted values; NaN without any. */
double bins_rank(const double *sorted, uint64_t count, double share);
/* The share of zeros; NaN without values. */
double bins_zeros(const double *values, uint64_t count);
/* From the least value to the 99th percentile: whole numbers have bins of whole width. */
void bins_make(const double *sorted, uint64_t count, struct bins *out);
/* The bin of a value, `count` for one above them. */
uint32_t bins_find(const struct bins *bins, double value);

/* Writes an object of a variant's values, which it sorts; see distribution_write. */
void distribution_write_variant(gos_str variant, struct ledger_values *values,
                                const struct bins *bins, struct json_writer *json);

#endif
