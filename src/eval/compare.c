/* What-if: decides with both rulesets and counts what differs. */
#include "gosset/compare.h"

#include "base/hash.h"
#include "eval/ruleset.h"
#include "eval/test.h"

enum { TRANSITIONS_MAX = 4096, TRANSITION_TABLE = 8192 };

/* What may differ between the rulesets; -1: not in this one. */
struct pair {
    int32_t before;
    int32_t after;
};

struct gos_compare {
    const gos_ruleset *before;
    const gos_ruleset *after;
    gos_arena *arena;
    struct pair *flags;
    struct pair *experiments;
    uint32_t flag_count;
    uint32_t experiment_count;
    gos_transition *transitions;
    uint32_t table[TRANSITION_TABLE]; /* index + 1 */
    bool *in_segment;
    gos_str *segment_names;
    uint64_t *segment_totals;
    gos_comparison result;
};

/* With those of all flags that it depends on. */
static uint64_t flag_source(const gos_ruleset *rules, uint32_t index)
{
    const struct flag *flag = &ruleset_flags(rules)[index];
    uint64_t source = ruleset_flag_sources(rules)[index];
    for (uint32_t i = 0; i < flag->closure.count; i++) {
        uint32_t other = ruleset_closures(rules)[flag->closure.first + i].flag;
        uint64_t pair[2] = {source, ruleset_flag_sources(rules)[other]};
        source = hash_xxh3((gos_str){(const char *)pair, sizeof pair}, i);
    }
    return source;
}

static bool flags_pair(struct gos_compare *compare, gos_error *err)
{
    uint32_t before = gos_ruleset_flag_count(compare->before);
    uint32_t after = gos_ruleset_flag_count(compare->after);
    compare->flags =
        gos_arena_array(compare->arena, (size_t)before + after + 1, sizeof(struct pair), err);
    if (!compare->flags)
        return false;
    for (uint32_t i = 0; i < after; i++) {
        gos_str key = gos_ruleset_flag(compare->after, i).key;
        int32_t found = gos_ruleset_find_flag(compare->before, key);
        if (found >= 0 &&
            flag_source(compare->before, (uint32_t)found) == flag_source(compare->after, i))
            continue;
        compare->flags[compare->flag_count++] = (struct pair){found, (int32_t)i};
    }
    for (uint32_t i = 0; i < before; i++) {
        if (gos_ruleset_find_flag(compare->after, gos_ruleset_flag(compare->before, i).key) < 0)
            compare->flags[compare->flag_count++] = (struct pair){(int32_t)i, -1};
    }
    return true;
}

static bool experiments_pair(struct gos_compare *compare, gos_error *err)
{
    uint32_t before = gos_ruleset_experiment_count(compare->before);
    uint32_t after = gos_ruleset_experiment_count(compare->after);
    compare->experiments =
        gos_arena_array(compare->arena, (size_t)before + after + 1, sizeof(struct pair), err);
    if (!compare->experiments)
        return false;
    for (uint32_t i = 0; i < after; i++) {
        gos_str id = gos_ruleset_experiment(compare->after, i).id;
        int32_t found = gos_ruleset_find_experiment(compare->before, id);
        if (found >= 0 && ruleset_experiment_sources(compare->before)[found] ==
                              ruleset_experiment_sources(compare->after)[i])
            continue;
        compare->experiments[compare->experiment_count++] = (struct pair){found, (int32_t)i};
    }
    for (uint32_t i = 0; i < before; i++) {
        gos_str id = gos_ruleset_experiment(compare->before, i).id;
        if (gos_ruleset_find_experiment(compare->after, id) < 0)
            compare->experiments[compare->experiment_count++] = (struct pair){(int32_t)i, -1};
    }
    return true;
}

static bool segments_prepare(struct gos_compare *compare, gos_error *err)
{
    uint32_t count = ruleset_segments_count(compare->after);
    gos_arena *arena = compare->arena;
    compare->in_segment = gos_arena_array(arena, count + 1, sizeof(bool), err);
    compare->segment_names = gos_arena_array(arena, count + 1, sizeof(gos_str), err);
    compare->segment_totals = gos_arena_array(arena, count + 1, sizeof(uint64_t), err);
    if (!compare->in_segment || !compare->segment_names || !compare->segment_totals)
        return false;
    for (uint32_t i = 0; i < count; i++)
        compare->segment_names[i] =
            ruleset_text(compare->after, ruleset_segments(compare->after)[i].name);
    return true;
}

bool gos_compare_open(const gos_ruleset *before, const gos_ruleset *after, gos_arena *arena,
                      gos_compare **out, gos_error *err)
{
    struct gos_compare *compare = gos_arena_take(arena, sizeof *compare, err);
    if (!compare)
        return false;
    compare->before = before;
    compare->after = after;
    compare->arena = arena;
    compare->transitions =
        gos_arena_array(arena, TRANSITIONS_MAX, sizeof *compare->transitions, err);
    if (!compare->transitions || !flags_pair(compare, err) || !experiments_pair(compare, err) ||
        !segments_prepare(compare, err))
        return false;
    *out = compare;
    return true;
}

static uint64_t transition_hash(const gos_transition *transition)
{
    uint64_t hash = hash_xxh3(transition->key, transition->is_experiment);
    hash = hash_xxh3(transition->from, hash);
    hash = hash_xxh3(transition->to, hash);
    return hash_xxh3(transition->to_value, hash_xxh3(transition->from_value, hash));
}

