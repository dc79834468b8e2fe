/*
 * OpenFeature Remote Evaluation Protocol 0.3: one flag for servers, all flags for clients. Keys of
 * clients see only flags that are marked visible to them; the others do not exist for them.
 */
#include "api/changes.h"
#include "api/ofrep_write.h"
#include "api/record.h"
#include "api/usage.h"

#include "base/hash.h"

enum { ETAG_BYTES = 40 };

/* The context of a request: bound, with what the answers have in common. */
struct evaluation {
    struct decider decider;
    struct ofrep_scene scene;
    struct record record;
    bool records;
};

void api_fail_ofrep(struct http_request *request, struct http_response *response,
                    const gos_error *err)
{
    struct api_answer answer;
    bool has_key = request->param_count > 0;
    api_write_begin(request, &answer);
    ofrep_write_error(has_key ? request->params[0].value : GOS_LIT(""), err->code,
                      gos_str_from(err->message), &answer.json);
    http_reply(request, response, response->status, &answer.text);
}

/*
 * The text of the context when the body is {"context":{...}} and nothing else, which is what all
 * clients send. It is a guess: only what then reads as one JSON object was right.
 */
static bool context_guess(gos_str body, gos_str *out)
{
    gos_str text = str_trim(body);
    static const char start[] = "{\"context\":";
    enum { START_LEN = sizeof start - 1 };
    if (text.len < START_LEN + 3 || memcmp(text.data, start, START_LEN) != 0)
        return false;
    *out = str_trim((gos_str){text.data + START_LEN, text.len - START_LEN - 1});
    return out->len > 0 && out->data[0] == '{' && text.data[text.len - 1] == '}';
}

/* The same for any body that the protocol allows. */
static bool context_read(gos_str body, gos_arena *arena, gos_str *out, gos_error *err)
{
    const struct json *root;
    struct text text;
    struct json_writer writer;
    *out = GOS_LIT("");
    if (str_trim(body).len == 0)
        return true;
    if (!json_read(body, arena, &root, err))
        return false;
    if (root->type != JSON_OBJECT)
        return gos_fail(err, GOS_INVALID_CONTEXT, "",
                        "the body is %s, not an object with a context", json_type_name(root->type));
    const struct json *context = json_find(root, GOS_LIT("context"));
    if (!context || context->type == JSON_NULL)
        return true;
    if (context->type != JSON_OBJECT)
        return gos_fail(err, GOS_INVALID_CONTEXT, "/context", "context is %s, not an object",
                        json_type_name(context->type));
    text_init(&text, arena);
    json_writer_init(&writer, &text);
    json_value(&writer, context);
    *out = text_str(&text);
    return text_ok(&text, err);
}

static bool bind_text(struct evaluation *evaluation, gos_str attributes, int64_t now_ms,
                      gos_error *err)
{
    return decider_bind(&evaluation->decider, GOS_LIT(""), GOS_LIT(""), attributes, now_ms, err);
}

static bool evaluation_bind(struct evaluation *evaluation, const struct http_request *request,
                            gos_error *err)
{
    gos_str attributes;
    bool done = context_guess(request->body, &attributes) &&
                bind_text(evaluation, attributes, request->now_ms, NULL);
    if (!done)
        done = context_read(request->body, request->arena, &attributes, err) &&
               bind_text(evaluation, attributes, request->now_ms, err);
    if (!done)
        return false;
    decider_remember(&evaluation->decider, attributes);
    evaluation->scene = (struct ofrep_scene){
        .decider = &evaluation->decider,
        .context_id = gos_context_user(evaluation->decider.context),
        .shows_internals = api_caller(request)->scope >= SCOPE_SERVER,
    };
    return true;
}

static bool evaluation_open(struct evaluation *evaluation, struct http_request *request,
                            bool records, gos_error *err)
{
    *evaluation = (struct evaluation){.records = records};
    if (!decider_open(request, &evaluation->decider, err))
        return false;
    if (evaluation_bind(evaluation, request, err))
        return true;
    decider_close(&evaluation->decider);
    return false;
}

static bool is_visible(const struct ofrep_scene *scene, const gos_flag_info *flag)
{
    return scene->shows_internals || flag->client_visible;
}

/* Decides one flag, and keeps in mind what must be written. */
static gos_decision decide(struct evaluation *evaluation, uint32_t index, int64_t now_ms)
{
    const struct decider *decider = &evaluation->decider;
    gos_decision decision = decider_flag_at(&evaluation->decider, index);
    gos_str key = gos_ruleset_flag(decider->pin.rules, index).key;
    usage_count(decider->api->usage, decider->environment, key, &decision, now_ms);
    if (evaluation->records && decision.code == GOS_OK)
        record_add(&evaluation->record, &evaluation->decider, &decision, now_ms, NULL);
    return decision;
}

