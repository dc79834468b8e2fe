/*
 * Units assigned by cluster. Each cluster lies in one arm, so the sandwich of value on arm falls
 * into closed forms: A_g = (I - J / n_a)^(-1/2) acts on a cluster's residual sum as a number.
 */
#include "gosset/stats_data.h"

#include "stats/distribution.h"
#include "stats/effect.h"
#include "stats/linear.h"

#include <math.h>
#include <stdio.h>

enum { CLUSTERS_FOR_DELTA = 40, CLUSTERS_FOR_CR2 = 10 };

/* Sums over the clusters of one arm. */
struct arm_sums {
    double clusters, units, total, mean;
    double square;   /* of units around the arm's mean */
    double meat;     /* of residual sums squared */
    double meat_cr2; /* the same over 1 - share of the arm */
    double trace;    /* sum of P_gg, times n^2 */
    double trace2;   /* sum of P_gh^2, times n^4 */
    double between;  /* for the intra-cluster correlation */
    double units2;   /* sum of squared cluster sizes */
    gos_moments totals;
    gos_moments means;
};

static struct arm_sums arm_sum(const gos_cluster *clusters, size_t count, bool is_treatment)
{
    struct arm_sums a = {.totals = gos_moments_empty(2), .means = gos_moments_empty(1)};
    for (size_t i = 0; i < count; i++) {
        const gos_cluster *g = &clusters[i];
        if (g->is_treatment != is_treatment)
            continue;
        double mean = g->sum / g->units;
        gos_moments_push(&a.totals, (double[]){g->sum, g->units});
        gos_moments_push(&a.means, &mean);
        a.clusters++;
        a.units += g->units;
        a.total += g->sum;
    }
    a.mean = a.total / a.units;
    double weight2 = 0, weight4 = 0;
    for (size_t i = 0; i < count; i++) {
        const gos_cluster *g = &clusters[i];
        if (g->is_treatment != is_treatment)
            continue;
        double m = g->units, gap = g->sum / m - a.mean, residual = m * gap;
        double left = 1 - m / a.units, b2 = left > 0 ? 1 / left : 0;
        a.square += g->within + m * gap * gap;
        a.between += m * gap * gap;
        a.units2 += m * m;
        a.meat += residual * residual;
        a.meat_cr2 += residual * residual * b2;
        a.trace += left > 0 ? m : 0;
        weight2 += b2 * m * m;
        weight4 += b2 * b2 * m * m * m * m;
        a.trace2 += left > 0 ? m * m : 0;
    }
    a.trace2 += (weight2 * weight2 - weight4) / a.units / a.units;
    return a;
}

/* One-way analysis of variance within arms. */
static double intraclass(const struct arm_sums *c, const struct arm_sums *t)
{
    double n = c->units + t->units, groups = c->clusters + t->clusters;
    double between = (c->between + t->between) / (groups - 2);
    double within = (c->square + t->square - c->between - t->between) / (n - groups);
    double size = (n - c->units2 / c->units - t->units2 / t->units) / (groups - 2);
    double icc = (between - within) / (between + (size - 1) * within);
    return isfinite(icc) ? fmax(0, fmin(1, icc)) : NAN;
}

static struct effect cluster_effect(const struct arm_sums *c, const struct arm_sums *t, bool means)
{
    gos_moments x = means ? c->means : linear_value(&c->totals, GOS_METRIC_RATIO);
    gos_moments y = means ? t->means : linear_value(&t->totals, GOS_METRIC_RATIO);
    return linear_effect(&x, &y);
}

static uint32_t effect_inference(const struct effect *e, const char *method, double alpha,
                                 gos_inference *out)
{
    *out = inference_none(method);
    if (effect_is_constant(effect_se(e), e->mean_c, e->mean_t)) {
        out->diff = out->diff_low = out->diff_high = e->mean_t - e->mean_c;
        out->se = effect_se(e);
        return GOS_STATUS_ZERO_VARIANCE;
    }
    effect_test(e, 0, alpha, GOS_LIFT_FIELLER, out);
    return 0;
}

