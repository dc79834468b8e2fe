/*
 * Barnard's and Boschloo's tests. A region of tables is summed by total successes, so that the
 * chance at a nuisance rate is one sum over totals; its largest value is found on a grid and
 * refined.
 */
#include "stats/exact.h"

#include "stats/distribution.h"

#include <math.h>
#include <string.h>

struct region {
    size_t n_c, n_t;
    double *log_weight; /* by total successes; -INFINITY where no table is inside */
    double *score;      /* by table: the more extreme, the larger */
};

static double log_choose(double n, double k)
{
    return dist_lgamma(n + 1) - dist_lgamma(k + 1) - dist_lgamma(n - k + 1);
}

static double *score_at(const struct region *r, size_t x_t, size_t x_c)
{
    return &r->score[x_t * (r->n_c + 1) + x_c];
}

/* Adds up the tables whose score is at least `limit`, by total. */
static void region_sum(struct region *r, double limit)
{
    for (size_t total = 0; total <= r->n_c + r->n_t; total++) {
        size_t low = total > r->n_c ? total - r->n_c : 0;
        size_t high = total < r->n_t ? total : r->n_t;
        double most = -INFINITY, sum = 0;
        for (int pass = 0; pass < 2; pass++) {
            for (size_t x = low; x <= high; x++) {
                if (!(*score_at(r, x, total - x) >= limit))
                    continue;
                double log_count = log_choose((double)r->n_t, (double)x) +
                                   log_choose((double)r->n_c, (double)(total - x));
                if (pass == 0)
                    most = fmax(most, log_count);
                else
                    sum += exp(log_count - most);
            }
        }
        r->log_weight[total] = sum > 0 ? most + log(sum) : -INFINITY;
    }
}

static double region_chance(const struct region *r, double rate)
{
    size_t n = r->n_c + r->n_t;
    double log_p = log(rate), log_q = log1p(-rate), sum = 0;
    if (rate <= 0 || rate >= 1)
        return exp(r->log_weight[rate <= 0 ? 0 : n]);
    for (size_t m = 0; m <= n; m++) {
        if (r->log_weight[m] > -INFINITY)
            sum += exp(r->log_weight[m] + (double)m * log_p + (double)(n - m) * log_q);
    }
    return sum;
}

/* Golden section for the largest chance between low and high. */
static double chance_refine(const struct region *r, double low, double high)
{
    const double golden = 0.6180339887498949;
    double a = high - golden * (high - low), b = low + golden * (high - low);
    double at_a = region_chance(r, a), at_b = region_chance(r, b);
    for (int i = 0; i < 60 && high - low > 1e-13; i++) {
        if (at_a > at_b) {
            high = b;
            b = a;
            at_b = at_a;
            a = high - golden * (high - low);
            at_a = region_chance(r, a);
        } else {
            low = a;
            a = b;
            at_a = at_b;
            b = low + golden * (high - low);
            at_b = region_chance(r, b);
        }
    }
    return fmax(at_a, at_b);
}

/* Even over (0, 1), and by powers of ten towards both ends. */
static double grid_rate(int i, int count)
{
    enum { TAIL = 60 };
    if (i < TAIL)
        return pow(10, -6 + 3.5 * i / TAIL);
    if (i >= count - TAIL)
        return 1 - pow(10, -6 + 3.5 * (count - 1 - i) / TAIL);
    return 0.00316 + (1 - 2 * 0.00316) * (i - TAIL) / (count - 2 * TAIL - 1);
}

static double region_chance_max(const struct region *r)
{
    enum { GRID = 1121 };
    double value[GRID], most = fmax(region_chance(r, 0), region_chance(r, 1));
    for (int i = 0; i < GRID; i++) {
        value[i] = region_chance(r, grid_rate(i, GRID));
        most = fmax(most, value[i]);
    }
    for (int i = 0; i < GRID; i++) {
        bool is_top =
            (i == 0 || value[i] >= value[i - 1]) && (i == GRID - 1 || value[i] >= value[i + 1]);
        if (!is_top || value[i] < 0.9 * most)
            continue;
        double low = i > 0 ? grid_rate(i - 1, GRID) : 0;
        double high = i < GRID - 1 ? grid_rate(i + 1, GRID) : 1;
        most = fmax(most, chance_refine(r, low, high));
    }
    return fmin(1, most);
}

static bool region_open(const struct counts *c, gos_arena *arena, struct region *out,
                        gos_error *err)
{
    if (c->n_c * c->n_t > EXACT_TABLES_MAX)
        return gos_fail(err, GOS_TOO_LARGE, "/n_c", "%g x %g units: at most %d tables are tried",
                        c->n_c, c->n_t, EXACT_TABLES_MAX);
    *out = (struct region){.n_c = (size_t)c->n_c, .n_t = (size_t)c->n_t};
    size_t tables = (out->n_c + 1) * (out->n_t + 1);
    out->score = gos_arena_array(arena, tables, sizeof(double), err);
    out->log_weight = gos_arena_array(arena, out->n_c + out->n_t + 1, sizeof(double), err);
    return out->score && out->log_weight;
}

bool exact_barnard(const struct counts *c, gos_arena *arena, double *out_p, gos_error *err)
{
    struct region r;
    if (!region_open(c, arena, &r, err))
        return false;
    for (size_t x = 0; x <= r.n_t; x++) {
        for (size_t y = 0; y <= r.n_c; y++) {
            double rate = (double)(x + y) / (c->n_c + c->n_t);
            double se = sqrt(rate * (1 - rate) * (1 / c->n_c + 1 / c->n_t));
            double gap = fabs((double)x / c->n_t - (double)y / c->n_c);
            *score_at(&r, x, y) = se > 0 ? gap / se : 0;
        }
    }
    double observed = *score_at(&r, (size_t)c->x_t, (size_t)c->x_c);
    region_sum(&r, observed - 1e-12 * fmax(1, observed));
    *out_p = region_chance_max(&r);
    return true;
}

/* Scores are -p of Fisher's test; the tables of one total share their weights. */
static void boschloo_total(struct region *r, size_t total, double *weight)
{
    size_t low = total > r->n_c ? total - r->n_c : 0, high = total < r->n_t ? total : r->n_t;
    double most = -INFINITY, all = 0;
    for (size_t x = low; x <= high; x++) {
        weight[x] =
            log_choose((double)r->n_t, (double)x) + log_choose((double)r->n_c, (double)(total - x));
        most = fmax(most, weight[x]);
    }
    for (size_t x = low; x <= high; x++)
        all += weight[x] = exp(weight[x] - most);
    for (size_t x = low; x <= high; x++) {
        double extreme = 0;
        for (size_t i = low; i <= high; i++)
            extreme += weight[i] <= weight[x] * (1 + 1e-7) ? weight[i] : 0;
        *score_at(r, x, total - x) = -extreme / all;
    }
}

bool exact_boschloo(const struct counts *c, gos_arena *arena, double *out_p, gos_error *err)
{
    struct region r;
    if (!region_open(c, arena, &r, err))
        return false;
    double *weight = gos_arena_array(arena, r.n_t + 1, sizeof(double), err);
    if (!weight)
        return false;
    for (size_t total = 0; total <= r.n_c + r.n_t; total++)
        boschloo_total(&r, total, weight);
    double observed = *score_at(&r, (size_t)c->x_t, (size_t)c->x_c);
    region_sum(&r, observed * (1 + 1e-9));
    *out_p = region_chance_max(&r);
    return true;
}
