/* User overrides: the value that one user gets of a flag, whatever the rules say. */
#include "api/change.h"
#include "base/limits.h"
#include "base/time.h"

static void override_write(struct json_writer *json, const struct override *override)
{
    char at[TIME_TEXT_BYTES];
    time_write(override->created_at, at);
    json_open_object(json);
    json_name(json, "flag_key");
    json_text(json, override->flag_key);
    json_name(json, "user_id");
    json_text(json, override->user_id);
    json_name(json, "value");
    json_raw(json, override->value);
    json_name(json, "created_by");
    json_text(json, override->created_by);
    json_name(json, "created_at");
    json_text(json, gos_str_from(at));
    json_close_object(json);
}

static bool flag_get(struct http_request *request, struct definition *out, gos_error *err)
{
    return catalog_get(api_of(request)->catalog, api_environment(request), KIND_FLAG,
                       http_param(request, "key"), request->arena, out, err);
}

static void overrides_answer(struct http_request *request, struct http_response *response,
                             gos_str flag_key)
{
    gos_error err;
    struct override_page page;
    struct api_answer answer;
    int64_t limit;
    gos_str cursor = http_query_text(request, "cursor");
    gos_str user_id = http_query_text(request, "user_id");
    if (!http_query_int(request, "limit", 1, PAGE_ITEMS_MAX, PAGE_ITEMS_DEFAULT, &limit, &err) ||
        !catalog_list_overrides(api_of(request)->catalog, api_environment(request), flag_key,
                                user_id, cursor, (uint32_t)limit, request->arena, &page, &err)) {
        http_fail(request, response, &err);
        return;
    }
    api_write_list_begin(request, &answer);
    for (uint32_t i = 0; i < page.count; i++)
        override_write(&answer.json, &page.items[i]);
    api_write_list_end(&answer, page.next, page.total);
    api_write_end(request, response, &answer, 200);
}

void api_overrides_list(struct http_request *request, struct http_response *response)
{
    gos_error err;
    struct definition flag;
    if (flag_get(request, &flag, &err))
        overrides_answer(request, response, flag.name);
    else
        http_fail(request, response, &err);
}

void api_overrides_all(struct http_request *request, struct http_response *response)
{
    overrides_answer(request, response, GOS_LIT(""));
}

static bool override_get(struct http_request *request, const struct definition *flag,
                         struct override *out, bool *out_found, gos_error *err)
{
    return catalog_find_override(api_of(request)->catalog, api_environment(request), flag->name,
                                 http_param(request, "user_id"), request->arena, out, out_found,
                                 err);
}

static void override_reply(struct http_request *request, struct http_response *response, int status,
                           const struct override *override)
{
    struct api_answer answer;
    api_write_begin(request, &answer);
    override_write(&answer.json, override);
    api_write_end(request, response, &answer, status);
}

void api_overrides_get(struct http_request *request, struct http_response *response)
{
    gos_error err;
    struct definition flag;
    struct override override;
    bool found;
    bool done =
        flag_get(request, &flag, &err) && override_get(request, &flag, &override, &found, &err) &&
        (found || gos_fail(&err, GOS_NOT_FOUND, "", "the flag has no override for this user"));
    if (!done) {
        http_fail(request, response, &err);
        return;
    }
    override.flag_key = flag.name;
    override_reply(request, response, 200, &override);
}

/* The body is {"value": ...} and may repeat what the path says. */
static bool value_read(const struct json *body, const struct definition *flag, gos_str user,
                       gos_arena *arena, gos_str *out, gos_error *err)
{
    struct json_writer writer;
    struct text text;
    const struct json *value = json_find(body, GOS_LIT("value"));
    if (user.len == 0 || user.len > UNIT_BYTES_MAX)
        return gos_fail(err, GOS_BAD_INPUT, "/user_id", "a user id has 1 to %d bytes, not %zu",
                        UNIT_BYTES_MAX, user.len);
    for (size_t i = 0; i < body->count; i++) {
        char pointer[GOS_POINTER_BYTES] = "";
        json_pointer_add(pointer, body->names[i]);
        if (!gos_str_equal(body->names[i], GOS_LIT("value")))
            return gos_fail(err, GOS_BAD_INPUT, pointer, "\"%.*s\" is not a field of an override",
                            GOS_ARG(body->names[i]));
    }
    if (!value)
        return gos_fail(err, GOS_BAD_INPUT, "/value", "\"value\" is missing");
    if (!definition_check_override(flag->tree, value, err))
        return false;
    text_init(&text, arena);
    json_writer_init(&writer, &text);
    json_value(&writer, value);
    *out = text_str(&text);
    return text_ok(&text, err);
}

void api_overrides_put(struct http_request *request, struct http_response *response)
{
    gos_error err;
    struct definition flag;
    const struct json *body;
    bool found = false;
    struct override made = {.user_id = http_param(request, "user_id"),
                            .created_by = api_actor(request),
                            .created_at = request->now_ms};
    struct override before;
    if (!api_read_body(request, response, false, &body))
        return;
    bool done = flag_get(request, &flag, &err) &&
                value_read(body, &flag, made.user_id, request->arena, &made.value, &err) &&
                override_get(request, &flag, &before, &found, &err);
    if (done) {
        made.flag_key = flag.name;
        struct catalog_change change = {.operation = CATALOG_PUT_OVERRIDE,
                                        .override = made,
                                        .action = found ? GOS_LIT("update") : GOS_LIT("create"),
                                        .pointer = ""};
        done = change_apply(request, &change, 1, false, NULL, &err);
    }
    if (done)
        override_reply(request, response, found ? 200 : 201, &made);
    else
        change_fail(request, response, &err);
}

void api_overrides_delete(struct http_request *request, struct http_response *response)
{
    gos_error err;
    struct catalog_change change = {.operation = CATALOG_DELETE_OVERRIDE,
                                    .override = {.flag_key = http_param(request, "key"),
                                                 .user_id = http_param(request, "user_id")},
                                    .action = GOS_LIT("delete"),
                                    .pointer = ""};
    if (!change_apply(request, &change, 1, false, NULL, &err)) {
        change_fail(request, response, &err);
        return;
    }
    response->status = 204;
    response->content_type = GOS_LIT("");
}
