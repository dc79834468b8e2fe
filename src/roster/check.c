/* The limits of every text that the roster keeps. */
#include "base/limits.h"
#include "roster/roster.h"

enum { REASON_BYTES_MAX = 64, RULESET_BYTES_MAX = 64 };

static bool check_text(gos_str text, const char *pointer, size_t bytes_max, gos_error *err)
{
    if (text.len == 0)
        return gos_fail(err, GOS_BAD_INPUT, pointer, "this is empty; 1 to %zu bytes are allowed",
                        bytes_max);
    if (text.len > bytes_max)
        return gos_fail(err, GOS_BAD_INPUT, pointer, "this has %zu bytes; 1 to %zu are allowed",
                        text.len, bytes_max);
    return true;
}

static bool check_optional(gos_str text, const char *pointer, size_t bytes_max, gos_error *err)
{
    return text.len == 0 || check_text(text, pointer, bytes_max, err);
}

static bool check_environment(gos_str environment, gos_error *err)
{
    return check_text(environment, "/environment", NAME_BYTES_MAX, err);
}

static bool check_assignment(const struct roster_item *item, gos_error *err)
{
    const struct assignment *it = &item->assignment;
    return check_environment(it->environment, err) &&
           check_text(it->user_id, "/user_id", UNIT_BYTES_MAX, err) &&
           check_text(it->variant, "/variant", NAME_BYTES_MAX, err) &&
           check_text(it->assignment_reason, "/assignment_reason", REASON_BYTES_MAX, err) &&
           check_optional(it->device_id, "/device_id", UNIT_BYTES_MAX, err) &&
           check_optional(item->ruleset, "/ruleset", RULESET_BYTES_MAX, err) &&
           check_optional(item->attributes, "/attributes", ROSTER_JSON_BYTES_MAX, err);
}

static bool check_exposure(const struct exposure *it, gos_error *err)
{
    return check_environment(it->environment, err) &&
           check_text(it->unit, "/user_id", UNIT_BYTES_MAX, err) &&
           check_text(it->variant, "/variant", NAME_BYTES_MAX, err) &&
           check_text(it->reason, "/assignment_reason", REASON_BYTES_MAX, err) &&
           check_optional(it->ruleset, "/ruleset", RULESET_BYTES_MAX, err) &&
           check_optional(it->attributes, "/attributes", ROSTER_JSON_BYTES_MAX, err);
}

static bool check_event(const struct event *it, gos_error *err)
{
    if (it->user_id.len == 0 && it->device_id.len == 0)
        return gos_fail(err, GOS_BAD_INPUT, "/user_id",
                        "an event needs a user_id or a device_id; both are empty");
    return check_environment(it->environment, err) &&
           check_text(it->event_id, "/event_id", UNIT_BYTES_MAX, err) &&
           check_optional(it->user_id, "/user_id", UNIT_BYTES_MAX, err) &&
           check_optional(it->device_id, "/device_id", UNIT_BYTES_MAX, err) &&
           check_text(it->name, "/name", NAME_BYTES_MAX, err) &&
           check_optional(it->properties, "/properties", ROSTER_JSON_BYTES_MAX, err);
}

static bool check_link(const struct identity_link *it, gos_error *err)
{
    if (!check_environment(it->environment, err) ||
        !check_text(it->device_id, "/device_id", UNIT_BYTES_MAX, err) ||
        !check_text(it->user_id, "/user_id", UNIT_BYTES_MAX, err))
        return false;
    if (gos_str_equal(it->device_id, it->user_id))
        return gos_fail(err, GOS_BAD_INPUT, "/device_id",
                        "the device and the user have the same id; it links nothing");
    return true;
}

static bool check_profile(const struct profile *it, gos_error *err)
{
    return check_environment(it->environment, err) &&
           check_text(it->user_id, "/user_id", UNIT_BYTES_MAX, err) &&
           check_text(it->attributes, "/attributes", ROSTER_PROFILE_BYTES_MAX, err);
}

bool roster_check(const struct roster_item *item, gos_error *err)
{
    switch (item->kind) {
    case ROSTER_ASSIGNMENT:
        return check_assignment(item, err);
    case ROSTER_EXPOSURE:
        return check_exposure(&item->exposure, err);
    case ROSTER_EVENT:
        return check_event(&item->event, err);
    case ROSTER_LINK:
        return check_link(&item->link, err);
    case ROSTER_PROFILE:
        return check_profile(&item->profile, err);
    }
    return gos_fail(err, GOS_INTERNAL, "", "%d is no kind of roster item", (int)item->kind);
}
