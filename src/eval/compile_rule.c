/* The rules of a flag, and the one rule that its simple fields make. */
#include "eval/compile_flag.h"

#include "base/limits.h"
#include "base/text.h"
#include "eval/condition.h"
#include "eval/doubt.h"
#include "eval/share.h"

#include <stdio.h>

static const char *const rule_members[] = {
    "id",         "name",       "description", "enabled",    "segments", "exclude_segments",
    "conditions", "attributes", "percentage",  "rollout",    "unit",     "salt",
    "value",      "variant",    "split",       "experiment", "values",   "start",
    "end",        NULL};

/* segments, exclude_segments, conditions and attributes, all of which must hold. */
static uint32_t read_program(struct compiler *compiler, const struct json *json)
{
    plan_begin(compiler);
    plan_open(compiler, PLAN_ALL);
    condition_read_segments(compiler, json, "segments");
    const struct json *exclude = json_find(json, GOS_LIT("exclude_segments"));
    if (exclude && exclude->type != JSON_NULL && exclude->count + exclude->text.len > 0) {
        plan_open(compiler, PLAN_NOT);
        condition_read_segments(compiler, json, "exclude_segments");
        plan_close(compiler);
    }
    static const char *const members[] = {"conditions", "attributes"};
    for (size_t i = 0; i < sizeof members / sizeof members[0]; i++) {
        size_t mark = at_enter(compiler, gos_str_from(members[i]));
        condition_read(compiler, json_find(json, gos_str_from(members[i])));
        at_leave(compiler, mark);
    }
    plan_close(compiler);
    return plan_emit(compiler);
}

static void read_percentage(struct compiler *compiler, const struct json *json, const char *name,
                            struct rule *rule)
{
    int64_t share = SHARE_WHOLE;
    member_percentage(compiler, json, name, &share);
    rule->threshold = share_threshold(share);
    if (share < SHARE_WHOLE)
        rule->flags |= RULE_HAS_PERCENTAGE;
}

static uint32_t read_weighted(struct compiler *compiler, const struct flag_reading *flag,
                              gos_str name, const struct json *weight, const struct json *value,
                              int64_t *out_weight)
{
    *out_weight = 0;
    if (!weight || weight->type != JSON_NUMBER || !share_read(weight->text, out_weight))
        compiler_error(compiler,
                       "a weight must be a number from 0 to a million with at most %d "
                       "decimals",
                       SHARE_DECIMALS_MAX);
    if (!value)
        value = flag_variant(flag, name);
    if (!value) {
        compiler_error(compiler, "the flag has no variant \"%.*s\"",
                       (int)(name.len < 100 ? name.len : 100), name.data);
        value = flag->default_value;
    }
    return flag_serve(compiler, flag, value, name, "split");
}

/* {"blue": 1, "green": 3}, or [{"variant": "blue", "weight": 1, "value": V}]. */
static void read_split(struct compiler *compiler, const struct flag_reading *flag,
                       const struct json *split, struct rule *rule)
{
    gos_str names[VARIANTS_MAX];
    int64_t weights[VARIANTS_MAX], total = 0;
    uint32_t errors_before = compiler->report.error_count;
    bool is_list = split->type == JSON_ARRAY;
    rule->kind = RULE_SPLIT;
    rule->served = build_served_count(&compiler->build);
    if ((!is_list && split->type != JSON_OBJECT) || !split->count || split->count > VARIANTS_MAX) {
        compiler_error(compiler, "a split needs 1 to %d weights by variant", VARIANTS_MAX);
        return;
    }
    for (uint32_t i = 0; i < split->count; i++) {
        const struct json *item = &split->items[i];
        size_t mark = is_list ? at_enter_index(compiler, i) : at_enter(compiler, split->names[i]);
        names[i] = is_list ? member_text(compiler, item, "variant") : split->names[i];
        read_weighted(compiler, flag, names[i], is_list ? json_find(item, GOS_LIT("weight")) : item,
                      is_list ? json_find(item, GOS_LIT("value")) : NULL, &weights[i]);
        for (uint32_t j = 0; j < i; j++) {
            if (gos_str_equal(names[i], names[j]))
                compiler_error(compiler, "the variant stands twice in the split");
        }
        total += weights[i];
        at_leave(compiler, mark);
    }
    if (total == 0)
        compiler_error(compiler, "the weights of the split are all 0");
    if (compiler->report.error_count == errors_before)
        rule->ranges = compile_ranges(compiler, names, weights, split->count, flag->hash != 0);
}

static void read_experiment(struct compiler *compiler, const struct flag_reading *flag,
                            const struct json *json, const char *member, struct rule *rule)
{
    size_t mark = at_enter(compiler, gos_str_from(member));
    const struct json *name = json_find(json, gos_str_from(member));
    rule->kind = RULE_EXPERIMENT;
    rule->experiment =
        name->type == JSON_STRING
            ? compiler_resolve(compiler, &compiler->experiment_names, name->text, "experiment")
            : NONE;
    if (name->type != JSON_STRING)
        compiler_error(compiler, "an experiment is named by a text");
    at_leave(compiler, mark);
    if (rule->experiment != NONE)
        rule->served = compile_experiment_values(compiler, flag, json, rule->experiment);
}

