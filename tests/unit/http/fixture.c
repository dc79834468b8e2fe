/* The server and the raw clients of the tests of http. */
#include "fixture.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

atomic_int streams_closed;
struct http_stream *_Atomic last_stream;
struct http_request *_Atomic last_held;
atomic_int answers_seen;

static void hello(struct http_request *request, struct http_response *response)
{
    (void)request;
    response->body = GOS_LIT("{\"hello\":true}");
}

static void echo(struct http_request *request, struct http_response *response)
{
    response->content_type = GOS_LIT("text/plain");
    response->body = request->body;
}

/* Names the method, the parameters and the query. */
static void show(struct http_request *request, struct http_response *response)
{
    struct text text;
    text_init(&text, request->arena);
    text_print(&text, "%.*s", GOS_ARG(request->method));
    for (size_t i = 0; i < request->param_count; i++)
        text_print(&text, " %.*s=%.*s", GOS_ARG(request->params[i].name),
                   GOS_ARG(request->params[i].value));
    for (size_t i = 0; i < request->query_count; i++)
        text_print(&text, " ?%.*s=%.*s", GOS_ARG(request->queries[i].name),
                   GOS_ARG(request->queries[i].value));
    response->content_type = GOS_LIT("text/plain");
    http_reply(request, response, 200, &text);
}

static void large(struct http_request *request, struct http_response *response)
{
    size_t bytes = 300000;
    char *data = gos_arena_take(request->arena, bytes, NULL);
    memset(data, 'x', bytes);
    response->body = (gos_str){data, bytes};
}

static void held(struct http_request *request, struct http_response *response)
{
    (void)response;
    http_hold(request);
    atomic_store(&last_held, request);
}

static void sleepy(struct http_request *request, struct http_response *response)
{
    usleep(300000);
    response->body = gos_arena_text(request->arena, GOS_LIT("\"slept\""), NULL);
}

static void failing(struct http_request *request, struct http_response *response)
{
    gos_error err = {0};
    gos_fail(&err, GOS_CONFLICT, "/version", "version 3 is not 4");
    http_fail(request, response, &err);
}

static void plain_fail(struct http_request *request, struct http_response *response,
                       const gos_error *err)
{
    response->content_type = GOS_LIT("text/plain");
    response->body = gos_arena_text(request->arena, gos_str_from(err->message), NULL);
}

static void on_stream_closed(struct http_stream *stream, void *user)
{
    (void)stream;
    (void)user;
    atomic_fetch_add(&streams_closed, 1);
}

static void stream(struct http_request *request, struct http_response *response)
{
    gos_error err = {0};
    struct http_stream *made;
    if (!http_stream_start(request, on_stream_closed, NULL, &made, &err)) {
        http_fail(request, response, &err);
        return;
    }
    http_stream_send(made, GOS_LIT("data: first\n\n"));
    atomic_store(&last_stream, made);
}

static void cached(struct http_request *request, struct http_response *response)
{
    response->status = http_etag_matches(request, GOS_LIT("\"v1\"")) ? 304 : 200;
    response->body = response->status == 200 ? GOS_LIT("{}") : GOS_LIT("");
    http_add(request, response, "ETag", GOS_LIT("\"v1\""));
}

static bool admit(struct http_request *request, struct http_response *response, gos_error *err)
{
    (void)response;
    if (request->route->scope == 0)
        return true;
    gos_str key = http_bearer(request);
    if (!key.data)
        return gos_fail(err, GOS_UNAUTHORIZED, "", "no key");
    request->identity = (void *)"somebody";
    return gos_str_equal(key, GOS_LIT("secret")) ||
           gos_fail(err, GOS_FORBIDDEN, "", "this key may not");
}

static bool cors(const struct http_request *request, gos_str origin)
{
    (void)request;
    return gos_str_equal(origin, GOS_LIT("https://shop.example"));
}

static void answered(const struct http_request *request, const struct http_access *access)
{
    (void)request;
    if (access->bytes_out > 0 && access->duration_us >= 0)
        atomic_fetch_add(&answers_seen, 1);
}

static const struct http_route routes[] = {
    {.method = "GET", .pattern = "/", .handler = hello},
    {.method = "GET", .pattern = "/hello", .handler = hello},
    {.method = "GET", .pattern = "/cached", .handler = cached},
    {.method = "POST", .pattern = "/echo", .handler = echo, .body_bytes_max = 1000},
    {.method = "POST", .pattern = "/large/echo", .handler = echo, .body_bytes_max = 1 << 20},
    {.method = "POST", .pattern = "/pool/echo", .handler = echo, .mode = HTTP_POOL},
    {.method = "GET", .pattern = "/items/{id}/parts/{part}", .handler = show},
    {.method = "GET", .pattern = "/items/{id}", .handler = show},
    {.method = "DELETE", .pattern = "/items/{id}", .handler = show},
    {.method = "POST", .pattern = "/flags", .handler = show},
    {.method = "POST", .pattern = "/flags/{key...}", .handler = show},
    {.method = "GET", .pattern = "/large", .handler = large},
    {.method = "GET", .pattern = "/held", .handler = held},
    {.method = "GET", .pattern = "/held/pool", .handler = held, .mode = HTTP_POOL},
    {.method = "GET", .pattern = "/sleepy", .handler = sleepy, .mode = HTTP_POOL},
    {.method = "GET", .pattern = "/failing", .handler = failing},
    {.method = "GET", .pattern = "/failing/plain", .handler = failing, .fail = plain_fail},
    {.method = "GET", .pattern = "/stream", .handler = stream},
    {.method = "GET", .pattern = "/stream/pool", .handler = stream, .mode = HTTP_POOL},
    {.method = "POST", .pattern = "/secret", .handler = echo, .scope = 1},
};

