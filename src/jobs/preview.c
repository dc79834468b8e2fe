/* A plan on a sample: itself, its values, and each unit's own; then day by day. */
#include "jobs/preview.h"

#include "base/time.h"
#include "gosset/stats_plan.h"
#include "jobs/bins.h"
#include "jobs/preview_warnings.h"
#include "jobs/scorecard.h"

#include <math.h>
#include <stdlib.h>

struct preview {
    struct ledger *ledger;
    gos_arena *arena;
    struct metric_plan plans[PREVIEW_PLANS];
    struct ledger_question ask;
    struct ledger_answer answer;
    double value, variance; /* variance: per unit, of what experiments compare */
    struct json_writer *json;
};

/* Without windows: they are counted from an exposure, and here nobody had one. */
static struct metric_plan plan_without_windows(const struct metric_plan *plan)
{
    struct metric_plan bare = *plan;
    bare.delay_ms = 0;
    bare.window_ms = METRIC_NO_END;
    bare.lookback_ms = 0;
    return bare;
}

/* Of a ratio, each unit's own: its numerator by its denominator. */
static bool divide(const struct metric_plan *plan, gos_arena *arena, struct metric_expression *out,
                   gos_error *err)
{
    uint32_t above = plan->value.op_count, below = plan->denominator.op_count;
    struct metric_op *ops = gos_arena_array(arena, above + below + 1, sizeof *ops, err);
    if (!ops)
        return false;
    memcpy(ops, plan->value.ops, above * sizeof *ops);
    memcpy(ops + above, plan->denominator.ops, below * sizeof *ops);
    ops[above + below] = (struct metric_op){.type = OP_DIVIDE};
    out->ops = ops;
    out->op_count = above + below + 1;
    return true;
}

static bool make_plans(struct preview *preview, const struct metric_plan *plan, gos_error *err)
{
    struct metric_plan *values = &preview->plans[PREVIEW_VALUES];
    struct metric_plan *each = &preview->plans[PREVIEW_EACH];
    *values = *each = preview->plans[PREVIEW_ITSELF] = plan_without_windows(plan);
    values->of_events = plan->kind == PLAN_QUANTILE && plan->of_events;
    values->kind = PLAN_QUANTILE;
    if (!values->of_events)
        each->kind = PLAN_MEAN;
    return plan->kind != PLAN_RATIO || divide(plan, preview->arena, &each->value, err);
}

/* What the metric would be over these people; sorts the values. */
static void summarize(const struct preview *preview, const struct ledger_answer *answer,
                      double *out_value, double *out_variance)
{
    const struct metric_plan *plan = &preview->plans[PREVIEW_ITSELF];
    const struct ledger_cell *cell = &answer->cells[PREVIEW_ITSELF];
    const struct ledger_values *values = &answer->cells[PREVIEW_VALUES].quantile;
    gos_arm arm;
    *out_value = *out_variance = (double)NAN;
    if (values->count > 0)
        qsort(values->values, values->count, sizeof *values->values, bins_order);
    if (plan->kind == PLAN_QUANTILE)
        *out_value = bins_rank(values->values, values->count, plan->quantile);
    else if (cell->moments.n > 0) {
        gos_stats_arm(&cell->moments, scorecard_kind(plan->kind), gos_plan_default().alpha, &arm);
        *out_value = arm.mean;
        *out_variance = arm.variance;
    }
}

static void put(struct preview *preview, const char *name, double value)
{
    json_name(preview->json, name);
    json_double(preview->json, value);
}

static void put_time(struct preview *preview, const char *name, int64_t at)
{
    char text[TIME_TEXT_BYTES];
    json_name(preview->json, name);
    if (at == TIME_NONE)
        json_null(preview->json);
    else
        json_text(preview->json, (gos_str){text, time_write(at, text)});
}

static double deviation_of(const struct ledger_values *values)
{
    double mean = 0, sum = 0;
    for (uint64_t i = 0; i < values->count; i++)
        mean += values->values[i] / (double)values->count;
    for (uint64_t i = 0; i < values->count; i++)
        sum += (values->values[i] - mean) * (values->values[i] - mean);
    return values->count > 1 ? sqrt(sum / (double)(values->count - 1)) : (double)NAN;
}

static void write_whole(struct preview *preview)
{
    const struct ledger_answer *answer = &preview->answer;
    struct ledger_values *values = &answer->cells[PREVIEW_VALUES].quantile;
    struct bins bins;
    bins_make(values->values, values->count, &bins);
    json_name(preview->json, "kind");
    json_text(preview->json, gos_str_from(plan_kind_name(preview->plans[PREVIEW_ITSELF].kind)));
    put(preview, "events", (double)answer->cells[PREVIEW_VALUES].events);
    put_time(preview, "from", answer->first_exposure);
    put_time(preview, "to", answer->last_event);
    put(preview, "units", (double)answer->units[0]);
    put(preview, "active", (double)answer->cells[PREVIEW_VALUES].active);
    put(preview, "value", preview->value);
    put(preview, "deviation", deviation_of(values));
    put(preview, "share_of_zeros", bins_zeros(values->values, values->count));
    json_name(preview->json, "edges");
    json_open_array(preview->json);
    for (uint32_t i = 0; i <= bins.count; i++)
        json_double(preview->json, bins.edges[i]);
    json_close_array(preview->json);
    json_name(preview->json, "distribution");
    distribution_write_variant(GOS_LIT("all"), values, &bins, preview->json);
}

