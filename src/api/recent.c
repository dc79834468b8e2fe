/* GET /api/v1/events: a ring of the newest events as the JSON in which they are shown. */
#include "api/recent.h"

#include "api/api.h"
#include "base/limits.h"
#include "base/time.h"

#include <pthread.h>
#include <stdlib.h>

enum { NAME_BYTES = 160, ENVIRONMENT_BYTES = 72, ARENA_BYTES = 64 * 1024 };

struct recent_event {
    char environment[ENVIRONMENT_BYTES];
    char name[NAME_BYTES];
    char json[RECENT_BYTES];
    uint32_t environment_len, name_len, json_len;
};

struct recent {
    pthread_mutex_t lock;
    gos_arena *arena; /* to write one event in */
    uint64_t count;   /* ever */
    struct recent_event events[RECENT_EVENTS];
};

bool recent_open(struct recent **out, gos_error *err)
{
    struct recent *recent = calloc(1, sizeof *recent);
    gos_arena *arena = gos_arena_open(ARENA_BYTES);
    if (!recent || !arena) {
        free(recent);
        gos_arena_close(arena);
        return gos_fail(err, GOS_OUT_OF_MEMORY, "", "no memory for the newest events");
    }
    pthread_mutex_init(&recent->lock, NULL);
    recent->arena = arena;
    *out = recent;
    return true;
}

void recent_close(struct recent *recent)
{
    if (!recent)
        return;
    pthread_mutex_destroy(&recent->lock);
    gos_arena_close(recent->arena);
    free(recent);
}

static gos_str event_json(const struct event *event, gos_str properties, gos_arena *arena)
{
    struct text text;
    struct json_writer json;
    text_init(&text, arena);
    json_writer_init(&json, &text);
    json_open_object(&json);
    api_write_text(&json, "event_id", event->event_id);
    api_write_text(&json, "user_id", event->user_id);
    api_write_text(&json, "device_id", event->device_id);
    api_write_text(&json, "name", event->name);
    json_name(&json, "value");
    if (event->has_value)
        json_double(&json, event->value);
    else
        json_null(&json);
    json_name(&json, "properties");
    json_raw(&json, properties.len > 0 ? properties : GOS_LIT("{}"));
    api_write_time(&json, "timestamp", event->at);
    api_write_time(&json, "received_at", event->received_at);
    json_close_object(&json);
    return text_ok(&text, NULL) ? text_str(&text) : (gos_str){0};
}

void recent_put(struct recent *recent, const struct event *event)
{
    if (!recent || event->environment.len > ENVIRONMENT_BYTES || event->name.len > NAME_BYTES)
        return;
    pthread_mutex_lock(&recent->lock);
    gos_arena_reset(recent->arena);
    gos_str json = event_json(event, event->properties, recent->arena);
    if (json.len == 0 || json.len > RECENT_BYTES) {
        gos_arena_reset(recent->arena);
        json = event_json(event, GOS_LIT(""), recent->arena);
    }
    if (json.len > 0 && json.len <= RECENT_BYTES) {
        struct recent_event *slot = &recent->events[recent->count++ % RECENT_EVENTS];
        slot->environment_len = (uint32_t)event->environment.len;
        slot->name_len = (uint32_t)event->name.len;
        slot->json_len = (uint32_t)json.len;
        memcpy(slot->environment, event->environment.data, event->environment.len);
        memcpy(slot->name, event->name.data, event->name.len);
        memcpy(slot->json, json.data, json.len);
    }
    pthread_mutex_unlock(&recent->lock);
}

uint32_t recent_write(struct recent *recent, gos_str environment, gos_str name, uint32_t limit,
                      struct json_writer *json)
{
    uint32_t written = 0;
    if (!recent)
        return 0;
    pthread_mutex_lock(&recent->lock);
    uint64_t held = recent->count < RECENT_EVENTS ? recent->count : RECENT_EVENTS;
    for (uint64_t i = 1; i <= held && written < limit; i++) {
        const struct recent_event *one = &recent->events[(recent->count - i) % RECENT_EVENTS];
        gos_str its_environment = {one->environment, one->environment_len};
        gos_str its_name = {one->name, one->name_len};
        if (!gos_str_equal(its_environment, environment) ||
            (name.len > 0 && !gos_str_equal(its_name, name)))
            continue;
        json_raw(json, (gos_str){one->json, one->json_len});
        written++;
    }
    pthread_mutex_unlock(&recent->lock);
    return written;
}

http_handler api_events_recent;

void api_events_recent(struct http_request *request, struct http_response *response)
{
    gos_error err;
    int64_t limit;
    struct api_answer answer;
    gos_str name = http_query_text(request, "name");
    if (!http_query_int(request, "limit", 1, PAGE_ITEMS_MAX, PAGE_ITEMS_DEFAULT, &limit, &err)) {
        http_fail(request, response, &err);
        return;
    }
    api_write_list_begin(request, &answer);
    uint32_t count = recent_write(api_of(request)->recent, api_environment(request), name,
                                  (uint32_t)limit, &answer.json);
    api_write_list_end(&answer, GOS_LIT(""), count);
    api_write_end(request, response, &answer, 200);
}
