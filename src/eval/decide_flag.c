/* What a flag serves to a context, in the order of docs/evaluation.md. */
#include "eval/decide.h"

#include "eval/limits.h"
#include "eval/point.h"
#include "eval/share.h"
#include "eval/test.h"

/* What is being decided. */
struct asked {
    const gos_ruleset *rules;
    const gos_context *context;
    struct trace *trace;
};

static void serve(const struct asked *asked, uint32_t index, gos_reason reason, gos_decided_by by,
                  gos_decision *out)
{
    const struct served *served = &ruleset_served(asked->rules)[index];
    out->value = ruleset_text(asked->rules, served->value);
    out->variant = ruleset_text(asked->rules, served->variant);
    out->reason = reason;
    out->by = by;
}

static void fail(const struct asked *asked, const struct flag *flag, gos_code code,
                 gos_decision *out)
{
    serve(asked, flag->default_served, GOS_REASON_ERROR, GOS_BY_NOTHING, out);
    out->code = code;
}

/* The threshold of a percentage that moves: in steps, or on the straight line between two. */
static uint64_t progress_threshold(const gos_ruleset *rules, const struct rule *rule,
                                   int64_t now_ms)
{
    const struct progress_step *steps = ruleset_steps(rules) + rule->steps.first;
    uint32_t passed = 0;
    while (passed < rule->steps.count && steps[passed].at_ms <= now_ms)
        passed++;
    if (passed == 0)
        return 0;
    const struct progress_step *from = &steps[passed - 1];
    if (!(rule->flags & RULE_IS_LINEAR) || passed == rule->steps.count)
        return from->threshold;
    const struct progress_step *to = &steps[passed];
    uint64_t gone = (uint64_t)(now_ms - from->at_ms), whole = (uint64_t)(to->at_ms - from->at_ms);
    bool grows = to->threshold >= from->threshold;
    uint64_t change = grows ? to->threshold - from->threshold : from->threshold - to->threshold;
    uint64_t part = (uint64_t)((share_wide)change * gone / whole);
    return grows ? from->threshold + part : from->threshold - part;
}

/* What came of a rule: it serves, the next one is asked, or the unit is missing. */
enum outcome { OUTCOME_NEXT, OUTCOME_SERVED, OUTCOME_FAILED };

static enum outcome unit_missing(const struct rule *rule, gos_decision *out)
{
    if (rule->unit != SLOT_USER)
        return OUTCOME_NEXT;
    out->code = GOS_TARGETING_KEY_MISSING;
    return OUTCOME_FAILED;
}

static enum outcome percentage_ask(const struct asked *asked, const struct rule *rule,
                                   gos_decision *out)
{
    uint64_t threshold =
        rule->steps.count ? progress_threshold(asked->rules, rule, asked->context->subject.now_ms)
                          : rule->threshold;
    if (threshold == 0 || threshold == UINT64_MAX)
        return threshold ? OUTCOME_SERVED : OUTCOME_NEXT;
    gos_str unit = context_unit(asked->context, rule->unit);
    if (unit.len == 0)
        return unit_missing(rule, out);
    uint64_t point = point_by(asked->rules, rule->hash, rule->seed, unit, false);
    bool is_in = point < threshold;
    if (asked->trace)
        trace_point(asked->trace, "percentage", rule->hash, unit, rule->seed, point, threshold,
                    is_in);
    return is_in ? OUTCOME_SERVED : OUTCOME_NEXT;
}

static enum outcome split_ask(const struct asked *asked, const struct rule *rule, gos_decision *out)
{
    gos_str unit = context_unit(asked->context, rule->unit);
    if (unit.len == 0)
        return unit_missing(rule, out);
    uint64_t point = point_by(asked->rules, rule->hash, rule->split_seed, unit, true);
    uint32_t variant = ranges_find(asked->rules, rule->ranges, point_slot(point));
    serve(asked, rule->served + variant, GOS_REASON_SPLIT, GOS_BY_RULE, out);
    if (asked->trace)
        trace_slot(asked->trace, "split", rule->hash, unit, rule->split_seed, point, out->variant);
    return OUTCOME_SERVED;
}

