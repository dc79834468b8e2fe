/*
 * Switchback experiments: the treatment's column is cleaned of regions and periods once, by
 * alternating weighted means (Frisch-Waugh); the effect is then one ratio of sums, which makes
 * thousands of permutations cheap.
 */
#include "gosset/stats_more.h"

#include "stats/distribution.h"
#include "stats/random.h"

#include <math.h>

enum { SWEEPS_MAX = 2000, GROUPS_MAX = 100000, REGIONS_MIN = 10 };

struct panel {
    const gos_switch_cell *cells;
    size_t count;
    uint32_t regions, periods;
    double weight_total;
    double *sum, *weight; /* by group, scratch */
    size_t *first;        /* of each region in by_region; one more ends the last */
    size_t *by_region;    /* cells */
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

/* Sum of weight a b over the cells. */
static double product(const struct panel *p, const double *a, const double *b)
{
    double sum = 0;
    for (size_t i = 0; i < p->count; i++)
        sum += p->cells[i].weight * a[i] * b[i];
    return sum;
}

/* The effect of a schedule on values that are clean already; NaN when it has none of its own. */
static double effect_of(const struct panel *p, const double *values, double *schedule)
{
    clean(p, schedule);
    double square = product(p, schedule, schedule);
    return square > 1e-9 * p->weight_total ? product(p, schedule, values) / square : NAN;
}

/*
 * CR2 with one regressor x (clean), regions as clusters: region g has the share h_g of sum w x^2,
 * and its score is divided by sqrt(1 - h_g). Degrees of freedom: Satterthwaite's.
 */
static double cluster_se(const struct panel *p, const double *x, const double *rest, double *out_df)
{
    double square = product(p, x, x), v = 0, trace = 0, inner = 0, crossed = 0;
    for (uint32_t g = 0; g < p->regions; g++)
        p->sum[g] = p->weight[g] = 0;
    for (size_t i = 0; i < p->count; i++) {
        p->sum[p->cells[i].region] += p->cells[i].weight * x[i] * rest[i];
        p->weight[p->cells[i].region] += p->cells[i].weight * x[i] * x[i] / square;
    }
    for (uint32_t g = 0; g < p->regions; g++) {
        double h = p->weight[g];
        if (h >= 1 - 1e-9)
            return NAN;
        v += p->sum[g] * p->sum[g] / (1 - h);
        trace += h; /* h (1 - h) / (1 - h) */
        inner += h * h;
        crossed += h * h * (h * h / (1 - h) / (1 - h));
    }
    /* sum over g and k of P_gk^2, with P_gk = -h_g h_k / sqrt((1 - h_g)(1 - h_k)) off the diagonal.
     */
    double off = 0;
    for (uint32_t g = 0; g < p->regions; g++)
        off += p->weight[g] * p->weight[g] / (1 - p->weight[g]);
    *out_df = trace * trace / (inner + off * off - crossed);
    return sqrt(v) / square;
}

/* A new schedule: in each region its treated periods are dealt out again (Fisher-Yates). */
static void deal(const struct panel *p, struct random *random, double *schedule)
{
    for (size_t i = 0; i < p->count; i++)
        schedule[i] = p->cells[i].is_treatment;
    for (uint32_t g = 0; g < p->regions; g++) {
        for (size_t n = p->first[g + 1] - p->first[g]; n > 1; n--) {
            const size_t *cells = p->by_region + p->first[g];
            size_t i = cells[n - 1], j = cells[(size_t)(random_uniform(random) * (double)n)];
            double kept = schedule[i];
            schedule[i] = schedule[j];
            schedule[j] = kept;
        }
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
        out->weight_total += cells[i].weight;
        out->regions = cells[i].region >= out->regions ? cells[i].region + 1 : out->regions;
        out->periods = cells[i].period >= out->periods ? cells[i].period + 1 : out->periods;
    }
    size_t groups = (size_t)out->regions + out->periods + 1;
    out->sum = gos_arena_array(arena, groups, sizeof(double), err);
    out->weight = gos_arena_array(arena, groups, sizeof(double), err);
    out->first = gos_arena_array(arena, out->regions + 2u, sizeof(size_t), err);
    out->by_region = gos_arena_array(arena, count + 1, sizeof(size_t), err);
    if (!out->sum || !out->weight || !out->first || !out->by_region)
        return false;
    for (size_t i = 0; i < count; i++)
        out->first[cells[i].region + 1]++;
    for (uint32_t g = 0; g < out->regions; g++)
        out->first[g + 1] += out->first[g];
    size_t *next = gos_arena_array(arena, out->regions + 1u, sizeof *next, err);
    for (uint32_t g = 0; next && g < out->regions; g++)
        next[g] = out->first[g];
    for (size_t i = 0; next && i < count; i++)
        out->by_region[next[cells[i].region]++] = i;
    return next != NULL;
}

/* The cells whose region also has the period before, with that period's treatment. */
static size_t lagged_cells(const struct panel *p, gos_switch_cell *out, double *out_lag)
{
    size_t count = 0;
    for (size_t i = 0; i < p->count; i++) {
        const gos_switch_cell *cell = &p->cells[i];
        for (size_t k = p->first[cell->region]; k < p->first[cell->region + 1]; k++) {
            const gos_switch_cell *other = &p->cells[p->by_region[k]];
            if (other->period + 1 != cell->period)
                continue;
            out_lag[count] = other->is_treatment;
            out[count++] = *cell;
            break;
        }
    }
    return count;
}

/* Takes what `x` explains off `column`; both clean. */
static void take_off(const struct panel *p, const double *x, double *column)
{
    double square = product(p, x, x), share = square > 0 ? product(p, x, column) / square : 0;
    for (size_t i = 0; i < p->count; i++)
        column[i] -= share * x[i];
}

static bool carry_over(const struct panel *whole, gos_arena *arena, gos_check *out, gos_error *err)
{
    gos_switch_cell *cells = gos_arena_array(arena, whole->count + 1, sizeof *cells, err);
    double *lag = gos_arena_array(arena, 3 * whole->count + 3, sizeof *lag, err);
    struct panel p;
    *out = (gos_check){NAN, NAN, NAN, NAN, 1};
    if (!cells || !lag)
        return false;
    size_t count = lagged_cells(whole, cells, lag);
    double *values = lag + whole->count, *own = values + whole->count, df;
    if (count < 4)
        return true;
    if (!panel_open(cells, count, arena, &p, err))
        return false;
    for (size_t i = 0; i < count; i++) {
        values[i] = cells[i].value;
        own[i] = cells[i].is_treatment;
    }
    clean(&p, values);
    clean(&p, own);
    clean(&p, lag);
    take_off(&p, own, lag);
    take_off(&p, own, values);
    double square = product(&p, lag, lag);
    if (!(square > 1e-9 * p.weight_total))
        return true;
    double effect = product(&p, lag, values) / square;
    take_off(&p, lag, values);
    double se = cluster_se(&p, lag, values, &df);
    if (se > 0 && df > 0)
        *out = (gos_check){effect, se, effect / se, df,
                           fmin(1, 2 * dist_pt(fabs(effect / se), df, TAIL_UPPER))};
    return true;
}

static void infer(const struct panel *p, const double *values, const double *schedule, double alpha,
                  double *rest, gos_switchback_result *out)
{
    for (size_t i = 0; i < p->count; i++)
        rest[i] = values[i] - out->effect * schedule[i];
    out->se = cluster_se(p, schedule, rest, &out->df);
    if (out->se > 0 && out->df > 0) {
        double half = dist_qt(alpha / 2, out->df, TAIL_UPPER) * out->se;
        out->p_cluster = fmin(1, 2 * dist_pt(fabs(out->effect / out->se), out->df, TAIL_UPPER));
        out->low = out->effect - half;
        out->high = out->effect + half;
    }
}

static uint32_t regions_with_cells(const struct panel *p)
{
    uint32_t count = 0;
    for (uint32_t g = 0; g < p->regions; g++)
        count += p->first[g + 1] > p->first[g];
    return count;
}

static double permute(const struct panel *p, const double *values, double effect, uint32_t draws,
                      uint64_t seed, double *schedule)
{
    struct random random;
    double extreme = 0;
    random_start(&random, seed);
    for (uint32_t draw = 0; draw < draws; draw++) {
        deal(p, &random, schedule);
        extreme += !(fabs(effect_of(p, values, schedule)) < fabs(effect) * (1 - 1e-12));
    }
    return (1 + extreme) / (1 + (double)draws);
}

bool gos_switchback(const gos_switch_cell *cells, size_t count, double alpha, uint32_t draws,
                    uint64_t seed, gos_arena *arena, gos_switchback_result *out, gos_error *err)
{
    struct panel p;
    gos_arena_mark mark = gos_arena_mark_take(arena);
    if (!(alpha > 0 && alpha < 1))
        return gos_fail(err, GOS_BAD_INPUT, "/alpha", "alpha %g is not between 0 and 1", alpha);
    if (!panel_open(cells, count, arena, &p, err))
        return false;
    double *values = gos_arena_array(arena, 3 * count + 3, sizeof *values, err);
    if (!values)
        return false;
    double *schedule = values + count, *rest = schedule + count;
    for (size_t i = 0; i < count; i++) {
        values[i] = cells[i].value;
        schedule[i] = cells[i].is_treatment;
    }
    clean(&p, values);
    *out = (gos_switchback_result){.regions = regions_with_cells(&p),
                                   .periods = p.periods,
                                   .effect = effect_of(&p, values, schedule),
                                   .se = NAN,
                                   .df = NAN,
                                   .low = NAN,
                                   .high = NAN,
                                   .p_cluster = NAN};
    if (isnan(out->effect)) {
        gos_arena_mark_return(arena, mark);
        return gos_fail(err, GOS_BAD_INPUT, "/cells",
                        "treatment cannot be told from regions and periods");
    }
    infer(&p, values, schedule, alpha, rest, out);
    bool done = carry_over(&p, arena, &out->carry_over, err);
    out->p_permutation = permute(&p, values, out->effect, draws, seed, schedule);
    bool is_few = out->regions < REGIONS_MIN || isnan(out->p_cluster);
    out->p_value = is_few ? out->p_permutation : out->p_cluster;
    out->status = is_few ? GOS_STATUS_FEW_CLUSTERS : 0;
    gos_arena_mark_return(arena, mark);
    return done;
}
