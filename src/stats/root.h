/* Bracketed root finding. A failed solve says so; it never answers with its last bracket. */
#ifndef STATS_ROOT_H
#define STATS_ROOT_H

#include <stdbool.h>

typedef double (*root_function)(double x, const void *context);

/*
 * The root of `f` between a and b, whose values there must differ in sign (zero counts as either).
 * Stops when the bracket is within tolerance + 4 epsilon |x|. False without a bracket, when `f` is
 * not a number, or after 200 steps. Source: Brent (1973), Algorithms for Minimization, ch. 4.
 */
bool root_find(root_function f, const void *context, double a, double b, double tolerance,
               double *out);

#endif
