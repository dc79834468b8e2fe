/* Deadlines: each phase has one that later bytes do not move. */
#include "fixture.h"

#include <time.h>
#include <unistd.h>

static void pause_ms(long ms)
{
    struct timespec pause = {.tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000};
    nanosleep(&pause, NULL);
}

static struct http_config hasty(void)
{
    struct http_config config = fixture_config();
    config.head_ms = config.body_ms = config.idle_ms = 300;
    config.drain_ms = 100;
    return config;
}

TEST(http_time, closes_a_connection_that_says_nothing)
{
    struct http_config config = hasty();
    struct http_server *server = fixture_start(&config);
    int client = client_open(server);

    CHECK(client_is_closed(client));

    client_close(client);
    fixture_stop(server);
}

TEST(http_time, closes_an_idle_connection_between_requests)
{
    struct http_config config = hasty();
    struct http_server *server = fixture_start(&config);
    int client = client_open(server);

    client_send(client, "GET /hello HTTP/1.1\r\nHost: x\r\n\r\n");
    CHECK_INT(status_of(client_answer(client)), 200);
    CHECK(client_is_closed(client));

    client_close(client);
    fixture_stop(server);
}

/* Sends one byte after the other until the server has had enough; it must answer 408. */
static void check_slow(const struct http_server *server, const char *start)
{
    int client = client_open(server);
    client_send(client, start);
    for (int i = 0; i < 12; i++) {
        pause_ms(50);
        client_send(client, "x");
    }
    CHECK_INT(status_of(client_rest(client)), 408);
    client_close(client);
}

TEST(http_time, cuts_slow_heads_and_bodies_although_bytes_keep_coming)
{
    struct http_config config = hasty();
    struct http_server *server = fixture_start(&config);

    check_slow(server, "GET /hello HTTP/1.1\r\nHost: x\r\nX: ");
    check_slow(server, "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 900\r\n\r\n");
    check_slow(server, "POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
                       "300\r\n");
    CHECK_INT(http_counts(server).timeouts, 3);
    fixture_stop(server);
}

TEST(http_time, cuts_a_client_that_does_not_take_its_answer)
{
    struct http_config config = hasty();
    config.write_ms = 300;
    struct http_server *server = fixture_start(&config);
    int client = client_open(server);

    /* Far more than the buffers of both sockets hold. */
    for (int i = 0; i < 60; i++)
        client_send(client, "GET /large HTTP/1.1\r\nHost: x\r\n\r\n");
    for (int i = 0; i < 100 && http_counts(server).connections > 0; i++)
        pause_ms(50);

    CHECK_INT(http_counts(server).connections, 0);
    client_close(client);
    fixture_stop(server);
}

TEST(http_time, refuses_connections_over_the_limit_and_recovers)
{
    struct http_config config = fixture_config();
    config.connections_max = 4;
    struct http_server *server = fixture_start(&config);
    int clients[4];
    for (int i = 0; i < 4; i++) {
        clients[i] = client_open(server);
        client_send(clients[i], "GET /hello HTTP/1.1\r\nHost: x\r\n\r\n");
        CHECK_INT(status_of(client_answer(clients[i])), 200);
    }

    int fifth = client_open(server);
    CHECK(client_is_closed(fifth));
    client_close(fifth);
    CHECK_INT(http_counts(server).refused, 1);
    for (int i = 0; i < 4; i++)
        client_close(clients[i]);
    for (int i = 0; i < 100 && http_counts(server).connections > 0; i++)
        pause_ms(20);
    CHECK_STATUS(server, "GET /hello HTTP/1.1\r\nHost: x\r\n\r\n", 200);
    fixture_stop(server);
}
