/*
 * Events from any client of the Segment HTTP API: one message a path, or a batch. The content type
 * says nothing (some send forms, some plain text): the body is always JSON.
 *
 * Clients drop data on every 4xx but 429, so a batch is refused only when nothing in it can be
 * used; what cannot be is left out, counted, and named in the answer.
 */
#include "api/held.h"
#include "api/segment_read.h"
#include "base/limits.h"
#include "base/time.h"

#include <stdio.h>

enum { REFUSALS_TOLD_MAX = 20 };

struct refusal {
    uint32_t index;
    gos_error error;
};

/* A body on its way to the roster. */
struct intake {
    struct segment_origin origin;
    struct caller *caller;
    struct roster_item *items;
    size_t count;
    uint32_t message_count;
    uint32_t refused_count;
    struct refusal *refusals; /* the first ones */
};

/* In the header, or as the writeKey of the body: the first that is known counts. */
static bool caller_find(struct http_request *request, const struct json *body, struct caller *out,
                        gos_error *err)
{
    gos_str user, password;
    const struct json *given = json_find(body, GOS_LIT("writeKey"));
    gos_str keys[3] = {
        http_bearer(request),
        http_basic(request, &user, &password) ? user : GOS_LIT(""),
        given && given->type == JSON_STRING ? given->text : GOS_LIT(""),
    };
    for (size_t i = 0; i < 3; i++) {
        if (keys[i].len > 0 && api_admit_key(request, keys[i], out, err))
            return true;
        if (keys[i].len > 0 && err->code != GOS_UNAUTHORIZED)
            return false;
    }
    return gos_fail(err, GOS_UNAUTHORIZED, "",
                    "a key is needed: as user of Basic, as Bearer, or as writeKey");
}

static void refusals_write(const struct intake *intake, struct json_writer *json)
{
    uint32_t told = intake->refused_count < REFUSALS_TOLD_MAX ? intake->refused_count
                                                              : (uint32_t)REFUSALS_TOLD_MAX;
    json_name(json, "rejected");
    json_int(json, intake->refused_count);
    json_name(json, "errors");
    json_open_array(json);
    for (uint32_t i = 0; i < told; i++) {
        json_open_object(json);
        json_name(json, "code");
        json_text(json, gos_str_from(gos_code_name(intake->refusals[i].error.code)));
        json_name(json, "message");
        json_text(json, gos_str_from(intake->refusals[i].error.message));
        json_name(json, "pointer");
        json_text(json, gos_str_from(intake->refusals[i].error.pointer));
        json_close_object(json);
    }
    json_close_array(json);
}

static void intake_finish(struct http_request *request, struct http_response *response,
                          struct roster_item *items, size_t count, void *user)
{
    const struct intake *intake = user;
    held_note_events(request, items, count);
    telemetry_count(api_of(request)->telemetry, COUNT_events_refused, intake->refused_count);
    struct api_answer answer;
    api_write_begin(request, &answer);
    json_open_object(&answer.json);
    json_name(&answer.json, "success");
    json_bool(&answer.json, true);
    if (intake->refused_count > 0)
        refusals_write(intake, &answer.json);
    json_close_object(&answer.json);
    api_write_end(request, response, &answer, 200);
}

/* One message; what is wrong with it is kept and does not touch the others. */
static void message_take(struct http_request *request, struct intake *intake,
                         const struct json *message, gos_str type, const char *pointer)
{
    size_t count;
    gos_error err;
    uint32_t index = intake->message_count++;
    if (segment_read(message, type, &intake->origin, pointer, request->arena,
                     intake->items + intake->count, &count, &err)) {
        intake->count += count;
        return;
    }
    if (intake->refused_count < REFUSALS_TOLD_MAX)
        intake->refusals[intake->refused_count] = (struct refusal){index, err};
    intake->refused_count++;
}

