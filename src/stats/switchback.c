/*
 * Switchback experiments: the treatment's column is cleaned of regions and periods once, by
 * alternating weighted means (Frisch-Waugh); the effect is then one ratio of sums, which makes
 * thousands of permutations cheap.
 */
#include "gosset/stats_more.h"

#include "stats/random.h"

#include <math.h>

enum { SWEEPS_MAX = 2000, GROUPS_MAX = 100000 };

struct panel {
    const gos_switch_cell *cells;
    size_t count;
    uint32_t regions, periods;
    double *sum, *weight; /* by group, scratch */
};

/* Takes the weighted mean of each region (or period) off `column`; returns the largest. */
static double sweep(const struct panel *p, bool by_region, double *column)
{
    uint32_t groups = by_region ? p->regions : p->periods;
    double largest = 0;
    for (uint32_t g = 0; g < groups; g++)
        p->sum[g] = p->weight[g] = 0;
    for (size_t i = 0; i < p->count; i++) {
        uint32_t g = by_region ? p->cells[i].region : p->cells[i].period;
        p->sum[g] += p->cells[i].weight * column[i];
        p->weight[g] += p->cells[i].weight;
    }
    for (size_t i = 0; i < p->count; i++) {
        uint32_t g = by_region ? p->cells[i].region : p->cells[i].period;
        double mean = p->sum[g] / p->weight[g];
        column[i] -= mean;
        largest = fmax(largest, fabs(mean));
    }
    return largest;
}

static void clean(const struct panel *p, double *column)
{
    double scale = 0;
    for (size_t i = 0; i < p->count; i++)
        scale = fmax(scale, fabs(column[i]));
    for (int i = 0; i < SWEEPS_MAX; i++) {
        double moved = fmax(sweep(p, true, column), sweep(p, false, column));
        if (moved <= 1e-13 * scale)
            return;
    }
}

/* The effect of a schedule on values that are clean already; NaN when it has none of its own. */
static double effect_of(const struct panel *p, const double *values, double *schedule)
{
    double cross = 0, square = 0;
    clean(p, schedule);
    for (size_t i = 0; i < p->count; i++) {
        cross += p->cells[i].weight * schedule[i] * values[i];
        square += p->cells[i].weight * schedule[i] * schedule[i];
    }
    return square > 1e-9 ? cross / square : NAN;
}

/* A new schedule: in each region its treated periods are dealt out again. */
static void deal(const struct panel *p, struct random *random, double *schedule)
{
    for (size_t i = 0; i < p->count; i++)
        schedule[i] = p->cells[i].is_treatment;
    for (size_t i = p->count; i-- > 1;) {
        /* Reservoir over the cells of the same region before i, itself included. */
        size_t chosen = i, seen = 1;
        for (size_t j = 0; j < i; j++) {
            if (p->cells[j].region != p->cells[i].region)
                continue;
            seen++;
            if (random_uniform(random) * (double)seen < 1)
                chosen = j;
        }
        double kept = schedule[i];
        schedule[i] = schedule[chosen];
        schedule[chosen] = kept;
    }
}

static bool panel_open(const gos_switch_cell *cells, size_t count, gos_arena *arena,
                       struct panel *out, gos_error *err)
{
    *out = (struct panel){.cells = cells, .count = count};
    for (size_t i = 0; i < count; i++) {
        if (!(cells[i].weight > 0) || !isfinite(cells[i].value) || cells[i].region >= GROUPS_MAX ||
            cells[i].period >= GROUPS_MAX)
            return gos_fail(err, GOS_BAD_INPUT, "/cells",
                            "cell %zu: a positive weight, a finite value and numbers below %d "
                            "are needed",
                            i, GROUPS_MAX);
        out->regions = cells[i].region >= out->regions ? cells[i].region + 1 : out->regions;
        out->periods = cells[i].period >= out->periods ? cells[i].period + 1 : out->periods;
    }
    size_t groups = (size_t)out->regions + out->periods + 1;
    out->sum = gos_arena_array(arena, groups, sizeof(double), err);
    out->weight = gos_arena_array(arena, groups, sizeof(double), err);
    return out->sum && out->weight;
}

bool gos_switchback(const gos_switch_cell *cells, size_t count, uint32_t draws, uint64_t seed,
                    gos_arena *arena, double *out_effect, double *out_p, gos_error *err)
{
    struct panel panel;
    struct random random;
    gos_arena_mark mark = gos_arena_mark_take(arena);
    if (!panel_open(cells, count, arena, &panel, err))
        return false;
    double *values = gos_arena_array(arena, count + 1, sizeof *values, err);
    double *schedule = gos_arena_array(arena, count + 1, sizeof *schedule, err), extreme = 0;
    if (!values || !schedule)
        return false;
    for (size_t i = 0; i < count; i++) {
        values[i] = cells[i].value;
        schedule[i] = cells[i].is_treatment;
    }
    clean(&panel, values);
    double effect = effect_of(&panel, values, schedule);
    random_start(&random, seed);
    for (uint32_t draw = 0; !isnan(effect) && draw < draws; draw++) {
        deal(&panel, &random, schedule);
        double other = effect_of(&panel, values, schedule);
        extreme += !(fabs(other) < fabs(effect) * (1 - 1e-12));
    }
    gos_arena_mark_return(arena, mark);
    if (isnan(effect))
        return gos_fail(err, GOS_BAD_INPUT, "/cells",
                        "treatment cannot be told from regions and periods");
    *out_effect = effect;
    *out_p = (1 + extreme) / (1 + (double)draws);
    return true;
}
