/*
 * What must be refused, so that no two readers of one connection can disagree: the robustness
 * table of TECH.md 2.2 and more. After each of them the connection must not be used again.
 */
#include "fixture.h"

#include <stdio.h>

/* Sends a request, then another in the same breath; exactly one answer, 400, may come back. */
static void check_refused(const struct http_server *server, const void *bytes, size_t len)
{
    int client = client_open(server);
    client_send_bytes(client, bytes, len);
    client_send(client, "GET /hello HTTP/1.1\r\nHost: x\r\n\r\n");
    gos_str all = client_rest(client);
    client_close(client);
    if (status_of(all) != 400)
        print_error("not refused: %.*s\n", (int)len, (const char *)bytes);
    CHECK_INT(status_of(all), 400);
    CHECK_TEXT(header_of(all, "Connection"), "close");
    CHECK_HAS(body_of(all), "\"code\":\"BAD_INPUT\"");
    gos_str body = body_of(all);
    CHECK(!str_contains(body, GOS_LIT("HTTP/1.1 200")));
}

TEST(http_strict, refuses_every_ambiguous_head)
{
    const gos_str heads[] = {
        GOS_LIT(
            "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\nab"),
        GOS_LIT(
            "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nContent-Length: 2\r\n\r\nab"),
        GOS_LIT("POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 2, 2\r\n\r\nab"),
        GOS_LIT("POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nTransfer-Encoding: "
                "chunked\r\n\r\n2\r\nab\r\n0\r\n\r\n"),
        GOS_LIT("POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\nContent-Length: "
                "2\r\n\r\n2\r\nab\r\n0\r\n\r\n"),
        GOS_LIT("POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 2x\r\n\r\nab"),
        GOS_LIT("POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: +2\r\n\r\nab"),
        GOS_LIT("POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: -2\r\n\r\nab"),
        GOS_LIT("POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length:\r\n\r\n"),
        GOS_LIT("POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 0x2\r\n\r\nab"),
        GOS_LIT("POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 18446744073709551618\r\n\r\nab"),
        GOS_LIT("POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 2 2\r\n\r\nab"),
        GOS_LIT("POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: xchunked\r\n\r\n0\r\n\r\n"),
        GOS_LIT(
            "POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n"),
        GOS_LIT(
            "POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: "
            "chunked\r\n\r\n0\r\n\r\n"),
        GOS_LIT("POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: identity\r\n\r\n"),
        GOS_LIT("POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding:\x0b"
                "chunked\r\n\r\n0\r\n\r\n"),
        GOS_LIT("POST /echo HTTP/1.0\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
        GOS_LIT("GET /hello HTTP/1.1\r\nHost : x\r\n\r\n"),
        GOS_LIT("GET /hello HTTP/1.1\r\nHost: x\r\nA B: c\r\n\r\n"),
        GOS_LIT("GET /hello HTTP/1.1\r\nHost: x\r\nNo-Colon\r\n\r\n"),
        GOS_LIT("GET /hello HTTP/1.1\r\nHost: x\r\n: empty\r\n\r\n"),
        GOS_LIT("GET /hello HTTP/1.1\r\nHost: x\r\nX: a\rContent-Length: 9\r\n\r\n"),
        GOS_LIT("GET /hello HTTP/1.1\r\nHost: x\r\nX: a\r\rb: c\r\n\r\n"),
        GOS_LIT("GET /hello HTTP/1.1\nHost: x\n\n"),
        GOS_LIT("GET /hello HTTP/1.1\r\nHost: x\nX: y\r\n\r\n"),
        GOS_LIT("GET /hello HTTP/1.1\r\nHost: x\r\nX: y\r\n\n"),
        GOS_LIT("GET /hello HTTP/1.1\r\nHost: x\r\nX: a\0b\r\n\r\n"),
        GOS_LIT("GET /hello HTTP/1.1\r\nHost: x\r\nX: a\x7f\r\n\r\n"),
        GOS_LIT("GET /hello HTTP/1.1\r\nHost: x\r\nX: a\r\n b\r\n\r\n"),
        GOS_LIT("GET /hello HTTP/1.1\r\n Host: x\r\n\r\n"),
        GOS_LIT("GET /hello HTTP/1.1\r\nHost: x\r\nX: a\r\n\tb\r\n\r\n"),
        GOS_LIT("GET /hello HTTP/1.1\r\n\r\n"),
        GOS_LIT("GET /hello HTTP/1.1\r\nHost: x\r\nHost: y\r\n\r\n"),
        GOS_LIT("GET /hello HTTP/1.1\r\nHost: x y\r\n\r\n"),
        GOS_LIT("GET /hello HTTP/1.1\r\nHost: x, y\r\n\r\n"),
        GOS_LIT("GET /hello HTTP/1.2\r\nHost: x\r\n\r\n"),
        GOS_LIT("GET /hello HTTP/2.0\r\nHost: x\r\n\r\n"),
        GOS_LIT("GET /hello http/1.1\r\nHost: x\r\n\r\n"),
        GOS_LIT("GET /hello\r\nHost: x\r\n\r\n"),
        GOS_LIT("GET  /hello HTTP/1.1\r\nHost: x\r\n\r\n"),
        GOS_LIT("GET /hello  HTTP/1.1\r\nHost: x\r\n\r\n"),
        GOS_LIT("GET /hel\tlo HTTP/1.1\r\nHost: x\r\n\r\n"),
        GOS_LIT("GET hello HTTP/1.1\r\nHost: x\r\n\r\n"),
        GOS_LIT("get /hello HTTP/1.1\r\nHost: x\r\n\r\n"),
        GOS_LIT("CONNECT x:80 HTTP/1.1\r\nHost: x\r\n\r\n"),
        GOS_LIT("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"),
        GOS_LIT("\x16\x03\x01\x02\x00\x01\r\n\r\n"),
    };
    struct http_config config = fixture_config();
    struct http_server *server = fixture_start(&config);

    for (size_t i = 0; i < sizeof heads / sizeof heads[0]; i++)
        check_refused(server, heads[i].data, heads[i].len);

    fixture_stop(server);
}

TEST(http_strict, refuses_every_broken_chunk)
{
    static const char *const bodies[] = {
        "0x2\r\nab\r\n0\r\n\r\n",    "2\nab\r\n0\r\n\r\n",           "2\r\nabX\r\n0\r\n\r\n",
        "2\r\nab\n0\r\n\r\n",        "+2\r\nab\r\n0\r\n\r\n",        " 2\r\nab\r\n0\r\n\r\n",
        "2 \r\nab\r\n0\r\n\r\n",     "\r\nab\r\n0\r\n\r\n",          "g\r\nab\r\n0\r\n\r\n",
        "2\r\nab\r\n0\n\n",          "2\r\nab\r\n0\r\nX: y\r\n\r\n", "ffffffffffffffffff\r\nab",
        "2;a\nb\r\nab\r\n0\r\n\r\n", "-2\r\nab\r\n0\r\n\r\n",        "2\r\nab\r\n0\r\n\rX",
    };
    struct http_config config = fixture_config();
    struct http_server *server = fixture_start(&config);

    for (size_t i = 0; i < sizeof bodies / sizeof bodies[0]; i++) {
        char request[512];
        int len = snprintf(request, sizeof request,
                           "POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n%s",
                           bodies[i]);
        check_refused(server, request, (size_t)len);
    }

    fixture_stop(server);
}

TEST(http_strict, takes_what_only_looks_odd)
{
    struct http_config config = fixture_config();
    struct http_server *server = fixture_start(&config);

    CHECK_STATUS(server, "GET /hello HTTP/1.1\r\nhOST:x\r\nX:\t a b \t\r\nEmpty:\r\n\r\n", 200);
    CHECK_STATUS(server, "GET /hello HTTP/1.1\r\nHost: [::1]:8080\r\nX: \xc3\xa9\r\n\r\n", 200);
    CHECK_STATUS(server,
                 "POST /echo HTTP/1.1\r\nHost: x\r\ntransfer-encoding: CHUNKED \r\n\r\n"
                 "2;n=\"v\"\r\nab\r\n000\r\n\r\n",
                 200);
    CHECK_STATUS(server, "GET /hello HTTP/1.0\r\n\r\n", 200);
    fixture_stop(server);
}

static void repeat(char *out, char c, size_t count)
{
    memset(out, c, count);
    out[count] = 0;
}

TEST(http_strict, bounds_the_head_on_both_sides)
{
    struct http_config config = fixture_config();
    struct http_server *server = fixture_start(&config);
    static char request[80000], filler[70000];
    size_t others = strlen("GET /hello HTTP/1.1\r\nHost: x\r\nX: \r\n\r\n");

    repeat(filler, 'a', HTTP_HEAD_BYTES_MAX - others);
    sprintf(request, "GET /hello HTTP/1.1\r\nHost: x\r\nX: %s\r\n\r\n", filler);
    CHECK_STATUS(server, request, 200);
    repeat(filler, 'a', HTTP_HEAD_BYTES_MAX - others + 1);
    sprintf(request, "GET /hello HTTP/1.1\r\nHost: x\r\nX: %s\r\n\r\n", filler);
    gos_str answer = ask(server, request);
    CHECK_INT(status_of(answer), 431);
    CHECK_HAS(body_of(answer), "\"code\":\"HEAD_TOO_LARGE\"");
    repeat(filler, 'a', 65536);
    sprintf(request, "GET /hello HTTP/1.1\r\nHost: x\r\nX: %s\r\n\r\n", filler);
    CHECK_STATUS(server, request, 431);
    fixture_stop(server);
}

static size_t many_headers(char *out, int count)
{
    size_t len = (size_t)sprintf(out, "GET /hello HTTP/1.1\r\nHost: x\r\n");
    for (int i = 1; i < count; i++)
        len += (size_t)sprintf(out + len, "a: b\r\n");
    return len + (size_t)sprintf(out + len, "\r\n");
}

TEST(http_strict, bounds_the_number_of_headers_on_both_sides)
{
    struct http_config config = fixture_config();
    struct http_server *server = fixture_start(&config);
    char request[4096];

    many_headers(request, HTTP_HEADERS_MAX);
    CHECK_STATUS(server, request, 200);
    many_headers(request, HTTP_HEADERS_MAX + 1);
    CHECK_STATUS(server, request, 431);
    fixture_stop(server);
}

TEST(http_strict, bounds_the_body_of_each_route_on_both_sides)
{
    struct http_config config = fixture_config();
    struct http_server *server = fixture_start(&config);
    static char request[4096], filler[2048];

    repeat(filler, 'a', 1000);
    sprintf(request, "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n%s", filler);
    CHECK_STATUS(server, request, 200);
    sprintf(request,
            "POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: "
            "chunked\r\n\r\n3e8\r\n%s\r\n0\r\n\r\n",
            filler);
    CHECK_STATUS(server, request, 200);
    repeat(filler, 'a', 1001);
    sprintf(request, "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 1001\r\n\r\n%s", filler);
    gos_str answer = ask(server, request);
    CHECK_INT(status_of(answer), 413);
    CHECK_TEXT(header_of(answer, "Connection"), "close");
    CHECK_HAS(body_of(answer), "\"code\":\"TOO_LARGE\"");
    sprintf(request,
            "POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: "
            "chunked\r\n\r\n3e9\r\n%s\r\n0\r\n\r\n",
            filler);
    CHECK_STATUS(server, request, 413);
    fixture_stop(server);
}

/* A client that goes on sending must still be able to read why it was refused. */
TEST(http_strict, lets_a_sender_of_ten_megabytes_read_its_413)
{
    struct http_config config = fixture_config();
    config.drain_ms = 3000;
    struct http_server *server = fixture_start(&config);
    static char megabyte[1 << 20];
    int client = client_open(server);

    client_send(client, "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 10485760\r\n\r\n");
    for (int i = 0; i < 10; i++)
        client_send_bytes(client, megabyte, sizeof megabyte);

    CHECK_INT(status_of(client_rest(client)), 413);
    client_close(client);
    fixture_stop(server);
}

TEST(http_strict, bounds_the_waste_between_chunks)
{
    struct http_config config = fixture_config();
    struct http_server *server = fixture_start(&config);
    static char extension[100000];
    int client = client_open(server);

    client_send(client, "POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n2;");
    repeat(extension, 'x', sizeof extension - 1);
    client_send(client, extension);

    CHECK_INT(status_of(client_rest(client)), 413);
    client_close(client);
    fixture_stop(server);
}
