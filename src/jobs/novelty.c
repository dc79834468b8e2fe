/* One plan for each day of age, all answered in one pass over the facts. */
#include "jobs/novelty.h"

#include "base/time.h"

#include <math.h>

/* |z| above it is no chance: 1 %, two-sided. */
static const double CHANGE_Z = 2.58;

struct course {
    struct analysis_design design;
    const struct metric_plan *plan;
    struct metric_plan days[NOVELTY_DAYS_MAX];
    uint32_t day_count;
    struct ledger_answer answer;
};

static bool find_plan(struct course *course, gos_str metric, gos_error *err)
{
    if (!analysis_find_plan(&course->design, metric, &course->plan, err))
        return false;
    return course->plan->kind != PLAN_QUANTILE ||
           gos_fail(err, GOS_BAD_INPUT, "/metric", "a quantile has no difference by day");
}

/* Units that are not so old yet are left out of a day, as with any window. */
static bool ask(struct course *course, const struct analysis_sources *sources,
                const struct analysis_request *request, gos_arena *arena, gos_error *err)
{
    const struct analysis_design *design = &course->design;
    int64_t start, end;
    analysis_window(design, request, &start, &end);
    int64_t days = (end - start) / TIME_DAY_MS;
    course->day_count = (uint32_t)(days < NOVELTY_DAYS_MAX ? days : NOVELTY_DAYS_MAX);
    for (uint32_t d = 0; d < course->day_count; d++) {
        course->days[d] = *course->plan;
        course->days[d].delay_ms = d * TIME_DAY_MS;
        course->days[d].window_ms = TIME_DAY_MS;
        course->days[d].lookback_ms = 0;
    }
    struct ledger_question question = analysis_ask(design, request);
    question.plans = course->days;
    question.plan_count = course->day_count;
    return ledger_compute(sources->ledger, &question, arena, &course->answer, err);
}

static gos_metric_kind kind_of(const struct metric_plan *plan)
{
    return plan->kind == PLAN_RATIO ? GOS_METRIC_RATIO : GOS_METRIC_MEAN;
}

static bool compare_day(const struct course *course, uint32_t day, uint32_t variant,
                        gos_estimate *out, gos_error *err)
{
    const struct ledger_cell *cells =
        &course->answer.cells[(size_t)day * course->design.variant_count];
    gos_stats_options options = gos_stats_options_default(kind_of(course->plan));
    options.mode = GOS_MODE_FIXED;
    options.adjust = GOS_ADJUST_NONE;
    return gos_stats_compare(&cells[course->design.control].moments, &cells[variant].moments,
                             &options, out, err);
}

/* The days that tell something; they are also what the slope is found from. */
static bool write_variant(const struct course *course, uint32_t variant, struct json_writer *json,
                          gos_error *err)
{
    double day[NOVELTY_DAYS_MAX], diff[NOVELTY_DAYS_MAX], se[NOVELTY_DAYS_MAX];
    size_t count = 0;
    json_open_object(json);
    json_name(json, "variant");
    json_text(json, course->design.variants[variant]);
    json_name(json, "course");
    json_open_array(json);
    for (uint32_t d = 0; d < course->day_count; d++) {
        gos_estimate estimate;
        if (!compare_day(course, d, variant, &estimate, err))
            return false;
        if (!(estimate.fixed.se > 0) || !isfinite(estimate.fixed.diff))
            continue;
        day[count] = d;
        diff[count] = estimate.fixed.diff;
        se[count++] = estimate.fixed.se;
        json_open_object(json);
        json_put_double(json, "day", d);
        json_put_double(json, "diff", estimate.fixed.diff);
        json_put_double(json, "se", estimate.fixed.se);
        json_put_double(json, "units", (double)(estimate.control.n + estimate.treatment.n));
        json_close_object(json);
    }
    json_close_array(json);
    gos_check check = gos_check_novelty(day, diff, se, count);
    json_put_double(json, "slope", check.value);
    json_put_double(json, "se", check.se);
    json_put_double(json, "z", check.statistic);
    json_put_double(json, "p_value", check.p_value);
    json_name(json, "changes");
    json_bool(json, fabs(check.statistic) > CHANGE_Z);
    json_close_object(json);
    return true;
}

bool novelty_write(const struct analysis_sources *sources, const struct analysis_request *request,
                   gos_str metric, gos_arena *arena, struct json_writer *json, gos_error *err)
{
    struct course *course = gos_arena_take(arena, sizeof *course, err);
    if (!course ||
        !analysis_read_design(sources->catalog, request->environment, request->experiment->tree,
                              arena, &course->design, err) ||
        !find_plan(course, metric, err) || !ask(course, sources, request, arena, err))
        return false;
    json_open_object(json);
    json_name(json, "metric");
    json_text(json, course->plan->name);
    json_put_double(json, "days", course->day_count);
    json_name(json, "variants");
    json_open_array(json);
    for (uint32_t v = 0; v < course->design.variant_count; v++) {
        if (v != course->design.control && !write_variant(course, v, json, err))
            return false;
    }
    json_close_array(json);
    json_close_object(json);
    return true;
}
