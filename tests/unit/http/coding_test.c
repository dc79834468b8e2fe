/* Content codings of bodies and answers. */
#include "fixture.h"
#include "http/gzip.h"

#include <stdio.h>

static gos_str post_packed(const struct http_server *server, const char *path, const char *coding,
                           gos_str body)
{
    char head[256];
    int client = client_open(server);
    sprintf(head,
            "POST %s HTTP/1.1\r\nHost: x\r\nContent-Encoding: %s\r\nContent-Length: %zu\r\n\r\n",
            path, coding, body.len);
    client_send(client, head);
    client_send_bytes(client, body.data, body.len);
    gos_str answer = client_answer(client);
    client_close(client);
    return answer;
}

static gos_str repeated(gos_arena *arena, size_t bytes)
{
    char *data = gos_arena_take(arena, bytes, NULL);
    memset(data, 'a', bytes);
    return (gos_str){data, bytes};
}

TEST(http_coding, unpacks_gzip_and_deflate_up_to_the_limit_of_the_route)
{
    struct http_config config = fixture_config();
    struct http_server *server = fixture_start(&config);
    gos_arena *arena = gos_arena_open(64 << 20);
    gos_str packed;

    CHECK(gzip_deflate(repeated(arena, 1000), arena, &packed));
    CHECK_INT(body_of(post_packed(server, "/echo", "gzip", packed)).len, 1000);
    CHECK_INT(body_of(post_packed(server, "/echo", "X-GZIP", packed)).len, 1000);
    CHECK_INT(status_of(post_packed(server, "/echo", "gzip", GOS_LIT("no gzip"))), 400);
    CHECK_INT(status_of(post_packed(server, "/echo", "deflate", GOS_LIT("\x78\x9c\x03"))), 400);
    gos_str cut = {packed.data, packed.len - 1};
    CHECK_INT(status_of(post_packed(server, "/echo", "gzip", cut)), 400);
    CHECK_INT(status_of(post_packed(server, "/echo", "br", packed)), 415);
    CHECK_INT(status_of(post_packed(server, "/echo", "identity", GOS_LIT("x"))), 200);
    gos_str deflated = GOS_LIT("\x78\x9c\x4b\x4c\x4a\x06\x00\x02\x4d\x01\x27");
    CHECK_TEXT(body_of(post_packed(server, "/echo", "deflate", deflated)), "abc");
    gos_str raw = GOS_LIT("\x4b\x4c\x4a\x06\x00");
    CHECK_TEXT(body_of(post_packed(server, "/echo", "deflate", raw)), "abc");
    CHECK(gzip_deflate(repeated(arena, 1001), arena, &packed));
    CHECK_INT(status_of(post_packed(server, "/echo", "gzip", packed)), 413);
    gos_arena_close(arena);
    fixture_stop(server);
}

TEST(http_coding, refuses_a_small_body_that_unpacks_to_a_huge_one)
{
    struct http_config config = fixture_config();
    struct http_server *server = fixture_start(&config);
    gos_arena *arena = gos_arena_open(256 << 20);
    gos_str packed;
    CHECK(gzip_deflate(repeated(arena, 50 << 20), arena, &packed));
    CHECK(packed.len < 1 << 20);

    CHECK_INT(status_of(post_packed(server, "/large/echo", "gzip", packed)), 413);

    gos_arena_close(arena);
    fixture_stop(server);
}

TEST(http_coding, packs_large_answers_for_those_who_take_gzip)
{
    struct http_config config = fixture_config();
    struct http_server *server = fixture_start(&config);

    gos_str packed =
        ask(server, "GET /large HTTP/1.1\r\nHost: x\r\nAccept-Encoding: br, gzip\r\n\r\n");
    CHECK_TEXT(header_of(packed, "Content-Encoding"), "gzip");
    CHECK_TEXT(header_of(packed, "Vary"), "Accept-Encoding");
    CHECK(body_of(packed).len < 10000);
    gos_arena *arena = gos_arena_open(16 << 20);
    gos_error err = {0};
    gos_str plain;
    CHECK_OK(gzip_inflate(body_of(packed), true, 300000, arena, &plain, &err), &err);
    CHECK_INT(plain.len, 300000);
    gos_arena_close(arena);

    gos_str whole =
        ask(server, "GET /large HTTP/1.1\r\nHost: x\r\nAccept-Encoding: gzip;q=0\r\n\r\n");
    CHECK_TEXT(header_of(whole, "Content-Encoding"), "");
    CHECK_INT(body_of(whole).len, 300000);
    gos_str small = ask(server, "GET /hello HTTP/1.1\r\nHost: x\r\nAccept-Encoding: gzip\r\n\r\n");
    CHECK_TEXT(header_of(small, "Content-Encoding"), "");
    fixture_stop(server);
}
