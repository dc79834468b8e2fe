/* POST /api/v1/events: validated whole, durable, then acknowledged. */
#include "api/facts_read.h"
#include "api/held.h"
#include "base/limits.h"
#include "base/secret.h"

#include <stdio.h>

static void events_finish(struct http_request *request, struct http_response *response,
                          struct roster_item *items, size_t count, void *user)
{
    (void)user;
    uint64_t duplicates = held_note_events(request, items, count);
    struct api_answer answer;
    api_write_begin(request, &answer);
    json_open_object(&answer.json);
    json_name(&answer.json, "accepted");
    json_int(&answer.json, (int64_t)(count - duplicates));
    json_name(&answer.json, "duplicates");
    json_int(&answer.json, (int64_t)duplicates);
    json_close_object(&answer.json);
    api_write_end(request, response, &answer, 202);
}

/* An event without an id gets one, so that every event in the ledger can be named. */
static bool event_name_it(struct event *event, gos_arena *arena, gos_error *err)
{
    if (event->event_id.len > 0)
        return true;
    struct uuid id = secret_uuid(event->received_at);
    char *text = gos_arena_take(arena, UUID_TEXT_BYTES, err);
    if (!text)
        return false;
    uuid_write(&id, text);
    event->event_id = (gos_str){text, UUID_TEXT_BYTES - 1};
    return true;
}

static bool events_list(const struct json *body, const struct json **out, gos_error *err)
{
    const struct json *events = json_find(body, GOS_LIT("events"));
    if (!events || events->type != JSON_ARRAY || body->count != 1)
        return gos_fail(err, GOS_BAD_INPUT, "/events",
                        "the body is {\"events\": [...]} and nothing else");
    if (events->count > BATCH_ITEMS_MAX)
        return gos_fail(err, GOS_TOO_LARGE, "/events", "%u events; at most %d in one batch",
                        (unsigned)events->count, BATCH_ITEMS_MAX);
    *out = events;
    return true;
}

static bool events_read(struct http_request *request, const struct json *events,
                        struct roster_item **out, gos_error *err)
{
    struct fact_origin origin = {api_environment(request), request->now_ms};
    struct roster_item *items = gos_arena_array(request->arena, events->count, sizeof *items, err);
    if (!items)
        return false;
    for (uint32_t i = 0; i < events->count; i++) {
        char pointer[32];
        snprintf(pointer, sizeof pointer, "/events/%u", (unsigned)i);
        items[i].kind = ROSTER_EVENT;
        if (!event_read(&events->items[i], &origin, pointer, request->arena, &items[i].event, err))
            return false;
        if (!event_name_it(&items[i].event, request->arena, err))
            return false;
    }
    *out = items;
    return true;
}

void api_events_post(struct http_request *request, struct http_response *response)
{
    const struct json *body, *events = NULL;
    struct roster_item *items = NULL;
    gos_error err;
    if (!api_read_body(request, response, false, &body))
        return;
    if (!events_list(body, &events, &err) || !events_read(request, events, &items, &err)) {
        telemetry_count(api_of(request)->telemetry, COUNT_events_refused, 1);
        http_fail(request, response, &err);
        return;
    }
    if (events->count == 0) {
        events_finish(request, response, NULL, 0, NULL);
        return;
    }
    held_submit(request, response, items, events->count, "/events", events_finish, NULL);
}
