/* gosset calc: families of slices, interactions, periods, switchbacks, novelty. */
#include "cli/calc.h"

#include "base/text.h"
#include "cli/calc_groups.h"
#include "gosset/stats_adaptive.h"
#include "gosset/stats_more.h"
#include "gosset/stats_slices.h"

#include <math.h>

static void *take(struct calc *calc, size_t count, size_t size)
{
    void *memory = gos_arena_array(calc->arena, count + 1, size, calc->err);
    calc->has_failed = calc->has_failed || !memory;
    return memory;
}

/* Rows of one attribute stand together in `slices`; `place` says where each row went. */
static size_t read_slices(struct calc *calc, gos_slice *slices, size_t *place,
                          gos_slice_group *groups)
{
    gos_str *names = take(calc, calc->row_count, sizeof *names);
    size_t group_count = 0, used = 0;
    for (calc->row = 0; names && calc->row < calc->row_count; calc->row++) {
        names[calc->row] = calc_text(calc, "attribute");
        place[calc->row] = SIZE_MAX;
    }
    for (size_t first = 0; names && first < calc->row_count; first++) {
        if (place[first] != SIZE_MAX)
            continue;
        groups[group_count] = (gos_slice_group){.first = used};
        for (calc->row = first; calc->row < calc->row_count; calc->row++) {
            if (place[calc->row] != SIZE_MAX || !gos_str_equal(names[calc->row], names[first]))
                continue;
            place[calc->row] = used;
            slices[used++] = (gos_slice){.diff = calc_number_or(calc, "diff", NAN),
                                         .se = calc_number_or(calc, "se_diff", NAN),
                                         .p_value = calc_number_or(calc, "p", NAN)};
            groups[group_count].count++;
        }
        group_count++;
    }
    calc->row = 0;
    return group_count;
}

static void put_slice(struct calc *calc, const gos_slice *s, const gos_slice_group *group)
{
    bool has_estimate = isfinite(s->shrunk_diff);
    calc_put(calc, "p_holm", s->adjusted_p);
    calc_put(calc, "rest", s->rest);
    calc_put(calc, "gap", s->gap);
    calc_put(calc, "se_gap", s->gap_se);
    calc_put(calc, "p_gap", s->gap_p);
    calc_put(calc, "q_gap", s->gap_q);
    calc_put(calc, "shrunk_diff", s->shrunk_diff);
    calc_put(calc, "se_shrunk", s->shrunk_se);
    calc_put(calc, "slices", (double)group->used);
    calc_put(calc, "mean_diff", group->diff);
    calc_put(calc, "se_mean", group->se);
    calc_put(calc, "q_statistic", group->heterogeneity.statistic);
    calc_put(calc, "q_df", group->heterogeneity.df);
    calc_put(calc, "i_squared", group->heterogeneity.value);
    calc_put(calc, "p_heterogeneity", group->heterogeneity.p_value);
    calc_put(calc, "q_heterogeneity", group->heterogeneity_q);
    calc_put_status(calc, has_estimate ? 0 : GOS_STATUS_NO_DATA);
}

void calc_slices(struct calc *calc)
{
    gos_slice *slices = take(calc, calc->row_count, sizeof *slices);
    size_t *place = take(calc, calc->row_count, sizeof *place);
    gos_slice_group *groups = take(calc, calc->row_count, sizeof *groups);
    gos_error err;
    if (!calc_is_ready(calc))
        return;
    size_t count = read_slices(calc, slices, place, groups);
    if (!calc_is_ready(calc))
        return;
    if (!gos_slices_examine(slices, calc->row_count, groups, count, calc->arena, &err)) {
        calc_fail(calc, "p", "%s", err.message);
        return;
    }
    for (calc->row = 0; calc->row < calc->row_count; calc->row++) {
        size_t at = place[calc->row], g = 0;
        while (at >= groups[g].first + groups[g].count)
            g++;
        put_slice(calc, &slices[at], &groups[g]);
    }
    calc->row = 0;
}