static bool intake_open(struct http_request *request, const struct json *body, uint32_t messages,
                        struct intake **out, gos_error *err)
{
    gos_arena *arena = request->arena;
    struct intake *intake = gos_arena_take(arena, sizeof *intake, err);
    if (!intake || !api_check_events(request, err))
        return false;
    intake->caller = gos_arena_take(arena, sizeof *intake->caller, err);
    intake->items = gos_arena_array(arena, (size_t)messages * SEGMENT_ITEMS_PER_MESSAGE + 1,
                                    sizeof *intake->items, err);
    intake->refusals = gos_arena_array(arena, REFUSALS_TOLD_MAX, sizeof *intake->refusals, err);
    if (!intake->caller || !intake->items || !intake->refusals ||
        !caller_find(request, body, intake->caller, err))
        return false;
    intake->origin = (struct segment_origin){
        .environment = gos_str_from(intake->caller->environment),
        .source = intake->caller->scope >= SCOPE_SERVER ? PROFILE_TOLD : PROFILE_CLAIMED,
        .now_ms = request->now_ms,
        .sent_ms = segment_sent_ms(body),
    };
    *out = intake;
    return true;
}

static void intake_submit(struct http_request *request, struct http_response *response,
                          struct intake *intake)
{
    if (intake->message_count > 0 && intake->refused_count == intake->message_count) {
        telemetry_count(api_of(request)->telemetry, COUNT_events_refused, intake->refused_count);
        http_fail(request, response, &intake->refusals[0].error);
        return;
    }
    if (intake->count == 0)
        intake_finish(request, response, NULL, 0, intake);
    else
        held_submit(request, response, intake->items, intake->count, "", intake_finish, intake);
}

static void take_one(struct http_request *request, struct http_response *response, gos_str type)
{
    gos_error err;
    const struct json *body;
    struct intake *intake;
    if (!api_read_body(request, response, false, &body))
        return;
    if (!intake_open(request, body, 1, &intake, &err)) {
        http_fail(request, response, &err);
        return;
    }
    message_take(request, intake, body, type, "");
    intake_submit(request, response, intake);
}

static bool batch_find(const struct json *body, const struct json **out, gos_error *err)
{
    const struct json *batch = json_find(body, GOS_LIT("batch"));
    if (!batch || batch->type != JSON_ARRAY)
        return gos_fail(err, GOS_BAD_INPUT, "/batch", "a list of messages is needed");
    if (batch->count > BATCH_ITEMS_MAX)
        return gos_fail(err, GOS_TOO_LARGE, "/batch", "%u messages; at most %d",
                        (unsigned)batch->count, BATCH_ITEMS_MAX);
    *out = batch;
    return true;
}

void api_segment_batch(struct http_request *request, struct http_response *response)
{
    gos_error err;
    const struct json *body, *batch = NULL;
    struct intake *intake;
    if (!api_read_body(request, response, false, &body))
        return;
    if (!batch_find(body, &batch, &err) ||
        !intake_open(request, body, batch->count, &intake, &err)) {
        http_fail(request, response, &err);
        return;
    }
    for (uint32_t i = 0; i < batch->count; i++) {
        char pointer[32];
        snprintf(pointer, sizeof pointer, "/batch/%u", (unsigned)i);
        message_take(request, intake, &batch->items[i], (gos_str){NULL, 0}, pointer);
    }
    intake_submit(request, response, intake);
}

#define TAKE(name)                                                                                 \
    void api_segment_##name(struct http_request *request, struct http_response *response)          \
    {                                                                                              \
        take_one(request, response, GOS_LIT(#name));                                               \
    }
TAKE(alias)
TAKE(group)
TAKE(identify)
TAKE(page)
TAKE(screen)
TAKE(track)
#undef TAKE

/*
 * What the browser client asks its settings server for: where to send. The answer names this
 * server, whatever the key is, as a key is checked where it is used.
 */
void api_segment_settings(struct http_request *request, struct http_response *response)
{
    struct api_answer answer;
    gos_str host = http_header(request, "host");
    api_write_begin(request, &answer);
    json_open_object(&answer.json);
    json_name(&answer.json, "integrations");
    json_open_object(&answer.json);
    json_name(&answer.json, "Segment.io");
    json_open_object(&answer.json);
    json_name(&answer.json, "apiKey");
    json_text(&answer.json, http_param(request, "key"));
    json_name(&answer.json, "apiHost");
    json_text(&answer.json, gos_arena_print(request->arena, "%.*s/v1", GOS_ARG(host)));
    json_name(&answer.json, "protocol");
    json_text(&answer.json, request->is_tls ? GOS_LIT("https") : GOS_LIT("http"));
    json_close_object(&answer.json);
    json_close_object(&answer.json);
    json_name(&answer.json, "plan");
    json_open_object(&answer.json);
    json_close_object(&answer.json);
    json_close_object(&answer.json);
    api_write_end(request, response, &answer, 200);
}
