/* GET /api/v1/whoami: what the server takes the caller for, so that programs can say what they may.
 */
#include "api/api.h"
#include "api/keyring.h"

http_handler api_whoami;

void api_whoami(struct http_request *request, struct http_response *response)
{
    const struct caller *caller = api_caller(request);
    bool is_key = caller->role == ROLE_NONE;
    struct api_answer answer;
    api_write_begin(request, &answer);
    json_open_object(&answer.json);
    api_write_text(&answer.json, "kind", is_key ? GOS_LIT("key") : GOS_LIT("member"));
    api_write_text(&answer.json, "name", api_actor(request));
    api_write_text(&answer.json, is_key ? "scope" : "role",
                   gos_str_from(is_key ? scope_word(caller->scope) : role_word(caller->role)));
    api_write_text(&answer.json, "environment", api_environment(request));
    api_write_text(&answer.json, "version", GOS_LIT(GOSSET_VERSION));
    json_close_object(&answer.json);
    http_add(request, response, "Cache-Control", GOS_LIT("no-store"));
    api_write_end(request, response, &answer, 200);
}
