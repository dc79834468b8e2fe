/*
 * From a calculation and the fields of its metric to a plan. The language allows more than a plan
 * can be: what does not fit is refused here, with what to write instead.
 */
#include "metric/plan.h"

#include "base/text.h"
#include "metric/lexer.h"

#include <ctype.h>
#include <math.h>

static const char *const kind_names[] = {
    [PLAN_MEAN] = "mean",
    [PLAN_PROPORTION] = "proportion",
    [PLAN_RATIO] = "ratio",
    [PLAN_QUANTILE] = "quantile",
};

const char *plan_kind_name(enum plan_kind kind)
{
    return kind_names[kind];
}

static uint32_t arity(enum metric_op_type type)
{
    return type == OP_NUMBER || type == OP_AGGREGATE ? 0 : type == OP_MINUS ? 1 : 2;
}

/* Where the operand that ends at `end` (exclusive) begins. */
static uint32_t operand_start(const struct metric_op *ops, uint32_t end)
{
    uint32_t needed = 1;
    while (needed > 0)
        needed += arity(ops[--end].type) - 1;
    return end;
}

static bool has_aggregate(const struct metric_op *ops, uint32_t start, uint32_t end)
{
    for (uint32_t i = start; i < end; i++) {
        if (ops[i].type == OP_AGGREGATE)
            return true;
    }
    return false;
}

/* The first division whose divisor holds an aggregate, or UINT32_MAX. */
static uint32_t find_ratio(const struct metric_op *ops, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        if (ops[i].type == OP_DIVIDE && has_aggregate(ops, operand_start(ops, i), i))
            return i;
    }
    return UINT32_MAX;
}

static bool fail(gos_error *err, const char *sentence)
{
    return gos_fail(err, GOS_BAD_INPUT, "/calculation", "%s", sentence);
}

/* A division by a constant that is zero: no unit would have a value. */
static bool divides_by_zero(const struct metric_expression *value)
{
    for (uint32_t i = 0; i < value->op_count; i++) {
        uint32_t start = value->ops[i].type == OP_DIVIDE ? operand_start(value->ops, i) : i;
        const struct metric_expression divisor = {.ops = value->ops + start, .op_count = i - start};
        if (start < i && !has_aggregate(value->ops, start, i) &&
            metric_evaluate(&divisor, NULL) == 0)
            return true;
    }
    return false;
}

/*
 * Splits at a division by an aggregate. Constants may stand around it (100 * a / b, a / b * 100,
 * -(a / b)): they go with the numerator. Anything else around it has no meaning per variant.
 */
static bool split_ratio(struct metric_plan *plan, uint32_t at, gos_arena *arena, gos_error *err)
{
    const struct metric_op *ops = plan->value.ops;
    uint32_t count = plan->value.op_count;
    uint32_t divisor = operand_start(ops, at), start = operand_start(ops, divisor);
    if (has_aggregate(ops, 0, start) || has_aggregate(ops, at + 1, count))
        return fail(err, "a ratio of aggregates must be the whole calculation, such as "
                         "sum(a.x) / count(b); only constants may stand around it");
    if (!has_aggregate(ops, start, divisor))
        return fail(err, "a constant divided by an aggregate has no meaning; write a ratio of two");
    for (uint32_t i = at + 1; i < count; i++) {
        if (ops[i].type == OP_ADD || ops[i].type == OP_SUBTRACT)
            return fail(err, "a ratio may be multiplied and divided by constants, not shifted");
    }
    if (find_ratio(ops + start, divisor - start) != UINT32_MAX ||
        find_ratio(ops + divisor, at - divisor) != UINT32_MAX)
        return fail(err, "a ratio of ratios has no meaning; write one ratio of two sums");
    struct metric_op *value = gos_arena_array(arena, count, sizeof *value, err);
    if (!value)
        return false;
    uint32_t used = 0;
    for (uint32_t i = 0; i < count; i++) {
        if (i < divisor || i > at)
            value[used++] = ops[i];
    }
    plan->denominator = plan->value;
    plan->denominator.ops = ops + divisor;
    plan->denominator.op_count = at - divisor;
    plan->value.ops = value;
    plan->value.op_count = used;
    plan->kind = PLAN_RATIO;
    return true;
}

