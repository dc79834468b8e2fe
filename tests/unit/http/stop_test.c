/* Stopping: what is in flight is answered, and nothing is left behind. */
#include "fixture.h"

#include <dirent.h>
#include <stdio.h>
#include <unistd.h>

TEST(http_stop, answers_a_request_that_was_half_sent)
{
    struct http_config config = fixture_config();
    struct http_server *server = fixture_start(&config);
    int client = client_open(server);
    client_send(client, "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\n\r\nab");
    CHECK_STATUS(server, "GET /hello HTTP/1.1\r\nHost: x\r\n\r\n", 200);

    http_stop(server);
    usleep(300000);
    client_send(client, "cd");

    gos_str answer = client_answer(client);
    CHECK_TEXT(body_of(answer), "abcd");
    CHECK_TEXT(header_of(answer, "Connection"), "close");
    client_close(client);
    http_close(server);
}

TEST(http_stop, answers_what_a_worker_has)
{
    struct http_config config = fixture_config();
    struct http_server *server = fixture_start(&config);
    int client = client_open(server);
    client_send(client, "GET /sleepy HTTP/1.1\r\nHost: x\r\n\r\n");
    CHECK_STATUS(server, "GET /hello HTTP/1.1\r\nHost: x\r\n\r\n", 200);

    http_stop(server);

    CHECK_TEXT(body_of(client_answer(client)), "\"slept\"");
    client_close(client);
    http_close(server);
}

TEST(http_stop, gives_up_on_those_who_never_finish)
{
    struct http_config config = fixture_config();
    config.stop_ms = 300;
    config.body_ms = 60000;
    struct http_server *server = fixture_start(&config);
    int client = client_open(server);
    client_send(client, "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\n\r\nab");
    CHECK_STATUS(server, "GET /hello HTTP/1.1\r\nHost: x\r\n\r\n", 200);

    fixture_stop(server);

    CHECK_INT(client_rest(client).len, 0);
    client_close(client);
}

static int descriptor_count(void)
{
    int count = 0;
    DIR *folder = opendir("/proc/self/fd");
    while (readdir(folder))
        count++;
    closedir(folder);
    return count;
}

TEST(http_stop, leaves_no_descriptor_behind)
{
    struct http_config config = fixture_config();
    fixture_stop(fixture_start(&config)); /* what libraries open once is open now */
    int before = descriptor_count();

    for (int round = 0; round < 3; round++) {
        struct http_server *server = fixture_start(&config);
        int clients[50];
        for (int i = 0; i < 50; i++) {
            clients[i] = client_open(server);
            client_send(clients[i], i % 2 ? "GET /stream HTTP/1.1\r\nHost: x\r\n\r\n"
                                          : "GET /hello HTTP/1.1\r\nHost: x\r\n\r\n");
        }
        for (int i = 0; i < 50; i++)
            client_close(clients[i]);
        fixture_stop(server);
    }

    CHECK_INT(descriptor_count(), before);
}
