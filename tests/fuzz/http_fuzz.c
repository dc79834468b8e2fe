/*
 * Reading requests: any bytes, cut into pieces by their own first byte, must give what the same
 * bytes give in one piece: the same end, the same status, the same body, the same bytes left over.
 */
#include "http/exchange.h"

#include <stdlib.h>

enum { OUTCOME_PIECES_MAX = 1 << 16 };

static void handler(struct http_request *request, struct http_response *response)
{
    (void)request;
    (void)response;
}

static const struct http_route routes[] = {
    {.method = "GET", .pattern = "/a/{x}", .handler = handler},
    {.method = "POST", .pattern = "/a/{x...}", .handler = handler, .body_bytes_max = 100},
};

struct outcome {
    enum exchange_step step;
    int status;
    size_t left;
    gos_str body;
    gos_str path;
    gos_arena *arena;
};

static struct http_server *server_get(void)
{
    static struct http_server server;
    static struct shard shard;
    if (!server.router) {
        gos_error err;
        gos_arena *arena = gos_arena_open(1 << 20);
        if (!router_open(routes, sizeof routes / sizeof routes[0], arena, &server.router, &err))
            abort();
        server.arena = arena;
        shard.server = &server;
        server.shards = &shard;
    }
    return &server;
}

/* Reads `input` in pieces of `piece` bytes. */
static struct outcome run(gos_str input, size_t piece)
{
    struct conn conn = {.shard = server_get()->shards};
    struct exchange exchange = {.shard = conn.shard, .arena = gos_arena_open(4 << 20)};
    struct outcome outcome = {.step = EXCHANGE_HEAD, .arena = exchange.arena};
    exchange_begin(&exchange, &conn);
    while (input.len > 0 && outcome.step <= EXCHANGE_BODY) {
        size_t len = piece < input.len ? piece : input.len;
        gos_str part = {input.data, len};
        while (part.len > 0 && outcome.step <= EXCHANGE_BODY)
            outcome.step = outcome.step == EXCHANGE_HEAD ? exchange_read_head(&exchange, &part)
                                                         : exchange_read_body(&exchange, &part);
        len -= part.len;
        input = (gos_str){input.data + len, input.len - len};
    }
    outcome.left = input.len;
    outcome.status = exchange.response.status;
    outcome.body = exchange.request.body;
    outcome.path = exchange.request.path;
    return outcome;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 2 || size > OUTCOME_PIECES_MAX)
        return 0;
    gos_str input = {(const char *)data + 1, size - 1};
    struct outcome whole = run(input, input.len);
    struct outcome parts = run(input, 1 + data[0] % 64);
    bool is_same = whole.step == parts.step && whole.status == parts.status &&
                   (whole.step != EXCHANGE_READY ||
                    (whole.left == parts.left && gos_str_equal(whole.body, parts.body) &&
                     gos_str_equal(whole.path, parts.path)));
    if (!is_same)
        abort();
    gos_arena_close(whole.arena);
    gos_arena_close(parts.arena);
    return 0;
}
