/* GET and DELETE /api/v1/users/{id}: what is known of one user, and forgetting them. */
#include "api/assignment_write.h"
#include "base/limits.h"
#include "roster/spool.h"

enum { ASSIGNMENTS_MAX = 5000 };

static bool user_find(struct http_request *request, gos_str user_id, struct assignment **out,
                      uint32_t *out_count, gos_str *out_profile, gos_str **out_devices,
                      uint32_t *out_device_count, gos_error *err)
{
    struct roster *roster = api_of(request)->roster;
    gos_str environment = api_environment(request);
    gos_arena *arena = request->arena;
    return roster_list_unit(roster, environment, user_id, ASSIGNMENTS_MAX, arena, out, out_count,
                            err) &&
           roster_find_profile(roster, environment, user_id, arena, out_profile, err) &&
           roster_list_devices(roster, environment, user_id, arena, out_devices, out_device_count,
                               err);
}

void api_users_get(struct http_request *request, struct http_response *response)
{
    gos_error err;
    gos_str user_id = http_param(request, "id"), profile, *devices;
    struct assignment *assignments;
    uint32_t count, device_count;
    if (!user_find(request, user_id, &assignments, &count, &profile, &devices, &device_count,
                   &err)) {
        http_fail(request, response, &err);
        return;
    }
    struct api_answer answer;
    api_write_begin(request, &answer);
    json_open_object(&answer.json);
    json_name(&answer.json, "user_id");
    json_text(&answer.json, user_id);
    json_name(&answer.json, "attributes");
    json_raw(&answer.json, profile.len > 0 ? profile : GOS_LIT("{}"));
    json_name(&answer.json, "devices");
    json_open_array(&answer.json);
    for (uint32_t i = 0; i < device_count; i++)
        json_text(&answer.json, devices[i]);
    json_close_array(&answer.json);
    json_name(&answer.json, "assignments");
    json_open_array(&answer.json);
    for (uint32_t i = 0; i < count; i++)
        assignment_write_json(&assignments[i], &answer.json);
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
    struct api_answer answer;
    api_write_begin(request, &answer);
    json_open_object(&answer.json);
    json_name(&answer.json, "assignments_deleted");
    json_int(&answer.json, (int64_t)count);
    json_close_object(&answer.json);
    api_write_end(request, response, &answer, 200);
}