/* Sets `scale` when an expression is its only aggregate, negated, multiplied, divided. */
static bool find_scale(const struct metric_expression *value, double *scale)
{
    if (value->aggregate_count != 1)
        return false;
    for (uint32_t i = 0; i < value->op_count; i++) {
        if (value->ops[i].type == OP_ADD || value->ops[i].type == OP_SUBTRACT)
            return false;
    }
    *scale = metric_evaluate(value, (double[]){1});
    return isfinite(*scale);
}

/* avg over events is the ratio of the sum to the number of events that have the property. */
static bool average_to_ratio(struct metric_plan *plan, gos_arena *arena, gos_error *err)
{
    struct metric_aggregate *both = gos_arena_array(arena, 2, sizeof *both, err);
    struct metric_op *count = gos_arena_take(arena, sizeof *count, err);
    if (!both || !count)
        return false;
    both[0] = both[1] = plan->aggregates[0];
    if (both[1].source.property.len == 0)
        both[1].source.property = GOS_LIT("value");
    both[0].fn = METRIC_SUM;
    both[1].fn = METRIC_COUNT;
    *count = (struct metric_op){.type = OP_AGGREGATE, .aggregate = 1};
    plan->aggregates = plan->value.aggregates = both;
    plan->aggregate_count = plan->value.aggregate_count = 2;
    plan->denominator = (struct metric_expression){count, 1, both, 2};
    plan->kind = PLAN_RATIO;
    return true;
}

static bool holds_fn(const struct metric_plan *plan, enum metric_fn fn)
{
    for (uint32_t i = 0; i < plan->aggregate_count; i++) {
        if (plan->aggregates[i].fn == fn)
            return true;
    }
    return false;
}

static bool is_single(const struct metric_plan *plan, enum metric_fn fn)
{
    return plan->value.op_count == 1 && plan->aggregates[0].fn == fn;
}

/* What a calculation is by itself, before the fields of its metric have a say. */
static bool shape(struct metric_plan *plan, enum metric_names names, gos_arena *arena,
                  gos_error *err)
{
    if (divides_by_zero(&plan->value))
        return fail(err, "a division by zero gives nobody a value");
    uint32_t ratio = find_ratio(plan->value.ops, plan->value.op_count);
    bool split = ratio != UINT32_MAX;
    if (holds_fn(plan, METRIC_QUANTILE)) {
        if (split || !find_scale(&plan->value, &plan->scale) || plan->scale <= 0)
            return fail(err, "a quantile must stand alone; a positive factor is all it may have");
        plan->kind = PLAN_QUANTILE;
        plan->quantile = plan->aggregates[0].quantile;
        plan->of_events = true;
        return true;
    }
    if (split)
        return (!holds_fn(plan, METRIC_AVG) ||
                fail(err, "avg is a ratio itself; write sum(...) / ... instead")) &&
               split_ratio(plan, ratio, arena, err);
    if (holds_fn(plan, METRIC_AVG) && names != METRIC_OVER_COLUMNS) {
        if (!find_scale(&plan->value, &plan->scale))
            return fail(err, "avg must stand alone or with constant factors; join sums instead");
        return average_to_ratio(plan, arena, err);
    }
    if (is_single(plan, METRIC_EXISTS) || is_single(plan, METRIC_FUNNEL) ||
        is_single(plan, METRIC_PROPORTION))
        plan->kind = PLAN_PROPORTION;
    return true;
}

bool plan_from_text(gos_str name, gos_str calculation, enum metric_names names, gos_arena *arena,
                    struct metric_plan *out, size_t *out_offset, gos_error *err)
{
    *out = (struct metric_plan){
        .name = name,
        .type = GOS_LIT("Count"),
        .unit = GOS_LIT(""),
        .scale = 1,
        .window_ms = METRIC_NO_END,
        .lookback_ms = PLAN_LOOKBACK_DAYS_DEFAULT * INT64_C(86400000),
        .cap = (double)NAN,
        .cap_quantile = (double)NAN,
        .increase = true,
        .minimum_effect = 5,
    };
    if (!metric_parse(calculation, names, arena, &out->value, out_offset, err))
        return gos_fail_below(err, "/calculation");
    out->aggregates = out->value.aggregates;
    out->aggregate_count = out->value.aggregate_count;
    return shape(out, names, arena, err);
}

/* Without quotes, for which the lexer would need memory. */
static bool is_plain(gos_str text)
{
    for (size_t i = 0; i < text.len; i++) {
        if (!isalnum((unsigned char)text.data[i]) && text.data[i] != '.')
            return false;
    }
    return text.len > 0;
}

