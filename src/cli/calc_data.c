/* gosset calc: methods that read raw rows beside their cases. */
#include "cli/calc.h"

#include "base/hash.h"
#include "base/text.h"
#include "gosset/stats_data.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

/* A unit or cluster by its name: texts that hash alike are the same, to 2^-64. Without the column
 * each row is its own. */
static uint64_t data_name(const struct calc *calc, size_t row, const char *column)
{
    int at = calc_table_find(calc->data, gos_str_from(column));
    return at < 0 ? row : hash_xxh3(calc_table_cell(calc->data, row, (size_t)at), 0);
}

/* The values of one arm of the case, and who they belong to. */
struct arm_values {
    double *values;
    uint64_t *units;
    size_t count;
};

static bool arm_read(struct calc *calc, const size_t *rows, size_t count, double arm,
                     struct arm_values *out)
{
    out->count = 0;
    out->values = gos_arena_array(calc->arena, count + 1, sizeof(double), calc->err);
    out->units = gos_arena_array(calc->arena, count + 1, sizeof(uint64_t), calc->err);
    if (!out->values || !out->units) {
        calc->has_failed = true;
        return false;
    }
    for (size_t i = 0; i < count; i++) {
        if (calc_data_number(calc, rows[i], "arm") != arm)
            continue;
        out->units[out->count] = data_name(calc, rows[i], "user");
        out->values[out->count++] = calc_data_number(calc, rows[i], "value");
    }
    return !calc->has_failed && !calc->is_invalid;
}

static void put_with(struct calc *calc, const char *name, const char *suffix, double value)
{
    char column[32];
    snprintf(column, sizeof column, "%s_%s", name, suffix);
    calc_put(calc, column, value);
}

static void put_quantile(struct calc *calc, const gos_quantile *q, const char *suffix)
{
    char text[GOS_STATUS_TEXT_BYTES], column[32];
    snprintf(column, sizeof column, "status_%s", suffix);
    gos_status_text(q->status, text);
    calc_put_text(calc, column, gos_arena_text(calc->arena, gos_str_from(text), NULL));
    put_with(calc, "n", suffix, (double)q->n);
    put_with(calc, "clusters", suffix, (double)q->clusters);
    put_with(calc, "q_type7", suffix, q->point);
    put_with(calc, "q_type1", suffix, q->type1);
    put_with(calc, "rank_low", suffix, q->ranks.low);
    put_with(calc, "rank_high", suffix, q->ranks.high);
    put_with(calc, "y_low", suffix, q->y_low);
    put_with(calc, "y_high", suffix, q->y_high);
    put_with(calc, "exact_rank_low", suffix, q->ranks.exact_low);
    put_with(calc, "exact_rank_high", suffix, q->ranks.exact_high);
    put_with(calc, "exact_low", suffix, q->exact_low);
    put_with(calc, "exact_high", suffix, q->exact_high);
    put_with(calc, "inflation", suffix, q->inflation);
    put_with(calc, "se", suffix, q->se);
}

static void put_quantile_test(struct calc *calc, const gos_quantile *c, const gos_quantile *t)
{
    gos_stats_options options = gos_stats_options_default(GOS_METRIC_QUANTILE);
    gos_estimate e;
    gos_error err;
    options.mode = GOS_MODE_FIXED;
    options.alpha = c->alpha;
    options.lift_interval = GOS_LIFT_DELTA;
    calc_put(calc, "diff", t->point - c->point);
    if (c->status || t->status)
        return;
    if (!gos_stats_compare_quantiles(c, t, &options, &e, &err)) {
        calc_fail_with(calc, &err);
        return;
    }
    calc_put(calc, "se_diff", e.raw.se);
    calc_put(calc, "z", e.raw.statistic);
    calc_put(calc, "p", e.raw.p_value);
    calc_put(calc, "ci_low", e.raw.diff_low);
    calc_put(calc, "ci_high", e.raw.diff_high);
    calc_put(calc, "lift", e.raw.lift);
    if (c->point != 0)
        calc_put(calc, "se_lift", (e.raw.lift_high - e.raw.lift_low) / (2 * e.raw.critical));
}

