/* Two experiments on the same people: whether one changes what the other does. */
#include "jobs/breakdown.h"

#include "base/limits.h"
#include "gosset/stats_slices.h"

#include <math.h>

struct crossing {
    const struct analysis_sources *sources;
    const struct analysis_request *request;
    gos_arena *arena;
    struct analysis_design own, other;
    const struct metric_plan *plan;
    struct ledger_answer answer;
    gos_interaction *pairs;
    gos_interactions found;
};

/* The own variants once for each of the other's. */
static bool ask_crossed(struct crossing *crossing, const struct definition *other, gos_error *err)
{
    uint32_t each = crossing->own.variant_count, times = crossing->other.variant_count;
    struct ledger_question ask = analysis_ask(&crossing->own, crossing->request);
    gos_str *variants =
        gos_arena_array(crossing->arena, (size_t)each * times + 1, sizeof *variants, err);
    if (!variants)
        return false;
    for (uint32_t i = 0; i < each * times; i++)
        variants[i] = crossing->own.variants[i % each];
    ask.variants = variants;
    ask.variant_count = each * times;
    ask.plans = crossing->plan;
    ask.plan_count = 1;
    ask.crossed_id = other->id;
    ask.crossed_variants = crossing->other.variants;
    ask.crossed_count = times;
    return ledger_compute(crossing->sources->ledger, &ask, crossing->arena, &crossing->answer, err);
}

static const struct ledger_cell *cell_at(const struct crossing *crossing, uint32_t own,
                                         uint32_t other)
{
    return &crossing->answer.cells[other * crossing->own.variant_count + own];
}

static bool examine(struct crossing *crossing, gos_error *err)
{
    uint32_t rows = crossing->own.variant_count, columns = crossing->other.variant_count;
    size_t count = (size_t)rows * columns;
    gos_moments *cells = gos_arena_array(crossing->arena, count, sizeof *cells, err);
    crossing->pairs = gos_arena_array(crossing->arena, count, sizeof *crossing->pairs, err);
    if (!cells || !crossing->pairs)
        return false;
    for (uint32_t r = 0; r < rows; r++) {
        for (uint32_t c = 0; c < columns; c++)
            cells[r * columns + c] = cell_at(crossing, r, c)->moments;
    }
    return gos_interactions_examine(cells, rows, columns, crossing->own.control,
                                    crossing->other.control, scorecard_kind(crossing->plan->kind),
                                    crossing->arena, crossing->pairs, &crossing->found, err);
}

static double mean_of(const struct crossing *crossing, const gos_moments *moments)
{
    bool is_ratio = crossing->plan->kind == PLAN_RATIO;
    return moments->n == 0 ? (double)NAN
           : is_ratio      ? moments->mean[0] / moments->mean[1]
                           : moments->mean[0];
}

static void write_cells(const struct crossing *crossing, struct json_writer *json)
{
    json_name(json, "cells");
    json_open_array(json);
    for (uint32_t r = 0; r < crossing->own.variant_count; r++) {
        for (uint32_t c = 0; c < crossing->other.variant_count; c++) {
            uint32_t at = c * crossing->own.variant_count + r;
            json_open_object(json);
            json_put_text(json, "variant", crossing->own.variants[r]);
            json_put_text(json, "other_variant", crossing->other.variants[c]);
            json_put_double(json, "units", (double)crossing->answer.units[at]);
            json_put_double(json, "mean", mean_of(crossing, &cell_at(crossing, r, c)->moments));
            json_close_object(json);
        }
    }
    json_close_array(json);
}

static void write_all(const struct crossing *crossing, gos_str other, struct json_writer *json)
{
    json_open_object(json);
    json_put_text(json, "metric", crossing->plan->name);
    json_put_text(json, "with", other);
    json_put_double(json, "independence_p", crossing->found.independence.p_value);
    json_put_double(json, "least_p", crossing->found.least_p);
    json_name(json, "alarm");
    json_bool(json, crossing->found.alarm);
    write_cells(crossing, json);
    json_name(json, "pairs");
    json_open_array(json);
    for (size_t i = 0; i < crossing->found.pair_count; i++) {
        const gos_interaction *pair = &crossing->pairs[i];
        json_open_object(json);
        json_put_text(json, "variant", crossing->own.variants[pair->first]);
        json_put_text(json, "other_variant", crossing->other.variants[pair->second]);
        json_put_double(json, "contrast", pair->contrast.value);
        json_put_double(json, "se", pair->contrast.se);
        json_put_double(json, "p_value", pair->contrast.p_value);
        json_put_double(json, "adjusted_p", pair->adjusted_p);
        json_close_object(json);
    }
    json_close_array(json);
    json_close_object(json);
}

bool interactions_write(const struct analysis_sources *sources,
                        const struct analysis_request *request, gos_str metric, gos_str with,
                        gos_arena *arena, struct json_writer *json, gos_error *err)
{
    struct crossing crossing = {.sources = sources, .request = request, .arena = arena};
    struct definition other = {0};
    bool found = false;
    if (with.len > 0 && !catalog_find(sources->catalog, request->environment, KIND_EXPERIMENT, with,
                                      arena, &other, &found, err))
        return false;
    if (!found || uuid_equal(&other.id, &request->experiment->id))
        return gos_fail(err, found ? GOS_BAD_INPUT : GOS_NOT_FOUND, "/with",
                        "\"with\" names another experiment of the environment");
    if (!analysis_read_design(sources->catalog, request->environment, request->experiment->tree,
                              arena, &crossing.own, err) ||
        !analysis_read_design(sources->catalog, request->environment, other.tree, arena,
                              &crossing.other, err) ||
        !analysis_find_plan(&crossing.own, metric, &crossing.plan, err))
        return false;
    if (crossing.own.variant_count * crossing.other.variant_count > VARIANTS_MAX)
        return gos_fail(err, GOS_BAD_INPUT, "/with", "the two have more than %d pairs of variants",
                        VARIANTS_MAX);
    if (!ask_crossed(&crossing, &other, err) || !examine(&crossing, err))
        return false;
    write_all(&crossing, other.name, json);
    return true;
}