static bool flag_find(struct evaluation *evaluation, gos_str key, uint32_t *out, gos_error *err)
{
    const gos_ruleset *rules = evaluation->decider.pin.rules;
    int32_t found = gos_ruleset_find_flag(rules, key);
    if (found >= 0) {
        gos_flag_info flag = gos_ruleset_flag(rules, (uint32_t)found);
        *out = (uint32_t)found;
        if (is_visible(&evaluation->scene, &flag))
            return true;
    } else {
        usage_count_unknown(evaluation->decider.api->usage, evaluation->decider.environment, key,
                            evaluation->decider.subject.now_ms);
    }
    return gos_fail(err, GOS_FLAG_NOT_FOUND, "", "there is no flag \"%.*s\"", GOS_ARG(key));
}

static bool flag_answer(struct evaluation *evaluation, struct http_request *request,
                        struct http_response *response, gos_error *err)
{
    uint32_t index = 0;
    if (evaluation->records && !record_open(&evaluation->record, 1, request->arena, err))
        return false;
    if (!flag_find(evaluation, http_param(request, "key"), &index, err))
        return false;
    gos_flag_info flag = gos_ruleset_flag(evaluation->decider.pin.rules, index);
    gos_decision decision = decide(evaluation, index, request->now_ms);
    struct api_answer answer;
    telemetry_count(api_of(request)->telemetry, COUNT_decisions, 1);
    if (decision.code != GOS_OK) {
        gos_str details = ofrep_details(&decision);
        return gos_fail(err, decision.code, "", "%.*s", GOS_ARG(details));
    }
    api_write_begin(request, &answer);
    ofrep_write_decision(&evaluation->scene, &flag, &decision, &answer.json);
    api_write_end(request, response, &answer, 200);
    return true;
}

static void flag_run(struct http_request *request, struct http_response *response,
                     struct evaluation *evaluation, bool records)
{
    gos_error err;
    if (!evaluation_open(evaluation, request, records, &err)) {
        http_fail(request, response, &err);
        return;
    }
    if (!flag_answer(evaluation, request, response, &err))
        http_fail(request, response, &err);
    decider_close(&evaluation->decider);
}

static void flag_again(struct http_request *request, struct http_response *response)
{
    struct evaluation evaluation;
    flag_run(request, response, &evaluation, false);
}

void api_ofrep_flag(struct http_request *request, struct http_response *response)
{
    struct evaluation evaluation;
    flag_run(request, response, &evaluation, true);
    record_submit(&evaluation.record, request, flag_again);
}

static void flags_write(struct evaluation *evaluation, struct http_request *request,
                        struct json_writer *json)
{
    const gos_ruleset *rules = evaluation->decider.pin.rules;
    uint32_t count = gos_ruleset_flag_count(rules);
    uint64_t decided = 0;
    json_open_array(json);
    for (uint32_t i = 0; i < count; i++) {
        gos_flag_info flag = gos_ruleset_flag(rules, i);
        if (!is_visible(&evaluation->scene, &flag))
            continue;
        gos_decision decision = decide(evaluation, i, request->now_ms);
        ofrep_write_decision(&evaluation->scene, &flag, &decision, json);
        decided++;
    }
    json_close_array(json);
    telemetry_count(api_of(request)->telemetry, COUNT_decisions, decided);
}

/* Of what was evaluated, not of the definitions: another context must never match it. */
static gos_str etag_of(gos_str flags, gos_arena *arena)
{
    uint64_t hash[2];
    hash_xxh3_128(flags, hash);
    return gos_arena_print(arena, "\"%016llx%016llx\"", (unsigned long long)hash[0],
                           (unsigned long long)hash[1]);
}

static bool flags_answer(struct evaluation *evaluation, struct http_request *request,
                         struct http_response *response, gos_error *err)
{
    uint32_t count = gos_ruleset_flag_count(evaluation->decider.pin.rules);
    struct api_answer flags, answer;
    if (evaluation->records && !record_open(&evaluation->record, count + 1u, request->arena, err))
        return false;
    api_write_begin(request, &flags);
    flags_write(evaluation, request, &flags.json);
    if (!text_ok(&flags.text, err))
        return false;
    gos_str etag = etag_of(text_str(&flags.text), request->arena);
    http_add(request, response, "ETag", etag);
    if (http_etag_matches(request, etag)) {
        response->status = 304;
        response->body = GOS_LIT("");
        return true;
    }
    api_write_begin(request, &answer);
    json_open_object(&answer.json);
    json_name(&answer.json, "flags");
    json_raw(&answer.json, text_str(&flags.text));
    changes_advertise(request, &answer.json);
    json_close_object(&answer.json);
    api_write_end(request, response, &answer, 200);
    return true;
}

static void flags_run(struct http_request *request, struct http_response *response,
                      struct evaluation *evaluation, bool records)
{
    gos_error err;
    if (!evaluation_open(evaluation, request, records, &err)) {
        http_fail(request, response, &err);
        return;
    }
    if (!flags_answer(evaluation, request, response, &err))
        http_fail(request, response, &err);
    decider_close(&evaluation->decider);
}

static void flags_again(struct http_request *request, struct http_response *response)
{
    struct evaluation evaluation;
    response->header_count = 0; /* the ETag of what has been overtaken */
    flags_run(request, response, &evaluation, false);
}

void api_ofrep_flags(struct http_request *request, struct http_response *response)
{
    struct evaluation evaluation;
    flags_run(request, response, &evaluation, true);
    record_submit(&evaluation.record, request, flags_again);
}
