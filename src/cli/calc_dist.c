/* gosset calc: the distribution functions. */
#include "cli/calc.h"

#include "base/text.h"
#include "stats/distribution.h"
#include "stats/noncentral.h"

#include <math.h>

enum function {
    F_DBINOM,
    F_LBETA,
    F_LGAMMA,
    F_PBETA,
    F_PBINOM,
    F_PCHISQ,
    F_PHYPER,
    F_PNCT,
    F_PNORM,
    F_PT,
    F_QBETA,
    F_QCHISQ,
    F_QNORM,
    F_QT,
};

static const char *const names[] = {"dbinom", "lbeta",  "lgamma", "pbeta", "pbinom",
                                    "pchisq", "phyper", "pnct",   "pnorm", "pt",
                                    "qbeta",  "qchisq", "qnorm",  "qt",    NULL};

struct arguments {
    double x;
    double p[3];
    enum tail tail;
    bool log;
};

static double log_if(double value, bool wanted)
{
    return wanted ? log(value) : value;
}

static double probability(enum function f, const struct arguments *a)
{
    switch (f) {
    case F_PNORM:
        return a->log ? dist_pnorm_log(a->x, a->tail) : dist_pnorm(a->x, a->tail);
    case F_PT:
        return a->log ? dist_pt_log(a->x, a->p[0], a->tail) : dist_pt(a->x, a->p[0], a->tail);
    case F_PCHISQ:
        return a->log ? dist_pchisq_log(a->x, a->p[0], a->tail)
                      : dist_pchisq(a->x, a->p[0], a->tail);
    case F_PBETA:
        return a->log ? dist_pbeta_log(a->x, a->p[0], a->p[1], a->tail)
                      : dist_pbeta(a->x, a->p[0], a->p[1], a->tail);
    case F_PBINOM:
        return log_if(dist_pbinom(a->x, a->p[0], a->p[1], a->tail), a->log);
    case F_PHYPER:
        return log_if(dist_phyper(a->x, a->p[0], a->p[1], a->p[2], a->tail), a->log);
    case F_PNCT:
        return log_if(noncentral_pt(a->x, a->p[0], a->p[1], a->tail), a->log);
    default:
        return NAN;
    }
}

static double evaluate(enum function f, const struct arguments *a)
{
    /* A quantile's x is log p where log is asked for. */
    double p = a->log ? exp(a->x) : a->x;
    switch (f) {
    case F_DBINOM:
        return log_if(dist_dbinom(a->x, a->p[0], a->p[1]), a->log);
    case F_LBETA:
        return dist_lbeta(a->x, a->p[0]);
    case F_LGAMMA:
        return dist_lgamma(a->x);
    case F_QBETA:
        return dist_qbeta(p, a->p[0], a->p[1], a->tail);
    case F_QCHISQ:
        return dist_qchisq(p, a->p[0], a->tail);
    case F_QNORM:
        return a->log ? dist_qnorm_log(a->x, a->tail) : dist_qnorm(a->x, a->tail);
    case F_QT:
        return dist_qt(p, a->p[0], a->tail);
    default:
        return probability(f, a);
    }
}

void calc_dist(struct calc *calc)
{
    enum function f = (enum function)calc_choice(calc, "fn", names);
    struct arguments a = {
        .x = calc_real(calc, "x"),
        .p = {calc_number_or(calc, "p1", NAN), calc_number_or(calc, "p2", NAN),
              calc_number_or(calc, "p3", NAN)},
        .tail = calc_count(calc, "lower") != 0 ? TAIL_LOWER : TAIL_UPPER,
        .log = calc_count(calc, "log") != 0,
    };
    if (calc->has_failed || isnan(a.x))
        return;
    double value = evaluate(f, &a);
    calc_put(calc, "expected", value);
    if (isnan(value))
        calc_put_status(calc, GOS_STATUS_INVALID_INPUT);
}
