/* A plan is asked for its values instead of their moments; they fall into bins that all share. */
#include "jobs/breakdown.h"

#include "base/time.h"

#include <math.h>
#include <stdlib.h>

/* The bins reach so far; what lies above is counted in one. */
static const double REACH = 0.99;

struct bins {
    double edges[BREAKDOWN_BINS + 1];
    uint32_t count;
};

static int compare_doubles(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return x < y ? -1 : x > y;
}

/* Nearest rank in sorted values; NaN without any. */
static double rank(const double *sorted, uint64_t count, double share)
{
    uint64_t place = (uint64_t)ceil((double)count * share);
    return count == 0 ? (double)NAN : sorted[place < 1 ? 0 : place - 1];
}

static bool is_whole(const double *values, uint64_t count)
{
    for (uint64_t i = 0; i < count; i++) {
        if (values[i] != floor(values[i]))
            return false;
    }
    return true;
}

/* From the least value to the reach of all together: whole numbers have bins of whole width. */
static void bins_make(const double *sorted, uint64_t count, struct bins *out)
{
    double low = count > 0 ? sorted[0] : 0, high = count > 0 ? rank(sorted, count, REACH) : 1;
    double width = (high - low) / BREAKDOWN_BINS;
    if (is_whole(sorted, count))
        width = fmax(1, ceil((high - low + 1) / BREAKDOWN_BINS));
    if (!(width > 0))
        width = 1;
    out->count = (uint32_t)fmin(BREAKDOWN_BINS, fmax(1, ceil((high - low) / width + 1e-9)));
    if (is_whole(sorted, count))
        out->count = (uint32_t)fmin(BREAKDOWN_BINS, floor((high - low) / width) + 1);
    for (uint32_t i = 0; i <= out->count; i++)
        out->edges[i] = low + i * width;
}

static bool pool_values(const struct ledger_answer *answer, uint32_t variant_count,
                        gos_arena *arena, double **out, uint64_t *out_count, gos_error *err)
{
    uint64_t count = 0;
    for (uint32_t v = 0; v < variant_count; v++)
        count += answer->cells[v].quantile.count;
    *out = gos_arena_array(arena, count + 1, sizeof **out, err);
    *out_count = 0;
    for (uint32_t v = 0; *out && v < variant_count; v++) {
        const struct ledger_values *values = &answer->cells[v].quantile;
        if (values->count > 0)
            memcpy(*out + *out_count, values->values, values->count * sizeof **out);
        *out_count += values->count;
    }
    if (*out && count > 0)
        qsort(*out, count, sizeof **out, compare_doubles);
    return *out != NULL;
}

static void put(struct json_writer *json, const char *name, double value)
{
    json_name(json, name);
    json_double(json, value);
}

/* Sorts the values. */
static void write_variant(gos_str variant, struct ledger_values *values, const struct bins *bins,
                          struct json_writer *json)
{
    uint64_t counts[BREAKDOWN_BINS + 1] = {0};
    double total = 0;
    if (values->count > 0)
        qsort(values->values, values->count, sizeof *values->values, compare_doubles);
    for (uint64_t i = 0; i < values->count; i++) {
        uint32_t bin = 0;
        while (bin < bins->count && values->values[i] >= bins->edges[bin + 1])
            bin++;
        counts[bin]++;
        total += values->values[i];
    }
    json_open_object(json);
    json_name(json, "variant");
    json_text(json, variant);
    put(json, "units", (double)values->unit_count);
    put(json, "values", (double)values->count);
    put(json, "mean", values->count > 0 ? total / (double)values->count : (double)NAN);
    put(json, "p50", rank(values->values, values->count, 0.5));
    put(json, "p90", rank(values->values, values->count, 0.9));
    put(json, "p99", rank(values->values, values->count, 0.99));
    json_name(json, "counts");
    json_open_array(json);
    for (uint32_t i = 0; i < bins->count; i++)
        json_int(json, (int64_t)counts[i]);
    json_close_array(json);
    put(json, "above", (double)counts[bins->count]);
    json_close_object(json);
}

static void write_all(const struct analysis_design *design, const struct metric_plan *plan,
                      const struct ledger_answer *answer, const struct bins *bins,
                      struct json_writer *json)
{
    json_open_object(json);
    json_name(json, "metric");
    json_text(json, plan->name);
    json_name(json, "of");
    json_text(json, plan->of_events ? GOS_LIT("events") : GOS_LIT("units"));
    json_name(json, "edges");
    json_open_array(json);
    for (uint32_t i = 0; i <= bins->count; i++)
        json_double(json, bins->edges[i]);
    json_close_array(json);
    json_name(json, "variants");
    json_open_array(json);
    for (uint32_t v = 0; v < design->variant_count; v++)
        write_variant(design->variants[v], &answer->cells[v].quantile, bins, json);
    json_close_array(json);
    json_close_object(json);
}

