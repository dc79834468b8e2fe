/* Arms are only compared within periods of one split: a bandit's by its own method, else as strata.
 */
#include "gosset/stats_adaptive.h"
#include "gosset/stats_data.h"
#include "gosset/stats_plan.h"
#include "jobs/scorecard.h"

#include <math.h>

/* One variant's moments in every period. */
static gos_moments *gather(const struct scorecard_metric *metric, uint32_t variant,
                           gos_arena *arena, gos_error *err)
{
    gos_moments *moments = gos_arena_array(arena, metric->period_count, sizeof *moments, err);
    for (uint32_t k = 0; moments && k < metric->period_count; k++)
        moments[k] = metric->periods[k][variant].moments;
    return moments;
}

/* By the units of all variants, so that every row has the same; periods without enough of both arms
 * say nothing of their difference. */
static bool weigh(const struct scorecard_metric *metric, uint32_t variant_count, uint32_t control,
                  uint32_t variant, double *weights)
{
    enum { PERIOD_UNITS_MIN = 5 };
    bool any = false;
    for (uint32_t k = 0; k < metric->period_count; k++) {
        const struct ledger_cell *cells = metric->periods[k];
        bool tells = cells[control].moments.n >= PERIOD_UNITS_MIN &&
                     cells[variant].moments.n >= PERIOD_UNITS_MIN;
        weights[k] = 0;
        for (uint32_t v = 0; tells && v < variant_count; v++)
            weights[k] += (double)cells[v].moments.n;
        any = any || tells;
    }
    return any;
}

bool scorecard_gather(const struct scorecard_question *question,
                      const struct scorecard_metric *metric, uint32_t variant, gos_arena *arena,
                      gos_moments *out_control, gos_moments *out_treatment, gos_error *err)
{
    uint32_t count = metric->period_count;
    *out_control = metric->cells[question->control].moments;
    *out_treatment = metric->cells[variant].moments;
    if (count < 2 || metric->is_adaptive)
        return true;
    gos_moments *control = gather(metric, question->control, arena, err);
    gos_moments *treatment = gather(metric, variant, arena, err);
    double *weights = gos_arena_array(arena, count, sizeof *weights, err);
    if (!control || !treatment || !weights)
        return false;
    if (weigh(metric, question->variant_count, question->control, variant, weights)) {
        *out_control = gos_moments_stratify(control, weights, count);
        *out_treatment = gos_moments_stratify(treatment, weights, count);
    }
    return true;
}

static void take(const gos_adaptive *found, const gos_stats_options *options,
                 gos_estimate *estimate)
{
    uint64_t units = found->control.n + found->treatment.n;
    double base = fabs(found->control.mean);
    estimate->reached_plan = options->planned_n > 0 && units >= options->planned_n;
    estimate->fixed = found->fixed;
    estimate->shown = estimate->reached_plan ? found->fixed : found->anytime;
    estimate->raw = found->fixed;
    estimate->variance_reduction = 0;
    estimate->status = found->status;
    if (!estimate->reached_plan && isnan(found->anytime.diff))
        estimate->status |= GOS_STATUS_BURN_IN;
    estimate->adjusted_p = estimate->shown.p_value;
    estimate->statistical_power =
        gos_power_z(options->mde_relative * base, found->fixed.se, options->alpha, 2);
    estimate->posterior =
        gos_posterior_normal(found->fixed.lift, found->fixed.se / base, options->prior_mean,
                             options->prior_sd, options->alpha, options->direction);
    estimate->significant =
        estimate->shown.p_value < options->alpha && !gos_status_blocks(estimate->status);
}

bool scorecard_compare_periods(const struct scorecard_question *question,
                               const struct scorecard_metric *metric, uint32_t variant,
                               const gos_stats_options *options, struct scorecard_entry *entry,
                               gos_arena *arena, gos_error *err)
{
    gos_moments *control = gather(metric, question->control, arena, err);
    gos_moments *treatment = gather(metric, variant, arena, err);
    size_t count = metric->period_count;
    gos_adaptive found;
    if (!control || !treatment ||
        !gos_adaptive_compare(control, treatment, count, metric->is_over ? count : count - 1,
                              options->kind, options->alpha, &found, err))
        return false;
    take(&found, options, &entry->estimate);
    return true;
}
