/* Twyman's law: what looks interesting is usually wrong. Each flag carries its number. */
#include "gosset/stats_checks.h"

#include <math.h>

struct warning_row {
    const char *name;
    double limit;
};

static const struct warning_row rows[] = {
#define WARNING(NAME, text, limit) {text, limit},
#include "gosset/stats_warnings.def"
#undef WARNING
};

const char *gos_warning_name(gos_warning_kind kind)
{
    return rows[kind].name;
}

struct warnings {
    gos_warning *out;
    size_t count;
};

/* NaN is not known, and warns of nothing. */
static void warn_above(struct warnings *w, gos_warning_kind kind, double value)
{
    if (value > rows[kind].limit)
        w->out[w->count++] = (gos_warning){kind, value, rows[kind].limit};
}

static void warn_below(struct warnings *w, gos_warning_kind kind, double value)
{
    if (value < rows[kind].limit)
        w->out[w->count++] = (gos_warning){kind, value, rows[kind].limit};
}

/* The largest share of an arm's total that its largest unit holds. */
static double share_of_one(const gos_moments *m)
{
    return m->n ? m->largest / fabs(m->mean[0] * (double)m->n) : NAN;
}

static double variance_ratio(const gos_estimate *e)
{
    return fmax(e->treatment.variance / e->control.variance,
                e->control.variance / e->treatment.variance);
}

size_t gos_warnings_find(const gos_oddities *o, gos_warning out[GOS_WARNINGS])
{
    struct warnings w = {.out = out};
    const gos_estimate *e = o->estimate;
    if (o->is_primary) {
        warn_above(&w, GOS_WARNING_LARGE_LIFT, fabs(e->shown.lift));
        warn_above(&w, GOS_WARNING_LARGE_STATISTIC, fabs(e->shown.statistic));
    }
    warn_below(&w, GOS_WARNING_SAMPLE_RATIO, o->srm_p);
    warn_below(&w, GOS_WARNING_PRE_PERIOD, o->balance_p);
    warn_above(&w, GOS_WARNING_ONE_UNIT,
               fmax(share_of_one(o->control), share_of_one(o->treatment)));
    if (o->baseline != 0)
        warn_above(&w, GOS_WARNING_BASELINE_DRIFT,
                   fabs(e->control.mean - o->baseline) / fabs(o->baseline));
    warn_above(&w, GOS_WARNING_VARIANCE_RATIO, variance_ratio(e));
    warn_below(&w, GOS_WARNING_EXPOSURE_LAG, o->exposure_lag_p);
    warn_above(&w, GOS_WARNING_CROSSOVERS, o->crossover_share);
    if ((o->control->n == 0) != (o->treatment->n == 0))
        warn_above(&w, GOS_WARNING_MISSING_ARM, (double)(o->control->n + o->treatment->n));
    warn_below(&w, GOS_WARNING_PLATFORM, o->platform_p);
    if (e->significant && e->statistical_power < rows[GOS_WARNING_LOW_POWER].limit)
        out[w.count++] =
            (gos_warning){GOS_WARNING_LOW_POWER, gos_exaggeration(e->statistical_power, e->alpha),
                          rows[GOS_WARNING_LOW_POWER].limit};
    return w.count;
}