void calc_interaction(struct calc *calc)
{
    static const char *const names[4][3] = {{"n_neither", "mean_neither", "var_neither"},
                                            {"n_first", "mean_first", "var_first"},
                                            {"n_second", "mean_second", "var_second"},
                                            {"n_both", "mean_both", "var_both"}};
    gos_moments cells[4];
    gos_interaction pair;
    gos_interactions all;
    gos_error err;
    /* Row by row: the first experiment's arm, then the second's. */
    static const int place[4] = {0, 2, 1, 3};
    for (int i = 0; i < 4; i++) {
        double n = calc_count(calc, names[i][0]), mean = calc_number(calc, names[i][1]);
        cells[place[i]] =
            gos_moments_from_variance((uint64_t)n, mean, calc_number(calc, names[i][2]));
    }
    if (!calc_is_ready(calc))
        return;
    if (!gos_interactions_examine(cells, 2, 2, 0, 0, GOS_METRIC_MEAN, calc->arena, &pair, &all,
                                  &err)) {
        calc_fail_with(calc, &err);
        return;
    }
    if (isnan(pair.contrast.statistic))
        calc_put_status(calc, GOS_STATUS_INSUFFICIENT_N);
    calc_put(calc, "contrast", pair.contrast.value);
    calc_put(calc, "se", pair.contrast.se);
    calc_put(calc, "z", pair.contrast.statistic);
    calc_put(calc, "p", pair.contrast.p_value);
    calc_put(calc, "chisq_independence", all.independence.statistic);
    calc_put(calc, "p_independence", all.independence.p_value);
    calc_put(calc, "alarm", all.alarm);
}

void calc_novelty(struct calc *calc)
{
    size_t n = calc->row_count;
    double *day = take(calc, 3 * n, sizeof *day);
    for (calc->row = 0; day && calc->row < n; calc->row++) {
        day[calc->row] = calc_number(calc, "day");
        day[n + calc->row] = calc_number(calc, "diff");
        day[2 * n + calc->row] = calc_positive(calc, "se_diff");
        if (day[calc->row] < 0)
            calc_fail(calc, "day", "%g days after the exposure", day[calc->row]);
    }
    calc->row = 0;
    if (!calc_is_ready(calc))
        return;
    gos_check check = gos_check_novelty(day, day + n, day + 2 * n, n);
    for (calc->row = 0; calc->row < n; calc->row++) {
        calc_put(calc, "slope", check.value);
        calc_put(calc, "se_slope", check.se);
        calc_put(calc, "z", check.statistic);
        calc_put(calc, "p", check.p_value);
        calc_put(calc, "fades_or_grows", fabs(check.statistic) > 2.58);
        calc_put_status(calc, isnan(check.statistic) ? GOS_STATUS_INSUFFICIENT_N : 0);
    }
    calc->row = 0;
}

static void put_adaptive(struct calc *calc, const gos_adaptive *r)
{
    calc_put(calc, "periods", (double)r->periods);
    calc_put(calc, "left_out", (double)r->left_out);
    calc_put(calc, "diff", r->fixed.diff);
    calc_put(calc, "se", r->fixed.se);
    calc_put(calc, "z", r->fixed.statistic);
    calc_put(calc, "p", r->fixed.p_value);
    calc_put(calc, "ci_low", r->fixed.diff_low);
    calc_put(calc, "ci_high", r->fixed.diff_high);
    calc_put(calc, "lift", r->fixed.lift);
    calc_put(calc, "p_always_valid", r->anytime.p_value);
    calc_put(calc, "cs_low", r->anytime.diff_low);
    calc_put(calc, "cs_high", r->anytime.diff_high);
    calc_put(calc, "stratified_diff", r->stratified_diff);
    calc_put(calc, "stratified_se", r->stratified_se);
    calc_put(calc, "pooled_diff", r->pooled_diff);
    calc_put(calc, "pooled_se", r->pooled_se);
    calc_put_status(calc, r->status);
}