static bool transition_same(const gos_transition *a, const gos_transition *b)
{
    return a->is_experiment == b->is_experiment && gos_str_equal(a->key, b->key) &&
           gos_str_equal(a->from, b->from) && gos_str_equal(a->to, b->to) &&
           gos_str_equal(a->from_value, b->from_value) && gos_str_equal(a->to_value, b->to_value);
}

static bool transition_add(struct gos_compare *compare, const gos_transition *transition,
                           uint32_t *place, gos_error *err)
{
    uint32_t index = compare->result.transition_count;
    gos_transition *kept = &compare->transitions[index];
    gos_str example = gos_arena_text(compare->arena, transition->example, err);
    uint64_t *counts = gos_arena_array(compare->arena, ruleset_segments_count(compare->after) + 1,
                                       sizeof *counts, err);
    if (!example.data || !counts)
        return false;
    *kept = *transition;
    kept->example = example;
    kept->segment_counts = counts;
    compare->result.transition_count++;
    *place = index + 1;
    return true;
}

static bool transition_count(struct gos_compare *compare, const gos_transition *transition,
                             gos_error *err)
{
    uint32_t place = (uint32_t)transition_hash(transition) & (TRANSITION_TABLE - 1);
    while (compare->table[place] &&
           !transition_same(&compare->transitions[compare->table[place] - 1], transition))
        place = (place + 1) & (TRANSITION_TABLE - 1);
    if (!compare->table[place] && compare->result.transition_count == TRANSITIONS_MAX) {
        compare->result.is_cut = true;
        return true;
    }
    if (!compare->table[place] && !transition_add(compare, transition, &compare->table[place], err))
        return false;
    gos_transition *kept = &compare->transitions[compare->table[place] - 1];
    uint64_t *counts = (uint64_t *)(uintptr_t)kept->segment_counts;
    kept->count++;
    for (uint32_t i = 0; i < ruleset_segments_count(compare->after); i++)
        counts[i] += compare->in_segment[i];
    return true;
}

static bool decisions_differ(const gos_decision *from, const gos_decision *to)
{
    return !gos_str_equal(from->variant, to->variant) || !gos_str_equal(from->value, to->value);
}

static bool pair_compare(struct gos_compare *compare, gos_transition transition,
                         const gos_decision *from, const gos_decision *to, bool *changed,
                         gos_error *err)
{
    if (!decisions_differ(from, to))
        return true;
    *changed = true;
    transition.from = from->variant;
    transition.to = to->variant;
    transition.from_value = from->value;
    transition.to_value = to->value;
    return transition_count(compare, &transition, err);
}

static void segments_ask(struct gos_compare *compare, const gos_context *context)
{
    const gos_ruleset *rules = compare->after;
    for (uint32_t i = 0; i < ruleset_segments_count(rules); i++) {
        const struct segment *segment = &ruleset_segments(rules)[i];
        compare->in_segment[i] =
            segment->is_active && program_run(rules, segment->program, context, NULL);
        compare->segment_totals[i] += compare->in_segment[i];
    }
}

static bool flags_compare(struct gos_compare *compare, const gos_context *before,
                          const gos_context *after, bool *changed, gos_error *err)
{
    for (uint32_t i = 0; i < compare->flag_count; i++) {
        struct pair pair = compare->flags[i];
        gos_decision from = {.flag = -1}, to = {.flag = -1};
        if (pair.before >= 0)
            from = gos_eval_flag_at(compare->before, (uint32_t)pair.before, before);
        if (pair.after >= 0)
            to = gos_eval_flag_at(compare->after, (uint32_t)pair.after, after);
        gos_transition transition = {.example = gos_context_user(after)};
        transition.key = pair.after >= 0
                             ? gos_ruleset_flag(compare->after, (uint32_t)pair.after).key
                             : gos_ruleset_flag(compare->before, (uint32_t)pair.before).key;
        if (!pair_compare(compare, transition, &from, &to, changed, err))
            return false;
    }
    return true;
}

static bool experiments_compare(struct gos_compare *compare, const gos_context *before,
                                const gos_context *after, bool *changed, gos_error *err)
{
    for (uint32_t i = 0; i < compare->experiment_count; i++) {
        struct pair pair = compare->experiments[i];
        gos_decision from = {.flag = -1}, to = {.flag = -1};
        if (pair.before >= 0)
            from = gos_eval_experiment_at(compare->before, (uint32_t)pair.before, before);
        if (pair.after >= 0)
            to = gos_eval_experiment_at(compare->after, (uint32_t)pair.after, after);
        gos_transition transition = {.is_experiment = true, .example = gos_context_user(after)};
        transition.key = pair.after >= 0
                             ? gos_ruleset_experiment(compare->after, (uint32_t)pair.after).name
                             : gos_ruleset_experiment(compare->before, (uint32_t)pair.before).name;
        if (!pair_compare(compare, transition, &from, &to, changed, err))
            return false;
    }
    return true;
}

bool gos_compare_add(gos_compare *compare, const gos_context *before, const gos_context *after,
                     gos_error *err)
{
    bool changed = false;
    compare->result.context_count++;
    if (compare->flag_count + compare->experiment_count == 0)
        return true;
    segments_ask(compare, after);
    if (!flags_compare(compare, before, after, &changed, err) ||
        !experiments_compare(compare, before, after, &changed, err))
        return false;
    compare->result.changed_count += changed;
    return true;
}

gos_comparison gos_compare_result(const gos_compare *compare)
{
    gos_comparison result = compare->result;
    result.transitions = compare->transitions;
    result.segment_names = compare->segment_names;
    result.segment_totals = compare->segment_totals;
    result.segment_count = ruleset_segments_count(compare->after);
    return result;
}
