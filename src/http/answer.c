/* From a response to bytes: content coding, other origins, and the head. */
#include "http/answer.h"

#include "http/gzip.h"

static gos_str coding_of(const struct http_request *request)
{
    return str_trim(http_header(request, "content-encoding"));
}

static bool body_unpack(struct exchange *exchange, gos_error *err)
{
    struct http_request *request = &exchange->request;
    const struct http_route *route = request->route;
    gos_str coding = coding_of(request);
    if (coding.len == 0 || request->body.len == 0 || str_equal_nocase(coding, GOS_LIT("identity")))
        return true;
    bool is_gzip =
        str_equal_nocase(coding, GOS_LIT("gzip")) || str_equal_nocase(coding, GOS_LIT("x-gzip"));
    if (!is_gzip && !str_equal_nocase(coding, GOS_LIT("deflate")))
        return gos_fail(err, GOS_UNSUPPORTED_MEDIA, "",
                        "Content-Encoding is %.*s, not gzip or deflate", GOS_ARG(coding));
    size_t bytes_max = route->body_bytes_max ? route->body_bytes_max : HTTP_BODY_BYTES_DEFAULT;
    return gzip_inflate(request->body, is_gzip, bytes_max, request->arena, &request->body, err);
}

void answer_make(struct exchange *exchange)
{
    gos_error err = {0};
    if (body_unpack(exchange, &err))
        exchange->request.route->handler(&exchange->request, &exchange->response);
    else
        http_fail(&exchange->request, &exchange->response, &err);
}

/* "q=0", "q=0.0" and so on. */
static bool is_refused_by_weight(gos_str parameters)
{
    gos_str q = str_trim(parameters);
    if (!str_starts_with(q, GOS_LIT("q=")) && !str_starts_with(q, GOS_LIT("Q=")))
        return false;
    double weight;
    return str_read_double((gos_str){q.data + 2, q.len - 2}, &weight) && weight == 0;
}

bool http_takes_coding(const struct http_request *request, gos_str coding)
{
    gos_str list = http_header(request, "accept-encoding");
    while (list.len > 0) {
        gos_str one = str_cut(&list, ',');
        gos_str name = str_trim(str_cut(&one, ';'));
        if (str_equal_nocase(name, coding) || gos_str_equal(name, GOS_LIT("*")))
            return !is_refused_by_weight(one);
    }
    return false;
}

/* Pictures and archives are packed already. */
static bool is_text(gos_str type)
{
    return str_starts_with(type, GOS_LIT("text/")) || str_contains(type, GOS_LIT("json")) ||
           str_contains(type, GOS_LIT("javascript")) || str_contains(type, GOS_LIT("xml")) ||
           str_contains(type, GOS_LIT("wasm"));
}

static bool has_coding(const struct http_response *response)
{
    for (size_t i = 0; i < response->header_count; i++) {
        if (str_equal_nocase(response->headers[i].name, GOS_LIT("content-encoding")))
            return true;
    }
    return false;
}

void answer_pack(struct exchange *exchange)
{
    struct http_request *request = &exchange->request;
    struct http_response *response = &exchange->response;
    bool is_worth_it = response->body.len >= HTTP_GZIP_BYTES_MIN &&
                       is_text(response->content_type) && !has_coding(response);
    if (exchange->is_packed || exchange->is_stream || !is_worth_it)
        return;
    exchange->is_packed = true;
    gos_str packed;
    http_add(request, response, "Vary", GOS_LIT("Accept-Encoding"));
    if (!http_takes_coding(request, GOS_LIT("gzip")) ||
        !gzip_deflate(response->body, request->arena, &packed))
        return;
    response->body = packed;
    http_add(request, response, "Content-Encoding", GOS_LIT("gzip"));
}

void answer_allow_origin(struct exchange *exchange)
{
    struct http_request *request = &exchange->request;
    struct http_response *response = &exchange->response;
    http_cors *allows = exchange->shard->server->config.cors;
    gos_str origin = http_header(request, "origin");
    if (!allows || origin.len == 0)
        return;
    http_add(request, response, "Vary", GOS_LIT("Origin"));
    if (!allows(request, origin))
        return;
    http_add(request, response, "Access-Control-Allow-Origin", origin);
    if (!http_header(request, "access-control-request-method").data) {
        http_add(request, response, "Access-Control-Expose-Headers",
                 GOS_LIT("ETag, Retry-After, Location, Last-Event-ID"));
        return;
    }
    gos_str headers = http_header(request, "access-control-request-headers");
    http_add(request, response, "Access-Control-Allow-Methods",
             router_allow(&exchange->match, request->arena));
    http_add(request, response, "Access-Control-Allow-Headers",
             headers.len ? headers
                         : GOS_LIT("Content-Type, Authorization, X-API-Key, If-None-Match"));
    http_add(request, response, "Access-Control-Max-Age", GOS_LIT("600"));
}

static const char *phrase(int status)
{
    switch (status) {
#define PHRASE(code, text)                                                                         \
    case code:                                                                                     \
        return text;
#include "http/phrases.def"
#undef PHRASE
    default:
        return "Status";
    }
}

bool answer_has_body(const struct exchange *exchange)
{
    int status = exchange->response.status;
    return status != 204 && status != 304 &&
           !gos_str_equal(exchange->request.method, GOS_LIT("HEAD"));
}

static void header_write(struct text *out, gos_str name, gos_str value)
{
    text_add(out, name);
    text_add(out, GOS_LIT(": "));
    text_add(out, value);
    text_add(out, GOS_LIT("\r\n"));
}

/* Heads are written for every answer: without the format of printf. */
static void number_write(struct text *out, size_t number)
{
    char digits[24];
    size_t at = sizeof digits;
    do {
        digits[--at] = (char)('0' + number % 10);
        number /= 10;
    } while (number > 0);
    text_add(out, (gos_str){digits + at, sizeof digits - at});
}

/* How the end of the body will be known. */
static void length_write(const struct exchange *exchange, struct text *out)
{
    int status = exchange->response.status;
    if (exchange->is_stream && !exchange->facts.is_http10)
        text_add(out, GOS_LIT("Transfer-Encoding: chunked\r\n"));
    if (exchange->is_stream || status == 204 || status == 304)
        return;
    text_add(out, GOS_LIT("Content-Length: "));
    number_write(out, exchange->response.body.len);
    text_add(out, GOS_LIT("\r\n"));
}

bool answer_head(struct exchange *exchange, bool is_last, struct text *out)
{
    const struct http_response *response = &exchange->response;
    bool is_kept_10 = exchange->facts.is_http10 && !is_last;
    text_add(out, GOS_LIT("HTTP/1.1 "));
    number_write(out, (size_t)response->status);
    text_add_char(out, ' ');
    text_add(out, gos_str_from(phrase(response->status)));
    text_add(out, GOS_LIT("\r\nDate: "));
    text_add(out, gos_str_from(exchange->shard->date));
    text_add(out, GOS_LIT("\r\n"));
    if (response->content_type.len > 0 && response->status != 204 && response->status != 304)
        header_write(out, GOS_LIT("Content-Type"), response->content_type);
    length_write(exchange, out);
    if (is_last || is_kept_10)
        text_add(out, is_last ? GOS_LIT("Connection: close\r\n")
                              : GOS_LIT("Connection: keep-alive\r\n"));
    for (size_t i = 0; i < response->header_count; i++)
        header_write(out, response->headers[i].name, response->headers[i].value);
    text_add(out, GOS_LIT("\r\n"));
    return text_ok(out, NULL);
}
