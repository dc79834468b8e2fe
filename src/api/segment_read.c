/*
 * Messages of the Segment HTTP API. Lenient where clients differ (numbers as ids, times that cannot
 * be read), strict where a fact would be worthless (nobody, no name).
 */
#include "api/segment_read.h"

#include "base/limits.h"
#include "base/secret.h"
#include "base/time.h"

#include <stdio.h>

/* A message on its way to items. */
struct reading {
    const struct json *message;
    const struct segment_origin *origin;
    const char *pointer;
    gos_arena *arena;
    gos_str user_id;
    gos_str device_id;
    int64_t at;
};

static bool fail_at(const struct reading *reading, const char *name, gos_error *err,
                    const char *what)
{
    char at[GOS_POINTER_BYTES];
    snprintf(at, sizeof at, "%s", reading->pointer);
    json_pointer_add(at, gos_str_from(name));
    return gos_fail(err, GOS_BAD_INPUT, at, "%s %s", name, what);
}

/* A text, or a whole number as its digits; empty when absent. Clients send both as ids. */
static bool text_read(const struct reading *reading, const char *name, size_t bytes_max,
                      gos_str *out, gos_error *err)
{
    const struct json *value = json_find(reading->message, gos_str_from(name));
    *out = GOS_LIT("");
    if (!value || value->type == JSON_NULL)
        return true;
    if (value->type != JSON_STRING && !json_is_integer(value, NULL))
        return fail_at(reading, name, err, "is neither a text nor a whole number");
    if (value->text.len > bytes_max)
        return fail_at(reading, name, err, "is too long");
    for (size_t i = 0; i < value->text.len; i++) {
        if ((unsigned char)value->text.data[i] < ' ')
            return fail_at(reading, name, err, "holds a control character");
    }
    *out = value->text;
    return true;
}

static int64_t time_of(const struct json *message, const char *name)
{
    const struct json *value = json_find(message, gos_str_from(name));
    int64_t ms;
    return value && value->type == JSON_STRING && time_read(value->text, &ms) ? ms : TIME_NONE;
}

int64_t segment_sent_ms(const struct json *body)
{
    return time_of(body, "sentAt");
}

/*
 * When it happened, by our clock: what passed between the message and its sending, by the sender's
 * clock, passed before we received it. Never later than now.
 */
static int64_t moment_of(const struct json *message, const struct segment_origin *origin)
{
    int64_t at = time_of(message, "timestamp");
    int64_t sent = time_of(message, "sentAt");
    if (at == TIME_NONE)
        at = time_of(message, "originalTimestamp");
    if (sent == TIME_NONE)
        sent = origin->sent_ms;
    if (at == TIME_NONE)
        return origin->now_ms;
    if (sent != TIME_NONE)
        at = origin->now_ms - (sent - at);
    return at < origin->now_ms ? at : origin->now_ms;
}

static bool object_text(const struct reading *reading, const char *name, gos_str *out,
                        const struct json **out_object, gos_error *err)
{
    const struct json *object = json_find(reading->message, gos_str_from(name));
    struct text text;
    struct json_writer writer;
    *out = GOS_LIT("");
    *out_object = NULL;
    if (!object || object->type == JSON_NULL)
        return true;
    if (object->type != JSON_OBJECT)
        return fail_at(reading, name, err, "is no object");
    *out_object = object;
    if (object->count == 0)
        return true;
    text_init(&text, reading->arena);
    json_writer_init(&writer, &text);
    json_value(&writer, object);
    *out = text_str(&text);
    return text_ok(&text, err);
}

/* The number that the event is worth: "value", else "revenue". */
static void value_read(const struct json *properties, struct event *event)
{
    static const char *const names[] = {"value", "revenue"};
    for (size_t i = 0; i < sizeof names / sizeof names[0] && !event->has_value; i++) {
        const struct json *value = json_find(properties, gos_str_from(names[i]));
        event->has_value = value && value->type == JSON_NUMBER;
        if (event->has_value)
            event->value = value->number;
    }
}

static bool id_read(const struct reading *reading, gos_str *out, gos_error *err)
{
    if (!text_read(reading, "messageId", UNIT_BYTES_MAX, out, err) || out->len > 0)
        return out->len > 0;
    struct uuid id = secret_uuid(reading->origin->now_ms);
    char *text = gos_arena_take(reading->arena, UUID_TEXT_BYTES, err);
    if (!text)
        return false;
    uuid_write(&id, text);
    *out = (gos_str){text, UUID_TEXT_BYTES - 1};
    return true;
}

static bool event_make(const struct reading *reading, gos_str name, const char *properties,
                       struct roster_item *out, gos_error *err)
{
    const struct json *object;
    *out = (struct roster_item){.kind = ROSTER_EVENT};
    out->event = (struct event){
        .environment = reading->origin->environment,
        .user_id = reading->user_id,
        .device_id = reading->device_id,
        .name = name,
        .at = reading->at,
        .received_at = reading->origin->now_ms,
    };
    if (!id_read(reading, &out->event.event_id, err) ||
        !object_text(reading, properties, &out->event.properties, &object, err))
        return false;
    value_read(object, &out->event);
    return true;
}

