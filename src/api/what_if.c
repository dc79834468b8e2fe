/*
 * POST /api/v1/what-if: who among recent users, or the contexts given, would get something else,
 * were a definition changed as given. Nothing is stored or published.
 */
#include "api/promote.h"
#include "api/sample.h"
#include "base/limits.h"
#include "gosset/compare.h"
#include "jobs/publisher.h"
#include "model/document.h"
#include "roster/roster.h"

static const size_t ARENA_BYTES = (size_t)1 << 30;
static const size_t CONTEXT_BYTES = 1 << 20;

struct what_if {
    struct http_request *request;
    gos_arena *arena;
    struct publisher_pin pin;
    struct document_checked after;
    gos_compile_options options;
    struct document_item *items; /* the changed definitions */
    size_t item_count;
    struct text warnings;     /* of them, a JSON list */
    gos_context *contexts[2]; /* for the ruleset in force, and for the changed one */
    void *patterns;           /* of `after` */
};

/* The definitions as they would be: compiled, and then the write is taken back. */
static bool compile_changed(void *context, gos_str document, gos_error *err)
{
    struct what_if *what_if = context;
    struct json_writer json;
    if (!document_check(document, &what_if->options, what_if->items, what_if->item_count,
                        &what_if->after, err))
        return false;
    text_init(&what_if->warnings, what_if->arena);
    json_writer_init(&json, &what_if->warnings);
    json_open_array(&json);
    bool done = document_write_warnings(&what_if->after, document, what_if->items,
                                        what_if->item_count, what_if->arena, &json, err);
    json_close_array(&json);
    return done && text_ok(&what_if->warnings, err);
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

static bool members_check(const struct json *body, gos_error *err)
{
    static const char *const known[] = {"kind", "name", "change", "contexts", "promote"};
    for (uint32_t i = 0; i < body->count; i++) {
        char pointer[GOS_POINTER_BYTES] = "";
        bool is_known = false;
        for (size_t k = 0; k < sizeof known / sizeof known[0]; k++)
            is_known = is_known || gos_str_equal(body->names[i], gos_str_from(known[k]));
        json_pointer_add(pointer, body->names[i]);
        if (!is_known)
            return gos_fail(
                err, GOS_BAD_INPUT, pointer,
                "\"%.*s\" is not known here; kind, name, change, contexts and promote are",
                GOS_ARG(body->names[i]));
    }
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

static bool document_try(struct what_if *what_if, const struct catalog_change *changes,
                         size_t count, gos_error *err)
{
    struct http_request *request = what_if->request;
    what_if->items = gos_arena_array(what_if->arena, count + 1, sizeof *what_if->items, err);
    what_if->item_count = count;
    if (!what_if->items)
        return false;
    for (size_t i = 0; i < count; i++)
        what_if->items[i] = (struct document_item){changes[i].definition, changes[i].pointer};
    struct catalog_write write = {.environment = api_environment(request),
                                  .actor = api_actor(request),
                                  .now_ms = request->now_ms,
                                  .check = compile_changed,
                                  .check_context = what_if,
                                  .dry_run = true};
    return catalog_apply(api_of(request)->catalog, &write, changes, count, NULL, err);
}

static bool change_try(struct what_if *what_if, const struct json *body, gos_error *err)
{
    struct definition changed;
    struct catalog_change change = {.operation = CATALOG_PUT,
                                    .definition = &changed,
                                    .expected_version = CATALOG_VERSION_ANY,
                                    .action = GOS_LIT("update"),
                                    .pointer = "/change"};
    return changed_read(what_if, body, &changed, err) && document_try(what_if, &change, 1, err);
}

/* Several definitions at once, as POST /api/v1/promote would take them. */
static bool promotion_try(struct what_if *what_if, const struct json *promotion, gos_error *err)
{
    bool dry_run;
    size_t count;
    struct catalog_change *changes;
    struct transfer transfer = {.arena = what_if->arena, .action = GOS_LIT("promote")};
    if (promotion->type != JSON_OBJECT)
        return gos_fail(err, GOS_BAD_INPUT, "/promote", "promote is %s, not an object",
                        json_type_name(promotion->type));
    if (!promote_read(what_if->request, promotion, &transfer, &dry_run, err))
        return gos_fail_below(err, "/promote");
    if (!transfer_changes(&transfer, &changes, &count, err))
        return false;
    return count > 0 ? document_try(what_if, changes, count, err)
                     : gos_fail(err, GOS_BAD_INPUT, "/promote", "nothing of it differs here");
}

static bool changes_try(struct what_if *what_if, const struct json *body, gos_error *err)
{
    const struct json *promotion = json_find(body, GOS_LIT("promote"));
    if (!members_check(body, err))
        return false;
    return promotion ? promotion_try(what_if, promotion, err) : change_try(what_if, body, err);
}

/* The context as a decision would see it: with what identify has told of the user. */
static bool side_bind(struct what_if *what_if, int side, const struct sampled *sampled,
                      gos_str profile, gos_error *err)
{
    struct publisher_patterns patterns = publisher_patterns(api_of(what_if->request)->publisher);
    void *prepared[2] = {what_if->pin.match_pattern_user, what_if->patterns};
    const gos_ruleset *rules[2] = {what_if->pin.rules, what_if->after.rules};
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

/* Contexts as OFREP has them: attributes, the user among them. */
static bool contexts_read(struct what_if *what_if, const struct json *list, struct sampled **out,
                          uint32_t *out_count, gos_error *err)
{
    if (list->type != JSON_ARRAY)
        return gos_fail(err, GOS_BAD_INPUT, "/contexts", "contexts is %s, not a list",
                        json_type_name(list->type));
    *out = gos_arena_array(what_if->arena, list->count + 1u, sizeof **out, err);
    *out_count = list->count;
    for (uint32_t i = 0; *out && i < list->count; i++) {
        struct text text;
        struct json_writer json;
        if (list->items[i].type != JSON_OBJECT)
            return gos_fail(err, GOS_BAD_INPUT,
                            gos_arena_print(what_if->arena, "/contexts/%u", i).data,
                            "a context is %s, not an object", json_type_name(list->items[i].type));
        text_init(&text, what_if->arena);
        json_writer_init(&json, &text);
        json_value(&json, &list->items[i]);
        (*out)[i] = (struct sampled){{"", 0}, {"", 0}, text_str(&text)};
        if (!text_ok(&text, err))
            return false;
    }
    return *out != NULL;
}

static bool contexts_find(struct what_if *what_if, const struct json *body, struct sampled **out,
                          uint32_t *out_count, gos_error *err)
{
    const struct json *given = json_find(body, GOS_LIT("contexts"));
    if (given && given->type != JSON_NULL)
        return contexts_read(what_if, given, out, out_count, err);
    return sample_list(api_of(what_if->request)->sample, api_environment(what_if->request),
                       what_if->arena, out, out_count, err);
}

static bool compare_all(struct what_if *what_if, const struct json *body, gos_compare **out,
                        gos_error *err)
{
    struct api *api = api_of(what_if->request);
    struct publisher_patterns patterns = publisher_patterns(api->publisher);
    struct sampled *sample;
    uint32_t count;
    bool is_given = json_find(body, GOS_LIT("contexts")) != NULL;
    if (!gos_compare_open(what_if->pin.rules, what_if->after.rules, what_if->arena, out, err) ||
        !contexts_find(what_if, body, &sample, &count, err) ||
        (patterns.prepare && !patterns.prepare(what_if->after.rules, &what_if->patterns, err)))
        return false;
    bool done = true;
    for (uint32_t i = 0; i < count && done; i++)
        done = sampled_add(what_if, *out, &sample[i], err) ||
               (is_given &&
                gos_fail_below(err, gos_arena_print(what_if->arena, "/contexts/%u", i).data));
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

/* How many of them are in each segment that any is in. */
static void write_segments(struct json_writer *json, const gos_comparison *found,
                           const gos_transition *one)
{
    json_name(json, "segments");
    json_open_object(json);
    for (uint32_t i = 0; i < found->segment_count; i++) {
        if (one->segment_counts[i] == 0)
            continue;
        json_name_str(json, found->segment_names[i]);
        json_int(json, (int64_t)one->segment_counts[i]);
    }
    json_close_object(json);
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
        write_segments(json, found, one);
        json_close_object(json);
    }
    json_close_array(json);
    json_name(json, "warnings");
    json_raw(json, text_str(&what_if->warnings));
    json_close_object(json);
    api_write_end(what_if->request, response, &answer, 200);
}

static bool what_if_answer(struct what_if *what_if, const struct json *body,
                           struct http_response *response, gos_error *err)
{
    gos_compare *compare;
    for (int side = 0; side < 2; side++) {
        what_if->contexts[side] = gos_context_open(CONTEXT_BYTES);
        if (!what_if->contexts[side])
            return gos_fail(err, GOS_OUT_OF_MEMORY, "", "no memory for a context");
    }
    if (!changes_try(what_if, body, err) || !compare_all(what_if, body, &compare, err))
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
    gos_arena_close(what_if.after.arena);
    gos_arena_close(what_if.arena);
}
