/* Each ruleset has its own memory; answers share one arena, reset with each. */
#include "wasm/exports.h"

#include "base/json.h"

#include <stdlib.h>

#ifdef __wasm__
#define EXPORT(name) __attribute__((export_name(name)))
#define IMPORT(name) __attribute__((import_module("gosset"), import_name(name)))
#else
#define EXPORT(name)
#define IMPORT(name)
#endif

IMPORT("match")
int wasm_host_match(uint32_t number, uint32_t pattern, const char *text, size_t len);
IMPORT("check") int wasm_host_check(const char *pattern, size_t len);

#define RULES_BYTES_MAX ((size_t)1 << 30)
enum { CONTEXT_BYTES_MAX = 4 << 20, ANSWER_BYTES_MAX = 64 << 20 };

struct wasm_rules {
    gos_arena *arena;
    const gos_ruleset *ruleset;
    gos_context *context;
    gos_subject subject;
    uint32_t number;
};

/* The answer under way. */
static struct {
    gos_arena *arena;
    struct text text;
    struct json_writer json;
} answer;

static struct json_writer *answer_begin(void)
{
    if (!answer.arena)
        answer.arena = gos_arena_open(ANSWER_BYTES_MAX);
    gos_arena_reset(answer.arena);
    text_init(&answer.text, answer.arena);
    json_writer_init(&answer.json, &answer.text);
    json_open_object(&answer.json);
    return &answer.json;
}

static void answer_error(const gos_error *err)
{
    struct json_writer *json = answer_begin();
    json_put_text(json, "code", gos_str_from(gos_code_name(err->code)));
    json_put_text(json, "message", gos_str_from(err->message));
    json_put_text(json, "pointer", gos_str_from(err->pointer));
    json_close_object(json);
}

EXPORT("take") void *wasm_take(size_t bytes)
{
    return malloc(bytes);
}

EXPORT("give") void wasm_give(void *memory)
{
    free(memory);
}

EXPORT("answer") const char *wasm_answer(void)
{
    return answer.text.data;
}

EXPORT("answer_bytes") size_t wasm_answer_bytes(void)
{
    return answer.text.len;
}

static bool check_pattern(void *user, gos_str pattern, gos_error *err)
{
    (void)user;
    return wasm_host_check(pattern.data, pattern.len) ||
           gos_fail(err, GOS_BAD_INPUT, "", "the regular expression cannot be used here");
}

static bool match_pattern(void *user, uint32_t pattern, gos_str text)
{
    const struct wasm_rules *rules = user;
    return wasm_host_match(rules->number, pattern, text.data, text.len);
}

static bool rules_fill(struct wasm_rules *rules, gos_str bytes, bool is_block, gos_error *err)
{
    gos_compile_options options = {.check_pattern = check_pattern};
    gos_report report;
    if (!is_block)
        return gos_ruleset_compile(bytes, &options, rules->arena, &rules->ruleset, &report, err);
    gos_str copy = gos_arena_text(rules->arena, bytes, err);
    rules->ruleset = (const gos_ruleset *)(const void *)copy.data;
    return copy.data && gos_ruleset_check(copy.data, copy.len, err);
}

EXPORT("open")
struct wasm_rules *wasm_open(const char *bytes, size_t len, int is_block, uint32_t number)
{
    gos_error err = {.code = GOS_OUT_OF_MEMORY, .message = "no memory for a ruleset"};
    gos_arena *arena = gos_arena_open(RULES_BYTES_MAX);
    struct wasm_rules *rules = arena ? gos_arena_take(arena, sizeof *rules, NULL) : NULL;
    if (!rules) {
        gos_arena_close(arena);
        answer_error(&err);
        return NULL;
    }
    rules->arena = arena;
    rules->number = number;
    rules->context = gos_context_open(CONTEXT_BYTES_MAX);
    if (rules->context && rules_fill(rules, (gos_str){bytes, len}, is_block, &err))
        return rules;
    answer_error(&err);
    wasm_close(rules);
    return NULL;
}

