/*
 * POST /api/v1/what-if: who among recent users would get something else, were a definition changed
 * as given. Nothing is stored or published.
 */
#include "api/change.h"
#include "api/sample.h"
#include "base/limits.h"
#include "gosset/compare.h"
#include "jobs/publisher.h"
#include "roster/roster.h"

static const size_t ARENA_BYTES = (size_t)1 << 30;
static const size_t CONTEXT_BYTES = 1 << 20;

struct what_if {
    struct http_request *request;
    gos_arena *arena;
    struct publisher_pin pin;
    const gos_ruleset *after;
    gos_compile_options options;
    gos_context *contexts[2]; /* for the ruleset in force, and for the changed one */
    void *patterns;           /* of `after` */
};

/* The definitions as they would be: compiled, and then the write is taken back. */
static bool compile_changed(void *context, gos_str document, gos_error *err)
{
    struct what_if *what_if = context;
    gos_report report;
    return gos_ruleset_compile(document, &what_if->options, what_if->arena, &what_if->after,
                               &report, err);
}

static bool text_of(const struct json *body, const char *name, const char *pointer, gos_str *out,
                    gos_error *err)
{
    const struct json *value = json_find(body, gos_str_from(name));
    if (!value || value->type != JSON_STRING)
        return gos_fail(err, GOS_BAD_INPUT, pointer, "\"%s\" must be a text", name);
    *out = value->text;
    return true;
}

static bool changed_read(struct what_if *what_if, const struct json *body, struct definition *out,
                         gos_error *err)
{
    struct http_request *request = what_if->request;
    struct definition stored;
    gos_str kind_text, name;
    enum kind kind;
    const struct json *change = json_find(body, GOS_LIT("change"));
    if (!text_of(body, "kind", "/kind", &kind_text, err) ||
        !text_of(body, "name", "/name", &name, err))
        return false;
    if (!kind_find(kind_text, &kind))
        return gos_fail(err, GOS_BAD_INPUT, "/kind", "\"%.*s\" is no kind of definition",
                        GOS_ARG(kind_text));
    if (!change || change->type != JSON_OBJECT)
        return gos_fail(err, GOS_BAD_INPUT, "/change", "the fields that change are needed");
    if (!catalog_get(api_of(request)->catalog, api_environment(request), kind, name, what_if->arena,
                     &stored, err))
        return false;
    struct definition_input input = {.kind = kind,
                                     .json = change,
                                     .stored = &stored,
                                     .merge = true,
                                     .environment = stored.environment,
                                     .actor = api_actor(request),
                                     .now_ms = request->now_ms};
    return definition_read(&input, what_if->arena, out, err) || gos_fail_below(err, "/change");
}

static bool document_try(struct what_if *what_if, const struct definition *changed, gos_error *err)
{
    struct http_request *request = what_if->request;
    struct catalog_change change = {.operation = CATALOG_PUT,
                                    .definition = changed,
                                    .expected_version = CATALOG_VERSION_ANY,
                                    .action = GOS_LIT("update"),
                                    .pointer = "/change"};
    struct catalog_write write = {.environment = api_environment(request),
                                  .actor = api_actor(request),
                                  .now_ms = request->now_ms,
                                  .check = compile_changed,
                                  .check_context = what_if,
                                  .dry_run = true};
    return catalog_apply(api_of(request)->catalog, &write, &change, 1, NULL, err);
}

/* The context as a decision would see it: with what identify has told of the user. */
static bool side_bind(struct what_if *what_if, int side, const struct sampled *sampled,
                      gos_str profile, gos_error *err)
{
    struct publisher_patterns patterns = publisher_patterns(api_of(what_if->request)->publisher);
    void *prepared[2] = {what_if->pin.match_pattern_user, what_if->patterns};
    const gos_ruleset *rules[2] = {what_if->pin.rules, what_if->after};
    gos_subject subject = {.user_id = sampled->user_id,
                           .device_id = sampled->device_id,
                           .now_ms = what_if->request->now_ms,
                           .match_pattern = prepared[side] ? patterns.match : NULL,
                           .match_pattern_user = prepared[side]};
    return gos_context_bind(what_if->contexts[side], rules[side], &subject, sampled->attributes,
                            err) &&
           (profile.len == 0 || gos_context_complete(what_if->contexts[side], profile, err));
}

