/* Exposures and events become JSON where they happen, with the time at which they do. */
#include "client/expose.h"

#include "base/hash.h"
#include "base/json.h"
#include "base/limits.h"
#include "base/time.h"
#include "base/uuid.h"

#include <math.h>
#include <stdlib.h>
#include <sys/random.h>

enum { EVENT_ARENA_BYTES = 256 << 10 };

/* Puts an item into the queue; false: there is no room, which is counted. */
static bool put(gos_client *client, gos_str json, bool is_exposure)
{
    pthread_mutex_lock(&client->lock);
    bool done = queue_put(&client->queue, json, is_exposure);
    uint32_t count = client->queue.count;
    client->state.dropped += !done;
    pthread_mutex_unlock(&client->lock);
    if (count == 1 || count == client->options.batch_max)
        transport_wake(client->transport);
    return done;
}

static bool is_repeat(gos_client *client, uint64_t hash, int64_t now_ms)
{
    if (!client->repeats)
        return false;
    pthread_mutex_lock(&client->lock);
    bool repeat = repeats_note(client->repeats, hash, now_ms);
    client->state.repeats += repeat;
    pthread_mutex_unlock(&client->lock);
    return repeat;
}

static void member(struct json_writer *json, const char *name, gos_str value)
{
    if (value.len == 0)
        return;
    json_name(json, name);
    json_text(json, value);
}

static void member_time(struct json_writer *json, int64_t ms)
{
    char text[TIME_TEXT_BYTES];
    size_t len = time_write(ms, text);
    member(json, "timestamp", (gos_str){text, len});
}

void expose(gos_client *client, const gos_ruleset *ruleset, const gos_context *context,
            const gos_decision *decision, int64_t now_ms, gos_arena *arena)
{
    struct json_writer json;
    struct text text;
    /* Chance alone chose it; only that is analysed as an experiment. */
    if (!gos_assignment_is_randomised(decision->assignment) || decision->experiment < 0 ||
        decision->experiment_variant < 0)
        return;
    uint32_t experiment = (uint32_t)decision->experiment;
    gos_experiment_info info = gos_ruleset_experiment(ruleset, experiment);
    gos_str variant =
        gos_ruleset_variant(ruleset, experiment, (uint32_t)decision->experiment_variant);
    gos_str unit = gos_eval_unit(ruleset, experiment, context);
    if (is_repeat(client, hash_xxh3(unit, hash_xxh3(variant, hash_xxh3(info.id, 0))), now_ms))
        return;
    text_init(&text, arena);
    json_writer_init(&json, &text);
    json_open_object(&json);
    member(&json, "experiment_id", info.id);
    member(&json, "user_id", unit);
    member(&json, "device_id", gos_context_device(context));
    member(&json, "variant", variant);
    member(&json, "ruleset", decision->ruleset);
    member_time(&json, now_ms);
    json_close_object(&json);
    if (text_ok(&text, NULL))
        put(client, text_str(&text), true);
}

void gos_client_new_session(gos_client *client)
{
    pthread_mutex_lock(&client->lock);
    if (client->repeats)
        repeats_clear(client->repeats);
    pthread_mutex_unlock(&client->lock);
}

static bool text_check(gos_str text, const char *pointer, size_t bytes_max, gos_error *err)
{
    if (text.len > bytes_max || !str_is_utf8(text))
        return gos_fail(err, GOS_BAD_INPUT, pointer, "%s is no UTF-8, or longer than %zu bytes",
                        pointer + 1, bytes_max);
    for (size_t i = 0; i < text.len; i++) {
        if ((unsigned char)text.data[i] < ' ')
            return gos_fail(err, GOS_BAD_INPUT, pointer, "%s holds a control character",
                            pointer + 1);
    }
    return true;
}

/* What the server would refuse is refused here, where the caller can mend it. */
static bool event_check(const gos_client_event *event, gos_error *err)
{
    if (event->name.len == 0)
        return gos_fail(err, GOS_BAD_INPUT, "/name", "the event has no name");
    if (event->user_id.len == 0 && event->device_id.len == 0)
        return gos_fail(err, GOS_BAD_INPUT, "/user_id",
                        "the event has neither a user_id nor a device_id");
    if (event->has_value && !isfinite(event->value))
        return gos_fail(err, GOS_BAD_INPUT, "/value", "the value is no finite number");
    return text_check(event->name, "/name", NAME_BYTES_MAX, err) &&
           text_check(event->user_id, "/user_id", UNIT_BYTES_MAX, err) &&
           text_check(event->device_id, "/device_id", UNIT_BYTES_MAX, err) &&
           text_check(event->event_id, "/event_id", UNIT_BYTES_MAX, err);
}

static bool properties_write(gos_str properties, struct json_writer *json, gos_arena *arena,
                             gos_error *err)
{
    const struct json *read;
    if (properties.len == 0)
        return true;
    if (!json_read(properties, arena, &read, err))
        return gos_fail_below(err, "/properties");
    if (read->type != JSON_OBJECT)
        return gos_fail(err, GOS_BAD_INPUT, "/properties", "properties is %s, not an object",
                        json_type_name(read->type));
    json_name(json, "properties");
    json_value(json, read);
    return true;
}

static void id_write(gos_str given, int64_t now_ms, struct json_writer *json)
{
    uint8_t random[10];
    char text[UUID_TEXT_BYTES];
    if (given.len > 0) {
        member(json, "event_id", given);
        return;
    }
    if (getrandom(random, sizeof random, 0) != (ssize_t)sizeof random)
        return; /* the server gives it one */
    struct uuid id = uuid_make(now_ms, random);
    uuid_write(&id, text);
    member(json, "event_id", gos_str_from(text));
}

static bool event_write(const gos_client_event *event, int64_t now_ms, gos_arena *arena,
                        gos_str *out, gos_error *err)
{
    struct json_writer json;
    struct text text;
    text_init(&text, arena);
    json_writer_init(&json, &text);
    json_open_object(&json);
    id_write(event->event_id, now_ms, &json);
    member(&json, "user_id", event->user_id);
    member(&json, "device_id", event->device_id);
    member(&json, "name", event->name);
    if (event->has_value) {
        json_name(&json, "value");
        json_double(&json, event->value);
    }
    if (!properties_write(event->properties, &json, arena, err))
        return false;
    member_time(&json, now_ms);
    json_close_object(&json);
    *out = text_str(&text);
    return text_ok(&text, err);
}

bool gos_client_track(gos_client *client, const gos_client_event *event, gos_error *err)
{
    gos_str json;
    if (!event_check(event, err))
        return false;
    gos_arena *arena = gos_arena_open(EVENT_ARENA_BYTES);
    if (!arena)
        return gos_fail(err, GOS_OUT_OF_MEMORY, "", "no memory for an event");
    bool done = event_write(event, client_now(client), arena, &json, err);
    if (done && !put(client, json, false))
        done = gos_fail(err, GOS_OVERLOADED, "", "the queue is full; the event is dropped");
    gos_arena_close(arena);
    return done;
}
