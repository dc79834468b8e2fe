/* Fisher's exact test: weights by ratios of neighbours, outwards from the likeliest table. */
#include "stats/exact.h"

#include <math.h>

/* The tables with the given margins: x successes in treatment. */
struct tables {
    double n_c, n_t, total; /* units per arm; successes in all */
    double low, high;       /* support of x */
};

/* w(x + 1) / w(x) of the hypergeometric weights. */
static double ratio_up(const struct tables *t, double x)
{
    return (t->total - x) * (t->n_t - x) / ((x + 1) * (t->n_c - t->total + x + 1));
}

static double tables_mode(const struct tables *t)
{
    double mode = floor((t->n_t + 1) * (t->total + 1) / (t->n_c + t->n_t + 2));
    return fmin(t->high, fmax(t->low, mode));
}

/* Beyond so many deviations from the mode, both sides together, a weight underflows. */
enum { DEVIATIONS = 78 };

struct sums {
    double all, extreme, less, greater, ties;
};

static void sums_add(struct sums *sums, double x, double weight, double observed, double limit)
{
    sums->all += weight;
    if (weight <= limit * (1 + 1e-7))
        sums->extreme += weight;
    if (fabs(weight - limit) <= limit * 1e-7)
        sums->ties += weight;
    if (x <= observed)
        sums->less += weight;
    if (x >= observed)
        sums->greater += weight;
}

/* The observed table's weight relative to the mode's. */
static double weight_observed(const struct tables *t, double mode, double observed)
{
    double weight = 1;
    for (double x = mode; x < observed && weight > 0; x++)
        weight *= ratio_up(t, x);
    for (double x = mode; x > observed && weight > 0; x--)
        weight /= ratio_up(t, x - 1);
    return weight;
}

double exact_fisher_tables(const struct counts *c)
{
    double n = c->n_c + c->n_t, total = c->x_c + c->x_t;
    double support = fmin(total, c->n_t) - fmax(0, total - c->n_c);
    double v = total / n * (1 - total / n) * c->n_c * (c->n_t / fmax(1, n - 1));
    return n > 0 ? fmin(support, DEVIATIONS * sqrt(v)) + 1 : 1;
}

struct fisher exact_fisher(const struct counts *c)
{
    struct tables t = {.n_c = c->n_c, .n_t = c->n_t, .total = c->x_c + c->x_t};
    t.low = fmax(0, t.total - t.n_c);
    t.high = fmin(t.total, t.n_t);
    double mode = tables_mode(&t), observed = c->x_t;
    double limit = weight_observed(&t, mode, observed), weight = 1;
    struct sums sums = {0};
    sums_add(&sums, mode, 1, observed, limit);
    for (double x = mode; x < t.high && weight > 0; x++) {
        weight *= ratio_up(&t, x);
        sums_add(&sums, x + 1, weight, observed, limit);
    }
    weight = 1;
    for (double x = mode; x > t.low && weight > 0; x--) {
        weight /= ratio_up(&t, x - 1);
        sums_add(&sums, x - 1, weight, observed, limit);
    }
    return (struct fisher){
        .two_sided = fmin(1, sums.extreme / sums.all),
        .less = fmin(1, sums.less / sums.all),
        .greater = fmin(1, sums.greater / sums.all),
        .mid = fmin(1, (sums.extreme - sums.ties / 2) / sums.all),
    };
}