static bool has(const struct json *json, const char *name)
{
    const struct json *value = json_find(json, gos_str_from(name));
    return value && value->type != JSON_NULL;
}

/* What a rule serves: exactly one of value, variant, split, experiment. */
static void read_served(struct compiler *compiler, const struct flag_reading *flag,
                        const struct json *json, struct rule *rule)
{
    gos_str name = member_text(compiler, json, "name");
    bool has_value = json_find(json, GOS_LIT("value"));
    if (has_value + has(json, "variant") + has(json, "split") + has(json, "experiment") != 1) {
        compiler_error(compiler, "a rule serves exactly one of \"value\", \"variant\", \"split\", "
                                 "\"experiment\"");
        return;
    }
    if (has(json, "experiment")) {
        read_experiment(compiler, flag, json, "experiment", rule);
        return;
    }
    const char *member = has_value ? "value" : has(json, "split") ? "split" : "variant";
    size_t mark = at_enter(compiler, gos_str_from(member));
    const struct json *given = json_find(json, gos_str_from(member));
    if (has_value) {
        gos_str otherwise =
            gos_arena_text(compiler->build.scratch, name.len ? name : GOS_LIT("rule"), NULL);
        compiler->build.failed = compiler->build.failed || !otherwise.data;
        rule->served = flag_serve(compiler, flag, given, (gos_str){"", 0},
                                  otherwise.data ? otherwise.data : "rule");
    } else if (has(json, "split")) {
        read_split(compiler, flag, given, rule);
    } else {
        const struct json *value =
            given->type == JSON_STRING ? flag_variant(flag, given->text) : NULL;
        if (!value)
            compiler_error(compiler, "the flag has no such variant");
        else
            rule->served = flag_serve(compiler, flag, value, given->text, "");
    }
    at_leave(compiler, mark);
}

static struct rule rule_begin(struct compiler *compiler, const struct flag_reading *flag,
                              const struct json *json)
{
    gos_str salt =
        json_find(json, GOS_LIT("salt")) ? member_text(compiler, json, "salt") : flag->salt;
    salt = salt.len ? salt : flag->salt;
    return (struct rule){.name = build_text(&compiler->build, member_text(compiler, json, "name")),
                         .pointer = build_text(&compiler->build, gos_str_from(compiler->pointer)),
                         .program = NONE,
                         .experiment = NONE,
                         .hash = flag->hash,
                         .unit = compile_unit(compiler, json, flag->unit),
                         .seed = compile_seed_by(compiler, flag->hash, salt, "percentage"),
                         .split_seed = compile_seed_by(compiler, flag->hash, salt, "split"),
                         .threshold = UINT64_MAX,
                         .starts_ms = INT64_MIN,
                         .ends_ms = INT64_MAX};
}

static bool rule_is_open(const struct rule *rule)
{
    return rule->program == NONE && !(rule->flags & RULE_HAS_PERCENTAGE) &&
           rule->starts_ms == INT64_MIN && rule->ends_ms == INT64_MAX &&
           rule->kind != RULE_EXPERIMENT;
}

static void rule_add(struct compiler *compiler, struct rule *rule, struct flag *flag)
{
    rule->reason = rule->flags & RULE_HAS_PERCENTAGE              ? GOS_REASON_SPLIT
                   : rule_is_open(rule) && flag->rules.count == 0 ? GOS_REASON_STATIC
                                                                  : GOS_REASON_TARGETING_MATCH;
    if (rule->starts_ms != INT64_MIN || rule->ends_ms != INT64_MAX)
        rule->flags |= RULE_HAS_TIMES;
    if (rule_is_open(rule) && rule->kind == RULE_FIXED && flag->rules.count == 0)
        flag->constant = rule->served;
    build_add_rules(&compiler->build, *rule);
    flag->rules.count++;
}

static void read_rule(struct compiler *compiler, const struct flag_reading *reading,
                      const struct json *json, struct flag *flag)
{
    members_known(compiler, json, "a rule", rule_members);
    struct rule rule = rule_begin(compiler, reading, json);
    if (!member_bool(compiler, json, "enabled", true))
        rule.ends_ms = INT64_MIN;
    member_time(compiler, json, "start", &rule.starts_ms);
    if (rule.ends_ms != INT64_MIN)
        member_time(compiler, json, "end", &rule.ends_ms);
    if (rule.starts_ms >= rule.ends_ms && rule.ends_ms != INT64_MIN)
        compiler_error_at(compiler, "end", "the end must be after the start");
    rule.program = read_program(compiler, json);
    if (compiler->plan_truth == TRUTH_NEVER)
        compiler_warn(compiler, "the rule never matches: its conditions can never hold");
    read_percentage(compiler, json, "percentage", &rule);
    compile_progress(compiler, json, &rule);
    read_served(compiler, reading, json, &rule);
    if ((rule.flags & RULE_HAS_PERCENTAGE) && rule.threshold == 0 && !rule.steps.count)
        compiler_warn_at(compiler, "percentage", "the rule never matches: its percentage is 0");
    rule_add(compiler, &rule, flag);
}

