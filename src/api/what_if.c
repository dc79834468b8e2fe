/*
 * POST /api/v1/what-if: who among recent users would get something else, were a definition changed
 * as given. Nothing is stored or published.
 */
#include "api/change.h"
#include "api/recent.h"
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
    gos_str *sample;          /* attributes of each user as JSON */
    uint32_t sample_count;
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

/* {"targetingKey": USER, ...}: what identify has told of the user, else the event's properties. */
static bool context_write(struct what_if *what_if, gos_str user, const struct json *event,
                          gos_str *out, gos_error *err)
{
    struct http_request *request = what_if->request;
    const struct json *attributes = json_find(event, GOS_LIT("properties"));
    gos_str profile;
    struct text text;
    struct json_writer json;
    if (!roster_find_profile(api_of(request)->roster, api_environment(request), user, PROFILE_TOLD,
                             what_if->arena, &profile, err) ||
        (profile.len > 2 && !json_read(profile, what_if->arena, &attributes, err)))
        return false;
    text_init(&text, what_if->arena);
    json_writer_init(&json, &text);
    json_open_object(&json);
    json_name(&json, "targetingKey");
    json_text(&json, user);
    for (uint32_t i = 0; attributes && i < attributes->count; i++) {
        if (gos_str_equal(attributes->names[i], GOS_LIT("targetingKey")))
            continue;
        json_name_str(&json, attributes->names[i]);
        json_value(&json, &attributes->items[i]);
    }
    json_close_object(&json);
    *out = text_str(&text);
    return text_ok(&text, err);
}

/* One context for each user among the newest events. */
static bool sample_read(struct what_if *what_if, gos_error *err)
{
    const struct json *events;
    struct text text;
    struct json_writer json;
    text_init(&text, what_if->arena);
    json_writer_init(&json, &text);
    json_open_array(&json);
    recent_write(api_of(what_if->request)->recent, api_environment(what_if->request), GOS_LIT(""),
                 RECENT_EVENTS, &json);
    json_close_array(&json);
    gos_str *users = gos_arena_array(what_if->arena, RECENT_EVENTS, sizeof *users, err);
    what_if->sample = gos_arena_array(what_if->arena, RECENT_EVENTS, sizeof *users, err);
    if (!users || !what_if->sample || !json_read(text_str(&text), what_if->arena, &events, err))
        return false;
    for (uint32_t i = 0; i < events->count; i++) {
        const struct json *user = json_find(&events->items[i], GOS_LIT("user_id"));
        bool is_known = !user || user->type != JSON_STRING;
        for (uint32_t j = 0; j < what_if->sample_count && !is_known; j++)
            is_known = gos_str_equal(users[j], user->text);
        if (is_known)
            continue;
        users[what_if->sample_count] = user->text;
        if (!context_write(what_if, user->text, &events->items[i],
                           &what_if->sample[what_if->sample_count++], err))
            return false;
    }
    return true;
}

static bool compare_all(struct what_if *what_if, gos_compare **out, gos_error *err)
{
    const gos_ruleset *rules[2] = {what_if->pin.rules, what_if->after};
    gos_subject subject = {.now_ms = what_if->request->now_ms};
    if (!gos_compare_open(rules[0], rules[1], what_if->arena, out, err))
        return false;
    for (uint32_t i = 0; i < what_if->sample_count; i++) {
        for (int side = 0; side < 2; side++) {
            if (!gos_context_bind(what_if->contexts[side], rules[side], &subject,
                                  what_if->sample[i], err))
                return false;
        }
        if (!gos_compare_add(*out, what_if->contexts[0], what_if->contexts[1], err))
            return false;
    }
    return true;
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
    /* Conditions by pattern are not asked: they are prepared only for what is published. */
    json_name(json, "patterns_left_out");
    json_bool(json, gos_ruleset_pattern_count(what_if->after) > 0);
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
        !sample_read(what_if, err) || !compare_all(what_if, &compare, err))
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
