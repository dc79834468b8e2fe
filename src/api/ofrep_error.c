/* Errors below /ofrep in OFREP's form, while no OFREP route is served. */
#include "api/api.h"

http_fail_writer api_fail_ofrep;

__attribute__((weak)) void api_fail_ofrep(struct http_request *request,
                                          struct http_response *response, const gos_error *err)
{
    struct api_answer answer;
    api_write_begin(request, &answer);
    json_open_object(&answer.json);
    json_name(&answer.json, "errorCode");
    json_text(&answer.json, gos_str_from(gos_code_ofrep(err->code)));
    json_name(&answer.json, "errorDetails");
    json_text(&answer.json, gos_str_from(err->message));
    json_close_object(&answer.json);
    response->body = text_str(&answer.text);
}