/* Whether a unit has more than one value: then its values are events, not units. */
static int unit_compare(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return (x > y) - (x < y);
}

static bool has_repeats(struct calc *calc, const struct arm_values *arm)
{
    uint64_t *sorted = gos_arena_array(calc->arena, arm->count + 1, sizeof *sorted, calc->err);
    calc->has_failed = calc->has_failed || !sorted;
    for (size_t i = 0; sorted && i < arm->count; i++)
        sorted[i] = arm->units[i];
    if (sorted)
        qsort(sorted, arm->count, sizeof *sorted, unit_compare);
    for (size_t i = 1; sorted && i < arm->count; i++) {
        if (sorted[i] == sorted[i - 1])
            return true;
    }
    return false;
}

void calc_quantile(struct calc *calc)
{
    size_t count;
    const size_t *rows = calc_data_rows(calc, &count);
    double q = calc_number_or(calc, "q", 0.5), alpha = calc_number_or(calc, "alpha", 0.05);
    double clustered = calc_number_or(calc, "clustered", NAN);
    struct arm_values c, t;
    gos_quantile quantile_c, quantile_t;
    gos_error err;
    if (calc->has_failed || !arm_read(calc, rows, count, 0, &c) ||
        !arm_read(calc, rows, count, 1, &t))
        return;
    if (isnan(clustered))
        clustered = has_repeats(calc, &c) || has_repeats(calc, &t);
    if (!(c.count && t.count)) {
        calc_put_status(calc, GOS_STATUS_NO_DATA);
        return;
    }
    if (!gos_quantile_of_values(c.values, clustered != 0 ? c.units : NULL, c.count, q, alpha,
                                calc->arena, &quantile_c, &err) ||
        !gos_quantile_of_values(t.values, clustered != 0 ? t.units : NULL, t.count, q, alpha,
                                calc->arena, &quantile_t, &err)) {
        calc_fail_with(calc, &err);
        return;
    }
    put_quantile(calc, &quantile_c, "c");
    put_quantile(calc, &quantile_t, "t");
    calc_put_status(calc, quantile_c.status | quantile_t.status);
    put_quantile_test(calc, &quantile_c, &quantile_t);
}

void calc_poststrat(struct calc *calc)
{
    size_t count;
    const size_t *rows = calc_data_rows(calc, &count);
    gos_moments *arms = gos_arena_array(calc->arena, 2 * count + 1, sizeof *arms, calc->err);
    gos_strata_result result;
    gos_error err;
    calc->has_failed = calc->has_failed || !arms;
    for (size_t i = 0; !calc->has_failed && i < 2 * count; i++) {
        bool is_treatment = i >= count;
        size_t row = rows[i % count];
        double n = calc_data_number(calc, row, is_treatment ? "n_t" : "n_c");
        double mean = calc_data_number(calc, row, is_treatment ? "mean_t" : "mean_c");
        double variance = calc_data_number(calc, row, is_treatment ? "var_t" : "var_c");
        if (calc->is_invalid || calc->has_failed)
            return;
        arms[i] = gos_moments_from_variance(n > 0 ? (uint64_t)n : 0, mean, variance);
    }
    if (calc->has_failed)
        return;
    if (!gos_strata_compare(arms, arms + count, count, 0.05, calc->arena, &result, &err)) {
        calc_fail_with(calc, &err);
        return;
    }
    calc_put_status(calc, result.status);
    calc_put(calc, "strata", (double)result.strata);
    calc_put(calc, "n", result.n);
    calc_put(calc, "est", result.shown.diff);
    calc_put(calc, "se_conditional", result.se_conditional);
    calc_put(calc, "se_superpop", result.se_superpopulation);
    calc_put(calc, "z", result.shown.diff / result.se_superpopulation);
    calc_put(calc, "p", result.shown.p_value);
    calc_put(calc, "control_mean", result.control_mean);
    calc_put(calc, "lift", result.shown.diff / fabs(result.control_mean));
    calc_put(calc, "se_lift", result.se_lift);
    calc_put(calc, "raw_diff", result.raw_diff);
    calc_put(calc, "raw_se", result.raw_se);
}

