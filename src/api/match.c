/*
 * POST /api/v1/match: how many recent users a targeting would take in, before anybody saves it. The
 * question has the members of a rule, of a segment or of an experiment's targeting_rules.
 */
#include "api/api.h"
#include "api/sample.h"
#include "base/limits.h"
#include "base/secret.h"
#include "base/uuid.h"
#include "catalog/catalog.h"
#include "gosset/eval.h"
#include "jobs/publisher.h"
#include "roster/roster.h"

#include <stdio.h>

static const size_t ARENA_BYTES = (size_t)2 << 30;
static const size_t CONTEXT_BYTES = 1 << 20;
enum { EXAMPLES_MAX = 5 };

/* The asked members become one rule of a flag that nobody else sees. */
static const struct {
    const char *name, *rule_name; /* NULL: of the segment that stands beside the rule */
} members[] = {
    {"segments", "segments"},
    {"include_segments", "segments"},
    {"exclude_segments", "exclude_segments"},
    {"attributes", "attributes"},
    {"user_attributes", "attributes"},
    {"conditions", "conditions"},
    {"include", NULL},
    {"exclude", NULL},
    {"is_active", NULL},
};
enum { MEMBER_COUNT = sizeof members / sizeof members[0] };

struct match {
    struct http_request *request;
    gos_arena *arena;
    char probe[UUID_TEXT_BYTES]; /* name of the flag, and of the segment: no other has it */
    bool is_segment;             /* lists of ids are asked for as well */
    uint32_t segment_count;      /* of the environment, before the probe */
    const gos_ruleset *rules;
    struct publisher_patterns patterns;
    void *prepared;
    gos_context *context;
    uint64_t contexts, matching;
    gos_str examples[EXAMPLES_MAX];
};

static bool members_check(struct match *match, const struct json *body, gos_error *err)
{
    for (uint32_t i = 0; i < body->count; i++) {
        int known = 0;
        while (known < MEMBER_COUNT &&
               !gos_str_equal(body->names[i], gos_str_from(members[known].name)))
            known++;
        char pointer[GOS_POINTER_BYTES] = "";
        json_pointer_add(pointer, body->names[i]);
        if (known == MEMBER_COUNT)
            return gos_fail(err, GOS_BAD_INPUT, pointer,
                            "\"%.*s\" is not asked for: segments, exclude_segments, conditions, "
                            "attributes, include, exclude and is_active are",
                            GOS_ARG(body->names[i]));
        match->is_segment |= members[known].rule_name == NULL;
    }
    return true;
}

static void segments_write(struct match *match, const struct json *body, struct json_writer *json)
{
    static const char *const names[] = {"conditions", "include", "exclude", "is_active"};
    if (!match->is_segment)
        return;
    json_open_object(json);
    json_name(json, "name");
    json_text(json, gos_str_from(match->probe));
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        const struct json *value = json_find(body, gos_str_from(names[i]));
        if (!value || value->type == JSON_NULL)
            continue;
        json_name(json, names[i]);
        json_value(json, value);
    }
    json_close_object(json);
}

static void rule_write(struct match *match, const struct json *body, struct json_writer *json)
{
    json_open_object(json);
    for (size_t i = 0; i < MEMBER_COUNT; i++) {
        const struct json *value = json_find(body, gos_str_from(members[i].name));
        bool is_conditions = gos_str_equal(gos_str_from(members[i].name), GOS_LIT("conditions"));
        if (!value || !members[i].rule_name || (is_conditions && match->is_segment))
            continue;
        json_name(json, members[i].rule_name);
        json_value(json, value);
    }
    if (match->is_segment) {
        json_name(json, "conditions");
        json_open_object(json);
        json_name(json, "segment");
        json_text(json, gos_str_from(match->probe));
        json_close_object(json);
    }
    json_name(json, "value");
    json_bool(json, true);
    json_close_object(json);
}

/* The environment's segments as they stand in a document. */
static bool segments_list(struct match *match, struct json_writer *json, gos_error *err)
{
    struct catalog_query query = {.environment = api_environment(match->request),
                                  .kind = KIND_SEGMENT,
                                  .limit = PAGE_ITEMS_MAX};
    struct catalog_page page;
    do {
        if (!catalog_list(api_of(match->request)->catalog, &query, match->arena, &page, err))
            return false;
        for (uint32_t i = 0; i < page.count; i++)
            json_raw(json, page.items[i].body);
        match->segment_count += page.count;
        query.cursor = page.next;
    } while (page.next.len > 0);
    return true;
}

static bool document_write(struct match *match, const struct json *body, struct text *out,
                           gos_error *err)
{
    struct json_writer json;
    text_init(out, match->arena);
    json_writer_init(&json, out);
    json_open_object(&json);
    json_name(&json, "segments");
    json_open_array(&json);
    if (!segments_list(match, &json, err))
        return false;
    segments_write(match, body, &json);
    json_close_array(&json);
    json_name(&json, "flags");
    json_open_array(&json);
    json_open_object(&json);
    json_name(&json, "key");
    json_text(&json, gos_str_from(match->probe));
    json_name(&json, "type");
    json_text(&json, GOS_LIT("Boolean"));
    json_name(&json, "default_value");
    json_bool(&json, false);
    json_name(&json, "enabled");
    json_bool(&json, true);
    json_name(&json, "rules");
    json_open_array(&json);
    rule_write(match, body, &json);
    json_close_array(&json);
    json_close_object(&json);
    json_close_array(&json);
    json_close_object(&json);
    return text_ok(out, err);
}