EXPORT("close") void wasm_close(struct wasm_rules *rules)
{
    gos_context_close(rules->context);
    gos_arena_close(rules->arena);
}

static const char *const types[] = {"Boolean", "String", "Number", "JSON"};

EXPORT("about") void wasm_about(struct wasm_rules *rules)
{
    struct json_writer *json = answer_begin();
    const gos_ruleset *ruleset = rules->ruleset;
    json_put_text(json, "hash", gos_ruleset_hash(ruleset));
    json_name(json, "flags");
    json_open_array(json);
    for (uint32_t i = 0; i < gos_ruleset_flag_count(ruleset); i++) {
        gos_flag_info info = gos_ruleset_flag(ruleset, i);
        json_open_object(json);
        json_put_text(json, "key", info.key);
        json_put_text(json, "type", gos_str_from(types[info.type]));
        json_close_object(json);
    }
    json_close_array(json);
    json_name(json, "patterns");
    json_open_array(json);
    for (uint32_t i = 0; i < gos_ruleset_pattern_count(ruleset); i++)
        json_text(json, gos_ruleset_pattern(ruleset, i));
    json_close_array(json);
    json_close_object(json);
}

EXPORT("bind")
int wasm_bind(struct wasm_rules *rules, const char *text, size_t len, double now_ms)
{
    gos_error err;
    rules->subject = (gos_subject){
        .now_ms = (int64_t)now_ms, .match_pattern = match_pattern, .match_pattern_user = rules};
    if (gos_context_bind(rules->context, rules->ruleset, &rules->subject, (gos_str){text, len},
                         &err))
        return 1;
    answer_error(&err);
    return 0;
}

static void experiment_write(const struct wasm_rules *rules, const gos_decision *decision,
                             struct json_writer *json)
{
    uint32_t index = (uint32_t)decision->experiment;
    json_name(json, "experiment");
    json_open_object(json);
    json_put_text(json, "id", gos_ruleset_experiment(rules->ruleset, index).id);
    json_put_text(
        json, "variant",
        decision->experiment_variant < 0
            ? GOS_LIT("")
            : gos_ruleset_variant(rules->ruleset, index, (uint32_t)decision->experiment_variant));
    json_put_text(json, "unit", gos_eval_unit(rules->ruleset, index, rules->context));
    json_put_text(json, "device", gos_context_device(rules->context));
    json_name(json, "random");
    json_bool(json, gos_assignment_is_randomised(decision->assignment));
    json_close_object(json);
}

static void decision_write(const struct wasm_rules *rules, const gos_decision *decision)
{
    struct json_writer *json = answer_begin();
    json_put_text(json, "code", gos_str_from(gos_code_name(decision->code)));
    json_put_text(json, "reason", gos_str_from(gos_reason_name(decision->reason)));
    json_name(json, "value");
    json_raw(json, decision->value.len > 0 ? decision->value : GOS_LIT("null"));
    json_put_text(json, "variant", decision->variant);
    json_put_text(json, "assignment", gos_str_from(gos_assignment_name(decision->assignment)));
    json_name(json, "rule");
    json_int(json, decision->rule);
    if (decision->flag >= 0)
        json_put_text(
            json, "type",
            gos_str_from(types[gos_ruleset_flag(rules->ruleset, (uint32_t)decision->flag).type]));
    if (decision->experiment >= 0)
        experiment_write(rules, decision, json);
    json_close_object(json);
}

EXPORT("flag") void wasm_flag(struct wasm_rules *rules, const char *key, size_t len)
{
    gos_decision decision = gos_eval_flag(rules->ruleset, (gos_str){key, len}, rules->context);
    decision_write(rules, &decision);
}

EXPORT("experiment") void wasm_experiment(struct wasm_rules *rules, const char *name, size_t len)
{
    gos_decision decision =
        gos_eval_experiment(rules->ruleset, (gos_str){name, len}, rules->context);
    decision_write(rules, &decision);
}
