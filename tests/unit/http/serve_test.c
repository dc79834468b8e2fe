/* Ordinary requests: routes, keep-alive, bodies, codings, errors. */
#include "fixture.h"

TEST(http_serve, answers_a_request_with_its_route)
{
    struct http_config config = fixture_config();
    struct http_server *server = fixture_start(&config);

    gos_str answer = ask(server, "GET /hello HTTP/1.1\r\nHost: x\r\n\r\n");

    CHECK_INT(status_of(answer), 200);
    CHECK_TEXT(body_of(answer), "{\"hello\":true}");
    CHECK_TEXT(header_of(answer, "Content-Type"), "application/json");
    CHECK_INT(header_of(answer, "Date").len, 29);
    fixture_stop(server);
}
