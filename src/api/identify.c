/* POST /api/v1/identify: who a device belongs to, and what is known of a user. */
#include "api/facts_read.h"
#include "api/held.h"

static void identify_finish(struct http_request *request, struct http_response *response,
                            struct roster_item *items, size_t count, void *user)
{
    const struct identify_request *identify = user;
    struct api_answer answer;
    for (size_t i = 0; i < count; i++) {
        if (items[i].outcome == ROSTER_REFUSED) {
            gos_error err;
            gos_fail(&err, GOS_TOO_LARGE, "/attributes",
                     "the attributes of this user would be more than %d, or larger than %d bytes",
                     ROSTER_PROFILE_MEMBERS_MAX, ROSTER_PROFILE_BYTES_MAX);
            http_fail(request, response, &err);
            return;
        }
    }
    api_write_begin(request, &answer);
    json_open_object(&answer.json);
    json_name(&answer.json, "user_id");
    json_text(&answer.json, identify->user_id);
    json_name(&answer.json, "linked");
    json_bool(&answer.json,
              count > 0 && items[0].kind == ROSTER_LINK && items[0].outcome == ROSTER_CREATED);
    json_close_object(&answer.json);
    api_write_end(request, response, &answer, 200);
}

void api_identify(struct http_request *request, struct http_response *response)
{
    const struct json *body;
    gos_error err;
    struct identify_request *identify = gos_arena_take(request->arena, sizeof *identify, &err);
    struct roster_item *items = gos_arena_array(request->arena, 2, sizeof *items, &err);
    if (!identify || !items || !api_read_body(request, response, false, &body)) {
        if (!identify || !items)
            http_fail(request, response, &err);
        return;
    }
    if (!identify_request_read(body, "", request->arena, identify, &err)) {
        http_fail(request, response, &err);
        return;
    }
    gos_str environment = api_environment(request);
    size_t count = 0;
    if (identify->device_id.len > 0)
        items[count++] = (struct roster_item){
            .kind = ROSTER_LINK,
            .link = {environment, identify->device_id, identify->user_id, request->now_ms}};
    if (identify->attributes.len > 0)
        items[count++] =
            (struct roster_item){.kind = ROSTER_PROFILE,
                                 .profile = {environment, identify->user_id, identify->attributes,
                                             request->now_ms, PROFILE_TOLD}};
    if (count == 0)
        identify_finish(request, response, items, 0, identify);
    else
        held_submit(request, response, items, count, "", identify_finish, identify);
}
