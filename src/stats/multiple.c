/* p-values of a family, corrected step by step in the order of R's p.adjust. */
#include "gosset/stats_methods.h"

#include <assert.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

struct ranked {
    double p;
    double q; /* corrected */
    size_t index;
};

static int ranked_compare(const void *a, const void *b)
{
    const struct ranked *x = a, *y = b;
    if (x->p != y->p)
        return x->p < y->p ? -1 : 1;
    return x->index < y->index ? -1 : 1;
}

static double sidak(double p, double m)
{
    return -expm1(m * log1p(-p));
}

/* Each p times `factor` of its rank, made monotone from the smallest p up. */
static void step_down(struct ranked *r, size_t m, bool is_sidak)
{
    double most = 0;
    for (size_t i = 0; i < m; i++) {
        double left = (double)(m - i);
        most = fmax(most, is_sidak ? sidak(r[i].p, left) : left * r[i].p);
        r[i].q = fmin(1, most);
    }
}

/* Made monotone from the largest p down. `scale` / rank multiplies p, or (m + 1 - rank) if 0. */
static void step_up(struct ranked *r, size_t m, double scale)
{
    double least = INFINITY;
    for (size_t i = m; i-- > 0;) {
        double factor = scale > 0 ? scale / (double)(i + 1) : (double)(m - i);
        least = fmin(least, factor * r[i].p);
        r[i].q = fmin(1, least);
    }
}

/* Hommel (1988), as R computes it: m passes over the sorted p-values. */
static void hommel(struct ranked *r, size_t n, double *q, double *best)
{
    double start = INFINITY;
    for (size_t i = 0; i < n; i++)
        start = fmin(start, (double)n * r[i].p / (double)(i + 1));
    for (size_t i = 0; i < n; i++)
        q[i] = best[i] = start;
    for (size_t m = n - 1; m >= 2; m--) {
        size_t head = n - m + 1;
        double least = INFINITY, scale = (double)m;
        for (size_t k = 2; k <= m; k++)
            least = fmin(least, scale * r[head + k - 2].p / (double)k);
        for (size_t i = 0; i < head; i++)
            q[i] = fmin(scale * r[i].p, least);
        for (size_t i = head; i < n; i++)
            q[i] = q[head - 1];
        for (size_t i = 0; i < n; i++)
            best[i] = fmax(best[i], q[i]);
    }
    for (size_t i = 0; i < n; i++)
        r[i].q = fmax(best[i], r[i].p);
}

static double harmonic(size_t m)
{
    double sum = 0;
    for (size_t i = 1; i <= m; i++)
        sum += 1 / (double)i;
    return sum;
}

static void correct_ranked(gos_correction correction, struct ranked *r, size_t m, double *scratch)
{
    double count = (double)m;
    switch (correction) {
    case GOS_CORRECT_HOLM:
        step_down(r, m, false);
        return;
    case GOS_CORRECT_HOLM_SIDAK:
        step_down(r, m, true);
        return;
    case GOS_CORRECT_HOMMEL:
        if (m > 2) {
            hommel(r, m, scratch, scratch + m);
            return;
        }
        step_up(r, m, 0);
        return;
    case GOS_CORRECT_HOCHBERG:
        step_up(r, m, 0);
        return;
    case GOS_CORRECT_BH:
        step_up(r, m, count);
        return;
    case GOS_CORRECT_BY:
        step_up(r, m, harmonic(m) * count);
        return;
    case GOS_CORRECT_NONE:
    case GOS_CORRECT_BONFERRONI:
    case GOS_CORRECT_SIDAK:
        break;
    }
    for (size_t i = 0; i < m; i++) {
        r[i].q = correction == GOS_CORRECT_NONE    ? r[i].p
                 : correction == GOS_CORRECT_SIDAK ? sidak(r[i].p, count)
                                                   : fmin(1, count * r[i].p);
    }
}

bool gos_correct(gos_correction correction, const double *p, size_t count, double *out,
                 gos_arena *arena, gos_error *err)
{
    gos_arena_mark mark = gos_arena_mark_take(arena);
    struct ranked *ranked = gos_arena_array(arena, count + 1, sizeof *ranked, err);
    double *scratch = ranked ? gos_arena_array(arena, 2 * count + 1, sizeof *scratch, err) : NULL;
    size_t m = 0;
    if (!scratch)
        return false;
    for (size_t i = 0; i < count; i++) {
        if (!isnan(p[i]) && !(p[i] >= 0 && p[i] <= 1)) {
            char pointer[32];
            snprintf(pointer, sizeof pointer, "/p/%zu", i);
            gos_arena_mark_return(arena, mark);
            return gos_fail(err, GOS_BAD_INPUT, pointer, "p-value %g is not within [0, 1]", p[i]);
        }
        if (!isnan(p[i]))
            ranked[m++] = (struct ranked){p[i], p[i], i};
    }
    qsort(ranked, m, sizeof *ranked, ranked_compare);
    correct_ranked(correction, ranked, m, scratch);
    for (size_t i = 0; i < count; i++)
        out[i] = NAN;
    for (size_t i = 0; i < m; i++)
        out[ranked[i].index] = ranked[i].q;
    gos_arena_mark_return(arena, mark);
    return true;
}

bool gos_stats_adjust(gos_correction correction, gos_estimate *const *estimates, size_t count,
                      gos_arena *arena, gos_error *err)
{
    gos_arena_mark mark = gos_arena_mark_take(arena);
    double *p = gos_arena_array(arena, count + 1, sizeof *p, err);
    if (!p)
        return false;
    for (size_t i = 0; i < count; i++)
        p[i] = estimates[i]->shown.p_value;
    bool done = gos_correct(correction, p, count, p, arena, err);
    for (size_t i = 0; done && i < count; i++) {
        gos_estimate *e = estimates[i];
        e->adjusted_p = p[i];
        e->significant = p[i] < e->alpha && !gos_status_blocks(e->status);
    }
    gos_arena_mark_return(arena, mark);
    return done;
}
