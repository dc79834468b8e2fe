/* When decisions change although nobody changed the ruleset. */
#include "base/time.h"
#include "eval/ruleset.h"

enum { LINE_EVERY_MS = 60 * 1000 };

/* The earlier of the best so far and a time that is still to come. */
static int64_t sooner(int64_t best, int64_t at_ms, int64_t now_ms)
{
    return at_ms > now_ms && at_ms < best ? at_ms : best;
}

static int64_t rule_next(const gos_ruleset *rules, const struct rule *rule, int64_t now_ms)
{
    const struct progress_step *steps = ruleset_steps(rules) + rule->steps.first;
    uint32_t count = rule->steps.count;
    int64_t next = INT64_MAX;
    if (rule->flags & RULE_HAS_TIMES) {
        next = sooner(next, rule->starts_ms, now_ms);
        next = sooner(next, rule->ends_ms, now_ms);
    }
    for (uint32_t i = 0; i < count; i++)
        next = sooner(next, steps[i].at_ms, now_ms);
    bool is_on_line = (rule->flags & RULE_IS_LINEAR) && count > 1 && steps[0].at_ms <= now_ms &&
                      steps[count - 1].at_ms > now_ms;
    return is_on_line ? sooner(next, now_ms + LINE_EVERY_MS, now_ms) : next;
}

int64_t gos_ruleset_next_change(const gos_ruleset *rules, int64_t now_ms)
{
    int64_t next = INT64_MAX;
    for (uint32_t i = 0; i < ruleset_switches_count(rules); i++)
        next = sooner(next, ruleset_switches(rules)[i].at_ms, now_ms);
    for (uint32_t i = 0; i < ruleset_rules_count(rules); i++) {
        int64_t at_ms = rule_next(rules, &ruleset_rules(rules)[i], now_ms);
        next = at_ms < next ? at_ms : next;
    }
    for (uint32_t i = 0; i < ruleset_experiments_count(rules); i++) {
        next = sooner(next, ruleset_experiments(rules)[i].starts_ms, now_ms);
        next = sooner(next, ruleset_experiments(rules)[i].ends_ms, now_ms);
    }
    return next;
}
