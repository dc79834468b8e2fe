/* Chance of each arm to be best: one pass over the points serves all arms. */
#include "gosset/stats_methods.h"

#include "stats/distribution.h"
#include "stats/quadrature.h"

#include <assert.h>
#include <math.h>
#include <stdio.h>

enum { EDGES_PER_ARM = 37, EDGES_MAX = GOS_ARMS_MAX * EDGES_PER_ARM + 2 };

/* Posteriors, their densities and distribution functions at one point. */
struct arms {
    const double *a;
    const double *b;
    size_t count;
    bool is_beta;
    double sign; /* -1 turns the lowest into the highest */
    double density[GOS_ARMS_MAX];
    double below[GOS_ARMS_MAX]; /* chance to lie below the point */
    double above[GOS_ARMS_MAX];
};

static void arms_at_normal(struct arms *arms, double x)
{
    for (size_t i = 0; i < arms->count; i++) {
        double z = (x - arms->sign * arms->a[i]) / arms->b[i];
        arms->density[i] = dist_dnorm(z) / arms->b[i];
        arms->below[i] = dist_pnorm(z, TAIL_LOWER);
        arms->above[i] = dist_pnorm(z, TAIL_UPPER);
    }
}

/* At p = sin^2 u; where the lowest wins, "below" is the other tail. */
static void arms_at_beta(struct arms *arms, double u)
{
    double s = sin(u), c = cos(u);
    for (size_t i = 0; i < arms->count; i++) {
        double a = arms->a[i], b = arms->b[i];
        double log_density = (2 * a - 1) * log(s) + (2 * b - 1) * log(c) - dist_lbeta(a, b);
        double lower =
            s < c ? dist_pbeta(s * s, a, b, TAIL_LOWER) : dist_pbeta(c * c, b, a, TAIL_UPPER);
        double upper =
            s < c ? dist_pbeta(s * s, a, b, TAIL_UPPER) : dist_pbeta(c * c, b, a, TAIL_LOWER);
        arms->density[i] = 2 * exp(log_density);
        arms->below[i] = arms->sign > 0 ? lower : upper;
        arms->above[i] = arms->sign > 0 ? upper : lower;
    }
}

/* The product of `below` over all arms but two. */
static double others_below(const struct arms *arms, size_t i, size_t j)
{
    double product = 1;
    for (size_t k = 0; k < arms->count; k++)
        product *= k == i || k == j ? 1 : arms->below[k];
    return product;
}

static void point_add(const struct arms *arms, double weight, double *best, double *second,
                      double *all)
{
    for (size_t i = 0; i < arms->count; i++) {
        double mass = weight * arms->density[i];
        if (!(mass > 0))
            continue;
        all[i] += mass;
        best[i] += mass * others_below(arms, i, i);
        for (size_t j = 0; second && j < arms->count; j++)
            second[i] += j == i ? 0 : mass * arms->above[j] * others_below(arms, i, j);
    }
}

static void arms_integrate(struct arms *arms, const double *edges, size_t edge_count, double *best,
                           double *second)
{
    double all[GOS_ARMS_MAX] = {0};
    for (size_t e = 0; e + 1 < edge_count; e++) {
        double x[QUADRATURE_POINTS], weight[QUADRATURE_POINTS];
        quadrature_points(edges[e], edges[e + 1], x, weight);
        for (int i = 0; i < QUADRATURE_POINTS; i++) {
            if (arms->is_beta)
                arms_at_beta(arms, x[i]);
            else
                arms_at_normal(arms, x[i]);
            point_add(arms, weight[i], best, second, all);
        }
    }
    for (size_t i = 0; i < arms->count; i++) {
        best[i] /= all[i];
        if (second)
            second[i] /= all[i];
    }
}

static bool arms_check(const struct arms *arms, gos_error *err)
{
    if (arms->count == 0 || arms->count > GOS_ARMS_MAX)
        return gos_fail(err, GOS_BAD_INPUT, "", "%zu arms: 1 to %d are allowed", arms->count,
                        GOS_ARMS_MAX);
    for (size_t i = 0; i < arms->count; i++) {
        bool bad_a = !isfinite(arms->a[i]) || (arms->is_beta && !(arms->a[i] > 0));
        char pointer[32];
        if (!bad_a && arms->b[i] > 0 && isfinite(arms->b[i]))
            continue;
        snprintf(pointer, sizeof pointer, "/%c/%zu", bad_a ? 'a' : 'b', i);
        return gos_fail(err, GOS_BAD_INPUT, pointer, "%g is not a posterior's parameter",
                        bad_a ? arms->a[i] : arms->b[i]);
    }
    return true;
}

bool gos_best_normal(const double *a, const double *b, size_t arm_count, bool lowest_wins,
                     double *out_best, double *out_top_two, gos_error *err)
{
    struct arms arms = {.a = a, .b = b, .count = arm_count, .sign = lowest_wins ? -1 : 1};
    double edges[EDGES_MAX], low = INFINITY, high = -INFINITY, total = 0;
    size_t count = 0;
    if (!arms_check(&arms, err))
        return false;
    for (size_t i = 0; i < arm_count; i++) {
        double mean = arms.sign * a[i];
        out_best[i] = 0;
        low = fmin(low, mean - 14 * b[i]);
        high = fmax(high, mean + 14 * b[i]);
        for (int k = 0; k < EDGES_PER_ARM; k++)
            edges[count++] = mean + (k - EDGES_PER_ARM / 2) * 0.77 * b[i];
        if (out_top_two)
            out_top_two[i] = 0;
    }
    count = quadrature_edges(edges, count, low, high);
    arms_integrate(&arms, edges, count, out_best, out_top_two);
    for (size_t i = 0; out_top_two && i < arm_count; i++)
        total += out_top_two[i] += out_best[i];
    for (size_t i = 0; out_top_two && i < arm_count; i++)
        out_top_two[i] /= total;
    return true;
}

bool gos_best_beta(const double *a, const double *b, size_t arm_count, bool lowest_wins,
                   double *out_best, gos_error *err)
{
    struct arms arms = {
        .a = a, .b = b, .count = arm_count, .sign = lowest_wins ? -1 : 1, .is_beta = true};
    double edges[EDGES_MAX];
    size_t count = 0;
    if (!arms_check(&arms, err))
        return false;
    for (size_t i = 0; i < arm_count; i++) {
        double n = a[i] + b[i], middle = asin(sqrt(a[i] / n)), sd = 0.5 / sqrt(n + 1);
        out_best[i] = 0;
        for (int k = 0; k < EDGES_PER_ARM; k++)
            edges[count++] = middle + (k - EDGES_PER_ARM / 2) * 0.77 * sd;
    }
    count = quadrature_edges(edges, count, 0, asin(1));
    arms_integrate(&arms, edges, count, out_best, NULL);
    return true;
}

void gos_thompson_weights(const double *best, size_t arm_count, double floor, double *out)
{
    double total = 0, count = (double)arm_count;
    for (size_t i = 0; i < arm_count; i++)
        total += best[i];
    for (size_t i = 0; i < arm_count; i++)
        out[i] = count * floor < 1 ? floor + (1 - count * floor) * (best[i] / total) : 1 / count;
}
