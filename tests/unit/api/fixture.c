#include "fixture.h"

#include "api/logins.h"
#include "api/sessions.h"
#include "base/secret.h"
#include "base/time.h"
#include "jobs/publisher.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

static int64_t now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_REALTIME, &time);
    return (int64_t)time.tv_sec * 1000 + time.tv_nsec / 1000000;
}

static void key_make(struct fixture *given, const char *environment, const char *scope,
                     char out[KEY_TEXT_BYTES])
{
    gos_error err;
    struct api_key key = {.id = secret_uuid(now()),
                          .environment = gos_str_from(environment),
                          .name = gos_str_from(scope),
                          .scope = gos_str_from(scope),
                          .created_by = GOS_LIT("test"),
                          .created_at = now(),
                          .last_used_at = TIME_NONE,
                          .revoked_at = TIME_NONE};
    CHECK_OK(keyring_add(given->api.keyring, &key, GOS_LIT(""), out, &err), &err);
}

static void server_start(struct fixture *given)
{
    gos_error err;
    struct http_config config = http_config_default();
    config.host = "127.0.0.1";
    config.port = 0;
    config.routes = api_routes(&config.route_count);
    config.user = &given->api;
    config.admit = api_admit;
    config.cors = api_cors;
    config.answered = api_answered;
    config.fail = api_fail;
    config.loops = 1;
    config.workers = 2;
    CHECK_OK(http_start(&config, &given->server, &err), &err);
    snprintf(given->url, sizeof given->url, "http://127.0.0.1:%u", http_port(given->server));
}

static int64_t fixture_now(void *context)
{
    (void)context;
    return now();
}

void fixture_start(struct fixture *given)
{
    gos_error err;
    char path[256];
    struct catalog_options options = {.backend = "sqlite", .location = path, .now_ms = now()};
    *given = (struct fixture){.arena = gos_arena_open(256 * 1024 * 1024)};
    CHECK_OK(secret_start(&err), &err);
    snprintf(path, sizeof path, "%s/catalog.db", test_folder());
    CHECK_OK(catalog_open(&options, &given->catalog, &err), &err);
    given->api.catalog = given->catalog;
    given->api.telemetry = &given->telemetry;
    given->api.routes = api_routes(&given->api.route_count);
    given->api.cors_origins = GOS_LIT("");
    struct publisher_options publisher = {.catalog = given->catalog, .now_ms = fixture_now};
    CHECK_OK(publisher_open(&publisher, &given->api.publisher, &err), &err);
    CHECK_OK(keyring_open(given->catalog, &given->api.keyring, &err), &err);
    struct sessions_options sessions = {given->catalog, 3600000, 7200000};
    CHECK_OK(sessions_open(&sessions, now(), &given->api.sessions, &err), &err);
    CHECK_OK(logins_open(&given->api.logins, &err), &err);
    key_make(given, "production", "admin", given->admin);
    key_make(given, "production", "server", given->reader);
    key_make(given, "production", "client", given->browser);
    key_make(given, "staging", "admin", given->staging);
    given->key = given->admin;
    server_start(given);
}

void fixture_stop(struct fixture *given)
{
    http_stop(given->server);
    http_close(given->server);
    keyring_close(given->api.keyring);
    sessions_close(given->api.sessions);
    logins_close(given->api.logins);
    publisher_close(given->api.publisher);
    catalog_close(given->catalog);
    gos_arena_close(given->arena);
}

int fixture_call(struct fixture *given, const char *method, const char *path, const char *body)
{
    gos_error err;
    struct http_client *client;
    struct http_reply reply = {0};
    struct http_client_options options = {.base_url = gos_str_from(given->url),
                                          .key = gos_str_from(given->key),
                                          .timeout_ms = 20000,
                                          .body_bytes_max = 64 * 1024 * 1024};
    gos_str sent = body ? gos_str_from(body) : (gos_str){NULL, 0};
    CHECK_OK(http_client_open(&options, &client, &err), &err);
    CHECK_OK(http_client_call(client, method, path, sent, given->arena, &reply, &err), &err);
    http_client_close(client);
    given->status = reply.status;
    given->body = reply.body;
    given->json = NULL;
    if (reply.body.len > 0)
        CHECK_OK(json_read(reply.body, given->arena, &given->json, &err), &err);
    return reply.status;
}

gos_str fixture_at(struct fixture *given, const char *pointer)
{
    const struct json *value = json_at(given->json, gos_str_from(pointer));
    struct json_writer writer;
    struct text text;
    if (!value)
        return GOS_LIT("absent");
    text_init(&text, given->arena);
    json_writer_init(&writer, &text);
    json_value(&writer, value);
    return text_str(&text);
}

gos_str fixture_raw(struct fixture *given, const char *method, const char *path, const char *header,
                    const char *body)
{
    enum { REPLY_BYTES_MAX = 65536 };
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(http_port(given->server))};
    inet_pton(AF_INET, "127.0.0.1", &to.sin_addr);
    int peer = socket(AF_INET, SOCK_STREAM, 0);
    CHECK_INT(connect(peer, (struct sockaddr *)&to, sizeof to), 0);
    gos_str text = gos_arena_print(given->arena,
                                   "%s %s HTTP/1.1\r\nHost: x\r\nConnection: close\r\n"
                                   "%s%s%s%s\r\nContent-Length: %zu\r\n\r\n%s",
                                   method, path, given->key ? "Authorization: Bearer " : "",
                                   given->key ? given->key : "", given->key ? "\r\n" : "", header,
                                   strlen(body), body);
    CHECK_INT(send(peer, text.data, text.len, 0), text.len);
    char *reply = gos_arena_take(given->arena, REPLY_BYTES_MAX, NULL);
    size_t len = 0;
    ssize_t got;
    while (len < REPLY_BYTES_MAX && (got = recv(peer, reply + len, REPLY_BYTES_MAX - len, 0)) > 0)
        len += (size_t)got;
    close(peer);
    return (gos_str){reply, len};
}