bool plan_read_duration(gos_str text, int64_t *out_ms)
{
    gos_arena *none = NULL;
    if (!is_plain(text))
        return false;
    struct lexer lexer;
    lexer_init(&lexer, text, none, NULL, NULL);
    struct token first = lexer.token;
    if (first.type == TOKEN_NUMBER && first.number != 0)
        return false;
    if (first.type != TOKEN_DURATION && first.type != TOKEN_NUMBER)
        return false;
    lexer_next(&lexer);
    *out_ms = (int64_t)first.number;
    return lexer.token.type == TOKEN_END && *out_ms <= PLAN_WINDOW_DAYS_MAX * INT64_C(86400000);
}

static bool read_duration(const struct json *metric, const char *name, int64_t *out, gos_error *err)
{
    const struct json *value = json_find(metric, gos_str_from(name));
    if (!value || value->type == JSON_NULL)
        return true;
    if (value->type == JSON_STRING && plan_read_duration(value->text, out))
        return true;
    char pointer[64] = "";
    json_pointer_add(pointer, gos_str_from(name));
    return gos_fail(err, GOS_BAD_INPUT, pointer,
                    "a duration is a number with s, m, h, d or w, such as \"7d\", of at most %d "
                    "days",
                    PLAN_WINDOW_DAYS_MAX);
}

static void read_number(const struct json *metric, const char *name, double *out)
{
    const struct json *value = json_find(metric, gos_str_from(name));
    if (value && value->type == JSON_NUMBER)
        *out = value->number;
}

static gos_str read_text(const struct json *metric, const char *name)
{
    const struct json *value = json_find(metric, gos_str_from(name));
    return value && value->type == JSON_STRING ? value->text : GOS_LIT("");
}

/* A Rate counts units: of a count it is the share of units that have any. */
static bool apply_type(struct metric_plan *plan, gos_error *err)
{
    if (!gos_str_equal(plan->type, GOS_LIT("Rate")) || plan->kind == PLAN_RATIO ||
        plan->kind == PLAN_PROPORTION)
        return true;
    if (!is_single(plan, METRIC_COUNT))
        return fail(err, "a Rate is a share: exists(EVENT), count(EVENT), retention, funnel or a "
                         "ratio");
    plan->kind = PLAN_PROPORTION;
    return true;
}

static bool apply_aggregation(struct metric_plan *plan, const struct json *metric, gos_error *err)
{
    gos_str aggregation = read_text(metric, "aggregation");
    plan->total = gos_str_equal(aggregation, GOS_LIT("Sum"));
    if (!gos_str_equal(aggregation, GOS_LIT("Percentile")) || plan->kind == PLAN_QUANTILE)
        return true;
    if (plan->kind != PLAN_MEAN)
        return gos_fail(err, GOS_BAD_INPUT, "/aggregation",
                        "a %s has no percentile; Percentile is for values per unit",
                        kind_names[plan->kind]);
    double percentile = 90;
    read_number(metric, "percentile", &percentile);
    if (!(percentile > 0 && percentile < 100))
        return gos_fail(err, GOS_BAD_INPUT, "/percentile", "%g is not between 0 and 100",
                        percentile);
    plan->quantile = percentile / 100;
    plan->kind = PLAN_QUANTILE;
    return true;
}

bool plan_read(const struct json *metric, gos_arena *arena, struct metric_plan *out,
               size_t *out_offset, gos_error *err)
{
    if (!plan_from_text(read_text(metric, "name"), read_text(metric, "calculation"),
                        METRIC_OVER_EVENTS, arena, out, out_offset, err))
        return false;
    out->type = read_text(metric, "type");
    out->unit = read_text(metric, "unit");
    out->increase = !gos_str_equal(read_text(metric, "direction"), GOS_LIT("decrease"));
    read_number(metric, "minimum_effect", &out->minimum_effect);
    read_number(metric, "cap", &out->cap);
    read_number(metric, "cap_quantile", &out->cap_quantile);
    if (!isnan(out->cap_quantile) && !(out->cap_quantile > 0.5 && out->cap_quantile < 1))
        return gos_fail(err, GOS_BAD_INPUT, "/cap_quantile", "%g is not between 0.5 and 1",
                        out->cap_quantile);
    return apply_type(out, err) && apply_aggregation(out, metric, err) &&
           read_duration(metric, "delay", &out->delay_ms, err) &&
           read_duration(metric, "window", &out->window_ms, err) &&
           read_duration(metric, "lookback", &out->lookback_ms, err);
}
