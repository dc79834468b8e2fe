/* Requests that are answered later, by another thread. */
#include "fixture.h"

#include <pthread.h>
#include <stdio.h>
#include <time.h>

static struct http_request *held_take(void)
{
    struct http_request *request = NULL;
    struct timespec pause = {.tv_nsec = 1000000};
    while (!(request = atomic_exchange(&last_held, NULL)))
        nanosleep(&pause, NULL);
    return request;
}

static void *answer_many(void *argument)
{
    int count = *(int *)argument;
    for (int i = 0; i < count; i++) {
        struct http_request *request = held_take();
        http_response_of(request)->body = gos_arena_print(request->arena, "\"answer %d\"", i);
        http_answer(request);
    }
    return NULL;
}

static void check_held(const char *request)
{
    struct http_config config = fixture_config();
    struct http_server *server = fixture_start(&config);
    enum { COUNT = 200 };
    int count = COUNT;
    pthread_t thread;
    pthread_create(&thread, NULL, answer_many, &count);
    int client = client_open(server);

    for (int i = 0; i < COUNT; i++) {
        char want[32];
        sprintf(want, "\"answer %d\"", i);
        client_send(client, request);
        CHECK_TEXT(body_of(client_answer(client)), want);
    }

    pthread_join(thread, NULL);
    client_close(client);
    fixture_stop(server);
}

TEST(http_held, is_answered_by_another_thread)
{
    check_held("GET /held HTTP/1.1\r\nHost: x\r\n\r\n");
}

TEST(http_held, is_answered_by_another_thread_from_a_worker_too)
{
    check_held("GET /held/pool HTTP/1.1\r\nHost: x\r\n\r\n");
}

TEST(http_held, may_outlive_its_client)
{
    struct http_config config = fixture_config();
    struct http_server *server = fixture_start(&config);
    int client = client_open(server);
    client_send(client, "GET /held HTTP/1.1\r\nHost: x\r\n\r\n");
    struct http_request *request = held_take();
    client_close(client);
    CHECK_STATUS(server, "GET /hello HTTP/1.1\r\nHost: x\r\n\r\n", 200);

    http_response_of(request)->body = GOS_LIT("\"late\"");
    http_answer(request);

    CHECK_STATUS(server, "GET /hello HTTP/1.1\r\nHost: x\r\n\r\n", 200);
    fixture_stop(server);
}

TEST(http_held, is_answered_while_the_server_stops)
{
    struct http_config config = fixture_config();
    struct http_server *server = fixture_start(&config);
    int client = client_open(server);
    client_send(client, "GET /held HTTP/1.1\r\nHost: x\r\n\r\n");
    struct http_request *request = held_take();

    http_stop(server);
    http_response_of(request)->body = GOS_LIT("\"still\"");
    http_answer(request);

    gos_str answer = client_answer(client);
    CHECK_TEXT(body_of(answer), "\"still\"");
    CHECK_TEXT(header_of(answer, "Connection"), "close");
    client_close(client);
    http_close(server);
}