/* What the compiler says of the probe is said of the question. */
static bool fail_as_asked(struct match *match, gos_error *err)
{
    char segment[64];
    snprintf(segment, sizeof segment, "/segments/%u", match->segment_count);
    const char *const before[] = {"/flags/0/rules/0", segment};
    for (int i = 0; i < 2; i++) {
        size_t len = strlen(before[i]);
        if (strncmp(err->pointer, before[i], len) == 0)
            memmove(err->pointer, err->pointer + len, strlen(err->pointer + len) + 1);
    }
    return false;
}

static bool question_compile(struct match *match, const struct json *body, gos_error *err)
{
    struct publisher *publisher = api_of(match->request)->publisher;
    gos_compile_options options = publisher_compile_options(publisher);
    gos_report report;
    struct text document;
    match->patterns = publisher_patterns(publisher);
    struct uuid id = secret_uuid(match->request->now_ms);
    uuid_write(&id, match->probe);
    if (!members_check(match, body, err) || !document_write(match, body, &document, err))
        return false;
    if (!gos_ruleset_compile(text_str(&document), &options, match->arena, &match->rules, &report,
                             err))
        return fail_as_asked(match, err);
    return !match->patterns.prepare || match->patterns.prepare(match->rules, &match->prepared, err);
}

/* As a decision would see it: with what identify has told of the user. */
static bool context_ask(struct match *match, const struct sampled *sampled, bool *out,
                        gos_error *err)
{
    gos_str profile = {"", 0};
    gos_subject subject = {.user_id = sampled->user_id,
                           .device_id = sampled->device_id,
                           .now_ms = match->request->now_ms,
                           .match_pattern = match->prepared ? match->patterns.match : NULL,
                           .match_pattern_user = match->prepared};
    if (sampled->user_id.len > 0 &&
        !roster_find_profile(api_of(match->request)->roster, api_environment(match->request),
                             sampled->user_id, PROFILE_TOLD, match->arena, &profile, err))
        return false;
    if (!gos_context_bind(match->context, match->rules, &subject, sampled->attributes, err) ||
        (profile.len > 0 && !gos_context_complete(match->context, profile, err)))
        return false;
    *out = gos_eval_flag_at(match->rules, 0, match->context).rule == 0;
    return true;
}

static bool contexts_ask(struct match *match, gos_error *err)
{
    struct sampled *sample;
    uint32_t count;
    if (!sample_list(api_of(match->request)->sample, api_environment(match->request), match->arena,
                     &sample, &count, err))
        return false;
    for (uint32_t i = 0; i < count; i++) {
        bool is_in;
        if (!context_ask(match, &sample[i], &is_in, err))
            return false;
        if (!is_in)
            continue;
        if (match->matching < EXAMPLES_MAX)
            match->examples[match->matching] =
                sample[i].user_id.len > 0 ? sample[i].user_id : sample[i].device_id;
        match->matching++;
    }
    match->contexts = count;
    return true;
}

static void match_reply(struct match *match, struct http_response *response)
{
    struct api_answer answer;
    api_write_begin(match->request, &answer);
    json_open_object(&answer.json);
    json_name(&answer.json, "contexts");
    json_int(&answer.json, (int64_t)match->contexts);
    json_name(&answer.json, "matching");
    json_int(&answer.json, (int64_t)match->matching);
    json_name(&answer.json, "share");
    if (match->contexts > 0)
        json_double(&answer.json, (double)match->matching / (double)match->contexts);
    else
        json_null(&answer.json);
    json_name(&answer.json, "examples");
    json_open_array(&answer.json);
    for (uint64_t i = 0; i < match->matching && i < EXAMPLES_MAX; i++)
        json_text(&answer.json, match->examples[i]);
    json_close_array(&answer.json);
    json_close_object(&answer.json);
    api_write_end(match->request, response, &answer, 200);
}

http_handler api_match;

void api_match(struct http_request *request, struct http_response *response)
{
    gos_error err = {.code = GOS_OUT_OF_MEMORY, .message = "no memory to count"};
    const struct json *body;
    if (!api_read_body(request, response, true, &body))
        return;
    struct match match = {.request = request,
                          .arena = gos_arena_open(ARENA_BYTES),
                          .context = gos_context_open(CONTEXT_BYTES)};
    if (match.arena && match.context && question_compile(&match, body, &err) &&
        contexts_ask(&match, &err))
        match_reply(&match, response);
    else
        http_fail(request, response, &err);
    if (match.prepared)
        match.patterns.release(match.prepared);
    gos_context_close(match.context);
    gos_arena_close(match.arena);
}
