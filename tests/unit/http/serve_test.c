/* Ordinary requests: routes, keep-alive, bodies, codings, errors. */
#include "fixture.h"

#include <stdio.h>
#include <stdlib.h>

#define WITH_SERVER                                                                                \
    struct http_config config = fixture_config();                                                  \
    struct http_server *server = fixture_start(&config)

#define GET(path) "GET " path " HTTP/1.1\r\nHost: x\r\n\r\n"

TEST(http_serve, answers_a_request_with_its_route)
{
    WITH_SERVER;

    gos_str answer = ask(server, GET("/hello"));

    CHECK_INT(status_of(answer), 200);
    CHECK_TEXT(body_of(answer), "{\"hello\":true}");
    CHECK_TEXT(header_of(answer, "Content-Type"), "application/json");
    CHECK_INT(header_of(answer, "Date").len, 29);
    CHECK_INT(answers_seen > 0, 1);
    fixture_stop(server);
}

TEST(http_serve, finds_routes_by_segments_parameters_and_rests)
{
    WITH_SERVER;

    CHECK_TEXT(body_of(ask(server, GET("/"))), "{\"hello\":true}");
    CHECK_TEXT(body_of(ask(server, GET("/items/7"))), "GET id=7");
    CHECK_TEXT(body_of(ask(server, GET("/items/7/"))), "GET id=7");
    CHECK_TEXT(body_of(ask(server, GET("//items/7"))), "GET id=7");
    CHECK_TEXT(body_of(ask(server, GET("http://other/items/7"))), "GET id=7");
    CHECK_TEXT(body_of(ask(server, GET("/items/7/parts/a%20b"))), "GET id=7 part=a b");
    CHECK_TEXT(body_of(ask(server, "DELETE /items/%C3%A9 HTTP/1.1\r\nHost: x\r\n\r\n")),
               "DELETE id=é");
    CHECK_TEXT(body_of(ask(server, "POST /flags/ HTTP/1.1\r\nHost: x\r\n\r\n")), "POST");
    CHECK_TEXT(body_of(ask(server, "POST /flags/a/b HTTP/1.1\r\nHost: x\r\n\r\n")), "POST key=a/b");
    CHECK_TEXT(body_of(ask(server, "POST /flags/a%2Fb HTTP/1.1\r\nHost: x\r\n\r\n")),
               "POST key=a/b");
    CHECK_TEXT(body_of(ask(server, "POST /flags/a%b HTTP/1.1\r\nHost: x\r\n\r\n")), "POST key=a%b");
    CHECK_TEXT(body_of(ask(server, GET("/items/7?a=1&b=x+y%21&c"))), "GET id=7 ?a=1 ?b=x y! ?c=");
    fixture_stop(server);
}

TEST(http_serve, answers_errors_as_json_whatever_the_status)
{
    WITH_SERVER;

    gos_str missing = ask(server, GET("/nowhere"));
    CHECK_INT(status_of(missing), 404);
    CHECK_HAS(body_of(missing), "{\"code\":\"NOT_FOUND\"");
    gos_str method = ask(server, "PUT /items/7 HTTP/1.1\r\nHost: x\r\n\r\n");
    CHECK_INT(status_of(method), 405);
    CHECK_TEXT(header_of(method, "Allow"), "GET, HEAD, DELETE");
    CHECK_HAS(body_of(method), "{\"code\":\"METHOD_NOT_ALLOWED\"");
    gos_str conflict = ask(server, GET("/failing"));
    CHECK_INT(status_of(conflict), 409);
    CHECK_TEXT(body_of(conflict), "{\"code\":\"CONFLICT\",\"message\":\"version 3 is not "
                                  "4\",\"pointer\":\"/version\"}");
    CHECK_TEXT(body_of(ask(server, GET("/failing/plain"))), "version 3 is not 4");
    CHECK_STATUS(server, GET("/items/%ff"), 400);
    CHECK_STATUS(server, GET("/items/7?a=%00"), 400);
    fixture_stop(server);
}

