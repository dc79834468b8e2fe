/* What a flag serves for the variants of an experiment, and percentages that move with time. */
#include "eval/compile_flag.h"

#include "base/limits.h"
#include "eval/limits.h"
#include "eval/share.h"

static bool is_control(const struct json *experiment, uint32_t variant)
{
    uint32_t named = compile_variant_find(experiment, GOS_LIT("control"));
    return variant == (named == NONE ? 0 : named);
}

/*
 * The value of one variant: what the rule says, the member of the configuration named as the flag,
 * the flag's variant of that name, for a JSON flag the whole configuration; else the control gets
 * the default and the others the flag's value.
 */
static const struct json *value_for(const struct flag_reading *flag, const struct json *values,
                                    const struct json *experiment, uint32_t index)
{
    const struct json *variant = &json_find(experiment, GOS_LIT("variants"))->items[index];
    const struct json *name = json_find(variant, GOS_LIT("name"));
    const struct json *configuration = json_find(variant, GOS_LIT("configuration"));
    const struct json *found = name ? json_find(values, name->text) : NULL;
    if (!found)
        found = json_find(configuration, flag->key);
    if (!found && name)
        found = flag_variant(flag, name->text);
    if (!found && flag->type == GOS_FLAG_JSON && configuration && configuration->count)
        found = configuration;
    if (!found)
        found = is_control(experiment, index) ? flag->default_value : flag->value;
    return found;
}

static void check_values(struct compiler *compiler, const struct json *values,
                         const struct json *experiment)
{
    size_t outer = at_enter(compiler, GOS_LIT("values"));
    for (uint32_t i = 0; values && i < values->count; i++) {
        size_t mark = at_enter(compiler, values->names[i]);
        if (compile_variant_find(experiment, values->names[i]) == NONE)
            compiler_error(compiler, "the experiment has no variant \"%.*s\"",
                           (int)(values->names[i].len < 100 ? values->names[i].len : 100),
                           values->names[i].data);
        at_leave(compiler, mark);
    }
    at_leave(compiler, outer);
}

uint32_t compile_experiment_values(struct compiler *compiler, const struct flag_reading *flag,
                                   const struct json *rule, uint32_t experiment)
{
    struct build *build = &compiler->build;
    const struct json *json = &compiler->experiments->items[experiment];
    const struct json *variants = json_find(json, GOS_LIT("variants"));
    const struct json *values = member_find(compiler, rule, "values", JSON_OBJECT);
    uint32_t first = build_served_count(build);
    check_values(compiler, values, json);
    for (uint32_t i = 0; variants && variants->type == JSON_ARRAY && i < variants->count; i++) {
        const struct json *name = json_find(&variants->items[i], GOS_LIT("name"));
        const struct json *value = value_for(flag, values, json, i);
        if (!name || name->type != JSON_STRING)
            continue;
        bool is_given = json_find(values, name->text);
        size_t outer = at_enter(compiler, is_given ? GOS_LIT("values") : GOS_LIT("experiment"));
        if (!is_given)
            at_leave(compiler, outer);
        size_t inner = is_given ? at_enter(compiler, name->text) : outer;
        if (!value) {
            compiler_warn(compiler,
                          "the variant \"%.*s\" serves the default value: name its value in "
                          "\"values\"",
                          GOS_ARG(name->text));
            value = flag->default_value;
        }
        flag_serve(compiler, flag, value, name->text, "");
        at_leave(compiler, inner);
        at_leave(compiler, outer);
    }
    return first;
}

static void step_add(struct compiler *compiler, struct rule *rule, int64_t at_ms, int64_t share)
{
    struct progress_step step = {at_ms, share_threshold(share)};
    build_add_steps(&compiler->build, step);
    rule->steps.count++;
}

static void read_steps(struct compiler *compiler, const struct json *steps, struct rule *rule)
{
    static const char *const members[] = {"at", "percentage", NULL};
    int64_t before = INT64_MIN;
    size_t outer = at_enter(compiler, GOS_LIT("steps"));
    if (steps->count == 0 || steps->count > STEPS_MAX)
        compiler_error(compiler, "a rollout needs 1 to %d steps", STEPS_MAX);
    for (uint32_t i = 0; i < steps->count && steps->count <= STEPS_MAX; i++) {
        const struct json *step = &steps->items[i];
        int64_t at = INT64_MIN, share = 0;
        size_t mark = at_enter_index(compiler, i);
        members_known(compiler, step, "a step", members);
        member_time(compiler, step, "at", &at);
        if (!member_percentage(compiler, step, "percentage", &share) || at == INT64_MIN)
            compiler_error(compiler, "a step needs \"at\", a date, and \"percentage\"");
        else if (at <= before)
            compiler_error_at(compiler, "at", "the steps must be in the order of time");
        before = at;
        step_add(compiler, rule, at, share);
        at_leave(compiler, mark);
    }
    at_leave(compiler, outer);
}

static void read_line(struct compiler *compiler, const struct json *json, struct rule *rule)
{
    int64_t start = INT64_MIN, end = INT64_MIN, from = 0, to = SHARE_WHOLE;
    member_time(compiler, json, "start", &start);
    member_time(compiler, json, "end", &end);
    member_percentage(compiler, json, "from", &from);
    member_percentage(compiler, json, "to", &to);
    if (start == INT64_MIN || end <= start) {
        compiler_error(compiler, "a rollout needs \"steps\", or \"start\" and a later \"end\"");
        return;
    }
    rule->flags |= RULE_IS_LINEAR;
    step_add(compiler, rule, start, from);
    step_add(compiler, rule, end, to);
}

void compile_progress(struct compiler *compiler, const struct json *json, struct rule *rule)
{
    static const char *const members[] = {"steps", "linear", "start", "end", "from", "to", NULL};
    const struct json *rollout = member_find(compiler, json, "rollout", JSON_OBJECT);
    if (!rollout)
        return;
    size_t mark = at_enter(compiler, GOS_LIT("rollout"));
    const struct json *steps = member_find(compiler, rollout, "steps", JSON_ARRAY);
    members_known(compiler, rollout, "a rollout", members);
    if (rule->flags & RULE_HAS_PERCENTAGE)
        compiler_error(compiler, "a rule has either \"percentage\" or \"rollout\"");
    rule->steps.first = build_steps_count(&compiler->build);
    rule->flags |= RULE_HAS_PERCENTAGE;
    if (steps) {
        rule->flags |= member_bool(compiler, rollout, "linear", false) ? RULE_IS_LINEAR : 0;
        read_steps(compiler, steps, rule);
    } else {
        read_line(compiler, rollout, rule);
    }
    at_leave(compiler, mark);
}
