/* Defined by the room of OFREP; here only so that this program links without it. */
#include "api/api.h"

__attribute__((weak)) void api_fail_ofrep(struct http_request *request,
                                          struct http_response *response, const gos_error *err)
{
    (void)request;
    (void)response;
    (void)err;
}
