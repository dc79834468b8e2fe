#include "fixture.h"

#include "base/text.h"
#include "regex/regex_pcre2.h"

#include <stdio.h>
#include <time.h>

static struct fixture *of(const struct http_request *request)
{
    return request->user;
}

static void serve_ruleset(struct http_request *request, struct http_response *response)
{
    struct fixture *given = of(request);
    pthread_mutex_lock(&given->lock);
    given->ruleset_asked++;
    bool wants_block = str_contains(http_header(request, "accept"), GOS_LIT("gosset"));
    http_add(request, response, "ETag",
             gos_arena_text(request->arena, gos_str_from(given->etag), NULL));
    if (given->ruleset_status) {
        response->status = given->ruleset_status;
    } else if (http_etag_matches(request, gos_str_from(given->etag))) {
        response->status = 304;
    } else {
        given->ruleset_fresh++;
        response->body =
            gos_arena_text(request->arena, wants_block ? given->block : given->document, NULL);
        if (wants_block && given->blocks_are_foreign)
            ((char *)(uintptr_t)response->body.data)[8] = 99;
    }
    pthread_mutex_unlock(&given->lock);
}

static void on_closed(struct http_stream *stream, void *user)
{
    struct fixture *given = user;
    pthread_mutex_lock(&given->lock);
    if (given->stream == stream)
        given->stream = NULL;
    pthread_mutex_unlock(&given->lock);
}

static void tell(struct fixture *given)
{
    char notice[128];
    int len = snprintf(notice, sizeof notice, "id: 1\ndata: {\"etag\":\"%.32s\"}\n\n: hm\n\n",
                       given->etag + 1);
    if (given->stream)
        http_stream_send(given->stream, (gos_str){notice, (size_t)len});
}

static void serve_stream(struct http_request *request, struct http_response *response)
{
    struct fixture *given = of(request);
    (void)response;
    pthread_mutex_lock(&given->lock);
    if (http_stream_start(request, on_closed, given, &given->stream, NULL))
        tell(given);
    pthread_mutex_unlock(&given->lock);
}

static void serve_events(struct http_request *request, struct http_response *response)
{
    struct fixture *given = of(request);
    pthread_mutex_lock(&given->lock);
    given->events_asked++;
    if (given->body_count < BODIES_MAX)
        snprintf(given->bodies[given->body_count++], BODY_BYTES, "%.*s", GOS_ARG(request->body));
    response->status = 202;
    response->body = GOS_LIT("{\"accepted\":1,\"duplicates\":0}");
    if (given->events_failures != 0) {
        given->events_failures -= given->events_failures > 0;
        response->status = given->events_status;
        response->body = given->events_error;
        if (given->retry_after)
            http_add(request, response, "Retry-After", gos_str_from(given->retry_after));
    }
    pthread_mutex_unlock(&given->lock);
}

static const struct http_route routes[] = {
    {.method = "GET", .pattern = "/sdk/v1/ruleset", .handler = serve_ruleset},
    {.method = "GET", .pattern = "/sdk/v1/events", .handler = serve_stream},
    {.method = "POST",
     .pattern = "/api/v1/events",
     .handler = serve_events,
     .body_bytes_max = 4 << 20},
};

void fixture_serve(struct fixture *given, const char *document)
{
    gos_compile_options options = {.check_pattern = regex_check};
    const gos_ruleset *rules;
    gos_report report;
    pthread_mutex_lock(&given->lock);
    char *json = (char *)(uintptr_t)gos_arena_text(given->arena, gos_str_from(document), NULL).data;
    for (char *at = json; *at; at++)
        *at = *at == '\'' ? '"' : *at;
    given->document = gos_str_from(json);
    CHECK_OK(
        gos_ruleset_compile(given->document, &options, given->arena, &rules, &report, &given->err),
        &given->err);
    given->block = (gos_str){(const char *)rules, gos_ruleset_bytes(rules)};
    snprintf(given->etag, sizeof given->etag, "\"%.*s\"", GOS_ARG(gos_ruleset_hash(rules)));
    pthread_mutex_unlock(&given->lock);
}

void fixture_open(struct fixture *given, const char *document)
{
    struct http_config config = http_config_default();
    *given = (struct fixture){.arena = gos_arena_open(64 << 20)};
    pthread_mutex_init(&given->lock, NULL);
    fixture_serve(given, document);
    config.host = "127.0.0.1";
    config.port = 0;
    config.routes = routes;
    config.route_count = sizeof routes / sizeof routes[0];
    config.user = given;
    config.loops = 1;
    config.workers = 1;
    CHECK_OK(http_start(&config, &given->server, &given->err), &given->err);
    snprintf(given->url, sizeof given->url, "http://127.0.0.1:%u", http_port(given->server));
    given->options =
        (gos_client_options){.url = given->url, .key = "a-key-of-scope-server", .flush_ms = 10};
}

void fixture_start(struct fixture *given)
{
    CHECK_OK(gos_client_open(&given->options, &given->client, &given->err), &given->err);
    CHECK(gos_client_wait(given->client, 10000));
}

void fixture_close(struct fixture *given)
{
    gos_client_close(given->client, 0);
    http_stop(given->server);
    http_close(given->server);
    pthread_mutex_destroy(&given->lock);
    gos_arena_close(given->arena);
}

void fixture_fail_rulesets(struct fixture *given, int status)
{
    pthread_mutex_lock(&given->lock);
    given->ruleset_status = status;
    pthread_mutex_unlock(&given->lock);
}

void fixture_tell(struct fixture *given)
{
    pthread_mutex_lock(&given->lock);
    tell(given);
    pthread_mutex_unlock(&given->lock);
}

static void nap(void)
{
    nanosleep(&(struct timespec){.tv_nsec = 5000000}, NULL);
}

bool fixture_reached(struct fixture *given, const uint64_t *count, uint64_t least)
{
    for (int i = 0; i < 2000; i++) {
        pthread_mutex_lock(&given->lock);
        bool done = *count >= least;
        pthread_mutex_unlock(&given->lock);
        if (done)
            return true;
        nap();
    }
    return false;
}

bool fixture_uses(struct fixture *given)
{
    for (int i = 0; i < 2000; i++) {
        char hash[48];
        snprintf(hash, sizeof hash, "\"%s\"", fixture_state(given).ruleset);
        if (strcmp(hash, given->etag) == 0)
            return true;
        nap();
    }
    return false;
}

unsigned fixture_seen(struct fixture *given, const char *part)
{
    unsigned count = 0;
    pthread_mutex_lock(&given->lock);
    for (uint32_t i = 0; i < given->body_count; i++) {
        for (const char *at = given->bodies[i]; (at = strstr(at, part)); at++)
            count++;
    }
    pthread_mutex_unlock(&given->lock);
    return count;
}

gos_client_state fixture_state(struct fixture *given)
{
    return gos_client_state_get(given->client);
}
