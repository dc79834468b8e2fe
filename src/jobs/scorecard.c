/* Estimates of all metrics and variants, and the correction of their families. */
#include "jobs/scorecard.h"

#include "gosset/stats_data.h"
#include "gosset/stats_plan.h"

#include <math.h>

const char *metric_role_name(enum metric_role role)
{
    static const char *const names[] = {
        [ROLE_PRIMARY] = "primary", [ROLE_SECONDARY] = "secondary", [ROLE_GUARDRAIL] = "guardrail"};
    return names[role];
}

gos_metric_kind scorecard_kind(enum plan_kind kind)
{
    static const gos_metric_kind kinds[] = {[PLAN_MEAN] = GOS_METRIC_MEAN,
                                            [PLAN_PROPORTION] = GOS_METRIC_PROPORTION,
                                            [PLAN_RATIO] = GOS_METRIC_RATIO,
                                            [PLAN_QUANTILE] = GOS_METRIC_QUANTILE};
    return kinds[kind];
}

/* The plan is for all variants; a comparison has two of them. */
static uint64_t planned_units(const struct scorecard_question *question, uint32_t variant)
{
    double all = 0;
    for (uint32_t i = 0; i < question->variant_count; i++)
        all += question->weights[i];
    double two = question->weights[question->control] + question->weights[variant];
    return all > 0 ? (uint64_t)ceil((double)question->planned_units * two / all) : 0;
}

static gos_stats_options options_for(const struct scorecard_question *question,
                                     const struct scorecard_metric *metric, uint32_t variant)
{
    gos_stats_options options = gos_stats_options_default(scorecard_kind(metric->plan->kind));
    options.direction = metric->plan->increase ? GOS_INCREASE : GOS_DECREASE;
    options.mode = question->mode;
    options.adjust = question->adjust;
    options.alpha = question->alpha;
    options.planned_n = planned_units(question, variant);
    options.mde_relative = metric->plan->minimum_effect / 100;
    return options;
}

/* A quantile of one variant; without values the status says so. */
static bool quantile_of(const struct scorecard_question *question,
                        const struct scorecard_metric *metric, uint32_t variant, gos_arena *arena,
                        gos_quantile *out, gos_error *err)
{
    const struct ledger_values *values = &metric->cells[variant].quantile;
    double q = metric->plan->quantile;
    if (values->count == 0) {
        *out = (gos_quantile){.status = GOS_STATUS_NO_DATA,
                              .q = q,
                              .alpha = question->alpha,
                              .point = (double)NAN,
                              .se = (double)NAN,
                              .exact_low = (double)NAN,
                              .exact_high = (double)NAN};
        return true;
    }
    const uint64_t *units = values->unit_count < values->count ? values->units : NULL;
    return gos_quantile_of_values(values->values, units, values->count, q, question->alpha, arena,
                                  out, err);
}

static gos_arm quantile_arm(const gos_quantile *quantile)
{
    double n = (double)quantile->n;
    return (gos_arm){.n = quantile->n,
                     .conversions = quantile->n,
                     .mean = quantile->point,
                     .variance = n * quantile->se * quantile->se,
                     .ci_low = quantile->exact_low,
                     .ci_high = quantile->exact_high};
}

static bool compare_quantiles(const struct scorecard_question *question,
                              const struct scorecard_metric *metric,
                              struct scorecard_entry *entries, gos_arena *arena, gos_error *err)
{
    gos_quantile control, treatment;
    if (!quantile_of(question, metric, question->control, arena, &control, err))
        return false;
    for (uint32_t v = 0; v < question->variant_count; v++) {
        struct scorecard_entry *entry = &entries[v];
        gos_stats_options options = options_for(question, metric, v);
        if (!quantile_of(question, metric, v, arena, &treatment, err))
            return false;
        entry->arm = quantile_arm(&treatment);
        entry->arm.n = metric->cells[v].quantile.unit_count;
        entry->arm.conversions = entry->arm.n;
        entry->arm_status = treatment.status;
        if (!entry->is_control &&
            !gos_stats_compare_quantiles(&control, &treatment, &options, &entry->estimate, err))
            return false;
    }
    return true;
}

static bool test_margin(const struct scorecard_question *question,
                        const struct scorecard_metric *metric, const gos_moments *control,
                        const gos_moments *treatment, struct scorecard_entry *entry, gos_error *err)
{
    gos_margin margin = {metric->margin / 100, true,
                         metric->plan->increase ? GOS_INCREASE : GOS_DECREASE, question->alpha};
    if (metric->role != ROLE_GUARDRAIL || !(metric->margin > 0) || entry->is_control)
        return true;
    if (!gos_noninferiority(control, treatment, scorecard_kind(metric->plan->kind), &margin,
                            &entry->margin, err))
        return false;
    entry->has_margin = true;
    entry->guardrail = gos_guardrail_verdict(&entry->margin, &entry->estimate, margin.direction);
    return true;
}

/* Units that came in clusters do not vary on their own: the clusters' inference takes the place of
 * all others. */
