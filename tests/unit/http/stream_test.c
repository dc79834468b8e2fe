/* Streams: what is sent arrives, slow clients are cut, closing is told once. */
#include "fixture.h"

#include <pthread.h>
#include <stdio.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define STREAM "GET /stream HTTP/1.1\r\nHost: x\r\n\r\n"

static void pause_ms(long ms)
{
    struct timespec pause = {.tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000};
    nanosleep(&pause, NULL);
}

static struct http_stream *stream_take(void)
{
    struct http_stream *stream;
    while (!(stream = atomic_exchange(&last_stream, NULL)))
        pause_ms(1);
    return stream;
}

/* Reads on until `part` has come, or until the other side closes. */
static bool sees(int client, const char *part)
{
    static char data[ANSWER_BYTES];
    size_t len = 0;
    while (len < sizeof data && recv(client, data + len, 1, 0) == 1) {
        len++;
        if (str_contains((gos_str){data, len}, gos_str_from(part)))
            return true;
    }
    return false;
}

static void check_stream(const char *request)
{
    struct http_config config = fixture_config();
    config.heartbeat_ms = 100;
    struct http_server *server = fixture_start(&config);
    atomic_store(&streams_closed, 0);
    int client = client_open(server);

    client_send(client, request);
    CHECK(sees(client, "Content-Type: text/event-stream\r\n"));
    CHECK(sees(client, "data: first\n\n"));
    struct http_stream *stream = stream_take();
    CHECK_INT(http_counts(server).streams, 1);
    CHECK(http_stream_send(stream, GOS_LIT("data: second\n\n")));
    CHECK(sees(client, "e\r\ndata: second\n\n\r\n"));
    CHECK(sees(client, "3\r\n:\n\n\r\n")); /* the heartbeat */
    http_stream_end(stream);
    CHECK(sees(client, "0\r\n\r\n"));
    CHECK(client_is_closed(client));

    CHECK_INT(streams_closed, 1);
    CHECK_INT(http_counts(server).streams, 0);
    client_close(client);
    fixture_stop(server);
}

TEST(http_stream, sends_what_other_threads_give_it)
{
    check_stream(STREAM);
}

TEST(http_stream, starts_on_a_worker_too)
{
    check_stream("GET /stream/pool HTTP/1.1\r\nHost: x\r\n\r\n");
}

TEST(http_stream, has_no_chunks_in_http_1_0)
{
    struct http_config config = fixture_config();
    struct http_server *server = fixture_start(&config);
    int client = client_open(server);

    client_send(client, "GET /stream HTTP/1.0\r\n\r\n");
    struct http_stream *stream = stream_take();
    http_stream_end(stream);

    CHECK_TEXT(body_of(client_rest(client)), "data: first\n\n");
    client_close(client);
    fixture_stop(server);
}

TEST(http_stream, tells_when_the_client_is_gone)
{
    struct http_config config = fixture_config();
    struct http_server *server = fixture_start(&config);
    atomic_store(&streams_closed, 0);
    int client = client_open(server);
    client_send(client, STREAM);
    CHECK(sees(client, "data: first\n\n"));

    client_close(client);

    for (int i = 0; i < 200 && streams_closed == 0; i++)
        pause_ms(10);
    CHECK_INT(streams_closed, 1);
    fixture_stop(server);
    CHECK_INT(streams_closed, 1);
}

TEST(http_stream, cuts_a_client_that_does_not_read)
{
    struct http_config config = fixture_config();
    config.stream_backlog_bytes_max = 10000;
    struct http_server *server = fixture_start(&config);
    atomic_store(&streams_closed, 0);
    static char filler[5000];
    memset(filler, 'x', sizeof filler);
    int client = client_open(server);
    client_send(client, STREAM);
    CHECK(sees(client, "data: first\n\n"));
    struct http_stream *stream = stream_take();

    bool takes = true;
    for (int i = 0; i < 20000 && takes; i++)
        takes = http_stream_send(stream, (gos_str){filler, sizeof filler});

    CHECK(!takes);
    for (int i = 0; i < 200 && streams_closed == 0; i++)
        pause_ms(10);
    CHECK_INT(streams_closed, 1);
    client_close(client);
    fixture_stop(server);
}

TEST(http_stream, is_refused_over_the_limit)
{
    struct http_config config = fixture_config();
    config.streams_max = 1;
    struct http_server *server = fixture_start(&config);
    int first = client_open(server);
    client_send(first, STREAM);
    CHECK(sees(first, "data: first\n\n"));
    CHECK_INT(http_stream_room(server), 0);

    gos_str answer = ask(server, STREAM);

    CHECK_INT(status_of(answer), 429);
    CHECK_TEXT(header_of(answer, "Retry-After"), "1");
    client_close(first);
    for (int i = 0; i < 200 && http_stream_room(server) == 0; i++)
        pause_ms(10);
    CHECK_INT(http_stream_room(server), 1);
    fixture_stop(server);
}

TEST(http_stream, ends_when_the_server_stops)
{
    struct http_config config = fixture_config();
    struct http_server *server = fixture_start(&config);
    atomic_store(&streams_closed, 0);
    int client = client_open(server);
    client_send(client, STREAM);
    CHECK(sees(client, "data: first\n\n"));

    http_stop(server);

    CHECK(sees(client, "0\r\n\r\n"));
    client_close(client);
    http_close(server);
    CHECK_INT(streams_closed, 1);
}
