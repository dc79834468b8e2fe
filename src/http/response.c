/* What handlers do with a response. */
#include "base/json.h"
#include "http/state.h"

#include <assert.h>

enum { HEADERS_FIRST = 8 };

static struct exchange *exchange_of(struct http_request *request)
{
    return (struct exchange *)request;
}

struct http_response *http_response_of(struct http_request *request)
{
    return &exchange_of(request)->response;
}

struct http_server *http_server_of(const struct http_request *request)
{
    return ((const struct exchange *)request)->shard->server;
}

/* No value can begin another header. */
static gos_str value_clean(gos_str value, gos_arena *arena)
{
    bool is_clean = true;
    for (size_t i = 0; i < value.len && is_clean; i++)
        is_clean = (unsigned char)value.data[i] >= ' ' && value.data[i] != 0x7f;
    if (is_clean)
        return value;
    gos_str copy = gos_arena_text(arena, value, NULL);
    char *data = (char *)copy.data;
    for (size_t i = 0; data && i < copy.len; i++) {
        if ((unsigned char)data[i] < ' ' || data[i] == 0x7f)
            data[i] = ' ';
    }
    return data ? copy : GOS_LIT("");
}

void http_add(struct http_request *request, struct http_response *response, const char *name,
              gos_str value)
{
    struct exchange *exchange = exchange_of(request);
    if (response->header_count == exchange->header_capacity) {
        size_t capacity = exchange->header_capacity ? exchange->header_capacity * 2 : HEADERS_FIRST;
        struct http_field *grown = gos_arena_array(request->arena, capacity, sizeof *grown, NULL);
        if (!grown)
            return;
        if (response->header_count > 0)
            memcpy(grown, response->headers, response->header_count * sizeof *grown);
        response->headers = grown;
        exchange->header_capacity = capacity;
    }
    response->headers[response->header_count++] =
        (struct http_field){gos_str_from(name), value_clean(value, request->arena)};
}

void http_reply(struct http_request *request, struct http_response *response, int status,
                const struct text *body)
{
    (void)request;
    bool done = text_ok(body, NULL);
    response->status = done ? status : 500;
    response->body = done ? text_str(body)
                          : GOS_LIT("{\"code\":\"OUT_OF_MEMORY\",\"message\":\"the answer does not "
                                    "fit\",\"pointer\":\"\"}");
}

static bool has_header(const struct http_response *response, const char *name)
{
    for (size_t i = 0; i < response->header_count; i++) {
        if (str_equal_nocase(response->headers[i].name, gos_str_from(name)))
            return true;
    }
    return false;
}

static void fail_write(struct http_request *request, struct http_response *response,
                       const gos_error *err)
{
    struct text text;
    struct json_writer writer;
    text_init(&text, request->arena);
    json_writer_init(&writer, &text);
    json_open_object(&writer);
    json_name(&writer, "code");
    json_text(&writer, gos_str_from(gos_code_name(err->code)));
    json_name(&writer, "message");
    json_text(&writer, gos_str_from(err->message));
    json_name(&writer, "pointer");
    json_text(&writer, gos_str_from(err->pointer));
    json_close_object(&writer);
    http_reply(request, response, response->status, &text);
}

void http_fail(struct http_request *request, struct http_response *response, const gos_error *err)
{
    const struct http_server *server = exchange_of(request)->shard->server;
    http_fail_writer *write = request->route ? request->route->fail : server->config.fail;
    int status = gos_code_http(err->code);
    response->status = status;
    response->content_type = GOS_LIT("application/json");
    if ((status == 429 || status == 503) && !has_header(response, "retry-after"))
        http_add(request, response, "Retry-After", GOS_LIT("1"));
    if (status == 401 && !has_header(response, "www-authenticate"))
        http_add(request, response, "WWW-Authenticate", GOS_LIT("Bearer"));
    (write ? write : fail_write)(request, response, err);
}