void calc_adaptive(struct calc *calc)
{
    size_t n = calc->row_count;
    gos_moments *arms = take(calc, 2 * n, sizeof *arms);
    double alpha = calc_between(calc, "alpha", 0, 1);
    gos_adaptive result;
    gos_error err;
    for (calc->row = 0; arms && calc->row < n; calc->row++) {
        double n_c = calc_count(calc, "n_c"), mean_c = calc_number(calc, "mean_c");
        double var_c = calc_number(calc, "var_c"), n_t = calc_count(calc, "n_t");
        double mean_t = calc_number(calc, "mean_t"), var_t = calc_number(calc, "var_t");
        arms[calc->row] = gos_moments_from_variance((uint64_t)n_c, mean_c, var_c);
        arms[n + calc->row] = gos_moments_from_variance((uint64_t)n_t, mean_t, var_t);
    }
    calc->row = 0;
    if (!calc_is_ready(calc))
        return;
    if (!gos_adaptive_compare(arms, arms + n, n, n, GOS_METRIC_MEAN, alpha, &result, &err)) {
        calc_fail_with(calc, &err);
        return;
    }
    for (calc->row = 0; calc->row < n; calc->row++)
        put_adaptive(calc, &result);
    calc->row = 0;
}

/* Numbers of names, in the order in which they come. */
static bool number_rows(struct calc *calc, const char *column, uint32_t *out)
{
    struct calc_groups groups;
    int at = calc_table_find(calc->in, gos_str_from(column));
    if (!calc_groups_make(calc->in, at, calc->arena, &groups, calc->err)) {
        calc->has_failed = true;
        return false;
    }
    for (calc->row = 0; calc->row < calc->row_count; calc->row++)
        out[calc->row] = (uint32_t)calc_groups_find(&groups, calc_text(calc, column));
    calc->row = 0;
    return true;
}

static void put_switchback(struct calc *calc, const gos_switchback_result *r)
{
    calc_put(calc, "regions", r->regions);
    calc_put(calc, "effect", r->effect);
    calc_put(calc, "se", r->se);
    calc_put(calc, "df", r->df);
    calc_put(calc, "ci_low", r->low);
    calc_put(calc, "ci_high", r->high);
    calc_put(calc, "p_cluster", r->p_cluster);
    calc_put(calc, "p_permutation", r->p_permutation);
    calc_put(calc, "p", r->p_value);
    calc_put(calc, "carry_over", r->carry_over.value);
    calc_put(calc, "se_carry_over", r->carry_over.se);
    calc_put(calc, "p_carry_over", r->carry_over.p_value);
    calc_put_status(calc, r->status);
}

void calc_switchback(struct calc *calc)
{
    enum { DRAWS = 10000, WORK_MAX = 20000000 };
    size_t n = calc->row_count;
    gos_switch_cell *cells = take(calc, n, sizeof *cells);
    uint32_t *regions = take(calc, n, sizeof *regions);
    double alpha = calc_between(calc, "alpha", 0, 1);
    gos_switchback_result result;
    gos_error err;
    if (!calc_is_ready(calc) || !number_rows(calc, "region", regions))
        return;
    for (calc->row = 0; calc->row < n; calc->row++) {
        double period = calc_count(calc, "period"), arm = calc_count(calc, "arm");
        double value = calc_number(calc, "value"), weight = calc_number_or(calc, "weight", 1);
        if (period > UINT32_MAX)
            calc_fail(calc, "period", "%g is too large a number of a period", period);
        else
            cells[calc->row] =
                (gos_switch_cell){regions[calc->row], (uint32_t)period, value, weight, arm != 0};
    }
    calc->row = 0;
    if (!calc_is_ready(calc))
        return;
    uint32_t draws = n * DRAWS > WORK_MAX ? (uint32_t)(WORK_MAX / n) : DRAWS;
    if (!gos_switchback(cells, n, alpha, draws, 1, calc->arena, &result, &err)) {
        calc_fail(calc, "value", "%s", err.message);
        return;
    }
    for (calc->row = 0; calc->row < n; calc->row++)
        put_switchback(calc, &result);
    calc->row = 0;
}
