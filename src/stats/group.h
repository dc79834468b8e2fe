/* The recursion behind designs with planned looks. */
#ifndef STATS_GROUP_H
#define STATS_GROUP_H

#include "gosset/base.h"

enum { GROUP_POINTS_MAX = 16384 };

/* Density of the score statistic (z sqrt t) among those still going, on quadrature points. */
struct group_state {
    size_t count;
    double t; /* information of the last look; 0 before the first */
    double x[GROUP_POINTS_MAX];
    double mass[GROUP_POINTS_MAX]; /* density times weight */
};

/* No look yet. */
void group_start(struct group_state *state);
/* Chance to be above (below) the score `bound` at information t, not having stopped before. */
double group_above(const struct group_state *state, double t, double bound, double drift);
double group_below(const struct group_state *state, double t, double bound, double drift);
/* Goes on to information t with those between the scores low and high. False when too fine. */
bool group_advance(struct group_state *state, double t, double low, double high, double drift,
                   double next_t);

#endif
