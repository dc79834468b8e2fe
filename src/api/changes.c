/*
 * Streams of changes. An EventSource cannot send headers, so its URL carries a token: signed, bound
 * to an environment, and short-lived. The signing key is new at each start of the process.
 */
#include "api/changes.h"

#include "base/secret.h"
#include "http/stream.h"
#include "jobs/publisher.h"

#include <inttypes.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum {
    TOKEN_MS = 12 * 3600 * 1000,
    RECONNECT_MS = 2000,
    INACTIVITY_S = 120,
    WATCH_S = 1,
    QUIET_MS = 20, /* between two notices, so that a burst of changes becomes one */
    SIGN_KEY_BYTES = 32,
    MAC_CHARS = 2 * SECRET_HASH_BYTES,
    NOTICE_BYTES = 256,
    ENVIRONMENTS_MAX = 256,
};

struct waiter {
    struct waiter *next;
    struct waiter *before;
    struct streams *streams;
    struct http_stream *stream;
    char environment[KEY_BYTES_MAX + 1];
    int64_t sequence; /* of the last notice */
};

/* A change that has not been told yet. */
struct change {
    char environment[KEY_BYTES_MAX + 1];
    char hash[64];
    int64_t sequence;
    bool is_new;
    bool is_due; /* decisions change by themselves: all are told, whatever they know */
};

struct streams {
    uint8_t sign_key[SIGN_KEY_BYTES];
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t wake;
    bool is_closing;
    bool is_started;
    struct waiter *waiters;
    size_t waiter_count;
    struct change changes[ENVIRONMENTS_MAX];
    size_t change_count;
    struct publisher *publisher; /* see streams_watch */
    int64_t watched_ms;          /* until when */
};

static gos_str notice_write(char out[NOTICE_BYTES], int64_t sequence, const char *hash)
{
    int len = snprintf(out, NOTICE_BYTES,
                       "id: %" PRId64 "\ndata: {\"type\":\"refetchEvaluation\",\"etag\":\"%s\","
                       "\"lastModified\":%lld}\n\n",
                       sequence, hash, (long long)time(NULL));
    return (gos_str){out, (size_t)len};
}

/* Under the lock. */
static void change_tell(struct streams *streams, struct change *change)
{
    char notice[NOTICE_BYTES];
    gos_str text = notice_write(notice, change->sequence, change->hash);
    for (struct waiter *waiter = streams->waiters; waiter; waiter = waiter->next) {
        bool knows = waiter->sequence >= change->sequence && !change->is_due;
        if (knows || strcmp(waiter->environment, change->environment) != 0)
            continue;
        waiter->sequence = change->sequence;
        http_stream_send(waiter->stream, text);
    }
    change->is_new = false;
    change->is_due = false;
}

static bool any_new(const struct streams *streams)
{
    for (size_t i = 0; i < streams->change_count; i++) {
        if (streams->changes[i].is_new)
            return true;
    }
    return false;
}

/* Under the lock: looks whether a moment has passed at which decisions change by themselves. */
static void watch(struct streams *streams)
{
    struct timespec clock;
    clock_gettime(CLOCK_REALTIME, &clock);
    int64_t now_ms = (int64_t)clock.tv_sec * 1000 + clock.tv_nsec / 1000000;
    for (size_t i = 0; streams->publisher && i < streams->change_count; i++) {
        struct change *change = &streams->changes[i];
        struct publisher_pin pin;
        gos_error err;
        if (!publisher_pin(streams->publisher, gos_str_from(change->environment), &pin, &err))
            continue;
        change->is_due = gos_ruleset_next_change(pin.rules, streams->watched_ms) <= now_ms;
        change->is_new = change->is_new || change->is_due;
        publisher_unpin(streams->publisher, &pin);
    }
    streams->watched_ms = now_ms;
}

static void *tell(void *argument)
{
    struct streams *streams = argument;
    struct timespec quiet = {.tv_nsec = QUIET_MS * 1000000L};
    pthread_mutex_lock(&streams->lock);
    while (!streams->is_closing) {
        if (!any_new(streams)) {
            struct timespec until;
            clock_gettime(CLOCK_MONOTONIC, &until);
            until.tv_sec += WATCH_S;
            pthread_cond_timedwait(&streams->wake, &streams->lock, &until);
            watch(streams);
            continue;
        }
        for (size_t i = 0; i < streams->change_count; i++) {
            if (streams->changes[i].is_new)
                change_tell(streams, &streams->changes[i]);
        }
        pthread_mutex_unlock(&streams->lock);
        nanosleep(&quiet, NULL);
        pthread_mutex_lock(&streams->lock);
    }
    pthread_mutex_unlock(&streams->lock);
    return NULL;
}

