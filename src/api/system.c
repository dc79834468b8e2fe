/* Whether the process lives, can decide, and what it has done. */
#include "api/api.h"

void api_healthz(struct http_request *request, struct http_response *response)
{
    api_reply_json(request, response, 200, GOS_LIT("{\"status\":\"ok\"}"));
}