static bool sampled_add(struct what_if *what_if, gos_compare *compare,
                        const struct sampled *sampled, gos_error *err)
{
    gos_str profile = {"", 0};
    if (sampled->user_id.len > 0 &&
        !roster_find_profile(api_of(what_if->request)->roster, api_environment(what_if->request),
                             sampled->user_id, PROFILE_TOLD, what_if->arena, &profile, err))
        return false;
    return side_bind(what_if, 0, sampled, profile, err) &&
           side_bind(what_if, 1, sampled, profile, err) &&
           gos_compare_add(compare, what_if->contexts[0], what_if->contexts[1], err);
}

static bool compare_all(struct what_if *what_if, gos_compare **out, gos_error *err)
{
    struct api *api = api_of(what_if->request);
    struct publisher_patterns patterns = publisher_patterns(api->publisher);
    struct sampled *sample;
    uint32_t count;
    if (!gos_compare_open(what_if->pin.rules, what_if->after, what_if->arena, out, err) ||
        !sample_list(api->sample, api_environment(what_if->request), what_if->arena, &sample,
                     &count, err) ||
        (patterns.prepare && !patterns.prepare(what_if->after, &what_if->patterns, err)))
        return false;
    bool done = true;
    for (uint32_t i = 0; i < count && done; i++)
        done = sampled_add(what_if, *out, &sample[i], err);
    if (what_if->patterns)
        patterns.release(what_if->patterns);
    return done;
}

static void text_member(struct json_writer *json, const char *name, gos_str value, bool is_json)
{
    json_name(json, name);
    if (value.len == 0)
        json_null(json);
    else if (is_json)
        json_raw(json, value);
    else
        json_text(json, value);
}

static void answer_write(struct what_if *what_if, struct http_response *response,
                         const gos_comparison *found)
{
    struct api_answer answer;
    api_write_begin(what_if->request, &answer);
    struct json_writer *json = &answer.json;
    json_open_object(json);
    json_name(json, "contexts");
    json_int(json, (int64_t)found->context_count);
    json_name(json, "changed");
    json_int(json, (int64_t)found->changed_count);
    json_name(json, "transitions");
    json_open_array(json);
    for (uint32_t i = 0; i < found->transition_count; i++) {
        const gos_transition *one = &found->transitions[i];
        json_open_object(json);
        text_member(json, one->is_experiment ? "experiment" : "flag", one->key, false);
        text_member(json, "from", one->from, false);
        text_member(json, "to", one->to, false);
        text_member(json, "from_value", one->from_value, true);
        text_member(json, "to_value", one->to_value, true);
        json_name(json, "count");
        json_int(json, (int64_t)one->count);
        text_member(json, "example", one->example, false);
        json_close_object(json);
    }
    json_close_array(json);
    json_close_object(json);
    api_write_end(what_if->request, response, &answer, 200);
}

static bool what_if_answer(struct what_if *what_if, const struct json *body,
                           struct http_response *response, gos_error *err)
{
    struct definition changed;
    gos_compare *compare;
    for (int side = 0; side < 2; side++) {
        what_if->contexts[side] = gos_context_open(CONTEXT_BYTES);
        if (!what_if->contexts[side])
            return gos_fail(err, GOS_OUT_OF_MEMORY, "", "no memory for a context");
    }
    if (!changed_read(what_if, body, &changed, err) || !document_try(what_if, &changed, err) ||
        !compare_all(what_if, &compare, err))
        return false;
    gos_comparison found = gos_compare_result(compare);
    answer_write(what_if, response, &found);
    return true;
}

http_handler api_what_if;

void api_what_if(struct http_request *request, struct http_response *response)
{
    gos_error err = {.code = GOS_OUT_OF_MEMORY, .message = "no memory to compare"};
    const struct json *body;
    struct publisher *publisher = api_of(request)->publisher;
    struct what_if what_if = {.request = request, .arena = gos_arena_open(ARENA_BYTES)};
    if (!api_read_body(request, response, false, &body)) {
        gos_arena_close(what_if.arena);
        return;
    }
    what_if.options = publisher_compile_options(publisher);
    bool pinned =
        what_if.arena && publisher_pin(publisher, api_environment(request), &what_if.pin, &err);
    if (!pinned || !what_if_answer(&what_if, body, response, &err))
        http_fail(request, response, &err);
    for (int side = 0; side < 2; side++)
        gos_context_close(what_if.contexts[side]);
    if (pinned)
        publisher_unpin(publisher, &what_if.pin);
    gos_arena_close(what_if.arena);
}
