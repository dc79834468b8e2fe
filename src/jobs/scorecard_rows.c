/* A scorecard as ExperimentResult rows. */
#include "jobs/scorecard.h"

#include <math.h>

static void put_text(struct json_writer *json, const char *name, const char *value)
{
    json_name(json, name);
    json_text(json, gos_str_from(value));
}

/* What only the raw or the fixed inference says differently is shown beside the shown one. */
static void put_inference(struct json_writer *json, const char *name, const gos_inference *other)
{
    json_name(json, name);
    json_open_object(json);
    put_text(json, "method", other->method);
    json_put_double(json, "diff", other->diff);
    json_put_double(json, "se", other->se);
    json_put_double(json, "p_value", other->p_value);
    json_put_interval(json, "lift_ci", other->lift_low * 100, other->lift_high * 100);
    json_close_object(json);
}

static bool differs(const gos_inference *a, const gos_inference *b)
{
    return a->se != b->se || a->critical != b->critical;
}

static void put_comparison(struct json_writer *json, const struct scorecard_entry *entry)
{
    const gos_estimate *estimate = &entry->estimate;
    const gos_inference *shown = &estimate->shown;
    char status[GOS_STATUS_TEXT_BYTES];
    json_put_double(json, "diff", shown->diff);
    json_put_interval(json, "diff_ci", shown->diff_low, shown->diff_high);
    json_put_interval(json, "lift_ci", shown->lift_low * 100, shown->lift_high * 100);
    put_text(json, "lift_kind", gos_lift_kind_name(shown->lift_kind));
    json_put_double(json, "se", shown->se);
    json_put_double(json, "df", shown->df);
    json_put_double(json, "statistic", shown->statistic);
    put_text(json, "method", shown->method);
    put_text(json, "status", gos_status_text(estimate->status, status));
    json_put_double(json, "alpha", estimate->alpha);
    json_put_double(json, "adjusted_p", estimate->adjusted_p);
    json_name(json, "significant");
    json_bool(json, estimate->significant);
    json_put_double(json, "chance_to_win", estimate->posterior.chance_to_win);
    if (shown->p_value < 1e-300)
        json_put_double(json, "log10_p", shown->log10_p);
    if (estimate->variance_reduction != 0)
        json_put_double(json, "variance_reduction", estimate->variance_reduction);
    if (differs(&estimate->raw, &estimate->fixed))
        put_inference(json, "raw", &estimate->raw);
    if (differs(&estimate->fixed, shown))
        put_inference(json, "fixed", &estimate->fixed);
}

static const char *guardrail_name(gos_guardrail guardrail)
{
    return guardrail == GOS_GUARDRAIL_PASS     ? "pass"
           : guardrail == GOS_GUARDRAIL_BREACH ? "breach"
                                               : "inconclusive";
}

static gos_str detail_of(const struct scorecard *scorecard, uint32_t m, uint32_t v,
                         const struct scorecard_stamp *stamp, gos_arena *arena, gos_error *err)
{
    const struct scorecard_metric *metric = &scorecard->question->metrics[m];
    const struct scorecard_entry *entry = scorecard_entry(scorecard, m, v);
    const struct ledger_cell *cell = &metric->cells[v];
    char status[GOS_STATUS_TEXT_BYTES];
    struct text text;
    struct json_writer json;
    text_init(&text, arena);
    json_writer_init(&json, &text);
    json_open_object(&json);
    put_text(&json, "role", metric_role_name(metric->role));
    put_text(&json, "kind", plan_kind_name(metric->plan->kind));
    put_text(&json, "direction", metric->plan->increase ? "increase" : "decrease");
    if (metric->plan->unit.len > 0) {
        json_name(&json, "unit");
        json_text(&json, metric->plan->unit);
    }
    json_name(&json, "is_control");
    json_bool(&json, entry->is_control);
    if (metric->plan->total)
        json_put_double(&json, "total", cell->total);
    if (!isnan(metric->cap)) {
        json_put_double(&json, "cap", metric->cap);
        json_put_double(&json, "capped", (double)cell->capped);
    }
    if (entry->is_control)
        put_text(&json, "status", gos_status_text(entry->arm_status, status));
    else
        put_comparison(&json, entry);
    if (entry->has_margin) {
        put_text(&json, "guardrail", guardrail_name(entry->guardrail));
        json_put_double(&json, "margin", metric->margin);
    }
    json_close_object(&json);
    if (stamp->extra.len > 0) {
        text.len--;
        text_print(&text, ",%.*s}", GOS_ARG(stamp->extra));
    }
    return text_ok(&text, err) ? text_str(&text) : (gos_str){0};
}

static struct result row_of(const struct scorecard *scorecard, uint32_t m, uint32_t v,
                            const struct scorecard_stamp *stamp)
{
    const struct scorecard_entry *entry = scorecard_entry(scorecard, m, v);
    const gos_estimate *estimate = &entry->estimate;
    return (struct result){
        .experiment_id = stamp->experiment_id,
        .environment = stamp->environment,
        .variant = scorecard->question->variants[v],
        .metric_name = scorecard->question->metrics[m].plan->name,
        .sample_size = (int64_t)entry->arm.n,
        .conversions = (int64_t)entry->arm.conversions,
        .mean_value = entry->arm.mean,
        .variance = entry->arm.variance,
        .interval_lower = entry->arm.ci_low,
        .interval_upper = entry->arm.ci_high,
        .p_value = entry->is_control ? 1 : estimate->shown.p_value,
        .lift = entry->is_control ? 0 : estimate->shown.lift * 100,
        .statistical_power = entry->is_control ? (double)NAN : estimate->statistical_power,
        .computed_at = stamp->computed_at,
        .window_start = stamp->window_start,
        .window_end = stamp->window_end,
    };
}

bool scorecard_rows(const struct scorecard *scorecard, const struct scorecard_stamp *stamp,
                    gos_arena *arena, struct result **out, uint32_t *out_count, gos_error *err)
{
    const struct scorecard_question *question = scorecard->question;
    size_t most = (size_t)question->metric_count * question->variant_count;
    *out_count = 0;
    *out = gos_arena_array(arena, most + 1, sizeof **out, err);
    if (!*out)
        return false;
    for (uint32_t m = 0; m < question->metric_count; m++) {
        for (uint32_t v = 0; v < question->variant_count; v++) {
            if (scorecard_entry(scorecard, m, v)->arm.n == 0)
                continue;
            struct result row = row_of(scorecard, m, v, stamp);
            row.detail = detail_of(scorecard, m, v, stamp, arena, err);
            if (!row.detail.data)
                return false;
            (*out)[(*out_count)++] = row;
        }
    }
    return true;
}