bool streams_open(struct streams **out, gos_error *err)
{
    struct streams *streams = calloc(1, sizeof *streams);
    if (!streams)
        return gos_fail(err, GOS_OUT_OF_MEMORY, "", "no memory for streams of changes");
    secret_random(streams->sign_key, sizeof streams->sign_key);
    pthread_mutex_init(&streams->lock, NULL);
    pthread_condattr_t monotonic;
    pthread_condattr_init(&monotonic);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    pthread_cond_init(&streams->wake, &monotonic);
    pthread_condattr_destroy(&monotonic);
    streams->is_started = pthread_create(&streams->thread, NULL, tell, streams) == 0;
    if (!streams->is_started) {
        streams_close(streams);
        return gos_fail(err, GOS_OUT_OF_MEMORY, "", "no thread for streams of changes");
    }
    *out = streams;
    return true;
}

void streams_close(struct streams *streams)
{
    if (!streams)
        return;
    pthread_mutex_lock(&streams->lock);
    streams->is_closing = true;
    pthread_cond_signal(&streams->wake);
    pthread_mutex_unlock(&streams->lock);
    if (streams->is_started)
        pthread_join(streams->thread, NULL);
    pthread_cond_destroy(&streams->wake);
    pthread_mutex_destroy(&streams->lock);
    free(streams);
}

/* Under the lock. NULL when there are too many environments: their clients then ask in turns. */
static struct change *change_of(struct streams *streams, gos_str environment)
{
    for (size_t i = 0; i < streams->change_count; i++) {
        if (gos_str_equal(gos_str_from(streams->changes[i].environment), environment))
            return &streams->changes[i];
    }
    if (streams->change_count == ENVIRONMENTS_MAX || environment.len > KEY_BYTES_MAX)
        return NULL;
    struct change *change = &streams->changes[streams->change_count++];
    snprintf(change->environment, sizeof change->environment, "%.*s", GOS_ARG(environment));
    return change;
}

void streams_changed(void *user, gos_str environment, gos_str hash, int64_t sequence)
{
    struct streams *streams = user;
    pthread_mutex_lock(&streams->lock);
    struct change *change = change_of(streams, environment);
    if (change && sequence > change->sequence) {
        snprintf(change->hash, sizeof change->hash, "%.*s", GOS_ARG(hash));
        change->sequence = sequence;
        change->is_new = true;
        pthread_cond_signal(&streams->wake);
    }
    pthread_mutex_unlock(&streams->lock);
}

void streams_watch(struct streams *streams, struct publisher *publisher)
{
    pthread_mutex_lock(&streams->lock);
    streams->publisher = publisher;
    streams->watched_ms = (int64_t)time(NULL) * 1000;
    pthread_mutex_unlock(&streams->lock);
}

size_t streams_count(struct streams *streams)
{
    pthread_mutex_lock(&streams->lock);
    size_t count = streams->waiter_count;
    pthread_mutex_unlock(&streams->lock);
    return count;
}

/* "EXPIRY.ENVIRONMENT" signed: the same bytes that stand in front of the last dot of a token. */
static void token_sign(const struct streams *streams, gos_str claim, char out[MAC_CHARS + 1])
{
    uint8_t mac[SECRET_HASH_BYTES];
    secret_sign(claim, streams->sign_key, mac);
    for (size_t i = 0; i < SECRET_HASH_BYTES; i++)
        snprintf(out + 2 * i, 3, "%02x", mac[i]);
}

/* The environment that a token is good for; false when it is forged or too old. */
static bool token_read(const struct streams *streams, gos_str token, int64_t now_ms,
                       gos_str *out_environment)
{
    char mac[MAC_CHARS + 1];
    if (token.len <= MAC_CHARS + 1 || token.data[token.len - MAC_CHARS - 1] != '.')
        return false;
    gos_str claim = {token.data, token.len - MAC_CHARS - 1};
    token_sign(streams, claim, mac);
    int64_t expiry;
    bool is_ours = secret_equal(mac, token.data + claim.len + 1, MAC_CHARS);
    gos_str when = str_cut(&claim, '.');
    *out_environment = claim;
    return is_ours && str_read_int(when, &expiry) && expiry >= now_ms && claim.len <= KEY_BYTES_MAX;
}

static bool is_plain(gos_str text)
{
    for (size_t i = 0; i < text.len; i++) {
        char c = text.data[i];
        bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                     c == '-' || c == '_' || c == '.';
        if (!plain)
            return false;
    }
    return true;
}

void changes_advertise(struct http_request *request, struct json_writer *json)
{
    struct streams *streams = api_of(request)->streams;
    gos_str environment = api_environment(request);
    bool wanted = http_header(request, "origin").data && streams && is_plain(environment) &&
                  http_stream_room(http_server_of(request)) > 0;
    if (!wanted)
        return;
    char mac[MAC_CHARS + 1];
    gos_str claim = gos_arena_print(request->arena, "%lld.%.*s",
                                    (long long)(request->now_ms + TOKEN_MS), GOS_ARG(environment));
    if (!claim.data)
        return;
    token_sign(streams, claim, mac);
    json_name(json, "eventStreams");
    json_open_array(json);
    json_open_object(json);
    json_name(json, "type");
    json_text(json, GOS_LIT("sse"));
    json_name(json, "endpoint");
    json_open_object(json);
    json_name(json, "requestUri");
    json_text(json, gos_arena_print(request->arena, "/ofrep/v1/events?token=%.*s.%s",
                                    GOS_ARG(claim), mac));
    json_close_object(json);
    json_name(json, "inactivityDelaySec");
    json_int(json, INACTIVITY_S);
    json_close_object(json);
    json_close_array(json);
}