static bool compare_clusters(const struct scorecard_question *question,
                             const struct scorecard_metric *metric, uint32_t v,
                             struct scorecard_entry *entry, gos_arena *arena, gos_error *err)
{
    const struct ledger_clusters *c = &metric->clusters[question->control];
    const struct ledger_clusters *t = &metric->clusters[v];
    gos_estimate *estimate = &entry->estimate;
    gos_cluster_result result;
    gos_cluster *both = gos_arena_array(arena, c->count + t->count + 1, sizeof *both, err);
    if (!both)
        return false;
    for (uint32_t i = 0; i < c->count + t->count; i++) {
        both[i] = i < c->count ? c->items[i] : t->items[i - c->count];
        both[i].is_treatment = i >= c->count;
    }
    if (!gos_clusters_compare(both, c->count + t->count, question->alpha, &result, err))
        return false;
    double base = fabs(result.mean_c);
    estimate->status = result.status;
    estimate->shown = estimate->fixed = estimate->raw = result.shown;
    estimate->adjusted_p = result.shown.p_value;
    estimate->variance_reduction = 0;
    estimate->statistical_power =
        gos_power_z(metric->plan->minimum_effect / 100 * base, result.shown.se, question->alpha, 2);
    estimate->posterior =
        gos_posterior_normal(result.shown.lift, result.shown.se / base, 0, 0.3, question->alpha,
                             metric->plan->increase ? GOS_INCREASE : GOS_DECREASE);
    estimate->significant =
        result.shown.p_value < question->alpha && !gos_status_blocks(result.status);
    return true;
}

static bool compare_variant(const struct scorecard_question *question,
                            const struct scorecard_metric *metric, uint32_t v,
                            struct scorecard_entry *entry, gos_arena *arena, gos_error *err)
{
    gos_stats_options options = options_for(question, metric, v);
    bool in_periods = metric->period_count > 1;
    gos_moments control, treatment;
    if (!scorecard_gather(question, metric, v, arena, &control, &treatment, err))
        return false;
    /* Weighted shares are no counts of successes: they are compared as means. */
    if (in_periods && !metric->is_adaptive && options.kind == GOS_METRIC_PROPORTION)
        options.kind = GOS_METRIC_MEAN;
    entry->arm_status = gos_stats_arm(&treatment, options.kind, question->alpha, &entry->arm);
    if (entry->is_control)
        return true;
    return gos_stats_compare(&control, &treatment, &options, &entry->estimate, err) &&
           (!metric->is_adaptive || !in_periods ||
            scorecard_compare_periods(question, metric, v, &options, entry, arena, err)) &&
           (!metric->clusters || compare_clusters(question, metric, v, entry, arena, err)) &&
           test_margin(question, metric, &control, &treatment, entry, err);
}

static bool compare_moments(const struct scorecard_question *question,
                            const struct scorecard_metric *metric, struct scorecard_entry *entries,
                            gos_arena *arena, gos_error *err)
{
    for (uint32_t v = 0; v < question->variant_count; v++) {
        if (!compare_variant(question, metric, v, &entries[v], arena, err))
            return false;
    }
    return true;
}

static bool correct(const struct scorecard *scorecard, enum metric_role role,
                    gos_correction correction, gos_arena *arena, gos_error *err)
{
    const struct scorecard_question *question = scorecard->question;
    size_t count = 0, most = (size_t)question->metric_count * question->variant_count;
    gos_estimate **family = gos_arena_array(arena, most + 1, sizeof(gos_estimate *), err);
    if (!family)
        return false;
    for (size_t i = 0; i < most; i++) {
        struct scorecard_entry *entry = &scorecard->entries[i];
        if (!entry->is_control && question->metrics[i / question->variant_count].role == role)
            family[count++] = &entry->estimate;
    }
    return count == 0 || gos_stats_adjust(correction, family, count, arena, err);
}

bool scorecard_compute(const struct scorecard_question *question, gos_arena *arena,
                       struct scorecard *out, gos_error *err)
{
    size_t count = (size_t)question->metric_count * question->variant_count;
    out->question = question;
    out->entries = gos_arena_array(arena, count + 1, sizeof *out->entries, err);
    if (!out->entries || !gos_srm_check(question->units, question->weights, question->variant_count,
                                        &out->sample_ratio, err))
        return false;
    for (uint32_t m = 0; m < question->metric_count; m++) {
        const struct scorecard_metric *metric = &question->metrics[m];
        struct scorecard_entry *entries = &out->entries[(size_t)m * question->variant_count];
        entries[question->control].is_control = true;
        bool done = metric->plan->kind == PLAN_QUANTILE
                        ? compare_quantiles(question, metric, entries, arena, err)
                        : compare_moments(question, metric, entries, arena, err);
        if (!done)
            return false;
    }
    return correct(out, ROLE_PRIMARY, GOS_CORRECT_HOLM, arena, err) &&
           correct(out, ROLE_SECONDARY, GOS_CORRECT_BH, arena, err);
}
