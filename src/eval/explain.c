/* Deciding with a trace. */
#include "gosset/explain.h"

#include "base/text.h"
#include "eval/decide.h"
#include "eval/ruleset.h"

struct explaining {
    struct text text;
    struct json_writer writer;
    struct trace trace;
};

static void explaining_begin(struct explaining *explaining, const gos_ruleset *rules,
                             const gos_context *context, gos_arena *arena)
{
    text_init(&explaining->text, arena);
    json_writer_init(&explaining->writer, &explaining->text);
    json_open_object(&explaining->writer);
    json_name(&explaining->writer, "steps");
    json_open_array(&explaining->writer);
    explaining->trace = (struct trace){rules, context, &explaining->writer, 0};
}

static bool explaining_end(struct explaining *explaining, gos_str *out_json, gos_error *err)
{
    json_close_array(&explaining->writer);
    json_close_object(&explaining->writer);
    *out_json = text_str(&explaining->text);
    return text_ok(&explaining->text, err);
}

bool gos_explain_flag(const gos_ruleset *rules, gos_str key, const gos_context *context,
                      gos_arena *arena, gos_decision *out_decision, gos_str *out_json,
                      gos_error *err)
{
    struct explaining explaining;
    int32_t flag = gos_ruleset_find_flag(rules, key);
    explaining_begin(&explaining, rules, context, arena);
    if (flag < 0)
        *out_decision = eval_missing(rules, GOS_FLAG_NOT_FOUND);
    else
        flag_decide(rules, (uint32_t)flag, context, &explaining.trace, out_decision);
    return explaining_end(&explaining, out_json, err);
}

bool gos_explain_experiment(const gos_ruleset *rules, gos_str id_or_name,
                            const gos_context *context, gos_arena *arena,
                            gos_decision *out_decision, gos_str *out_json, gos_error *err)
{
    struct explaining explaining;
    int32_t experiment = gos_ruleset_find_experiment(rules, id_or_name);
    explaining_begin(&explaining, rules, context, arena);
    *out_decision = experiment < 0
                        ? eval_missing(rules, GOS_NOT_FOUND)
                        : eval_experiment(rules, (uint32_t)experiment, context, &explaining.trace);
    return explaining_end(&explaining, out_json, err);
}