static bool track_read(const struct reading *reading, struct roster_item *out, size_t *out_count,
                       gos_error *err)
{
    gos_str name;
    if (!text_read(reading, "event", NAME_BYTES_MAX, &name, err))
        return false;
    if (name.len == 0)
        return fail_at(reading, "event", err, "is missing; a track needs it");
    *out_count = 1;
    return event_make(reading, name, "properties", out, err);
}

static void link_make(const struct reading *reading, gos_str device, struct roster_item *out)
{
    *out = (struct roster_item){.kind = ROSTER_LINK};
    out->link = (struct identity_link){
        .environment = reading->origin->environment,
        .device_id = device,
        .user_id = reading->user_id,
        .at = reading->at,
    };
}

static bool identify_read(const struct reading *reading, struct roster_item *out, size_t *out_count,
                          gos_error *err)
{
    const struct json *traits;
    gos_str attributes;
    if (!object_text(reading, "traits", &attributes, &traits, err))
        return false;
    if (reading->user_id.len == 0) /* traits of somebody unknown: nothing that could be used */
        return true;
    if (reading->device_id.len > 0)
        link_make(reading, reading->device_id, &out[(*out_count)++]);
    if (attributes.len == 0)
        return true;
    struct roster_item *item = &out[(*out_count)++];
    *item = (struct roster_item){.kind = ROSTER_PROFILE};
    item->profile = (struct profile){
        .environment = reading->origin->environment,
        .user_id = reading->user_id,
        .attributes = attributes,
        .updated_at = reading->at,
        .source = reading->origin->source,
    };
    return true;
}

static bool alias_read(const struct reading *reading, struct roster_item *out, size_t *out_count,
                       gos_error *err)
{
    gos_str previous;
    if (!text_read(reading, "previousId", UNIT_BYTES_MAX, &previous, err))
        return false;
    if (previous.len == 0 || reading->user_id.len == 0)
        return fail_at(reading, previous.len == 0 ? "previousId" : "userId", err,
                       "is missing; an alias needs it");
    if (!gos_str_equal(previous, reading->user_id))
        link_make(reading, previous, &out[(*out_count)++]);
    return true;
}

static bool type_read(const struct reading *reading, gos_str type, struct roster_item *out,
                      size_t *out_count, gos_error *err)
{
    bool is_view = gos_str_equal(type, GOS_LIT("page")) || gos_str_equal(type, GOS_LIT("screen"));
    if (gos_str_equal(type, GOS_LIT("track")))
        return track_read(reading, out, out_count, err);
    if (gos_str_equal(type, GOS_LIT("identify")))
        return identify_read(reading, out, out_count, err);
    if (gos_str_equal(type, GOS_LIT("alias")))
        return alias_read(reading, out, out_count, err);
    if (!is_view && !gos_str_equal(type, GOS_LIT("group")))
        return fail_at(reading, "type", err,
                       "is none of track, identify, page, screen, group, alias");
    *out_count = 1;
    return event_make(reading, type, is_view ? "properties" : "traits", out, err);
}

static bool items_check(const struct reading *reading, const struct roster_item *items,
                        size_t count, gos_error *err)
{
    for (size_t i = 0; i < count; i++) {
        if (!roster_check(&items[i], err))
            return gos_fail_below(err, reading->pointer);
    }
    return true;
}

bool segment_read(const struct json *message, gos_str type, const struct segment_origin *origin,
                  const char *pointer, gos_arena *arena, struct roster_item *out_items,
                  size_t *out_count, gos_error *err)
{
    struct reading reading = {
        .message = message, .origin = origin, .pointer = pointer, .arena = arena};
    *out_count = 0;
    if (message->type != JSON_OBJECT)
        return gos_fail(err, GOS_BAD_INPUT, pointer, "%s stands where a message is needed",
                        json_type_name(message->type));
    if (!type.data && !text_read(&reading, "type", NAME_BYTES_MAX, &type, err))
        return false;
    if (!text_read(&reading, "userId", UNIT_BYTES_MAX, &reading.user_id, err) ||
        !text_read(&reading, "anonymousId", UNIT_BYTES_MAX, &reading.device_id, err))
        return false;
    bool is_alias = gos_str_equal(type, GOS_LIT("alias"));
    if (reading.user_id.len == 0 && reading.device_id.len == 0 && !is_alias)
        return fail_at(&reading, "userId", err, "is missing, and so is anonymousId");
    reading.at = moment_of(message, origin);
    return type_read(&reading, type, out_items, out_count, err) &&
           items_check(&reading, out_items, *out_count, err);
}