/* One day by its own events; a day without any is left out. */
static bool write_day(struct preview *preview, int64_t day, gos_error *err)
{
    struct ledger_question ask = preview->ask;
    struct ledger_answer answer;
    char date[TIME_TEXT_BYTES];
    double value, variance;
    ask.from_ms = day * TIME_DAY_MS;
    ask.as_of_ms = (day + 1) * TIME_DAY_MS;
    if (!ledger_compute(preview->ledger, &ask, preview->arena, &answer, err))
        return false;
    if (answer.units[0] == 0)
        return true;
    summarize(preview, &answer, &value, &variance);
    time_write(ask.from_ms, date);
    json_open_object(preview->json);
    json_name(preview->json, "date");
    json_text(preview->json, (gos_str){date, 10});
    put(preview, "value", value);
    put(preview, "units", (double)answer.units[0]);
    json_close_object(preview->json);
    return true;
}

static bool write_trend(struct preview *preview, gos_error *err)
{
    const struct ledger_answer *answer = &preview->answer;
    json_name(preview->json, "trend");
    json_open_array(preview->json);
    int64_t last = answer->units[0] > 0 ? time_day(answer->last_event) : 0;
    int64_t first = answer->units[0] > 0 ? time_day(answer->first_exposure) : 1;
    first = last - first >= PREVIEW_DAYS_MAX ? last - PREVIEW_DAYS_MAX + 1 : first;
    for (int64_t day = first; day <= last; day++) {
        if (!write_day(preview, day, err))
            return false;
    }
    json_close_array(preview->json);
    return true;
}

static double span_days(const struct ledger_answer *answer)
{
    return answer->units[0] > 0
               ? (double)(answer->last_event - answer->first_exposure) / (double)TIME_DAY_MS
               : 0;
}

/* Percent of the value that two even groups of `units` together show; NaN: it cannot be said. */
static double effect_of(const struct preview *preview, double units)
{
    const gos_plan plan = gos_plan_default();
    double each = floor(units / 2), found, value = preview->value;
    if (isnan(value) || value == 0 || !(preview->variance > 0) || each < 2)
        return (double)NAN;
    if (preview->plans[PREVIEW_ITSELF].kind == PLAN_PROPORTION)
        return gos_mde_rate(value, each, each, &plan, &found, NULL) ? 100 * (found / value - 1)
                                                                    : (double)NAN;
    return gos_mde_mean(preview->variance, each, each, &plan, &found, NULL)
               ? 100 * found / fabs(value)
               : (double)NAN;
}

static void write_detectable(struct preview *preview)
{
    static const int days[] = {7, 14, 28};
    const double hour = 1.0 / 24;
    const gos_plan plan = gos_plan_default();
    double daily = (double)preview->answer.units[0] / fmax(span_days(&preview->answer), hour);
    json_name(preview->json, "detectable");
    json_open_object(preview->json);
    put(preview, "alpha", plan.alpha);
    put(preview, "power", plan.power);
    put(preview, "units_per_day", round(daily));
    json_name(preview->json, "days");
    json_open_array(preview->json);
    for (size_t i = 0; i < sizeof days / sizeof *days; i++) {
        json_open_object(preview->json);
        put(preview, "days", days[i]);
        put(preview, "units", round(daily * days[i]));
        put(preview, "effect", effect_of(preview, daily * days[i]));
        json_close_object(preview->json);
    }
    json_close_array(preview->json);
    json_close_object(preview->json);
}

static void write_examples(struct preview *preview)
{
    json_name(preview->json, "examples");
    json_open_array(preview->json);
    for (uint32_t i = 0; i < preview->answer.example_count; i++) {
        json_open_object(preview->json);
        json_name(preview->json, "unit");
        json_text(preview->json, preview->answer.examples[i].unit);
        put(preview, "value", preview->answer.examples[i].value);
        json_close_object(preview->json);
    }
    json_close_array(preview->json);
}

bool preview_write(struct ledger *ledger, gos_str environment, const struct metric_plan *plan,
                   uint32_t events, int64_t now_ms, const atomic_bool *cancel, gos_arena *arena,
                   struct json_writer *json, gos_error *err)
{
    static const gos_str all[] = {{"all", 3}};
    struct preview preview = {.ledger = ledger, .arena = arena, .json = json};
    preview.ask = (struct ledger_question){.environment = environment,
                                           .variants = all,
                                           .variant_count = 1,
                                           .plans = preview.plans,
                                           .plan_count = PREVIEW_PLANS,
                                           .from_ms = INT64_MIN + 1,
                                           .as_of_ms = now_ms,
                                           .recent_events = events,
                                           .cancel = cancel};
    if (!make_plans(&preview, plan, err) ||
        !ledger_compute(ledger, &preview.ask, arena, &preview.answer, err))
        return false;
    summarize(&preview, &preview.answer, &preview.value, &preview.variance);
    json_open_object(json);
    write_whole(&preview);
    if (!write_trend(&preview, err))
        return false;
    write_detectable(&preview);
    write_examples(&preview);
    if (!preview_warn(ledger, environment, plan, &preview.answer, span_days(&preview.answer), arena,
                      json, err))
        return false;
    json_close_object(json);
    return true;
}