static enum outcome experiment_ask(const struct asked *asked, const struct rule *rule,
                                   gos_decision *out)
{
    experiment_decide(asked->rules, rule->experiment, asked->context, asked->trace, out);
    if (out->code != GOS_OK)
        return OUTCOME_FAILED;
    if (out->experiment_variant < 0)
        return OUTCOME_NEXT;
    gos_reason reason = out->assignment == GOS_ASSIGNMENT_SHIPPED    ? GOS_REASON_TARGETING_MATCH
                        : out->assignment == GOS_ASSIGNMENT_OVERRIDE ? GOS_REASON_TARGETING_MATCH
                                                                     : GOS_REASON_SPLIT;
    serve(asked, rule->served + (uint32_t)out->experiment_variant, reason, GOS_BY_RULE, out);
    return OUTCOME_SERVED;
}

static enum outcome rule_ask(const struct asked *asked, const struct rule *rule, gos_decision *out)
{
    int64_t now_ms = asked->context->subject.now_ms;
    if ((rule->flags & RULE_HAS_TIMES) && (now_ms < rule->starts_ms || now_ms >= rule->ends_ms))
        return OUTCOME_NEXT;
    if (rule->program != NONE &&
        !program_run(asked->rules, rule->program, asked->context, asked->trace))
        return OUTCOME_NEXT;
    if (rule->flags & RULE_HAS_PERCENTAGE) {
        enum outcome outcome = percentage_ask(asked, rule, out);
        if (outcome != OUTCOME_SERVED)
            return outcome;
    }
    if (rule->kind == RULE_SPLIT)
        return split_ask(asked, rule, out);
    if (rule->kind == RULE_EXPERIMENT)
        return experiment_ask(asked, rule, out);
    serve(asked, rule->served, rule->reason, GOS_BY_RULE, out);
    return OUTCOME_SERVED;
}

/* The rules in order; the first that serves decides. */
static void rules_ask(const struct asked *asked, const struct flag *flag, gos_decision *out)
{
    const struct rule *rules = ruleset_rules(asked->rules) + flag->rules.first;
    for (uint32_t i = 0; i < flag->rules.count; i++) {
        if (asked->trace)
            trace_rule_begin(asked->trace, &rules[i], i);
        enum outcome outcome = rule_ask(asked, &rules[i], out);
        if (asked->trace)
            trace_rule_end(asked->trace, outcome == OUTCOME_SERVED);
        if (outcome == OUTCOME_FAILED) {
            fail(asked, flag, out->code, out);
            return;
        }
        if (outcome == OUTCOME_SERVED) {
            out->rule = (int32_t)i;
            return;
        }
    }
    serve(asked, flag->default_served, flag->default_reason, GOS_BY_DEFAULT, out);
}

/* On or off by the last switch that has passed. */
static bool is_on(const struct asked *asked, const struct flag *flag)
{
    if (flag->enabled != FLAG_SCHEDULED)
        return flag->enabled;
    const struct flag_switch *switches = ruleset_switches(asked->rules) + flag->switches.first;
    uint32_t last = flag->switches.count - 1;
    while (last > 0 && switches[last].at_ms > asked->context->subject.now_ms)
        last--;
    if (asked->trace)
        trace_switch(asked->trace, &switches[last]);
    return switches[last].enabled;
}

/* Disabled or overridden: decided before dependencies are looked at. */
static bool decide_first(const struct asked *asked, const struct flag *flag, uint32_t index,
                         gos_decision *out)
{
    if (flag->enabled != FLAG_ON && !is_on(asked, flag)) {
        serve(asked, flag->default_served, GOS_REASON_DISABLED, GOS_BY_NOTHING, out);
        if (asked->trace)
            trace_step(asked->trace, "disabled", true);
        return true;
    }
    if (!flag->has_overrides)
        return false;
    uint32_t fixed = override_find(asked->rules, OVERRIDE_FLAG, index, asked->context);
    if (asked->trace)
        trace_step(asked->trace, "override", fixed != NONE);
    if (fixed == NONE)
        return false;
    serve(asked, fixed, GOS_REASON_TARGETING_MATCH, GOS_BY_OVERRIDE, out);
    return true;
}

