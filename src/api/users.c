/* GET and DELETE /api/v1/users/{id}: what is known of one user, and forgetting them. */
#include "api/assignment_write.h"
#include "api/sample.h"
#include "base/limits.h"
#include "roster/spool.h"

enum { ASSIGNMENTS_MAX = 5000 };

/* What is known of one user. */
struct known {
    struct assignment *assignments;
    uint32_t assignment_count;
    const struct json *told;
    const struct json *claimed;
    gos_str *devices;
    uint32_t device_count;
};

static bool profile_find(struct http_request *request, gos_str user_id, enum profile_source source,
                         const struct json **out, gos_error *err)
{
    gos_str text;
    return roster_find_profile(api_of(request)->roster, api_environment(request), user_id, source,
                               request->arena, &text, err) &&
           json_read(text.len > 0 ? text : GOS_LIT("{}"), request->arena, out, err);
}

static bool user_find(struct http_request *request, gos_str user_id, struct known *out,
                      gos_error *err)
{
    struct roster *roster = api_of(request)->roster;
    gos_str environment = api_environment(request);
    gos_arena *arena = request->arena;
    return roster_list_unit(roster, environment, user_id, ASSIGNMENTS_MAX, arena, &out->assignments,
                            &out->assignment_count, err) &&
           profile_find(request, user_id, PROFILE_TOLD, &out->told, err) &&
           profile_find(request, user_id, PROFILE_CLAIMED, &out->claimed, err) &&
           roster_list_devices(roster, environment, user_id, arena, &out->devices,
                               &out->device_count, err);
}

/* What was told, then what was only claimed; and the names of the latter. */
static void attributes_write(const struct known *known, struct json_writer *json)
{
    json_name(json, "attributes");
    json_open_object(json);
    for (uint32_t i = 0; i < known->told->count; i++) {
        json_name_str(json, known->told->names[i]);
        json_value(json, &known->told->items[i]);
    }
    for (uint32_t i = 0; i < known->claimed->count; i++) {
        if (json_find(known->told, known->claimed->names[i]))
            continue;
        json_name_str(json, known->claimed->names[i]);
        json_value(json, &known->claimed->items[i]);
    }
    json_close_object(json);
    json_name(json, "claimed");
    json_open_array(json);
    for (uint32_t i = 0; i < known->claimed->count; i++) {
        if (!json_find(known->told, known->claimed->names[i]))
            json_text(json, known->claimed->names[i]);
    }
    json_close_array(json);
}

void api_users_get(struct http_request *request, struct http_response *response)
{
    gos_error err;
    gos_str user_id = http_param(request, "id");
    struct known known;
    if (!user_find(request, user_id, &known, &err)) {
        http_fail(request, response, &err);
        return;
    }
    struct api_answer answer;
    api_write_begin(request, &answer);
    json_open_object(&answer.json);
    json_name(&answer.json, "user_id");
    json_text(&answer.json, user_id);
    attributes_write(&known, &answer.json);
    json_name(&answer.json, "devices");
    json_open_array(&answer.json);
    for (uint32_t i = 0; i < known.device_count; i++)
        json_text(&answer.json, known.devices[i]);
    json_close_array(&answer.json);
    json_name(&answer.json, "assignments");
    json_open_array(&answer.json);
    for (uint32_t i = 0; i < known.assignment_count; i++)
        assignment_write_json(&known.assignments[i], &answer.json);
    json_close_array(&answer.json);
    json_close_object(&answer.json);
    api_write_end(request, response, &answer, 200);
}

void api_users_delete(struct http_request *request, struct http_response *response)
{
    gos_error err;
    uint64_t count;
    if (!roster_forget(api_of(request)->roster, api_environment(request), http_param(request, "id"),
                       request->now_ms, &count, &err)) {
        http_fail(request, response, &err);
        return;
    }
    sample_forget(api_of(request)->sample, api_environment(request), http_param(request, "id"));
    struct api_answer answer;
    api_write_begin(request, &answer);
    json_open_object(&answer.json);
    json_name(&answer.json, "assignments_deleted");
    json_int(&answer.json, (int64_t)count);
    json_close_object(&answer.json);
    api_write_end(request, response, &answer, 200);
}
