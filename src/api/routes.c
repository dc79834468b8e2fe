/* The table of routes, and the hooks that stand around every request. */
#include "api/api.h"

#include <stddef.h>

#define ROUTE(handler, method, pattern, door, mode, bytes, fail, tag, summary, takes, gives)       \
    http_handler api_##handler;
#include "api/routes.def"
#undef ROUTE

http_fail_writer api_fail_ofrep;

static const struct http_route routes[] = {
#define ROUTE(handler, method, pattern, door, mode, bytes, fail, tag, summary, takes, gives)       \
    {method, pattern, DOOR_##door, HTTP_##mode, bytes, api_##handler,                              \
     fail,   tag,     summary,     takes,       gives},
#include "api/routes.def"
#undef ROUTE
};

const struct http_route *api_routes(size_t *out_count)
{
    *out_count = sizeof routes / sizeof routes[0];
    return routes;
}

bool api_cors(const struct http_request *request, gos_str origin)
{
    gos_str rest = api_of(request)->cors_origins;
    while (rest.len > 0) {
        gos_str allowed = str_cut(&rest, ' ');
        if (gos_str_equal(allowed, GOS_LIT("*")) || gos_str_equal(allowed, origin))
            return true;
    }
    return false;
}

void api_answered(const struct http_request *request, const struct http_access *access)
{
    const struct api *api = api_of(request);
    struct telemetry *telemetry = api->telemetry;
    size_t route = request->route ? (size_t)(request->route - api->routes) : api->route_count;
    uint64_t micros = access->duration_us > 0 ? (uint64_t)access->duration_us : 0;
    telemetry_request(telemetry, route, access->status, micros);
    if (access->status == 429)
        telemetry_count(telemetry, COUNT_overloaded, 1);
}

void api_fail(struct http_request *request, struct http_response *response, const gos_error *err)
{
    if (str_starts_with(request->path, GOS_LIT("/ofrep/"))) {
        api_fail_ofrep(request, response, err);
        return;
    }
    struct api_answer answer;
    api_write_begin(request, &answer);
    json_open_object(&answer.json);
    json_name(&answer.json, "code");
    json_text(&answer.json, gos_str_from(gos_code_name(err->code)));
    json_name(&answer.json, "message");
    json_text(&answer.json, gos_str_from(err->message));
    json_name(&answer.json, "pointer");
    json_text(&answer.json, gos_str_from(err->pointer));
    json_close_object(&answer.json);
    response->body = text_str(&answer.text);
}
