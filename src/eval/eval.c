/* The public entries of deciding. */
#include "eval/decide.h"

gos_decision gos_eval_flag_at(const gos_ruleset *rules, uint32_t flag, const gos_context *context)
{
    gos_decision decision;
    assert(context->rules == rules);
    assert(flag < ruleset_flags_count(rules));
    flag_decide(rules, flag, context, NULL, &decision);
    return decision;
}

gos_decision eval_missing(const gos_ruleset *rules, gos_code code)
{
    return (gos_decision){.ruleset = {rules->hash, RULESET_HASH_BYTES},
                          .code = code,
                          .reason = GOS_REASON_ERROR,
                          .flag = -1,
                          .rule = -1,
                          .experiment = -1,
                          .experiment_variant = -1,
                          .assignment = GOS_ASSIGNMENT_UNKNOWN};
}

gos_decision gos_eval_flag(const gos_ruleset *rules, gos_str key, const gos_context *context)
{
    gos_decision decision;
    int32_t flag = gos_ruleset_find_flag(rules, key);
    assert(context->rules == rules);
    if (__builtin_expect(flag < 0, 0))
        return eval_missing(rules, GOS_FLAG_NOT_FOUND);

    flag_decide(rules, (uint32_t)flag, context, NULL, &decision);
    return decision;
}

gos_decision eval_experiment(const gos_ruleset *rules, uint32_t experiment,
                             const gos_context *context, struct trace *trace)
{
    gos_decision decision = eval_missing(rules, GOS_OK);
    assert(context->rules == rules);
    assert(experiment < ruleset_experiments_count(rules));
    experiment_decide(rules, experiment, context, trace, &decision);
    decision.reason = decision.code != GOS_OK                          ? GOS_REASON_ERROR
                      : decision.experiment_variant < 0                ? GOS_REASON_DEFAULT
                      : decision.assignment == GOS_ASSIGNMENT_OVERRIDE ? GOS_REASON_TARGETING_MATCH
                      : decision.assignment == GOS_ASSIGNMENT_SHIPPED  ? GOS_REASON_STATIC
                                                                       : GOS_REASON_SPLIT;
    return decision;
}

gos_decision gos_eval_experiment_at(const gos_ruleset *rules, uint32_t experiment,
                                    const gos_context *context)
{
    return eval_experiment(rules, experiment, context, NULL);
}

gos_decision gos_eval_experiment(const gos_ruleset *rules, gos_str id_or_name,
                                 const gos_context *context)
{
    int32_t experiment = gos_ruleset_find_experiment(rules, id_or_name);
    return experiment < 0 ? eval_missing(rules, GOS_NOT_FOUND)
                          : eval_experiment(rules, (uint32_t)experiment, context, NULL);
}

gos_str gos_eval_unit(const gos_ruleset *rules, uint32_t experiment, const gos_context *context)
{
    assert(experiment < ruleset_experiments_count(rules));
    return context_unit(context, ruleset_experiments(rules)[experiment].unit);
}

const char *gos_reason_name(gos_reason reason)
{
    static const char *const names[] = {"STATIC", "DEFAULT",  "TARGETING_MATCH",
                                        "SPLIT",  "DISABLED", "ERROR"};
    assert((size_t)reason < sizeof names / sizeof names[0]);
    return names[reason];
}

enum { SERVES_NONE, SERVES_VARIANT };
static const struct {
    const char *word;
    bool serves;
    bool randomised;
} assignments[] = {
#define ASSIGNMENT(name, word, serves, randomised) {word, SERVES_##serves, randomised},
#include "gosset/reasons.def"
#undef ASSIGNMENT
};

const char *gos_assignment_name(gos_assignment assignment)
{
    assert((size_t)assignment < sizeof assignments / sizeof assignments[0]);
    return assignments[assignment].word;
}

bool gos_assignment_serves(gos_assignment assignment)
{
    assert((size_t)assignment < sizeof assignments / sizeof assignments[0]);
    return assignments[assignment].serves;
}

bool gos_assignment_is_randomised(gos_assignment assignment)
{
    assert((size_t)assignment < sizeof assignments / sizeof assignments[0]);
    return assignments[assignment].randomised;
}