struct http_config fixture_config(void)
{
    struct http_config config = http_config_default();
    config.port = 0;
    config.loops = 2;
    config.workers = 2;
    config.routes = routes;
    config.route_count = sizeof routes / sizeof routes[0];
    config.admit = admit;
    config.cors = cors;
    config.answered = answered;
    config.head_ms = 2000;
    config.body_ms = 2000;
    config.idle_ms = 5000;
    config.drain_ms = 300;
    config.stop_ms = 3000;
    return config;
}

struct http_server *fixture_start(const struct http_config *config)
{
    gos_error err = {0};
    struct http_server *server = NULL;
    CHECK_OK(http_start(config, &server, &err), &err);
    return server;
}

void fixture_stop(struct http_server *server)
{
    http_stop(server);
    http_close(server);
}

int client_open(const struct http_server *server)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(http_port(server))};
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    struct timeval limit = {.tv_sec = 5};
    int client = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    setsockopt(client, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    CHECK_INT(connect(client, (struct sockaddr *)&address, sizeof address), 0);
    return client;
}

void client_close(int client)
{
    close(client);
}

void client_send_bytes(int client, const void *bytes, size_t len)
{
    const char *at = bytes;
    while (len > 0) {
        ssize_t sent = send(client, at, len, MSG_NOSIGNAL);
        if (sent <= 0)
            return;
        at += sent;
        len -= (size_t)sent;
    }
}

void client_send(int client, const char *text)
{
    client_send_bytes(client, text, strlen(text));
}

/* Answers stay readable until this many more have been read. */
static char *buffer_next(void)
{
    enum { BUFFERS = 8 };
    static char buffers[BUFFERS][ANSWER_BYTES];
    static unsigned next;
    return buffers[next++ % BUFFERS];
}

static bool read_more(int client, char *data, size_t *len)
{
    ssize_t count = recv(client, data + *len, ANSWER_BYTES - *len, 0);
    if (count > 0)
        *len += (size_t)count;
    return count > 0;
}

/* How long the answer at the start of `data` is; 0 while that is not known. */
static size_t answer_len(gos_str data)
{
    const char *end = memmem(data.data, data.len, "\r\n\r\n", 4);
    if (!end)
        return 0;
    size_t head = (size_t)(end - data.data) + 4;
    if (gos_str_equal(header_of(data, "Transfer-Encoding"), GOS_LIT("chunked"))) {
        const char *last = memmem(data.data, data.len, "0\r\n\r\n", 5);
        return last ? (size_t)(last - data.data) + 5 : 0;
    }
    gos_str length = header_of(data, "Content-Length");
    return head + (length.len > 0 ? strtoul(length.data, NULL, 10) : 0);
}

gos_str client_answer(int client)
{
    char *data = buffer_next();
    size_t len = 0;
    size_t wanted = 0;
    /* One byte at a time until the head is there, so that the next answer stays in the socket. */
    while (wanted == 0 && recv(client, data + len, 1, 0) == 1) {
        len++;
        wanted = answer_len((gos_str){data, len});
    }
    while (len < wanted) {
        ssize_t count = recv(client, data + len, wanted - len, 0);
        if (count <= 0)
            break;
        len += (size_t)count;
    }
    return (gos_str){data, len};
}

gos_str client_rest(int client)
{
    char *data = buffer_next();
    size_t len = 0;
    while (read_more(client, data, &len)) {
    }
    return (gos_str){data, len};
}

bool client_is_closed(int client)
{
    char c;
    return recv(client, &c, 1, 0) == 0;
}

gos_str ask(const struct http_server *server, const char *request)
{
    int client = client_open(server);
    client_send(client, request);
    gos_str answer = client_answer(client);
    client_close(client);
    return answer;
}

int status_of(gos_str answer)
{
    return str_starts_with(answer, GOS_LIT("HTTP/1.1 ")) ? atoi(answer.data + 9) : 0;
}

gos_str body_of(gos_str answer)
{
    const char *end = memmem(answer.data, answer.len, "\r\n\r\n", 4);
    return end ? (gos_str){end + 4, answer.len - (size_t)(end + 4 - answer.data)} : GOS_LIT("");
}

gos_str header_of(gos_str answer, const char *name)
{
    gos_str wanted = gos_str_from(name);
    while (answer.len > 0) {
        gos_str line = str_trim(str_cut(&answer, '\n'));
        if (line.len == 0)
            break;
        gos_str found = str_cut(&line, ':');
        if (str_equal_nocase(found, wanted))
            return str_trim(line);
    }
    return GOS_LIT("");
}
