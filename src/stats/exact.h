/* Exact tests of a 2x2 table. Counts as in score.h. */
#ifndef STATS_EXACT_H
#define STATS_EXACT_H

#include "gosset/base.h"
#include "stats/score.h"

/*
 * Fisher's test, conditional on the total of successes.
 * two_sided  sum of all tables no likelier than the observed, times 1 + 1e-7 (R's rule)
 * less, greater   about the treatment's rate; mid: two_sided less half of the observed's ties
 */
struct fisher {
    double two_sided;
    double less;
    double greater;
    double mid;
};

struct fisher exact_fisher(const struct counts *counts);
/* How many tables it has to look at: the time it takes. */
double exact_fisher_tables(const struct counts *counts);

enum { EXACT_TABLES_MAX = 100000 };

/*
 * Unconditional tests: the largest chance over the nuisance rate of a table at least as extreme,
 * ordered by the pooled z (Barnard 1947) or by Fisher's two-sided p (Boschloo 1970).
 * Errors  TOO_LARGE when n_c * n_t is over EXACT_TABLES_MAX, or the arena is full
 */
bool exact_barnard(const struct counts *counts, gos_arena *arena, double *out_p, gos_error *err);
bool exact_boschloo(const struct counts *counts, gos_arena *arena, double *out_p, gos_error *err);

#endif