struct clustered_row {
    uint64_t cluster;
    double arm, value;
};

static int clustered_compare(const void *a, const void *b)
{
    const struct clustered_row *x = a, *y = b;
    if (x->arm != y->arm)
        return x->arm < y->arm ? -1 : 1;
    return (x->cluster > y->cluster) - (x->cluster < y->cluster);
}

/* One element per cluster, from rows sorted by it. Returns how many. */
static size_t clusters_collect(const struct clustered_row *rows, size_t count,
                               gos_cluster *clusters)
{
    size_t found = 0;
    for (size_t i = 0; i < count;) {
        gos_moments moments = gos_moments_empty(1);
        size_t first = i;
        for (; i < count && clustered_compare(&rows[i], &rows[first]) == 0; i++)
            gos_moments_push(&moments, &rows[i].value);
        double n = (double)moments.n;
        clusters[found++] =
            (gos_cluster){n, n * moments.mean[0], moments.product[0], rows[first].arm == 1};
    }
    return found;
}

static void put_clusters(struct calc *calc, const gos_cluster_result *r)
{
    calc_put(calc, "k_c", r->clusters_c);
    calc_put(calc, "k_t", r->clusters_t);
    calc_put(calc, "n_c", r->units_c);
    calc_put(calc, "n_t", r->units_t);
    calc_put(calc, "mean_c", r->mean_c);
    calc_put(calc, "mean_t", r->mean_t);
    calc_put(calc, "diff", r->diff);
    calc_put(calc, "se_delta", r->se_delta);
    calc_put(calc, "se_cr0", r->se_cr0);
    calc_put(calc, "se_cr1", r->se_cr1);
    calc_put(calc, "se_cr1s", r->se_cr1s);
    calc_put(calc, "se_cr2", r->se_cr2);
    calc_put(calc, "df_cr2", r->df_cr2);
    calc_put(calc, "p_cr2", r->p_cr2);
    calc_put(calc, "se_naive", r->se_naive);
    calc_put(calc, "clustermean_diff", r->cluster_means.diff);
    calc_put(calc, "clustermean_se", r->cluster_means.se);
    calc_put(calc, "clustermean_p", r->cluster_means.p_value);
}

void calc_cluster(struct calc *calc)
{
    size_t count;
    const size_t *rows = calc_data_rows(calc, &count);
    struct clustered_row *list = gos_arena_array(calc->arena, count + 1, sizeof *list, calc->err);
    gos_cluster *clusters = gos_arena_array(calc->arena, count + 1, sizeof *clusters, calc->err);
    gos_cluster_result result;
    gos_error err;
    calc->has_failed = calc->has_failed || !list || !clusters;
    for (size_t i = 0; !calc->has_failed && i < count; i++) {
        list[i].arm = calc_data_number(calc, rows[i], "arm");
        list[i].value = calc_data_number(calc, rows[i], "y");
        list[i].cluster = data_name(calc, rows[i], "cluster");
    }
    if (calc->has_failed || calc->is_invalid)
        return;
    qsort(list, count, sizeof *list, clustered_compare);
    size_t found = clusters_collect(list, count, clusters);
    if (!gos_clusters_compare(clusters, found, 0.05, &result, &err)) {
        calc_fail_with(calc, &err);
        return;
    }
    calc_put_status(calc, result.status);
    put_clusters(calc, &result);
}
