/*
 * POST /api/v1/events: validated whole, durable, then acknowledged. Programs that decide themselves
 * send their exposures along.
 */
#include "api/exposures.h"
#include "api/facts_read.h"
#include "api/held.h"
#include "base/limits.h"
#include "base/secret.h"

#include <stdio.h>

static void events_finish(struct http_request *request, struct http_response *response,
                          struct roster_item *items, size_t count, void *user)
{
    (void)user;
    uint64_t duplicates =
        held_note_events(request, items, count) + exposures_note(request, items, count);
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

/* One of the two lists of the body; empty when it is not there. */
static bool list_find(const struct json *body, const char *name, struct batch_list *out,
                      gos_error *err)
{
    char pointer[32];
    const struct json *list = json_find(body, gos_str_from(name));
    snprintf(pointer, sizeof pointer, "/%s", name);
    *out = (struct batch_list){0};
    if (!list)
        return true;
    if (list->type != JSON_ARRAY)
        return gos_fail(err, GOS_BAD_INPUT, pointer, "%s is %s, not a list", name,
                        json_type_name(list->type));
    if (list->count > BATCH_ITEMS_MAX)
        return gos_fail(err, GOS_TOO_LARGE, pointer, "%u %s; at most %d in one batch",
                        (unsigned)list->count, name, BATCH_ITEMS_MAX);
    *out = (struct batch_list){list->items, list->count};
    return true;
}

struct batch {
    struct batch_list events;
    struct batch_list exposures;
};

static bool batch_find(const struct json *body, struct batch *out, gos_error *err)
{
    bool has_events = json_find(body, GOS_LIT("events"));
    bool has_exposures = json_find(body, GOS_LIT("exposures"));
    if (body->count == 0 || body->count != (uint32_t)has_events + has_exposures)
        return gos_fail(err, GOS_BAD_INPUT, "/events",
                        "the body is {\"events\": [...]}, or with \"exposures\": [...], and "
                        "nothing else");
    return list_find(body, "events", &out->events, err) &&
           list_find(body, "exposures", &out->exposures, err);
}

static bool events_read(struct http_request *request, const struct batch_list *events,
                        struct roster_item *items, gos_error *err)
{
    struct fact_origin origin = {api_environment(request), request->now_ms};
    for (uint32_t i = 0; i < events->count; i++) {
        items[i].kind = ROSTER_EVENT;
        if (!event_read(&events->items[i], &origin, "", request->arena, &items[i].event, err) ||
            !event_name_it(&items[i].event, request->arena, err)) {
            char pointer[32];
            snprintf(pointer, sizeof pointer, "/events/%u", (unsigned)i);
            return gos_fail_below(err, pointer);
        }
    }
    return true;
}

void api_events_post(struct http_request *request, struct http_response *response)
{
    const struct json *body;
    struct batch batch;
    gos_error err;
    if (!api_read_body(request, response, false, &body))
        return;
    bool done = api_check_events(request, &err) && batch_find(body, &batch, &err);
    size_t count = done ? batch.events.count + batch.exposures.count : 0;
    struct roster_item *items =
        done ? gos_arena_array(request->arena, count + 1, sizeof *items, &err) : NULL;
    if (!items || !events_read(request, &batch.events, items, &err) ||
        !exposures_read(request, &batch.exposures, items + batch.events.count, &err)) {
        telemetry_count(api_of(request)->telemetry, COUNT_events_refused, 1);
        http_fail(request, response, &err);
        return;
    }
    if (count == 0) {
        events_finish(request, response, NULL, 0, NULL);
        return;
    }
    held_submit(request, response, items, count, "/events", events_finish, NULL);
}
