/* Composite Gauss-Legendre quadrature: exact to rounding where panels are a few deviations wide. */
#ifndef STATS_QUADRATURE_H
#define STATS_QUADRATURE_H

#include <stddef.h>

enum { QUADRATURE_POINTS = 32 };

typedef double (*quadrature_function)(double x, const void *context);

/* Points and weights of one panel. */
void quadrature_points(double low, double high, double *out_x, double *out_weight);
double quadrature_panel(quadrature_function f, const void *context, double low, double high);
/*
 * Sorts the edges that lie within (low, high) and puts low and high around them. `edges` must have
 * room for two more. Returns how many there are now.
 */
size_t quadrature_edges(double *edges, size_t count, double low, double high);

#endif
