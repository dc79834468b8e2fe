/* Each reader walks the members of its object once, by a table of names. */
#include "api/facts_read.h"

#include "base/limits.h"
#include "base/time.h"

#include <inttypes.h>
#include <stdio.h>

enum { PROPERTIES_BYTES_MAX = 32 * 1024, HASH_DIGITS = 32 };

/* Which types a field takes, and where it is left. */
struct wanted {
    const char *name;
    enum json_type type;
    const struct json **out;
};

static const char *pointer_below(char out[GOS_POINTER_BYTES], const char *pointer, gos_str name)
{
    snprintf(out, GOS_POINTER_BYTES, "%s", pointer);
    json_pointer_add(out, name);
    return out;
}

static bool member_take(const struct json *item, uint32_t index, const struct wanted *wanted,
                        size_t count, const char *pointer, gos_error *err)
{
    gos_str name = item->names[index];
    const struct json *value = &item->items[index];
    char at[GOS_POINTER_BYTES];
    for (size_t i = 0; i < count; i++) {
        if (!gos_str_equal(name, gos_str_from(wanted[i].name)))
            continue;
        if (value->type == JSON_NULL)
            return true;
        if (value->type != wanted[i].type)
            return gos_fail(err, GOS_BAD_INPUT, pointer_below(at, pointer, name),
                            "%s is %s; %s is allowed", wanted[i].name, json_type_name(value->type),
                            json_type_name(wanted[i].type));
        *wanted[i].out = value;
        return true;
    }
    return gos_fail(err, GOS_BAD_INPUT, pointer_below(at, pointer, name),
                    "there is no field \"%.*s\" here", GOS_ARG(name));
}

static bool members_take(const struct json *item, const struct wanted *wanted, size_t count,
                         const char *pointer, gos_error *err)
{
    if (item->type != JSON_OBJECT)
        return gos_fail(err, GOS_BAD_INPUT, pointer, "%s stands where an object is needed",
                        json_type_name(item->type));
    for (uint32_t i = 0; i < item->count; i++) {
        if (!member_take(item, i, wanted, count, pointer, err))
            return false;
    }
    return true;
}

/* A text of 1 to `bytes_max` bytes without control characters; empty when it was not given. */
static bool text_take(const struct json *value, const char *name, size_t bytes_max,
                      const char *pointer, gos_str *out, gos_error *err)
{
    *out = GOS_LIT("");
    if (!value)
        return true;
    char at[GOS_POINTER_BYTES];
    if (value->text.len == 0 || value->text.len > bytes_max)
        return gos_fail(err, GOS_BAD_INPUT, pointer_below(at, pointer, gos_str_from(name)),
                        "%s has %zu bytes; 1 to %zu are allowed", name, value->text.len, bytes_max);
    for (size_t i = 0; i < value->text.len; i++) {
        if ((unsigned char)value->text.data[i] < ' ')
            return gos_fail(err, GOS_BAD_INPUT, pointer_below(at, pointer, gos_str_from(name)),
                            "%s holds a control character", name);
    }
    *out = value->text;
    return true;
}

static bool object_take(const struct json *value, const char *name, const char *pointer,
                        gos_arena *arena, gos_str *out, gos_error *err)
{
    *out = GOS_LIT("");
    if (!value || value->count == 0)
        return true;
    struct text text;
    struct json_writer writer;
    text_init(&text, arena);
    json_writer_init(&writer, &text);
    json_value(&writer, value);
    char at[GOS_POINTER_BYTES];
    if (!text_ok(&text, err))
        return false;
    if (text.len > PROPERTIES_BYTES_MAX)
        return gos_fail(err, GOS_BAD_INPUT, pointer_below(at, pointer, gos_str_from(name)),
                        "%s has %zu bytes; at most %d are allowed", name, text.len,
                        PROPERTIES_BYTES_MAX);
    *out = text_str(&text);
    return true;
}

static bool time_take(const struct json *value, const struct fact_origin *origin,
                      const char *pointer, int64_t *out, gos_error *err)
{
    *out = origin->now_ms;
    if (!value)
        return true;
    char at[GOS_POINTER_BYTES];
    if (!time_read(value->text, out))
        return gos_fail(err, GOS_BAD_INPUT, pointer_below(at, pointer, GOS_LIT("timestamp")),
                        "timestamp \"%.*s\" is not an RFC 3339 time such as 2026-01-02T03:04:05Z",
                        GOS_ARG(value->text));
    if (*out > origin->now_ms + TIME_DAY_MS)
        return gos_fail(err, GOS_BAD_INPUT, pointer_below(at, pointer, GOS_LIT("timestamp")),
                        "timestamp %.*s is more than a day ahead", GOS_ARG(value->text));
    return true;
}