TEST(http_serve, refuses_by_the_admit_hook_before_the_body_is_looked_at)
{
    WITH_SERVER;

    gos_str none = ask(server, "POST /secret HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nabc");
    CHECK_INT(status_of(none), 401);
    CHECK_TEXT(header_of(none, "WWW-Authenticate"), "Bearer");
    CHECK_TEXT(header_of(none, "Connection"), "");
    CHECK_STATUS(server,
                 "POST /secret HTTP/1.1\r\nHost: x\r\nAUTHORIZATION: bearer no\r\n"
                 "Content-Length: 3\r\n\r\nabc",
                 403);
    CHECK_STATUS(server,
                 "POST /secret HTTP/1.1\r\nHost: x\r\nx-api-key: secret\r\n"
                 "Content-Length: 3\r\n\r\nabc",
                 200);
    gos_str waiting = ask(server, "POST /secret HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\n"
                                  "Content-Length: 3\r\n\r\n");
    CHECK_INT(status_of(waiting), 401);
    CHECK_TEXT(header_of(waiting, "Connection"), "close");
    fixture_stop(server);
}

TEST(http_serve, keeps_a_connection_for_many_requests)
{
    WITH_SERVER;
    int client = client_open(server);

    for (int i = 0; i < 50; i++) {
        client_send(client, GET("/hello"));
        CHECK_INT(status_of(client_answer(client)), 200);
    }

    CHECK_INT(http_counts(server).accepted, 1);
    client_close(client);
    fixture_stop(server);
}