static void on_closed(struct http_stream *stream, void *user)
{
    struct waiter *waiter = user;
    struct streams *streams = waiter->streams;
    (void)stream;
    pthread_mutex_lock(&streams->lock);
    if (waiter->before)
        waiter->before->next = waiter->next;
    else
        streams->waiters = waiter->next;
    if (waiter->next)
        waiter->next->before = waiter->before;
    streams->waiter_count--;
    pthread_mutex_unlock(&streams->lock);
    free(waiter);
}

static void waiter_add(struct waiter *waiter)
{
    struct streams *streams = waiter->streams;
    waiter->next = streams->waiters;
    if (waiter->next)
        waiter->next->before = waiter;
    streams->waiters = waiter;
    streams->waiter_count++;
}

/* The last notice that the client says it has seen; -1 when it says nothing. */
static int64_t last_seen(const struct http_request *request)
{
    int64_t seen;
    gos_str id = http_header(request, "last-event-id");
    if (!id.data)
        id = http_query(request, "lastEventId");
    return id.data && str_read_int(id, &seen) ? seen : -1;
}

/* A change may have been told between the pin and now. Under the lock. */
static void catch_up(struct waiter *waiter)
{
    struct change *change = change_of(waiter->streams, gos_str_from(waiter->environment));
    char text[NOTICE_BYTES];
    if (!change || change->is_new || change->sequence <= waiter->sequence)
        return;
    waiter->sequence = change->sequence;
    http_stream_send(waiter->stream, notice_write(text, change->sequence, change->hash));
}

/* Greets the client, and tells it at once what it has missed: all when it `wants_state`. */
static bool stream_begin(struct http_request *request, struct http_response *response,
                         struct waiter *waiter, const struct publisher_pin *pin, bool wants_state,
                         gos_error *err)
{
    char text[NOTICE_BYTES], hash[64];
    struct streams *streams = waiter->streams;
    gos_str rules = gos_ruleset_hash(pin->rules);
    int64_t seen = last_seen(request);
    http_add(request, response, "Cache-Control", GOS_LIT("no-cache, no-transform"));
    http_add(request, response, "X-Accel-Buffering", GOS_LIT("no"));
    pthread_mutex_lock(&streams->lock);
    bool done = http_stream_start(request, on_closed, waiter, &waiter->stream, err);
    if (done) {
        int len = snprintf(text, sizeof text, "retry: %d\n\n", RECONNECT_MS);
        http_stream_send(waiter->stream, (gos_str){text, (size_t)len});
        snprintf(hash, sizeof hash, "%.*s", GOS_ARG(rules));
        if (wants_state || (seen >= 0 && seen != pin->sequence))
            http_stream_send(waiter->stream, notice_write(text, pin->sequence, hash));
        waiter->sequence = pin->sequence;
        waiter_add(waiter);
        catch_up(waiter);
    }
    pthread_mutex_unlock(&streams->lock);
    return done;
}

/* Makes the answer a stream of the environment's changes. */
static bool stream_open(struct http_request *request, struct http_response *response,
                        gos_str environment, bool wants_state, gos_error *err)
{
    struct api *api = api_of(request);
    struct publisher_pin pin;
    if (!publisher_pin(api->publisher, environment, &pin, err))
        return false;
    struct waiter *waiter = calloc(1, sizeof *waiter);
    bool done = waiter != NULL || gos_fail(err, GOS_OUT_OF_MEMORY, "", "no memory for a stream");
    if (done) {
        waiter->streams = api->streams;
        snprintf(waiter->environment, sizeof waiter->environment, "%.*s", GOS_ARG(environment));
        done = stream_begin(request, response, waiter, &pin, wants_state, err);
    }
    publisher_unpin(api->publisher, &pin);
    if (!done)
        free(waiter);
    return done;
}

void api_changes(struct http_request *request, struct http_response *response)
{
    gos_error err;
    gos_str token = http_query(request, "token"), environment;
    bool done =
        (token.data &&
         token_read(api_of(request)->streams, token, request->now_ms, &environment)) ||
        gos_fail(&err, GOS_UNAUTHORIZED, "", "the stream needs a token that has not expired");
    if (!done || !stream_open(request, response, environment, false, &err))
        http_fail(request, response, &err);
}

void api_sdk_events(struct http_request *request, struct http_response *response)
{
    gos_error err;
    if (!stream_open(request, response, api_environment(request), true, &err))
        http_fail(request, response, &err);
}