static bool someone_is_named(gos_str user_id, gos_str device_id, const char *pointer,
                             gos_error *err)
{
    char at[GOS_POINTER_BYTES];
    if (user_id.len > 0 || device_id.len > 0)
        return true;
    return gos_fail(err, GOS_BAD_INPUT, pointer_below(at, pointer, GOS_LIT("user_id")),
                    "user_id is missing, and so is device_id; one of them is needed");
}

bool event_read(const struct json *item, const struct fact_origin *origin, const char *pointer,
                gos_arena *arena, struct event *out, gos_error *err)
{
    const struct json *event_id = NULL, *user_id = NULL, *device_id = NULL, *name = NULL,
                      *value = NULL, *properties = NULL, *timestamp = NULL;
    const struct wanted wanted[] = {
        {"event_id", JSON_STRING, &event_id},   {"user_id", JSON_STRING, &user_id},
        {"device_id", JSON_STRING, &device_id}, {"name", JSON_STRING, &name},
        {"value", JSON_NUMBER, &value},         {"properties", JSON_OBJECT, &properties},
        {"timestamp", JSON_STRING, &timestamp},
    };
    *out = (struct event){.environment = origin->environment, .received_at = origin->now_ms};
    char at[GOS_POINTER_BYTES];
    if (!members_take(item, wanted, sizeof wanted / sizeof wanted[0], pointer, err) ||
        !text_take(event_id, "event_id", UNIT_BYTES_MAX, pointer, &out->event_id, err) ||
        !text_take(user_id, "user_id", UNIT_BYTES_MAX, pointer, &out->user_id, err) ||
        !text_take(device_id, "device_id", UNIT_BYTES_MAX, pointer, &out->device_id, err) ||
        !text_take(name, "name", NAME_BYTES_MAX, pointer, &out->name, err) ||
        !time_take(timestamp, origin, pointer, &out->at, err) ||
        !someone_is_named(out->user_id, out->device_id, pointer, err) ||
        !object_take(properties, "properties", pointer, arena, &out->properties, err))
        return false;
    if (!name)
        return gos_fail(err, GOS_BAD_INPUT, pointer_below(at, pointer, GOS_LIT("name")),
                        "name is missing");
    out->has_value = value != NULL;
    out->value = value ? value->number : 0;
    return true;
}

bool assignment_request_read(const struct json *item, const char *pointer,
                             struct assignment_request *out, gos_error *err)
{
    const struct json *experiment = NULL, *user_id = NULL, *device_id = NULL, *session = NULL;
    *out = (struct assignment_request){0};
    const struct wanted wanted[] = {
        {"experiment_id", JSON_STRING, &experiment},   {"user_id", JSON_STRING, &user_id},
        {"device_id", JSON_STRING, &device_id},        {"session_id", JSON_STRING, &session},
        {"attributes", JSON_OBJECT, &out->attributes},
    };
    char at[GOS_POINTER_BYTES];
    if (!members_take(item, wanted, sizeof wanted / sizeof wanted[0], pointer, err) ||
        !text_take(experiment, "experiment_id", NAME_BYTES_MAX, pointer, &out->experiment_id,
                   err) ||
        !text_take(user_id, "user_id", UNIT_BYTES_MAX, pointer, &out->user_id, err) ||
        !text_take(device_id, "device_id", UNIT_BYTES_MAX, pointer, &out->device_id, err) ||
        !someone_is_named(out->user_id, out->device_id, pointer, err))
        return false;
    if (!experiment)
        return gos_fail(err, GOS_BAD_INPUT, pointer_below(at, pointer, GOS_LIT("experiment_id")),
                        "experiment_id is missing");
    out->has_session = session != NULL;
    if (session && !uuid_read(session->text, &out->session_id))
        return gos_fail(err, GOS_BAD_INPUT, pointer_below(at, pointer, GOS_LIT("session_id")),
                        "session_id \"%.*s\" is not a UUID", GOS_ARG(session->text));
    return true;
}

static bool is_given(gos_str value, const char *name, const char *pointer, gos_error *err)
{
    char at[GOS_POINTER_BYTES];
    return value.len > 0 ||
           gos_fail(err, GOS_BAD_INPUT, pointer_below(at, pointer, gos_str_from(name)),
                    "%s is missing", name);
}

