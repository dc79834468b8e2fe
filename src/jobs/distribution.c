/* A plan is asked for its values instead of their moments; they fall into bins that all share. */
#include "jobs/bins.h"
#include "jobs/breakdown.h"
#include "jobs/funnel.h"

#include <math.h>
#include <stdlib.h>

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
        qsort(*out, count, sizeof **out, bins_order);
    return *out != NULL;
}

void distribution_write_variant(gos_str variant, struct ledger_values *values,
                                const struct bins *bins, struct json_writer *json)
{
    uint64_t counts[BINS_MAX + 1] = {0};
    double total = 0;
    if (values->count > 0)
        qsort(values->values, values->count, sizeof *values->values, bins_order);
    for (uint64_t i = 0; i < values->count; i++) {
        counts[bins_find(bins, values->values[i])]++;
        total += values->values[i];
    }
    json_open_object(json);
    json_name(json, "variant");
    json_text(json, variant);
    json_put_double(json, "units", (double)values->unit_count);
    json_put_double(json, "values", (double)values->count);
    json_put_double(json, "mean", values->count > 0 ? total / (double)values->count : (double)NAN);
    json_put_double(json, "share_of_zeros", bins_zeros(values->values, values->count));
    json_put_double(json, "min", bins_rank(values->values, values->count, 0));
    json_put_double(json, "p25", bins_rank(values->values, values->count, 0.25));
    json_put_double(json, "p50", bins_rank(values->values, values->count, 0.5));
    json_put_double(json, "p75", bins_rank(values->values, values->count, 0.75));
    json_put_double(json, "p90", bins_rank(values->values, values->count, 0.9));
    json_put_double(json, "p99", bins_rank(values->values, values->count, 0.99));
    json_put_double(json, "max", bins_rank(values->values, values->count, 1));
    json_name(json, "counts");
    json_open_array(json);
    for (uint32_t i = 0; i < bins->count; i++)
        json_int(json, (int64_t)counts[i]);
    json_close_array(json);
    json_put_double(json, "above", (double)counts[bins->count]);
    json_close_object(json);
}

static void write_all(const struct analysis_design *design, const struct metric_plan *plan,
                      const struct ledger_answer *answer, const struct bins *bins,
                      struct json_writer *json)
{
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
        distribution_write_variant(design->variants[v], &answer->cells[v].quantile, bins, json);
    json_close_array(json);
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
    json_open_object(json);
    write_all(&design, &values, &answer, &bins, json);
    if (!funnel_write(sources->ledger, &ask, &design, plan, arena, json, err))
        return false;
    json_close_object(json);
    return true;
}
