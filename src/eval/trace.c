/* Explanations: the steps of a decision as JSON, in the order in which they were taken. */
#include "eval/trace.h"

#include "base/text.h"
#include "base/time.h"
#include "eval/bound.h"
#include "eval/decide.h"
#include "eval/point.h"
#include "gosset/explain.h"

static void step_open(struct trace *trace, const char *step)
{
    json_open_object(trace->out);
    json_name(trace->out, "depth");
    json_int(trace->out, trace->depth);
    json_name(trace->out, "step");
    json_text(trace->out, gos_str_from(step));
}

static void step_text(struct trace *trace, const char *name, gos_str text)
{
    json_name(trace->out, name);
    json_text(trace->out, text);
}

static void step_close(struct trace *trace, bool answer)
{
    json_name(trace->out, "result");
    json_bool(trace->out, answer);
    json_close_object(trace->out);
}

/* What was begun one level up ends with a step of its own. */
static void begin(struct trace *trace, const char *step, const char *name, gos_str text)
{
    step_open(trace, step);
    step_text(trace, name, text);
    json_close_object(trace->out);
    trace->depth++;
}

static void end(struct trace *trace, const char *step, bool answer)
{
    trace->depth--;
    step_open(trace, step);
    step_close(trace, answer);
}

static void value_write(struct trace *trace, const struct value *value)
{
    switch (value->type) {
    case VALUE_NONE:
        json_null(trace->out);
        break;
    case VALUE_BOOL:
        json_bool(trace->out, value->boolean);
        break;
    case VALUE_NUMBER:
        json_double(trace->out, value->number);
        break;
    case VALUE_TEXT:
        json_text(trace->out, value->text);
        break;
    default:
        json_value(trace->out, value->json);
    }
}

void trace_test(struct trace *trace, uint32_t index, bool answer)
{
    const gos_ruleset *rules = trace->rules;
    const struct test *test = &ruleset_tests(rules)[index];
    const struct test_source *source = &ruleset_sources(rules)[index];
    gos_str name = ruleset_text(rules, source->operator_name);
    if (test->slot == NONE) {
        bool is_segment = gos_str_equal(name, GOS_LIT("segment"));
        step_open(trace, is_segment ? "segment" : "condition");
        step_text(trace, is_segment ? "segment" : "operator",
                  is_segment ? ruleset_text(rules, source->operand) : name);
        step_close(trace, answer);
        return;
    }
    step_open(trace, "condition");
    step_text(trace, "attribute", ruleset_text(rules, ruleset_attributes(rules)[test->slot].path));
    step_text(trace, "operator", name);
    json_name(trace->out, "expected");
    json_raw(trace->out, ruleset_text(rules, source->operand));
    json_name(trace->out, "seen");
    value_write(trace, &trace->context->values[test->slot]);
    step_text(trace, "pointer", ruleset_text(rules, source->pointer));
    step_close(trace, answer);
}

void trace_segment_begin(struct trace *trace, uint32_t segment)
{
    begin(trace, "segment", "segment",
          ruleset_text(trace->rules, ruleset_segments(trace->rules)[segment].name));
}

void trace_segment_end(struct trace *trace, uint32_t segment, bool answer)
{
    (void)segment;
    end(trace, "segment_end", answer);
}

void trace_step(struct trace *trace, const char *step, bool answer)
{
    step_open(trace, step);
    step_close(trace, answer);
}

void trace_switch(struct trace *trace, const struct flag_switch *from)
{
    char at[TIME_TEXT_BYTES];
    step_open(trace, "schedule");
    if (from->at_ms != INT64_MIN)
        step_text(trace, "since", (gos_str){at, time_write(from->at_ms, at)});
    step_close(trace, from->enabled);
}

void trace_rule_begin(struct trace *trace, const struct rule *rule, uint32_t index)
{
    step_open(trace, "rule");
    json_name(trace->out, "index");
    json_int(trace->out, index);
    step_text(trace, "name", ruleset_text(trace->rules, rule->name));
    step_text(trace, "pointer", ruleset_text(trace->rules, rule->pointer));
    json_close_object(trace->out);
    trace->depth++;
    int64_t now_ms = trace->context->subject.now_ms;
    if (now_ms < rule->starts_ms || now_ms >= rule->ends_ms)
        trace_step(trace, "schedule", false);
}

void trace_rule_end(struct trace *trace, bool answer)
{
    end(trace, "rule_end", answer);
}

void trace_dependency_begin(struct trace *trace, uint32_t flag)
{
    begin(trace, "dependency", "flag",
          ruleset_text(trace->rules, ruleset_flags(trace->rules)[flag].key));
}

void trace_dependency_end(struct trace *trace, gos_str variant)
{
    trace->depth--;
    step_open(trace, "dependency_end");
    step_text(trace, "variant", variant);
    json_close_object(trace->out);
}

void trace_experiment_begin(struct trace *trace, uint32_t experiment)
{
    begin(trace, "experiment", "experiment",
          ruleset_text(trace->rules, ruleset_experiments(trace->rules)[experiment].name));
}

void trace_experiment_end(struct trace *trace, const gos_decision *decision)
{
    trace->depth--;
    step_open(trace, "experiment_end");
    step_text(trace, "assignment_reason", gos_str_from(gos_assignment_name(decision->assignment)));
    if (decision->experiment_variant >= 0)
        step_text(trace, "variant", decision->variant);
    step_close(trace, decision->experiment_variant >= 0);
}

static void point_write(struct trace *trace, uint8_t hash, gos_str unit, uint64_t seed,
                        uint64_t point)
{
    char text[24];
    step_text(trace, "unit", unit);
    json_name(trace->out, "hash");
    json_text(trace->out, gos_str_from(point_hash_name(hash)));
    size_t len = trace_hex(seed, text);
    step_text(trace, "seed", (gos_str){text, len});
    len = trace_hex(point, text);
    step_text(trace, "point", (gos_str){text, len});
    json_name(trace->out, "slot");
    json_int(trace->out, point_slot(point));
}

size_t trace_hex(uint64_t number, char out[24])
{
    for (size_t i = 0; i < 16; i++)
        out[i] = "0123456789abcdef"[number >> (60 - 4 * i) & 15];
    return 16;
}

void trace_point(struct trace *trace, const char *step, uint8_t hash, gos_str unit, uint64_t seed,
                 uint64_t point, uint64_t threshold, bool answer)
{
    step_open(trace, step);
    point_write(trace, hash, unit, seed, point);
    json_name(trace->out, "at_percent");
    json_double(trace->out, (double)point / 0x1p64 * 100);
    json_name(trace->out, "below_percent");
    json_double(trace->out, (double)threshold / 0x1p64 * 100);
    step_close(trace, answer);
}

void trace_slot(struct trace *trace, const char *step, uint8_t hash, gos_str unit, uint64_t seed,
                uint64_t point, gos_str chosen)
{
    step_open(trace, step);
    point_write(trace, hash, unit, seed, point);
    step_text(trace, "chosen", chosen);
    json_close_object(trace->out);
}
