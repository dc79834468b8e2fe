/*
 * POST /api/v1/explain: what a context gets and why, step by step; nothing is recorded.
 * {"flag": KEY or "experiment": ID or NAME, "context": {...}, "at"?: catalog sequence or time}
 */
#include "api/decide.h"

#include "base/time.h"

static bool explain_write(struct decider *decider, const struct json *body,
                          struct api_answer *answer, gos_error *err)
{
    const struct json *flag = json_find(body, GOS_LIT("flag"));
    const struct json *experiment = json_find(body, GOS_LIT("experiment"));
    if ((flag != NULL) == (experiment != NULL))
        return gos_fail(err, GOS_BAD_INPUT, "", "one of \"flag\" and \"experiment\" is needed");
    const struct json *what = flag ? flag : experiment;
    if (what->type != JSON_STRING)
        return gos_fail(err, GOS_BAD_INPUT, flag ? "/flag" : "/experiment", "a text is needed");
    gos_decision decision;
    gos_str steps;
    bool done = flag ? gos_explain_flag(decider->pin.rules, what->text, decider->context,
                                        decider->arena, &decision, &steps, err)
                     : gos_explain_experiment(decider->pin.rules, what->text, decider->context,
                                              decider->arena, &decision, &steps, err);
    if (!done)
        return false;
    struct json_writer *json = &answer->json;
    json_open_object(json);
    json_name(json, "code");
    json_text(json, gos_str_from(gos_code_name(decision.code)));
    json_name(json, "variant");
    if (decision.variant.len > 0)
        json_text(json, decision.variant);
    else
        json_null(json);
    json_name(json, "value");
    json_raw(json, decision.value.len > 0 ? decision.value : GOS_LIT("null"));
    json_name(json, "reason");
    json_text(json, gos_str_from(gos_reason_name(decision.reason)));
    json_name(json, "assignment_reason");
    if (decision.experiment >= 0)
        json_text(json, gos_str_from(gos_assignment_name(decision.assignment)));
    else
        json_null(json);
    json_name(json, "ruleset");
    json_text(json, decision.ruleset);
    json_name(json, "explanation");
    json_raw(json, steps);
    json_close_object(json);
    return true;
}

static bool context_text(const struct json *body, gos_arena *arena, gos_str *out, gos_error *err)
{
    const struct json *context = json_find(body, GOS_LIT("context"));
    struct text text;
    struct json_writer writer;
    if (context && context->type != JSON_OBJECT)
        return gos_fail(err, GOS_INVALID_CONTEXT, "/context", "context is %s; an object is needed",
                        json_type_name(context->type));
    text_init(&text, arena);
    json_writer_init(&writer, &text);
    if (context)
        json_value(&writer, context);
    *out = text_str(&text);
    return text_ok(&text, err);
}

/* The number of the change whose ruleset was in force at a moment. */
static bool sequence_at(struct decider *decider, int64_t moment, int64_t *out, gos_error *err)
{
    struct ruleset_note *note;
    uint32_t count;
    if (!catalog_list_rulesets(decider->api->catalog, decider->environment, moment, 1,
                               decider->arena, &note, &count, err))
        return false;
    if (count == 0)
        return gos_fail(err, GOS_NOT_FOUND, "/at", "no ruleset was in force at that time");
    *out = note->sequence;
    return true;
}

static bool at_read(struct decider *decider, const struct json *body, int64_t *now_ms,
                    gos_error *err)
{
    const struct json *at = json_find(body, GOS_LIT("at"));
    int64_t sequence;
    if (!at || at->type == JSON_NULL)
        return true;
    if (json_is_integer(at, &sequence) && sequence >= 0)
        return decider_go_back(decider, sequence, err);
    if (at->type == JSON_STRING && time_read(at->text, now_ms))
        return sequence_at(decider, *now_ms, &sequence, err) &&
               decider_go_back(decider, sequence, err);
    return gos_fail(err, GOS_BAD_INPUT, "/at",
                    "at is a time such as 2026-01-02T03:04:05Z, or the number of a change");
}

void api_explain(struct http_request *request, struct http_response *response)
{
    gos_error err;
    const struct json *body;
    if (!api_read_body(request, response, false, &body))
        return;
    struct decider decider;
    struct api_answer answer;
    gos_str attributes;
    int64_t now_ms = request->now_ms;
    api_write_begin(request, &answer);
    bool done = decider_open(request, &decider, &err) && at_read(&decider, body, &now_ms, &err) &&
                context_text(body, request->arena, &attributes, &err) &&
                decider_bind(&decider, GOS_LIT(""), GOS_LIT(""), attributes, now_ms, &err) &&
                explain_write(&decider, body, &answer, &err);
    if (done)
        api_write_end(request, response, &answer, 200);
    else
        http_fail(request, response, &err);
    decider_close(&decider);
}
