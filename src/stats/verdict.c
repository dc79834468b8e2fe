/* From estimates and checks to one sentence. */
#include "gosset/stats_verdict.h"

#include "base/number.h"

#include <math.h>
#include <stdio.h>

static const double CROSSOVERS_WARN = 0.01;
static const double CROSSOVERS_BREAK = 0.1;
enum { DAYS_MIN = 7, DAYS_SHOWN_MAX = 3650 };

const char *gos_verdict_name(gos_verdict_kind kind)
{
    static const char *const names[] = {"keep_running", "ship", "roll_back", "inconclusive",
                                        "broken"};
    return names[kind];
}

static void reason_add(gos_verdict *v, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

static void reason_add(gos_verdict *v, const char *format, ...)
{
    va_list arguments;
    if (v->reason_count == GOS_VERDICT_REASONS_MAX)
        return;
    va_start(arguments, format);
    vsnprintf(v->reasons[v->reason_count++], GOS_VERDICT_TEXT_BYTES, format, arguments);
    va_end(arguments);
}

/* "= 0.083", "< 0.0001": as it is read, not as it is computed. */
static const char *p_text(double p, char out[32])
{
    if (p < 1e-4)
        snprintf(out, 32, "< 0.0001");
    else if (p >= 0.995)
        snprintf(out, 32, "> 0.99");
    else
        snprintf(out, 32, "= %.2g", p);
    return out;
}

/* Why nothing can be believed. Returns how many reasons there are. */
static size_t find_broken(const gos_verdict_input *in, gos_verdict *v)
{
    char p[32];
    const uint32_t impossible =
        GOS_STATUS_INVALID_INPUT | GOS_STATUS_INCONSISTENT_MOMENTS | GOS_STATUS_ILL_CONDITIONED;
    if (in->srm && in->srm->alarm)
        reason_add(v,
                   "the units of the variants do not match the split (p %s): look for lost units",
                   p_text(in->srm->p_value, p));
    if (in->srm && (in->srm->status & GOS_STATUS_UNITS_IN_ZERO_WEIGHT_ARM))
        reason_add(v, "units were seen in a variant that should get none");
    if (in->srm_log_e > -log(GOS_SRM_ALARM))
        reason_add(v, "the units of the variants have drifted from the split (p %s at any look)",
                   p_text(exp(-in->srm_log_e), p));
    if (in->crossover_share > CROSSOVERS_BREAK)
        reason_add(v, "%.1f %% of the units were in two variants", 100 * in->crossover_share);
    for (size_t i = 0; i < in->primary_count; i++) {
        char text[GOS_STATUS_TEXT_BYTES];
        if (in->primary[i].estimate->status & impossible)
            reason_add(v, "%s cannot be computed: %s", in->primary[i].name,
                       gos_status_text(in->primary[i].estimate->status, text));
    }
    return v->reason_count;
}

static double gain_of(const gos_verdict_metric *metric)
{
    double diff = metric->estimate->shown.diff;
    return metric->direction == GOS_INCREASE ? diff : -diff;
}

/* Rounded by the uncertainty. The interval is that of this comparison alone, the p-value is not. */
static void effect_reason(gos_verdict *v, const gos_verdict_metric *metric, const char *what)
{
    const gos_inference *shown = &metric->estimate->shown;
    bool is_lift = isfinite(shown->lift) && shown->lift_kind == GOS_LIFT_BOUNDED;
    double times = is_lift ? 100 : 1;
    double low = times * (is_lift ? shown->lift_low : shown->diff_low);
    double high = times * (is_lift ? shown->lift_high : shown->diff_high);
    int decimals = number_decimals(number_spread(low, high), 6);
    const char *unit = is_lift ? " %" : "";
    char p[32];
    reason_add(v, "%s is %s: %+.*f%s (%+.*f to %+.*f%s), p %s%s", metric->name, what, decimals,
               times * (is_lift ? shown->lift : shown->diff), unit, decimals, low, decimals, high,
               unit, p_text(metric->estimate->adjusted_p, p),
               metric->estimate->adjusted_p > shown->p_value
                   ? " after the correction for several comparisons"
                   : "");
}

struct tally {
    size_t better, worse, open;
    size_t breached, unsure;
};

static struct tally tally_metrics(const gos_verdict_input *in, gos_verdict *v)
{
    struct tally tally = {0};
    char p[32];
    for (size_t i = 0; i < in->primary_count; i++) {
        const gos_verdict_metric *metric = &in->primary[i];
        bool is_better = gain_of(metric) > 0;
        if (!isfinite(gain_of(metric))) {
            tally.open++;
            reason_add(v, "%s has too few units to be compared", metric->name);
            continue;
        }
        if (!metric->estimate->significant) {
            tally.open++;
            effect_reason(v, metric, "not told from no effect");
            continue;
        }
        tally.better += is_better;
        tally.worse += !is_better;
        effect_reason(v, metric, is_better ? "better" : "worse");
    }
    for (size_t i = 0; i < in->guardrail_count; i++) {
        const gos_verdict_metric *metric = &in->guardrails[i];
        gos_guardrail found =
            gos_guardrail_verdict(metric->margin, metric->estimate, metric->direction);
        tally.breached += found == GOS_GUARDRAIL_BREACH;
        tally.unsure += found == GOS_GUARDRAIL_INCONCLUSIVE;
        if (found == GOS_GUARDRAIL_BREACH)
            effect_reason(v, metric, "worse, and it is a guardrail");
        if (found == GOS_GUARDRAIL_INCONCLUSIVE)
            reason_add(v, "guardrail %s may be worse by more than its margin (p %s)", metric->name,
                       p_text(metric->margin->p_value, p));
    }
    return tally;
}

/* Days until the plan is reached, in whole days and at least to the end of the first week. */
static double days_left(const gos_verdict_input *in)
{
    double missing = (double)in->planned_units - (double)in->units;
    double week = fmax(0, DAYS_MIN - in->days);
    if (missing <= 0)
        return ceil(week);
    if (in->planned_units == 0 || !(in->units_per_day > 0))
        return NAN;
    return fmax(1, ceil(fmax(week, missing / in->units_per_day)));
}

static void sentence_keep(gos_verdict *v, const char *why)
{
    v->kind = GOS_VERDICT_KEEP_RUNNING;
    if (v->days_left <= DAYS_SHOWN_MAX)
        snprintf(v->sentence, sizeof v->sentence, "Keep running for about %.0f day%s: %s.",
                 v->days_left, v->days_left == 1 ? "" : "s", why);
    else
        snprintf(v->sentence, sizeof v->sentence, "Keep running: %s.", why);
}

static void sentence_end(gos_verdict *v, gos_verdict_kind kind, const char *sentence)
{
    v->kind = kind;
    v->days_left = NAN;
    snprintf(v->sentence, sizeof v->sentence, "%s", sentence);
}

static bool is_plan_reached(const gos_verdict_input *in)
{
    return in->planned_units > 0 && in->units >= in->planned_units && in->days >= DAYS_MIN;
}

static void decide(const gos_verdict_input *in, const struct tally *tally, gos_verdict *v)
{
    bool reached = is_plan_reached(in);
    bool looks_better = tally->better > 0 && tally->unsure == 0;
    if (in->planned_units == 0 && !looks_better)
        v->days_left = NAN;
    if (tally->worse > 0 || tally->breached > 0)
        sentence_end(v, GOS_VERDICT_ROLL_BACK,
                     tally->worse > 0 ? "Roll back: the treatment is worse on a primary metric."
                                      : "Roll back: a guardrail is breached.");
    else if (looks_better && in->days >= DAYS_MIN)
        sentence_end(v, GOS_VERDICT_SHIP,
                     in->guardrail_count > 0
                         ? "Ship: the treatment is better and every guardrail holds."
                         : "Ship: the treatment is better.");
    else if (reached && tally->better > 0)
        sentence_end(v, GOS_VERDICT_INCONCLUSIVE,
                     "Inconclusive: the treatment is better, but a guardrail is not settled.");
    else if (reached)
        sentence_end(v, GOS_VERDICT_INCONCLUSIVE,
                     "Inconclusive: the planned sample is reached, and no effect was found.");
    else if (looks_better)
        sentence_keep(v, "it looks better, but a full week is not over");
    else if (tally->better > 0)
        sentence_keep(v, "it looks better, but a guardrail is not settled");
    else if (in->units == 0)
        sentence_keep(v, "no unit has been seen yet");
    else if (in->planned_units == 0)
        sentence_keep(v, "no size was planned, so nothing ends it but an effect");
    else
        sentence_keep(v, "the planned sample is not reached");
}

void gos_verdict_find(const gos_verdict_input *in, gos_verdict *out)
{
    char p[32];
    *out = (gos_verdict){.days_left = NAN};
    if (find_broken(in, out) > 0) {
        sentence_end(out, GOS_VERDICT_BROKEN, "Broken: do not read the effects, mend the data.");
    } else {
        struct tally tally = tally_metrics(in, out);
        out->days_left = days_left(in);
        decide(in, &tally, out);
    }
    if (in->crossover_share > CROSSOVERS_WARN && in->crossover_share <= CROSSOVERS_BREAK)
        reason_add(out, "%.1f %% of the units were in two variants and are left out",
                   100 * in->crossover_share);
    if (in->srm && !in->srm->alarm && in->srm->p_value < GOS_SRM_WARN)
        reason_add(out, "watch the split: the units of the variants match it with p %s",
                   p_text(in->srm->p_value, p));
    if (in->design_changed)
        reason_add(out, "the design was changed after the start");
}