/* As gos_ruleset_hash gives it. */
static bool hash_take(const struct json *value, const char *pointer, gos_str *out, gos_error *err)
{
    char at[GOS_POINTER_BYTES];
    *out = value ? value->text : GOS_LIT("");
    bool is_hash = !value || out->len == HASH_DIGITS;
    for (size_t i = 0; i < out->len && is_hash; i++)
        is_hash = (out->data[i] >= '0' && out->data[i] <= '9') ||
                  (out->data[i] >= 'a' && out->data[i] <= 'f');
    return is_hash ||
           gos_fail(err, GOS_BAD_INPUT, pointer_below(at, pointer, GOS_LIT("ruleset")),
                    "ruleset is not the hash of one: %d hexadecimal digits", HASH_DIGITS);
}

/* A word of reasons.def that gives a variant. */
static bool reason_take(const struct json *value, const char *pointer, gos_str *out, gos_error *err)
{
    static const struct {
        const char *word;
        bool serves;
    } reasons[] = {
#define NONE                                       false
#define VARIANT                                    true
#define ASSIGNMENT(name, word, serves, randomised) {word, serves},
#include "gosset/reasons.def"
#undef ASSIGNMENT
#undef VARIANT
#undef NONE
    };
    char at[GOS_POINTER_BYTES];
    *out = value ? value->text : GOS_LIT("split");
    for (size_t i = 0; i < sizeof reasons / sizeof *reasons; i++) {
        if (reasons[i].serves && gos_str_equal(*out, gos_str_from(reasons[i].word)))
            return true;
    }
    return gos_fail(err, GOS_BAD_INPUT, pointer_below(at, pointer, GOS_LIT("assignment_reason")),
                    "\"%.*s\" gives no variant; split, identity, sticky, override and shipped do",
                    GOS_ARG(*out));
}

bool exposure_request_read(const struct json *item, const struct fact_origin *origin,
                           const char *pointer, gos_arena *arena, struct exposure_request *out,
                           gos_error *err)
{
    const struct json *experiment = NULL, *user_id = NULL, *device_id = NULL, *variant = NULL,
                      *attributes = NULL, *ruleset = NULL, *reason = NULL, *timestamp = NULL;
    const struct wanted wanted[] = {
        {"experiment_id", JSON_STRING, &experiment}, {"user_id", JSON_STRING, &user_id},
        {"device_id", JSON_STRING, &device_id},      {"variant", JSON_STRING, &variant},
        {"attributes", JSON_OBJECT, &attributes},    {"ruleset", JSON_STRING, &ruleset},
        {"assignment_reason", JSON_STRING, &reason}, {"timestamp", JSON_STRING, &timestamp},
    };
    *out = (struct exposure_request){0};
    return members_take(item, wanted, sizeof wanted / sizeof wanted[0], pointer, err) &&
           text_take(experiment, "experiment_id", NAME_BYTES_MAX, pointer, &out->experiment_id,
                     err) &&
           text_take(user_id, "user_id", UNIT_BYTES_MAX, pointer, &out->user_id, err) &&
           text_take(device_id, "device_id", UNIT_BYTES_MAX, pointer, &out->device_id, err) &&
           text_take(variant, "variant", NAME_BYTES_MAX, pointer, &out->variant, err) &&
           object_take(attributes, "attributes", pointer, arena, &out->attributes, err) &&
           hash_take(ruleset, pointer, &out->ruleset, err) &&
           reason_take(reason, pointer, &out->reason, err) &&
           time_take(timestamp, origin, pointer, &out->at, err) &&
           someone_is_named(out->user_id, out->device_id, pointer, err) &&
           is_given(out->experiment_id, "experiment_id", pointer, err) &&
           is_given(out->variant, "variant", pointer, err);
}

bool identify_request_read(const struct json *item, const char *pointer, gos_arena *arena,
                           struct identify_request *out, gos_error *err)
{
    const struct json *user_id = NULL, *device_id = NULL, *attributes = NULL;
    const struct wanted wanted[] = {
        {"user_id", JSON_STRING, &user_id},
        {"device_id", JSON_STRING, &device_id},
        {"attributes", JSON_OBJECT, &attributes},
    };
    char at[GOS_POINTER_BYTES];
    if (!members_take(item, wanted, sizeof wanted / sizeof wanted[0], pointer, err) ||
        !text_take(user_id, "user_id", UNIT_BYTES_MAX, pointer, &out->user_id, err) ||
        !text_take(device_id, "device_id", UNIT_BYTES_MAX, pointer, &out->device_id, err) ||
        !object_take(attributes, "attributes", pointer, arena, &out->attributes, err))
        return false;
    if (!user_id)
        return gos_fail(err, GOS_BAD_INPUT, pointer_below(at, pointer, GOS_LIT("user_id")),
                        "user_id is missing");
    return true;
}
