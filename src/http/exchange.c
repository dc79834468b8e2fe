/* One request, from its first byte to the point where a handler can run. */
#include "http/exchange.h"

#include "base/arena.h"
#include "http/answer.h"
#include "http/parse.h"
#include "http/path.h"
#include "http/shard.h"

#include <time.h>

enum {
    REFUSED_BODY_BYTES_MAX = 64 << 10, /* read to its end so that the connection can go on */
    CHUNK_OVERHEAD_FREE = 64 << 10,
    CHUNK_OVERHEAD_TIMES = 8, /* chunks of one byte cost five */
    BODY_BYTES_FIRST = 64 << 10,
    BODY_COPIES_MAX = 4, /* of a body that grows in an arena, and is unpacked there */
};

static int64_t wall_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

void exchange_begin(struct exchange *exchange, struct conn *conn)
{
    exchange->conn = conn;
    exchange->started_us = shard_clock_us();
    exchange->request.arena = exchange->arena;
    exchange->request.user = conn->shard->server->config.user;
    exchange->request.remote = gos_str_from(conn->remote);
    exchange->request.is_tls = conn->tls != NULL;
    exchange->request.path = GOS_LIT("/");
    exchange->response.status = 200;
    exchange->response.content_type = GOS_LIT("application/json");
    text_init(&exchange->head, exchange->arena);
    text_init(&exchange->body, exchange->arena);
}

static void refuse(struct exchange *exchange, const gos_error *err)
{
    http_fail(&exchange->request, &exchange->response, err);
    exchange->is_refused = true;
}

static enum exchange_step broken(struct exchange *exchange, const gos_error *err)
{
    if (!exchange->is_refused)
        refuse(exchange, err);
    return EXCHANGE_BROKEN;
}

static enum exchange_step too_large(struct exchange *exchange, size_t bytes_max)
{
    gos_error err = {0};
    gos_fail(&err, GOS_TOO_LARGE, "", "the body is larger than %zu bytes", bytes_max);
    return broken(exchange, &err);
}

static size_t body_bytes_max(const struct exchange *exchange)
{
    const struct http_route *route = exchange->request.route;
    if (exchange->is_refused)
        return REFUSED_BODY_BYTES_MAX;
    return route && route->body_bytes_max ? route->body_bytes_max : HTTP_BODY_BYTES_DEFAULT;
}

/* "/gosset/x" -> "/x" when the base path is "/gosset". Without it the root is meant. */
static void base_path_cut(struct http_request *request, const char *base)
{
    gos_str prefix = gos_str_from(base);
    gos_str path = request->path;
    if (prefix.len == 0 || !str_starts_with(path, prefix))
        return;
    if (path.len == prefix.len) {
        request->path = GOS_LIT("/");
        request->bare_base = prefix;
    } else if (path.data[prefix.len] == '/') {
        request->path = (gos_str){path.data + prefix.len, path.len - prefix.len};
    }
}

static bool request_fill(struct exchange *exchange, const struct parsed_head *head, gos_error *err)
{
    struct http_request *request = &exchange->request;
    request->method = head->method;
    request->headers = head->headers;
    request->header_count = head->header_count;
    request->now_ms = wall_ms();
    if (!path_split_target(head->target, &request->path, &request->query))
        return gos_fail(err, GOS_BAD_INPUT, "", "malformed request: the target is not a path");
    base_path_cut(request, exchange->shard->server->config.base_path);
    return true;
}

static bool params_decode(struct exchange *exchange, gos_error *err)
{
    struct router_match *match = &exchange->match;
    struct http_request *request = &exchange->request;
    for (size_t i = 0; i < match->param_count; i++) {
        struct http_field *param = &match->params[i];
        if (!path_decode(param->value, false, request->arena, &param->value, err))
            return false;
    }
    request->params = match->params;
    request->param_count = match->param_count;
    struct http_field *queries;
    if (!path_read_query(request->query, request->arena, &queries, &request->query_count, err))
        return false;
    request->queries = queries;
    return true;
}

/* OPTIONS without a row of its own says what there is, without asking who wants to know. */
static bool method_missing(struct exchange *exchange, gos_error *err)
{
    struct http_request *request = &exchange->request;
    gos_str allow = router_allow(&exchange->match, request->arena);
    http_add(request, &exchange->response, "Allow", allow);
    if (!gos_str_equal(request->method, GOS_LIT("OPTIONS"))) {
        request->route = exchange->match.routes[0]; /* so that errors have its form */
        return gos_fail(err, GOS_METHOD_NOT_ALLOWED, "", "%.*s is not allowed here, only %.*s",
                        GOS_ARG(request->method), GOS_ARG(allow));
    }
    exchange->response.status = 204;
    exchange->is_refused = true;
    return true;
}

static bool route_find(struct exchange *exchange, gos_error *err)
{
    struct http_request *request = &exchange->request;
    const struct http_config *config = &exchange->shard->server->config;
    if (!router_find(exchange->shard->server->router, request->path, &exchange->match))
        return gos_fail(err, GOS_NOT_FOUND, "", "there is nothing at %.*s", GOS_ARG(request->path));
    const struct http_route *route = router_pick(&exchange->match, request->method);
    if (!route)
        return method_missing(exchange, err);
    request->route = route;
    /* The parameters serve to name things in a refusal too; that they are broken comes second. */
    gos_error broken_params = {0};
    bool is_decoded = params_decode(exchange, &broken_params);
    if (config->admit && !config->admit(request, &exchange->response, err))
        return false;
    if (!is_decoded)
        *err = broken_params;
    return is_decoded;
}