static void sandwich(const struct arm_sums *c, const struct arm_sums *t, gos_cluster_result *out)
{
    double n = c->units + t->units, groups = c->clusters + t->clusters;
    double n_c2 = c->units * c->units, n_t2 = t->units * t->units;
    double v0 = c->meat / n_c2 + t->meat / n_t2, small = groups / (groups - 1);
    double trace = c->trace / n_c2 + t->trace / n_t2;
    double trace2 = c->trace2 / n_c2 / n_c2 + t->trace2 / n_t2 / n_t2;
    out->se_cr0 = sqrt(v0);
    out->se_cr1 = sqrt(v0 * small);
    out->se_cr1s = sqrt(v0 * small * (n - 1) / (n - 2));
    out->se_cr2 = sqrt(c->meat_cr2 / n_c2 + t->meat_cr2 / n_t2);
    out->df_cr2 = trace * trace / trace2;
    out->p_cr2 = out->se_cr2 > 0
                     ? fmin(1, 2 * dist_pt(fabs(out->diff / out->se_cr2), out->df_cr2, TAIL_UPPER))
                     : 1;
    out->se_naive =
        sqrt(c->square / (c->units - 1) / c->units + t->square / (t->units - 1) / t->units);
}

static uint32_t cluster_choose(const struct arm_sums *c, const struct arm_sums *t, double alpha,
                               gos_cluster_result *out)
{
    double least = fmin(c->clusters, t->clusters);
    struct effect e = cluster_effect(c, t, false);
    if (least < CLUSTERS_FOR_CR2) {
        out->shown = out->cluster_means;
        return GOS_STATUS_FEW_CLUSTERS;
    }
    if (least < CLUSTERS_FOR_DELTA) {
        e.v_c = c->meat_cr2 / c->units / c->units;
        e.v_t = t->meat_cr2 / t->units / t->units;
        e.df = out->df_cr2;
        return effect_inference(&e, "cr2", alpha, &out->shown);
    }
    return effect_inference(&e, "cluster_delta", alpha, &out->shown);
}

bool gos_clusters_compare(const gos_cluster *clusters, size_t count, double alpha,
                          gos_cluster_result *out, gos_error *err)
{
    if (!(alpha > 0 && alpha < 1))
        return gos_fail(err, GOS_BAD_INPUT, "/alpha", "alpha %g is not between 0 and 1", alpha);
    for (size_t i = 0; i < count; i++) {
        char pointer[40];
        if (clusters[i].units > 0)
            continue;
        snprintf(pointer, sizeof pointer, "/clusters/%zu", i);
        return gos_fail(err, GOS_BAD_INPUT, pointer, "the cluster has no units");
    }
    struct arm_sums c = arm_sum(clusters, count, false), t = arm_sum(clusters, count, true);
    *out = (gos_cluster_result){
        .clusters_c = c.clusters,
        .clusters_t = t.clusters,
        .units_c = c.units,
        .units_t = t.units,
        .mean_c = c.mean,
        .mean_t = t.mean,
        .diff = t.mean - c.mean,
        .cluster_means = inference_none("cluster_means"),
        .shown = inference_none("cluster_means"),
    };
    out->se_delta = out->se_cr0 = out->se_cr1 = out->se_cr1s = out->se_cr2 = NAN;
    out->df_cr2 = out->p_cr2 = out->se_naive = out->icc = out->design_effect = NAN;
    if (!isfinite(c.square + t.square + out->diff) && c.clusters >= 2 && t.clusters >= 2)
        out->status = GOS_STATUS_INVALID_INPUT;
    else if (c.clusters < 2 || t.clusters < 2)
        out->status = GOS_STATUS_INSUFFICIENT_N;
    if (out->status)
        return true;
    struct effect delta = cluster_effect(&c, &t, false), means = cluster_effect(&c, &t, true);
    out->se_delta = effect_se(&delta);
    out->status = effect_inference(&means, "cluster_means", alpha, &out->cluster_means);
    sandwich(&c, &t, out);
    out->icc = intraclass(&c, &t);
    out->design_effect = 1 + ((c.units + t.units) / (c.clusters + t.clusters) - 1) * out->icc;
    out->status |= cluster_choose(&c, &t, alpha, out);
    return true;
}