TEST(http_serve, closes_when_the_client_asks_for_it)
{
    WITH_SERVER;
    int client = client_open(server);

    client_send(client, "GET /hello HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    CHECK_TEXT(header_of(client_answer(client), "Connection"), "close");
    CHECK(client_is_closed(client));
    client_close(client);

    int old = client_open(server);
    client_send(old, "GET /hello HTTP/1.0\r\n\r\n");
    CHECK_INT(status_of(client_answer(old)), 200);
    CHECK(client_is_closed(old));
    client_close(old);

    int kept = client_open(server);
    client_send(kept, "GET /hello HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
    CHECK_TEXT(header_of(client_answer(kept), "Connection"), "keep-alive");
    client_send(kept, GET("/hello"));
    CHECK_INT(status_of(client_answer(kept)), 200);
    client_close(kept);
    fixture_stop(server);
}

TEST(http_serve, answers_pipelined_requests_in_their_order)
{
    WITH_SERVER;
    int client = client_open(server);

    client_send(client, GET("/items/1") GET("/sleepy") "POST /pool/echo HTTP/1.1\r\nHost: x\r\n"
                                                       "Content-Length: 3\r\n\r\nabc" GET("/large")
                                                           GET("/items/2"));

    CHECK_TEXT(body_of(client_answer(client)), "GET id=1");
    CHECK_TEXT(body_of(client_answer(client)), "\"slept\"");
    CHECK_TEXT(body_of(client_answer(client)), "abc");
    CHECK_INT(body_of(client_answer(client)).len, 300000);
    CHECK_TEXT(body_of(client_answer(client)), "GET id=2");
    client_close(client);
    fixture_stop(server);
}

TEST(http_serve, serves_a_thousand_pipelined_requests)
{
    WITH_SERVER;
    enum { COUNT = 1000 };
    static char many[COUNT * 64];
    size_t len = 0;
    for (int i = 0; i < COUNT; i++)
        len += (size_t)sprintf(many + len, GET("/items/%d"), i);
    int client = client_open(server);

    client_send(client, many);

    for (int i = 0; i < COUNT; i++) {
        char want[32];
        sprintf(want, "GET id=%d", i);
        CHECK_TEXT(body_of(client_answer(client)), want);
    }
    client_close(client);
    fixture_stop(server);
}

TEST(http_serve, reads_a_request_in_single_bytes)
{
    WITH_SERVER;
    const char *request = "\r\nPOST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
                          "4\r\nabcd\r\nA;x=y\r\n0123456789\r\n0\r\n\r\n";
    int client = client_open(server);

    for (const char *c = request; *c; c++)
        client_send_bytes(client, c, 1);

    CHECK_TEXT(body_of(client_answer(client)), "abcd0123456789");
    client_send(client, GET("/hello"));
    CHECK_INT(status_of(client_answer(client)), 200);
    client_close(client);
    fixture_stop(server);
}

TEST(http_serve, answers_head_without_a_body)
{
    WITH_SERVER;
    int client = client_open(server);

    client_send(client, "HEAD /hello HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");

    gos_str answer = client_rest(client);
    CHECK_INT(status_of(answer), 200);
    CHECK_TEXT(header_of(answer, "Content-Length"), "14");
    CHECK_INT(body_of(answer).len, 0);
    client_close(client);
    fixture_stop(server);
}

TEST(http_serve, says_continue_to_those_who_wait_for_it)
{
    WITH_SERVER;
    int client = client_open(server);

    client_send(client, "POST /echo HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\n"
                        "Content-Length: 3\r\n\r\n");
    CHECK_INT(status_of(client_answer(client)), 100);
    client_send(client, "abc");

    CHECK_TEXT(body_of(client_answer(client)), "abc");
    client_close(client);
    fixture_stop(server);
}

TEST(http_serve, ignores_an_upgrade_to_http2)
{
    WITH_SERVER;
    int client = client_open(server);

    client_send(client, "POST /echo HTTP/1.1\r\nHost: x\r\nConnection: Upgrade, HTTP2-Settings\r\n"
                        "HTTP2-Settings: AAEAAEAAAAIAAAAAAAMAAAAAAAQBAAAAAAUAAEAAAAYABgAA\r\n"
                        "Upgrade: h2c\r\nContent-Length: 2\r\n\r\nok");
    CHECK_TEXT(body_of(client_answer(client)), "ok");
    client_send(client, GET("/hello"));
    CHECK_INT(status_of(client_answer(client)), 200);
    client_close(client);
    fixture_stop(server);
}

TEST(http_serve, matches_entity_tags_weakly)
{
    WITH_SERVER;

    CHECK_STATUS(server, "GET /cached HTTP/1.1\r\nHost: x\r\nIf-None-Match: \"v1\"\r\n\r\n", 304);
    CHECK_STATUS(server, "GET /cached HTTP/1.1\r\nHost: x\r\nIf-None-Match: W/\"v1\"\r\n\r\n", 304);
    CHECK_STATUS(server, "GET /cached HTTP/1.1\r\nHost: x\r\nIf-None-Match: *\r\n\r\n", 304);
    CHECK_STATUS(server,
                 "GET /cached HTTP/1.1\r\nHost: x\r\nIf-None-Match: \"a,\", W/\"v1\"\r\n\r\n", 304);
    CHECK_STATUS(server, "GET /cached HTTP/1.1\r\nHost: x\r\nIf-None-Match: \"v2\"\r\n\r\n", 200);
    int client = client_open(server);
    client_send(client, "GET /cached HTTP/1.1\r\nHost: x\r\nIf-None-Match: \"v1\"\r\n\r\n");
    CHECK_TEXT(header_of(client_answer(client), "ETag"), "\"v1\"");
    client_send(client, GET("/hello"));
    CHECK_INT(status_of(client_answer(client)), 200);
    client_close(client);
    fixture_stop(server);
}

TEST(http_serve, tells_pages_of_allowed_origins_that_they_may_read)
{
    WITH_SERVER;

    gos_str allowed = ask(server, "GET /hello HTTP/1.1\r\nHost: x\r\n"
                                  "Origin: https://shop.example\r\n\r\n");
    CHECK_TEXT(header_of(allowed, "Access-Control-Allow-Origin"), "https://shop.example");
    CHECK_HAS(header_of(allowed, "Access-Control-Expose-Headers"), "ETag, Retry-After");
    gos_str error = ask(server, "GET /nowhere HTTP/1.1\r\nHost: x\r\n"
                                "Origin: https://shop.example\r\n\r\n");
    CHECK_TEXT(header_of(error, "Access-Control-Allow-Origin"), "https://shop.example");
    gos_str other = ask(server, "GET /hello HTTP/1.1\r\nHost: x\r\nOrigin: https://evil\r\n\r\n");
    CHECK_TEXT(header_of(other, "Access-Control-Allow-Origin"), "");
    gos_str preflight =
        ask(server, "OPTIONS /secret HTTP/1.1\r\nHost: x\r\nOrigin: https://shop.example\r\n"
                    "Access-Control-Request-Method: POST\r\n"
                    "Access-Control-Request-Headers: authorization,if-none-match\r\n\r\n");
    CHECK_INT(status_of(preflight), 204);
    CHECK_TEXT(header_of(preflight, "Access-Control-Allow-Methods"), "POST");
    CHECK_TEXT(header_of(preflight, "Access-Control-Allow-Headers"), "authorization,if-none-match");
    fixture_stop(server);
}

TEST(http_serve, serves_below_its_base_path_and_at_the_root)
{
    struct http_config config = fixture_config();
    config.base_path = "/gosset";
    struct http_server *server = fixture_start(&config);

    CHECK_STATUS(server, GET("/gosset/hello"), 200);
    CHECK_STATUS(server, GET("/hello"), 200);
    CHECK_STATUS(server, GET("/gossethello"), 404);
    CHECK_TEXT(body_of(ask(server, GET("/gosset"))), "{\"hello\":true}");
    fixture_stop(server);
}

TEST(http_serve, runs_blocking_handlers_beside_the_loop)
{
    struct http_config config = fixture_config();
    config.loops = 1;
    struct http_server *server = fixture_start(&config);
    int slow = client_open(server);
    client_send(slow, GET("/sleepy"));

    CHECK_STATUS(server, GET("/hello"), 200);

    CHECK_TEXT(body_of(client_answer(slow)), "\"slept\"");
    client_close(slow);
    fixture_stop(server);
}

TEST(http_serve, says_overloaded_when_too_many_wait_for_a_worker)
{
    struct http_config config = fixture_config();
    config.loops = 1;
    config.workers = 1;
    config.pool_queue_max = 1;
    struct http_server *server = fixture_start(&config);
    enum { COUNT = 4 };
    int clients[COUNT];
    int overloaded = 0;
    for (int i = 0; i < COUNT; i++) {
        clients[i] = client_open(server);
        client_send(clients[i], GET("/sleepy"));
    }

    for (int i = 0; i < COUNT; i++) {
        gos_str answer = client_answer(clients[i]);
        overloaded += status_of(answer) == 429;
        if (status_of(answer) == 429)
            CHECK_TEXT(header_of(answer, "Retry-After"), "1");
        client_close(clients[i]);
    }

    CHECK(overloaded >= 1 && overloaded <= COUNT - 1);
    fixture_stop(server);
}

TEST(http_serve, refuses_a_table_with_the_same_row_twice)
{
    static const struct http_route twice[] = {
        {.method = "GET", .pattern = "/a/{x}", .handler = (http_handler *)abort},
        {.method = "GET", .pattern = "/a/{y}", .handler = (http_handler *)abort},
    };
    struct http_config config = fixture_config();
    config.routes = twice;
    config.route_count = 2;
    struct http_server *server;
    gos_error err = {0};

    CHECK_FAILS(http_start(&config, &server, &err), &err, GOS_BAD_INPUT, "/routes/1");
}

TEST(http_serve, refuses_a_port_that_another_server_has)
{
    WITH_SERVER;
    struct http_server *other;
    gos_error err = {0};

    config.port = http_port(server);
    CHECK_FAILS(http_start(&config, &other, &err), &err, GOS_BAD_INPUT, "/port");
    fixture_stop(server);
}
