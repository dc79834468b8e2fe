/* One submission per request, in the request's arena. */
#include "api/held.h"

#include "api/recent.h"

struct held {
    struct writer_submission submission;
    struct http_request *request;
    held_finish *finish;
    void *user;
};

static void held_done(struct writer_submission *submission, const gos_error *err)
{
    struct held *held = submission->user;
    struct http_request *request = held->request;
    struct http_response *response = http_response_of(request);
    if (err)
        http_fail(request, response, err);
    else
        held->finish(request, response, submission->items, submission->item_count, held->user);
    http_answer(request);
}

void held_submit(struct http_request *request, struct http_response *response,
                 struct roster_item *items, size_t count, const char *pointer, held_finish *finish,
                 void *user)
{
    gos_error err;
    struct held *held = gos_arena_take(request->arena, sizeof *held, &err);
    if (!held) {
        http_fail(request, response, &err);
        return;
    }
    *held = (struct held){{items, count, held_done, held, NULL}, request, finish, user};
    http_hold(request);
    if (writer_submit(api_of(request)->writer, &held->submission, &err))
        return;
    if (err.pointer[0])
        gos_fail_below(&err, pointer);
    http_fail(request, http_response_of(request), &err);
    http_answer(request);
}

uint64_t held_note_events(struct http_request *request, const struct roster_item *items,
                          size_t count)
{
    struct api *api = api_of(request);
    uint64_t events = 0, duplicates = 0;
    size_t tail = count > RECENT_OF_BATCH ? count - RECENT_OF_BATCH : 0;
    for (size_t i = 0; i < count; i++) {
        if (items[i].kind != ROSTER_EVENT)
            continue;
        events++;
        duplicates += items[i].outcome == ROSTER_DUPLICATE;
        if (i >= tail && items[i].outcome == ROSTER_CREATED)
            recent_put(api->recent, &items[i].event);
    }
    telemetry_count(api->telemetry, COUNT_events_accepted, events - duplicates);
    telemetry_count(api->telemetry, COUNT_events_duplicate, duplicates);
    return duplicates;
}
