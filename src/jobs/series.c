/* Results over time: the ledger answers for all moments in one pass, each is scored alone. */
#include "base/time.h"
#include "jobs/periods.h"

#define HOUR_MS INT64_C(3600000)

struct series {
    const struct analysis_request *request;
    gos_arena *arena;
    struct analysis_design design;
    struct ledger_question ask;
    int64_t moments[ANALYSIS_MOMENTS_MAX];
    struct ledger_answer answers[ANALYSIS_MOMENTS_MAX];
    uint32_t moment_count;
    struct periods periods;         /* of one split each; one: all is one */
    struct ledger_answer *in_turns; /* period by period, moment by moment within */
    struct json_writer json;
};

/* Whole hours or days (UTC) behind the start, and the end itself; few enough. */
static void set_moments(struct series *series)
{
    int64_t start = series->ask.from_ms, end = series->ask.as_of_ms;
    int64_t step = end - start <= 2 * TIME_DAY_MS ? HOUR_MS : TIME_DAY_MS;
    int64_t steps = (end - start) / step + 1;
    int64_t least = ANALYSIS_MOMENTS_MAX - 2;
    step *= (steps + least - 1) / least;
    int64_t first = start - ((start % step) + step) % step + step;
    for (int64_t at = first; at < end; at += step)
        series->moments[series->moment_count++] = at;
    series->moments[series->moment_count++] = end;
}

/* Keeps only the metric that was asked for. */
static bool choose_metric(struct series *series, gos_str metric, gos_error *err)
{
    struct analysis_design *design = &series->design;
    for (uint32_t m = 0; m < design->metric_count && metric.len > 0; m++) {
        if (!gos_str_equal(design->plans[m].name, metric))
            continue;
        design->plans += m;
        design->metrics += m;
        design->metric_count = 1;
        return true;
    }
    return metric.len == 0 || gos_fail(err, GOS_NOT_FOUND, "/metric",
                                       "the experiment has no metric \"%.*s\"", GOS_ARG(metric));
}

static void write_point(struct series *series, int64_t at, const struct scorecard *scorecard,
                        uint32_t m, uint32_t v)
{
    struct json_writer *json = &series->json;
    const struct scorecard_entry *entry = scorecard_entry(scorecard, m, v);
    const gos_inference *shown = &entry->estimate.shown;
    char time[TIME_TEXT_BYTES];
    if (entry->arm.n == 0)
        return;
    time_write(at, time);
    json_open_object(json);
    json_name(json, "at");
    json_text(json, gos_str_from(time));
    json_name(json, "metric_name");
    json_text(json, series->design.plans[m].name);
    json_name(json, "variant");
    json_text(json, series->design.variants[v]);
    json_name(json, "sample_size");
    json_int(json, (int64_t)entry->arm.n);
    json_put_double(json, "mean_value", entry->arm.mean);
    if (!entry->is_control) {
        json_put_double(json, "diff", shown->diff);
        json_put_interval(json, "diff_ci", shown->diff_low, shown->diff_high);
        json_put_double(json, "lift", shown->lift * 100);
        json_put_interval(json, "lift_ci", shown->lift_low * 100, shown->lift_high * 100);
        json_put_double(json, "p_value", shown->p_value);
    }
    json_close_object(json);
}

/* What was known at moment i, as the results of that moment had it. */
static bool take_moment(struct series *series, uint32_t i, gos_error *err)
{
    struct analysis_design *design = &series->design;
    const struct ledger_answer *answer = &series->answers[i];
    uint32_t count = series->in_turns ? series->periods.count : 0;
    for (uint32_t m = 0; m < design->metric_count; m++) {
        size_t place = (size_t)m * design->variant_count;
        const struct ledger_cell **cells =
            gos_arena_array(series->arena, count + 1, sizeof(struct ledger_cell *), err);
        if (!cells)
            return false;
        for (uint32_t k = 0; k < count; k++)
            cells[k] = &series->in_turns[k * series->moment_count + i].cells[place];
        design->metrics[m].cells = &answer->cells[place];
        design->metrics[m].cap = answer->caps[m];
        design->metrics[m].periods = cells;
        design->metrics[m].period_count = count;
        design->metrics[m].is_over =
            design->end_ms != TIME_NONE && design->end_ms <= series->moments[i];
    }
    return true;
}

static bool write_moment(struct series *series, uint32_t i, gos_error *err)
{
    struct analysis_design *design = &series->design;
    const struct ledger_answer *answer = &series->answers[i];
    struct scorecard scorecard;
    if (!take_moment(series, i, err))
        return false;
    struct scorecard_question question = analysis_question(design, answer->units);
    if (!scorecard_compute(&question, series->arena, &scorecard, err))
        return false;
    for (uint32_t m = 0; m < design->metric_count; m++) {
        for (uint32_t v = 0; v < design->variant_count; v++)
            write_point(series, series->moments[i], &scorecard, m, v);
    }
    return true;
}

/* Where the split changed, all moments once more for the people of each period. */
static bool ask_periods(struct series *series, struct ledger *ledger, gos_error *err)
{
    if (!periods_read(series->request->experiment->tree, &series->ask, &series->design,
                      series->arena, &series->periods, err))
        return false;
    if (series->periods.count < 2)
        return true;
    series->in_turns =
        gos_arena_array(series->arena, (size_t)series->periods.count * series->moment_count,
                        sizeof *series->in_turns, err);
    for (uint32_t k = 0; series->in_turns && k < series->periods.count; k++) {
        struct ledger_question part = series->ask;
        part.cohort_from_ms = series->periods.items[k].start_ms;
        part.cohort_before_ms = series->periods.items[k].end_ms;
        if (!ledger_series(ledger, &part, series->moments, series->moment_count, series->arena,
                           series->in_turns + (size_t)k * series->moment_count, err))
            return false;
    }
    return series->in_turns != NULL;
}

static bool ask(struct series *series, const struct analysis_sources *sources, gos_error *err)
{
    const struct analysis_request *request = series->request;
    series->ask = (struct ledger_question){
        .environment = request->environment,
        .experiment_id = request->experiment->id,
        .variants = series->design.variants,
        .variant_count = series->design.variant_count,
        .plans = series->design.plans,
        .plan_count = series->design.metric_count,
        .cancel = request->cancel,
    };
    analysis_window(&series->design, request, &series->ask.from_ms, &series->ask.as_of_ms);
    set_moments(series);
    return ledger_series(sources->ledger, &series->ask, series->moments, series->moment_count,
                         series->arena, series->answers, err) &&
           ask_periods(series, sources->ledger, err);
}

bool analysis_series(const struct analysis_sources *sources, const struct analysis_request *request,
                     gos_str metric, gos_arena *arena, gos_str *out, gos_error *err)
{
    struct series *series = gos_arena_take(arena, sizeof *series, err);
    struct text text;
    if (!series)
        return false;
    *series = (struct series){.request = request, .arena = arena};
    if (!analysis_read_design(sources->catalog, request->environment, request->experiment->tree,
                              arena, &series->design, err) ||
        !choose_metric(series, metric, err) || !ask(series, sources, err))
        return false;
    text_init(&text, arena);
    json_writer_init(&series->json, &text);
    json_open_array(&series->json);
    for (uint32_t i = 0; i < series->moment_count; i++) {
        if (!write_moment(series, i, err))
            return false;
    }
    json_close_array(&series->json);
    *out = text_str(&text);
    return text_ok(&text, err);
}