static void begin(const gos_ruleset *rules, uint32_t flag, gos_decision *out)
{
    *out = (gos_decision){.ruleset = {rules->hash, RULESET_HASH_BYTES},
                          .flag = (int32_t)flag,
                          .rule = -1,
                          .experiment = -1,
                          .experiment_variant = -1,
                          .assignment = GOS_ASSIGNMENT_UNKNOWN};
}

/* Whether a decision is one that a requirement asks for. */
static bool requirement_met(const struct asked *asked, const struct requirement *requirement,
                            const struct flag *flag, const gos_decision *decision)
{
    if (decision->reason == GOS_REASON_DISABLED || decision->reason == GOS_REASON_ERROR)
        return false;
    if (requirement->variants.count == 0) {
        gos_str usual =
            ruleset_text(asked->rules, ruleset_served(asked->rules)[flag->default_served].value);
        return flag->type == GOS_FLAG_BOOLEAN ? gos_str_equal(decision->value, GOS_LIT("true"))
                                              : !gos_str_equal(decision->value, usual);
    }
    for (uint32_t i = 0; i < requirement->variants.count; i++) {
        struct text_ref name = ruleset_strings(asked->rules)[requirement->variants.first + i];
        if (gos_str_equal(ruleset_text(asked->rules, name), decision->variant))
            return true;
    }
    return false;
}

static bool requirements_met(const struct asked *asked, struct span requires,
                             const struct dependency *closure, const gos_decision *decisions)
{
    for (uint32_t i = 0; i < requires.count; i++) {
        const struct requirement *requirement =
            &ruleset_requirements(asked->rules)[requires.first + i];
        const struct flag *flag = &ruleset_flags(asked->rules)[closure[requirement->position].flag];
        if (!requirement_met(asked, requirement, flag, &decisions[requirement->position]))
            return false;
    }
    return true;
}

static void decide_one(const struct asked *asked, uint32_t index, bool is_met, gos_decision *out)
{
    const struct flag *flag = &ruleset_flags(asked->rules)[index];
    begin(asked->rules, index, out);
    if (decide_first(asked, flag, index, out))
        return;
    if (is_met)
        rules_ask(asked, flag, out);
    else
        serve(asked, flag->default_served, GOS_REASON_DEFAULT, GOS_BY_DEPENDENCY, out);
}

/* Decides all flags that this one depends on, each after its own, and says whether they fit. */
__attribute__((noinline)) static bool dependencies_met(const struct asked *asked,
                                                       const struct flag *flag)
{
    gos_decision decisions[DEPENDENCIES_MAX];
    const struct dependency *closure = ruleset_closures(asked->rules) + flag->closure.first;
    assert(flag->closure.count <= DEPENDENCIES_MAX);
    for (uint32_t i = 0; i < flag->closure.count; i++) {
        if (asked->trace)
            trace_dependency_begin(asked->trace, closure[i].flag);
        bool is_met = requirements_met(asked, closure[i].requires, closure, decisions);
        decide_one(asked, closure[i].flag, is_met, &decisions[i]);
        if (asked->trace)
            trace_dependency_end(asked->trace, decisions[i].variant);
    }
    bool is_met = requirements_met(asked, flag->requires, closure, decisions);
    if (asked->trace)
        trace_step(asked->trace, "dependencies", is_met);
    return is_met;
}

void flag_decide(const gos_ruleset *rules, uint32_t index, const gos_context *context,
                 struct trace *trace, gos_decision *out)
{
    struct asked asked = {rules, context, trace};
    const struct flag *flag = &ruleset_flags(rules)[index];
    begin(rules, index, out);
    if (decide_first(&asked, flag, index, out))
        return;
    if (flag->constant != NONE && !flag->closure.count && !trace) {
        serve(&asked, flag->constant, GOS_REASON_STATIC, GOS_BY_RULE, out);
        out->rule = 0;
        return;
    }
    if (flag->closure.count && !dependencies_met(&asked, flag))
        serve(&asked, flag->default_served, GOS_REASON_DEFAULT, GOS_BY_DEPENDENCY, out);
    else
        rules_ask(&asked, flag, out);
}
