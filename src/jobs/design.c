/* Reads from definitions what a computation must know of an experiment. */
#include "base/limits.h"
#include "base/time.h"
#include "jobs/analysis.h"

#include <math.h>

static double number_of(const struct json *object, const char *name, double otherwise)
{
    const struct json *value = json_find(object, gos_str_from(name));
    return value && value->type == JSON_NUMBER ? value->number : otherwise;
}

static int64_t time_of(const struct json *object, const char *name)
{
    int64_t ms = TIME_NONE;
    return time_read(json_find_text(object, name), &ms) ? ms : TIME_NONE;
}

static bool read_variants(const struct json *tree, gos_arena *arena, struct analysis_design *out,
                          gos_error *err)
{
    const struct json *variants = json_find(tree, GOS_LIT("variants"));
    const struct json *allocation = json_find(tree, GOS_LIT("traffic_allocation"));
    gos_str control = definition_control(tree);
    out->variant_count = variants ? variants->count : 0;
    if (out->variant_count == 0 || out->variant_count > VARIANTS_MAX)
        return gos_fail(err, GOS_BAD_INPUT, "/variants", "the experiment has no variants");
    out->variants = gos_arena_array(arena, out->variant_count, sizeof *out->variants, err);
    out->weights = gos_arena_array(arena, out->variant_count, sizeof *out->weights, err);
    if (!out->variants || !out->weights)
        return false;
    for (uint32_t v = 0; v < out->variant_count; v++) {
        out->variants[v] = json_find_text(&variants->items[v], "name");
        const struct json *weight = json_find(allocation, out->variants[v]);
        out->weights[v] = weight ? weight->number : 0;
        if (gos_str_equal(out->variants[v], control))
            out->control = v;
    }
    return true;
}

/* What the experiment says of a metric goes before what the metric says of itself. */
static void apply_setting(const struct json *tree, gos_str reference, struct metric_plan *plan,
                          struct scorecard_metric *metric)
{
    const struct json *all = json_find(tree, GOS_LIT("metric_settings"));
    const struct json *setting = json_find(all, reference);
    if (!setting)
        setting = json_find(all, plan->name);
    gos_str direction = json_find_text(setting, "direction");
    if (direction.len > 0)
        plan->increase = gos_str_equal(direction, GOS_LIT("increase"));
    plan->minimum_effect = number_of(setting, "minimum_effect", plan->minimum_effect);
    metric->margin = number_of(setting, "margin", (double)NAN);
}

static bool add_metric(struct catalog *catalog, gos_str environment, const struct json *tree,
                       gos_str reference, enum metric_role role, gos_arena *arena,
                       struct analysis_design *out, gos_error *err)
{
    struct definition definition = {0};
    if (out->metric_count == METRICS_PER_EXPERIMENT_MAX)
        return gos_fail(err, GOS_BAD_INPUT, "/success_metrics", "more than %d metrics",
                        METRICS_PER_EXPERIMENT_MAX);
    if (!catalog_get(catalog, environment, KIND_METRIC, reference, arena, &definition, err))
        return gos_fail_below(err, "/success_metrics");
    struct metric_plan *plan = &out->plans[out->metric_count];
    struct scorecard_metric *metric = &out->metrics[out->metric_count];
    if (!plan_read(definition.tree, arena, plan, NULL, err))
        return gos_fail(err, err ? err->code : GOS_BAD_INPUT, "/success_metrics",
                        "the metric \"%.*s\" cannot be computed: %.200s", GOS_ARG(definition.name),
                        err ? err->message : "");
    *metric = (struct scorecard_metric){
        .plan = plan, .role = role, .is_adaptive = json_find(tree, GOS_LIT("bandit")) != NULL};
    apply_setting(tree, reference, plan, metric);
    out->metric_count++;
    return true;
}

static bool add_metrics(struct catalog *catalog, gos_str environment, const struct json *tree,
                        const char *list, enum metric_role role, gos_arena *arena,
                        struct analysis_design *out, gos_error *err)
{
    const struct json *metrics = json_find(tree, GOS_LIT("success_metrics"));
    const struct json *names = json_find(metrics, gos_str_from(list));
    for (uint32_t i = 0; names && i < names->count; i++) {
        if (!add_metric(catalog, environment, tree, names->items[i].text, role, arena, out, err))
            return false;
    }
    return true;
}

bool analysis_read_design(struct catalog *catalog, gos_str environment, const struct json *tree,
                          gos_arena *arena, struct analysis_design *out, gos_error *err)
{
    const struct json *metrics = json_find(tree, GOS_LIT("success_metrics"));
    *out = (struct analysis_design){0};
    out->plans = gos_arena_array(arena, METRICS_PER_EXPERIMENT_MAX, sizeof *out->plans, err);
    out->metrics = gos_arena_array(arena, METRICS_PER_EXPERIMENT_MAX, sizeof *out->metrics, err);
    if (!out->plans || !out->metrics || !read_variants(tree, arena, out, err))
        return false;
    out->planned_units = (uint64_t)number_of(metrics, "minimum_sample_size", 0);
    out->start_ms = time_of(tree, "start_date");
    out->end_ms = time_of(tree, "end_date");
    if (out->start_ms == TIME_NONE)
        out->start_ms = time_of(tree, "created_at");
    return add_metric(catalog, environment, tree, json_find_text(metrics, "primary_metric"),
                      ROLE_PRIMARY, arena, out, err) &&
           add_metrics(catalog, environment, tree, "secondary_metrics", ROLE_SECONDARY, arena, out,
                       err) &&
           add_metrics(catalog, environment, tree, "guardrail_metrics", ROLE_GUARDRAIL, arena, out,
                       err);
}

bool analysis_find_plan(const struct analysis_design *design, gos_str metric,
                        const struct metric_plan **out, gos_error *err)
{
    *out = metric.len == 0 ? &design->plans[0] : NULL;
    for (uint32_t m = 0; m < design->metric_count; m++) {
        if (gos_str_equal(design->plans[m].name, metric))
            *out = &design->plans[m];
    }
    return *out || gos_fail(err, GOS_NOT_FOUND, "/metric", "the experiment has no metric \"%.*s\"",
                            GOS_ARG(metric));
}

struct ledger_question analysis_ask(const struct analysis_design *design,
                                    const struct analysis_request *request)
{
    int64_t start, end;
    analysis_window(design, request, &start, &end);
    return (struct ledger_question){.environment = request->environment,
                                    .experiment_id = request->experiment->id,
                                    .variants = design->variants,
                                    .variant_count = design->variant_count,
                                    .from_ms = start,
                                    .as_of_ms = end,
                                    .watermark = request->watermark,
                                    .cancel = request->cancel,
                                    .progress = request->progress};
}