static bool asks_the_same(const struct json *a, const struct json *b)
{
    static const char *const members[] = {"segments", "exclude_segments", "conditions",
                                          "attributes"};
    for (size_t i = 0; i < sizeof members / sizeof members[0]; i++) {
        const struct json *x = json_find(a, gos_str_from(members[i]));
        const struct json *y = json_find(b, gos_str_from(members[i]));
        if (x && y ? !json_equal(x, y) : x != y)
            return false;
    }
    return true;
}

/* A rule of certain effect that asks the same comes before. */
static void warn_shadowed(struct compiler *compiler, const struct json *list, uint32_t index,
                          const struct flag *flag)
{
    if (compiler->build.failed || flag->rules.count != index + 1)
        return;
    const struct rule *rules = build_rules(&compiler->build) + flag->rules.first;
    for (uint32_t i = 0; i < index; i++) {
        bool is_certain = !(rules[i].flags & (RULE_HAS_PERCENTAGE | RULE_HAS_TIMES)) &&
                          rules[i].kind != RULE_EXPERIMENT;
        if (!is_certain || !asks_the_same(&list->items[i], &list->items[index]))
            continue;
        compiler_warn(compiler, "the rule is never reached: rule %u asks the same and comes first",
                      i);
        return;
    }
}

static void read_rules(struct compiler *compiler, const struct flag_reading *reading,
                       const struct json *list, struct flag *flag)
{
    bool is_decided = false;
    size_t outer = at_enter(compiler, GOS_LIT("rules"));
    if (list->count > RULES_MAX)
        compiler_error(compiler, "the flag has %u rules; at most %d are allowed", list->count,
                       RULES_MAX);
    for (uint32_t i = 0; i < list->count && list->count <= RULES_MAX; i++) {
        size_t mark = at_enter_index(compiler, i);
        if (list->items[i].type != JSON_OBJECT)
            compiler_error(compiler, "a rule is an object, not %s",
                           json_type_name(list->items[i].type));
        else
            read_rule(compiler, reading, &list->items[i], flag);
        if (is_decided)
            compiler_warn(compiler, "the rule is never reached: one before it takes everybody");
        else
            warn_shadowed(compiler, list, i, flag);
        uint32_t count = build_rules_count(&compiler->build);
        is_decided = is_decided || (!compiler->build.failed && count &&
                                    rule_is_open(&build_rules(&compiler->build)[count - 1]));
        at_leave(compiler, mark);
    }
    at_leave(compiler, outer);
}

/* rollout_percentage, targeting_rules, value and experiment_id as one rule. */
static void read_simple(struct compiler *compiler, const struct flag_reading *reading,
                        struct flag *flag)
{
    static const char *const members[] = {"segments", "attributes", NULL};
    const struct json *json = reading->json;
    const struct json *targeting = member_find(compiler, json, "targeting_rules", JSON_OBJECT);
    struct rule rule = rule_begin(compiler, reading, json);
    size_t mark = at_enter(compiler, GOS_LIT("targeting_rules"));
    if (targeting) {
        members_known(compiler, targeting, "the targeting of a flag", members);
        rule.program = read_program(compiler, targeting);
        if (compiler->plan_truth == TRUTH_NEVER)
            compiler_warn(compiler, "nobody can match: what is asked can never hold");
    }
    at_leave(compiler, mark);
    read_percentage(compiler, json, "rollout_percentage", &rule);
    if (has(json, "experiment_id")) {
        read_experiment(compiler, reading, json, "experiment_id", &rule);
    } else if (reading->value) {
        mark = at_enter(compiler, GOS_LIT("value"));
        rule.served = flag_serve(compiler, reading, reading->value, (gos_str){"", 0}, "value");
        at_leave(compiler, mark);
    } else {
        if (!rule_is_open(&rule))
            compiler_warn_at(compiler, "value",
                             "the flag serves everybody its default value: give it \"value\"");
        return;
    }
    rule_add(compiler, &rule, flag);
}

void compile_rules(struct compiler *compiler, const struct flag_reading *reading, struct flag *flag)
{
    const struct json *rules = member_find(compiler, reading->json, "rules", JSON_ARRAY);
    flag->rules.first = build_rules_count(&compiler->build);
    if (rules && rules->count)
        read_rules(compiler, reading, rules, flag);
    else
        read_simple(compiler, reading, flag);
}
