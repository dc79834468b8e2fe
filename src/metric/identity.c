/* Every part has its length or its count before it, so no two plans can be written alike. */
#include "metric/identity.h"

#include <inttypes.h>

static void add_text(struct text *out, gos_str text)
{
    text_print(out, " %zu:%.*s", text.len, GOS_ARG(text));
}

static void add_tests(struct text *out, const struct metric_source *source)
{
    text_print(out, " w%u", source->test_count);
    for (uint32_t i = 0; i < source->test_count; i++) {
        const struct metric_test *test = &source->tests[i];
        text_print(out, " %d", (int)test->op);
        add_text(out, test->property);
        text_print(out, " l%u", test->literal_count);
        for (uint32_t j = 0; j < test->literal_count; j++) {
            const struct metric_literal *literal = &test->literals[j];
            text_print(out, " %d %a", (int)literal->type, literal->number);
            add_text(out, literal->text);
        }
    }
}

static void add_aggregate(struct text *out, const struct metric_aggregate *aggregate)
{
    const struct metric_source *source = &aggregate->source;
    text_print(out, "\na%d %a %" PRId64 " %" PRId64, (int)aggregate->fn, aggregate->quantile,
               source->from_ms, source->to_ms);
    add_text(out, source->event);
    add_text(out, source->property);
    add_text(out, aggregate->trials);
    add_tests(out, source);
    text_print(out, " s%u", aggregate->step_count);
    for (uint32_t i = 0; i < aggregate->step_count; i++)
        add_text(out, aggregate->steps[i]);
}

static void add_expression(struct text *out, const struct metric_expression *expression)
{
    text_print(out, "\nx%u", expression->op_count);
    for (uint32_t i = 0; i < expression->op_count; i++) {
        const struct metric_op *op = &expression->ops[i];
        text_print(out, " %d", (int)op->type);
        if (op->type == OP_NUMBER)
            text_print(out, " %a", op->number);
        if (op->type == OP_AGGREGATE)
            text_print(out, " %u", op->aggregate);
    }
}

void plan_identify(const struct metric_plan *plan, struct text *out)
{
    text_print(out, "\np%d %u %a %d %a", (int)plan->kind, plan->aggregate_count, plan->quantile,
               (int)plan->of_events, plan->scale);
    text_print(out, " %" PRId64 " %" PRId64 " %" PRId64 " %a %a", plan->delay_ms, plan->window_ms,
               plan->lookback_ms, plan->cap, plan->cap_quantile);
    for (uint32_t i = 0; i < plan->aggregate_count; i++)
        add_aggregate(out, &plan->aggregates[i]);
    add_expression(out, &plan->value);
    add_expression(out, &plan->denominator);
}
