/* Reading a JSON body and writing a JSON answer. */
#include "api/api.h"
#include "base/time.h"

bool api_read_body(struct http_request *request, struct http_response *response, bool may_be_empty,
                   const struct json **out)
{
    gos_error err;
    gos_str body = request->body;
    if (str_trim(body).len == 0 && may_be_empty)
        body = GOS_LIT("{}");
    bool done = json_read(body, request->arena, out, &err);
    if (done && (*out)->type != JSON_OBJECT)
        done = gos_fail(&err, GOS_BAD_INPUT, "", "the body is %s; an object is needed",
                        json_type_name((*out)->type));
    if (!done)
        http_fail(request, response, &err);
    return done;
}

void api_write_begin(struct http_request *request, struct api_answer *answer)
{
    text_init(&answer->text, request->arena);
    json_writer_init(&answer->json, &answer->text);
}

void api_write_end(struct http_request *request, struct http_response *response,
                   struct api_answer *answer, int status)
{
    http_reply(request, response, status, &answer->text);
}

void api_write_text(struct json_writer *json, const char *name, gos_str value)
{
    json_name(json, name);
    if (value.len > 0)
        json_text(json, value);
    else
        json_null(json);
}

void api_write_time(struct json_writer *json, const char *name, int64_t ms)
{
    char text[TIME_TEXT_BYTES];
    size_t len = ms == TIME_NONE ? 0 : time_write(ms, text);
    api_write_text(json, name, (gos_str){text, len});
}

void api_write_list_begin(struct http_request *request, struct api_answer *answer)
{
    api_write_begin(request, answer);
    json_open_object(&answer->json);
    json_name(&answer->json, "items");
    json_open_array(&answer->json);
}

void api_write_list_end(struct api_answer *answer, gos_str next, int64_t total)
{
    json_close_array(&answer->json);
    api_write_text(&answer->json, "next", next);
    json_name(&answer->json, "total");
    json_int(&answer->json, total);
    json_close_object(&answer->json);
}

void api_reply_json(struct http_request *request, struct http_response *response, int status,
                    gos_str json)
{
    (void)request;
    response->status = status;
    response->body = json;
}
