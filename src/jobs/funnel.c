/* The steps of a funnel: each is the funnel that ends there, all in one pass. */
#include "jobs/funnel.h"

#include "gosset/stats_plan.h"

#include <math.h>

/* Of `all`, those who came so far, with its interval; null without anybody. */
static void put_share(struct json_writer *json, const char *name, const char *interval,
                      uint64_t reached, uint64_t all)
{
    const gos_moments moments = gos_moments_from_counts(reached, all);
    gos_arm arm = {.mean = (double)NAN, .ci_low = (double)NAN, .ci_high = (double)NAN};
    if (all > 0)
        gos_stats_arm(&moments, GOS_METRIC_PROPORTION, gos_plan_default().alpha, &arm);
    json_put_double(json, name, arm.mean);
    json_put_interval(json, interval, arm.ci_low, arm.ci_high);
}

static void write_variant(const struct analysis_design *design, uint32_t variant,
                          const struct metric_aggregate *funnel, const struct ledger_answer *answer,
                          struct json_writer *json)
{
    uint64_t first = 0, before = 0;
    json_open_object(json);
    json_name(json, "variant");
    json_text(json, design->variants[variant]);
    json_put_double(json, "units", (double)answer->units[variant]);
    json_name(json, "steps");
    json_open_array(json);
    for (uint32_t step = 0; step < funnel->step_count; step++) {
        const struct ledger_cell *cell =
            &answer->cells[(size_t)step * design->variant_count + variant];
        uint64_t reached = cell->moments.conversions;
        uint64_t all = step == 0 ? cell->moments.n : before;
        first = step == 0 ? reached : first;
        json_open_object(json);
        json_name(json, "event");
        json_text(json, funnel->steps[step]);
        json_put_double(json, "units", (double)reached);
        put_share(json, "share", "share_ci", reached, cell->moments.n);
        json_put_double(json, "of_first",
                        first > 0 ? (double)reached / (double)first : (double)NAN);
        put_share(json, "conversion", "conversion_ci", reached, all);
        json_close_object(json);
        before = reached;
    }
    json_close_array(json);
    json_close_object(json);
}

bool funnel_write(struct ledger *ledger, const struct ledger_question *ask,
                  const struct analysis_design *design, const struct metric_plan *plan,
                  gos_arena *arena, struct json_writer *json, gos_error *err)
{
    const struct metric_aggregate *funnel = &plan->aggregates[0];
    struct ledger_question steps = *ask;
    struct ledger_answer answer;
    if (plan->aggregate_count != 1 || funnel->fn != METRIC_FUNNEL)
        return true;
    struct metric_plan *plans = gos_arena_array(arena, METRIC_STEPS_MAX, sizeof *plans, err);
    struct metric_aggregate *parts = gos_arena_array(arena, METRIC_STEPS_MAX, sizeof *parts, err);
    if (!plans || !parts)
        return false;
    for (uint32_t step = 0; step < funnel->step_count; step++) {
        parts[step] = *funnel;
        parts[step].step_count = step + 1;
        plans[step] = *plan;
        plans[step].aggregates = &parts[step];
        plans[step].lookback_ms = 0;
    }
    steps.plans = plans;
    steps.plan_count = funnel->step_count;
    if (!ledger_compute(ledger, &steps, arena, &answer, err))
        return false;
    json_name(json, "funnel");
    json_open_array(json);
    for (uint32_t v = 0; v < design->variant_count; v++)
        write_variant(design, v, funnel, &answer, json);
    json_close_array(json);
    return true;
}