bool distribution_write(const struct analysis_sources *sources,
                        const struct analysis_request *request, gos_str metric, gos_arena *arena,
                        struct json_writer *json, gos_error *err)
{
    struct analysis_design design;
    const struct metric_plan *plan;
    struct ledger_answer answer;
    struct bins bins;
    double *pooled;
    uint64_t count;
    if (!analysis_read_design(sources->catalog, request->environment, request->experiment->tree,
                              arena, &design, err) ||
        !analysis_find_plan(&design, metric, &plan, err))
        return false;
    struct metric_plan values = *plan;
    values.of_events = plan->kind == PLAN_QUANTILE && plan->of_events;
    values.kind = PLAN_QUANTILE;
    values.lookback_ms = 0;
    struct ledger_question ask = analysis_ask(&design, request);
    ask.plans = &values;
    ask.plan_count = 1;
    if (!ledger_compute(sources->ledger, &ask, arena, &answer, err) ||
        !pool_values(&answer, design.variant_count, arena, &pooled, &count, err))
        return false;
    bins_make(pooled, count, &bins);
    write_all(&design, &values, &answer, &bins, json);
    return true;
}

/* Without windows: they are counted from an exposure, and here nobody had one. */
static struct metric_plan plan_without_windows(const struct metric_plan *plan)
{
    struct metric_plan bare = *plan;
    bare.delay_ms = 0;
    bare.window_ms = METRIC_NO_END;
    bare.lookback_ms = 0;
    return bare;
}

/* What the metric would be over these people. */
static double value_of(const struct metric_plan *plan, const struct ledger_cell *cell,
                       const struct ledger_values *sorted)
{
    if (plan->kind == PLAN_QUANTILE)
        return rank(sorted->values, sorted->count, plan->quantile);
    if (plan->kind == PLAN_RATIO)
        return cell->moments.mean[0] / cell->moments.mean[1];
    return cell->moments.n > 0 ? cell->moments.mean[0] : (double)NAN;
}

static double share_of_zeros(const struct ledger_values *values)
{
    uint64_t zeros = 0;
    for (uint64_t i = 0; i < values->count; i++)
        zeros += values->values[i] == 0;
    return values->count > 0 ? (double)zeros / (double)values->count : (double)NAN;
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

static void put_time(struct json_writer *json, const char *name, int64_t at)
{
    char text[TIME_TEXT_BYTES];
    json_name(json, name);
    if (at == TIME_NONE)
        json_null(json);
    else
        json_text(json, (gos_str){text, time_write(at, text)});
}

static void write_preview(const struct metric_plan plans[2], const struct ledger_answer *answer,
                          struct json_writer *json)
{
    struct ledger_values *values = &answer->cells[0].quantile;
    struct bins bins;
    if (values->count > 0)
        qsort(values->values, values->count, sizeof *values->values, compare_doubles);
    bins_make(values->values, values->count, &bins);
    json_open_object(json);
    json_name(json, "kind");
    json_text(json, gos_str_from(plan_kind_name(plans[1].kind)));
    json_name(json, "events");
    json_int(json, (int64_t)answer->cells[0].events);
    put_time(json, "from", answer->first_exposure);
    json_name(json, "units");
    json_int(json, (int64_t)answer->units[0]);
    put(json, "value", value_of(&plans[1], &answer->cells[1], values));
    put(json, "deviation", deviation_of(values));
    put(json, "share_of_zeros", share_of_zeros(values));
    json_name(json, "edges");
    json_open_array(json);
    for (uint32_t i = 0; i <= bins.count; i++)
        json_double(json, bins.edges[i]);
    json_close_array(json);
    json_name(json, "distribution");
    write_variant(GOS_LIT("all"), values, &bins, json);
    json_close_object(json);
}

bool preview_write(struct ledger *ledger, gos_str environment, const struct metric_plan *plan,
                   uint32_t events, int64_t now_ms, gos_arena *arena, struct json_writer *json,
                   gos_error *err)
{
    const gos_str all = GOS_LIT("all");
    struct ledger_answer answer;
    struct metric_plan plans[2] = {plan_without_windows(plan), plan_without_windows(plan)};
    plans[0].of_events = plan->kind == PLAN_QUANTILE && plan->of_events;
    plans[0].kind = PLAN_QUANTILE;
    const struct ledger_question ask = {.environment = environment,
                                        .variants = &all,
                                        .variant_count = 1,
                                        .plans = plans,
                                        .plan_count = 2,
                                        .as_of_ms = now_ms,
                                        .recent_events = events};
    if (!ledger_compute(ledger, &ask, arena, &answer, err))
        return false;
    write_preview(plans, &answer, json);
    return true;
}