static enum exchange_step head_done(struct exchange *exchange)
{
    const struct head_facts *facts = &exchange->facts;
    size_t bytes_max = body_bytes_max(exchange);
    if (!facts->is_chunked && facts->content_length == 0)
        return EXCHANGE_READY;
    if (facts->content_length > bytes_max)
        return too_large(exchange, bytes_max);
    /* Who waits for leave to send will not send now. */
    if (exchange->is_refused && facts->expects_continue)
        return EXCHANGE_BROKEN;
    if (!exchange->is_refused)
        arena_allow(exchange->arena,
                    exchange->shard->server->config.arena_bytes_max + BODY_COPIES_MAX * bytes_max);
    if (facts->has_length && !exchange->is_refused)
        text_reserve(&exchange->body, facts->content_length < BODY_BYTES_FIRST
                                          ? (size_t)facts->content_length
                                          : BODY_BYTES_FIRST);
    return EXCHANGE_BODY;
}

static enum exchange_step head_complete(struct exchange *exchange)
{
    gos_error err = {0};
    gos_str head = text_str(&exchange->head);
    struct parsed_head parsed;
    if (!head_check(head, &exchange->facts, &err) ||
        !parse_head(head, &exchange->facts, exchange->arena, &parsed, &err) ||
        !request_fill(exchange, &parsed, &err)) {
        exchange->facts.keeps_alive = false;
        return broken(exchange, &err);
    }
    if (!route_find(exchange, &err))
        refuse(exchange, &err);
    return head_done(exchange);
}

enum exchange_step exchange_read_head(struct exchange *exchange, gos_str *input)
{
    gos_error err = {0};
    size_t before = exchange->head.len;
    size_t room = HTTP_HEAD_BYTES_MAX + 1 - before;
    size_t len = input->len < room ? input->len : room;
    text_add(&exchange->head, (gos_str){input->data, len});
    if (!text_ok(&exchange->head, &err))
        return broken(exchange, &err);
    enum head_end end = head_find_end(text_str(&exchange->head), &exchange->scanned);
    if (end == HEAD_COMPLETE && exchange->scanned <= HTTP_HEAD_BYTES_MAX) {
        size_t used = exchange->scanned - before;
        exchange->head.len = exchange->scanned;
        *input = (gos_str){input->data + used, input->len - used};
        return head_complete(exchange);
    }
    *input = (gos_str){input->data + len, input->len - len};
    if (end == HEAD_BARE_LF)
        gos_fail(&err, GOS_BAD_INPUT, "", "malformed request: a line must end in CR LF");
    else if (exchange->head.len > HTTP_HEAD_BYTES_MAX)
        gos_fail(&err, GOS_HEAD_TOO_LARGE, "", "the request head is larger than %d bytes",
                 HTTP_HEAD_BYTES_MAX);
    else
        return EXCHANGE_HEAD;
    return broken(exchange, &err);
}

static void body_add(struct exchange *exchange, gos_str piece)
{
    exchange->received += piece.len;
    if (!exchange->is_refused)
        text_add(&exchange->body, piece);
}

static enum exchange_step body_done(struct exchange *exchange)
{
    gos_error err = {0};
    if (!text_ok(&exchange->body, &err))
        return broken(exchange, &err);
    exchange->request.body = text_str(&exchange->body);
    return EXCHANGE_READY;
}

static enum exchange_step length_read(struct exchange *exchange, gos_str *input)
{
    uint64_t left = exchange->facts.content_length - exchange->received;
    size_t len = input->len < left ? input->len : (size_t)left;
    body_add(exchange, (gos_str){input->data, len});
    *input = (gos_str){input->data + len, input->len - len};
    return len < left ? EXCHANGE_BODY : body_done(exchange);
}

static enum exchange_step chunks_read(struct exchange *exchange, gos_str *input)
{
    gos_error err = {0};
    gos_str piece;
    size_t bytes_max = body_bytes_max(exchange);
    enum chunk_found found;
    while ((found = chunk_read(&exchange->chunks, input, &piece)) == CHUNK_DATA) {
        body_add(exchange, piece);
        if (exchange->received > bytes_max)
            return too_large(exchange, bytes_max);
    }
    if (exchange->chunks.overhead > CHUNK_OVERHEAD_FREE + CHUNK_OVERHEAD_TIMES * bytes_max)
        return too_large(exchange, bytes_max);
    if (found == CHUNK_BAD) {
        gos_fail(&err, GOS_BAD_INPUT, "", "malformed request: the chunks of the body are broken");
        return broken(exchange, &err);
    }
    return found == CHUNK_MORE ? EXCHANGE_BODY : body_done(exchange);
}

enum exchange_step exchange_read_body(struct exchange *exchange, gos_str *input)
{
    return exchange->facts.is_chunked ? chunks_read(exchange, input) : length_read(exchange, input);
}

bool exchange_leave(struct exchange *exchange)
{
    return atomic_fetch_sub(&exchange->owners, 1) == 1;
}

void http_hold(struct http_request *request)
{
    atomic_fetch_add(&((struct exchange *)request)->owners, 1);
}

void http_answer(struct http_request *request)
{
    struct exchange *exchange = (struct exchange *)request;
    if (exchange_leave(exchange))
        shard_post(exchange);
}
