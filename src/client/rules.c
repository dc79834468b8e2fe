/* Rulesets from the network or the disk. */
#include "client/rules.h"

#include "regex/regex_pcre2.h"

#define RULES_BYTES_MAX ((size_t)4 << 30)

static struct rules *rules_open(gos_error *err)
{
    gos_arena *arena = gos_arena_open(RULES_BYTES_MAX);
    struct rules *rules = arena ? gos_arena_take(arena, sizeof *rules, NULL) : NULL;
    if (!rules) {
        gos_arena_close(arena);
        gos_fail(err, GOS_OUT_OF_MEMORY, "", "no memory for a ruleset");
        return NULL;
    }
    rules->arena = arena;
    rules->holders = 1;
    return rules;
}

void rules_close(struct rules *rules)
{
    if (!rules)
        return;
    regex_release(rules->patterns);
    gos_arena_close(rules->arena);
}

static bool rules_finish(struct rules *rules, bool done, struct rules **out, gos_error *err)
{
    done = done && regex_prepare(rules->ruleset, &rules->patterns, err);
    if (done)
        *out = rules;
    else
        rules_close(rules);
    return done;
}

bool rules_load(gos_str block, struct rules **out, gos_error *err)
{
    struct rules *rules = rules_open(err);
    if (!rules)
        return false;
    /* The arena aligns to 16, which a block needs and bytes of a buffer may lack. */
    gos_str copy = gos_arena_text(rules->arena, block, err);
    rules->ruleset = (const gos_ruleset *)(const void *)copy.data;
    bool done = copy.data && gos_ruleset_check(copy.data, copy.len, err);
    return rules_finish(rules, done, out, err);
}

bool rules_compile(gos_str document, struct rules **out, gos_error *err)
{
    gos_compile_options options = {.check_pattern = regex_check};
    struct rules *rules = rules_open(err);
    gos_report report;
    if (!rules)
        return false;
    bool done =
        gos_ruleset_compile(document, &options, rules->arena, &rules->ruleset, &report, err);
    return rules_finish(rules, done, out, err);
}
