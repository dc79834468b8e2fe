/* Requests by libcurl's multi interface. */
#include "client/transport.h"

#include "client/steady.h"

#include <assert.h>
#include <curl/curl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

#define BODY_BYTES_MAX ((size_t)4 << 30)
enum { BODY_BYTES_FIRST = 4096, CONNECT_MS_MAX = 5000 };

struct lane {
    struct transport *transport;
    enum transport_lane which;
    CURL *easy;
    struct curl_slist *headers;
    bool is_busy;
    int64_t heard_at; /* of a stream: its last byte */
    long silence_ms;  /* the longest allowed, 0: any */
    char *body;
    size_t len;
    size_t capacity;
};

struct transport {
    struct transport_options options;
    CURLM *multi;
    struct lane lanes[LANE_COUNT];
};

static pthread_once_t curl_once = PTHREAD_ONCE_INIT;

static void curl_start(void)
{
    curl_global_init(CURL_GLOBAL_DEFAULT);
}

static bool body_grow(struct lane *lane, size_t bytes)
{
    size_t capacity = lane->capacity ? lane->capacity : BODY_BYTES_FIRST;
    while (capacity < lane->len + bytes)
        capacity *= 2;
    char *grown = capacity > BODY_BYTES_MAX ? NULL : realloc(lane->body, capacity);
    if (!grown)
        return false;
    lane->body = grown;
    lane->capacity = capacity;
    return true;
}

static long status_of(const struct lane *lane)
{
    long status = 0;
    curl_easy_getinfo(lane->easy, CURLINFO_RESPONSE_CODE, &status);
    return status;
}

static size_t on_bytes(char *data, size_t size, size_t count, void *user)
{
    struct lane *lane = user;
    const struct transport_options *options = &lane->transport->options;
    size_t bytes = size * count;
    if (lane->which == LANE_STREAM) {
        lane->heard_at = client_steady();
        if (status_of(lane) == 200)
            options->streamed(options->user, (gos_str){data, bytes});
        return bytes;
    }
    if (lane->len + bytes > lane->capacity && !body_grow(lane, bytes))
        return 0;
    memcpy(lane->body + lane->len, data, bytes);
    lane->len += bytes;
    return bytes;
}

/* What holds for every request of a lane. */
static bool lane_open(struct transport *transport, enum transport_lane which)
{
    struct lane *lane = &transport->lanes[which];
    *lane = (struct lane){.transport = transport, .which = which, .easy = curl_easy_init()};
    if (!lane->easy)
        return false;
    curl_easy_setopt(lane->easy, CURLOPT_PRIVATE, lane);
    curl_easy_setopt(lane->easy, CURLOPT_WRITEFUNCTION, on_bytes);
    curl_easy_setopt(lane->easy, CURLOPT_WRITEDATA, lane);
    curl_easy_setopt(lane->easy, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(lane->easy, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(lane->easy, CURLOPT_CONNECTTIMEOUT_MS, (long)CONNECT_MS_MAX);
    curl_easy_setopt(lane->easy, CURLOPT_TCP_KEEPALIVE, 1L);
    curl_easy_setopt(lane->easy, CURLOPT_USERAGENT, "gosset-client/" GOSSET_VERSION);
    if (which != LANE_STREAM)
        curl_easy_setopt(lane->easy, CURLOPT_ACCEPT_ENCODING, "");
    if (transport->options.ca_file)
        curl_easy_setopt(lane->easy, CURLOPT_CAINFO, transport->options.ca_file);
    return true;
}

bool transport_open(const struct transport_options *options, struct transport **out, gos_error *err)
{
    pthread_once(&curl_once, curl_start);
    struct transport *transport = calloc(1, sizeof *transport);
    bool done = transport != NULL;
    if (done) {
        transport->options = *options;
        transport->multi = curl_multi_init();
        done = transport->multi != NULL;
    }
    for (int i = 0; done && i < LANE_COUNT; i++)
        done = lane_open(transport, (enum transport_lane)i);
    if (!done) {
        transport_close(transport);
        return gos_fail(err, GOS_OUT_OF_MEMORY, "", "no memory for an HTTP client");
    }
    *out = transport;
    return true;
}

static void lane_rest(struct lane *lane)
{
    curl_multi_remove_handle(lane->transport->multi, lane->easy);
    curl_slist_free_all(lane->headers);
    lane->headers = NULL;
    lane->is_busy = false;
}

void transport_close(struct transport *transport)
{
    if (!transport)
        return;
    for (int i = 0; i < LANE_COUNT; i++) {
        struct lane *lane = &transport->lanes[i];
        if (lane->is_busy)
            lane_rest(lane);
        if (lane->easy)
            curl_easy_cleanup(lane->easy);
        free(lane->body);
    }
    if (transport->multi)
        curl_multi_cleanup(transport->multi);
    free(transport);
}

static bool header_add(struct lane *lane, const char *name, const char *value)
{
    size_t bytes = strlen(name) + strlen(value) + 1;
    char *line = malloc(bytes);
    if (!line)
        return false;
    snprintf(line, bytes, "%s%s", name, value);
    struct curl_slist *longer = curl_slist_append(lane->headers, line);
    free(line);
    if (longer)
        lane->headers = longer;
    return longer != NULL;
}

static bool headers_make(struct lane *lane, const struct transport_request *request)
{
    return header_add(lane, "Authorization: Bearer ", lane->transport->options.key) &&
           header_add(lane, "Accept: ", request->accept) && header_add(lane, "Expect:", "") &&
           (!request->body.data || header_add(lane, "Content-Type: ", "application/json")) &&
           (!request->etag || header_add(lane, "If-None-Match: ", request->etag));
}

/* A stream may last, but not be silent; anything else must end. curl's own limit of speed is of no
 * use for the first: a heartbeat is slower than its least. */
static void limits_set(struct lane *lane, const struct transport_request *request)
{
    bool is_stream = lane->which == LANE_STREAM;
    lane->silence_ms = is_stream ? request->timeout_ms : 0;
    lane->heard_at = client_steady();
    curl_easy_setopt(lane->easy, CURLOPT_TIMEOUT_MS, is_stream ? 0L : request->timeout_ms);
}

bool transport_start(struct transport *transport, const struct transport_request *request)
{
    struct lane *lane = &transport->lanes[request->lane];
    char url[4096];
    assert(!lane->is_busy);
    int len = snprintf(url, sizeof url, "%s%s", transport->options.url, request->path);
    bool done = len < (int)sizeof url && headers_make(lane, request);
    if (done) {
        lane->len = 0;
        curl_easy_setopt(lane->easy, CURLOPT_URL, url);
        curl_easy_setopt(lane->easy, CURLOPT_HTTPHEADER, lane->headers);
        limits_set(lane, request);
        if (request->body.data) {
            curl_easy_setopt(lane->easy, CURLOPT_POSTFIELDS, request->body.data);
            curl_easy_setopt(lane->easy, CURLOPT_POSTFIELDSIZE_LARGE,
                             (curl_off_t)request->body.len);
        } else {
            curl_easy_setopt(lane->easy, CURLOPT_HTTPGET, 1L);
        }
        done = curl_multi_add_handle(transport->multi, lane->easy) == CURLM_OK;
    }
    lane->is_busy = done;
    if (!done) {
        curl_slist_free_all(lane->headers);
        lane->headers = NULL;
    }
    return done;
}

static void lane_finish(struct lane *lane, CURLcode code)
{
    const struct transport_options *options = &lane->transport->options;
    curl_off_t retry_after = 0;
    int status = (int)status_of(lane);
    curl_easy_getinfo(lane->easy, CURLINFO_RETRY_AFTER, &retry_after);
    lane_rest(lane);
    struct transport_answer answer = {
        .status = code == CURLE_OK || lane->which == LANE_STREAM ? status : 0,
        .retry_after_s = retry_after,
        .body = {lane->body, lane->len},
        .failure = code == CURLE_OK ? NULL : curl_easy_strerror(code)};
    options->answered(options->user, lane->which, &answer);
}

/* True when a call may have made something due. */
static bool finish_all(struct transport *transport)
{
    int left;
    bool any = false;
    const CURLMsg *message;
    while ((message = curl_multi_info_read(transport->multi, &left))) {
        char *lane = NULL;
        if (message->msg != CURLMSG_DONE)
            continue;
        CURLcode code = message->data.result;
        curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &lane);
        lane_finish((struct lane *)(void *)lane, code);
        any = true;
    }
    return any;
}

static bool silence_end(struct transport *transport)
{
    struct lane *lane = &transport->lanes[LANE_STREAM];
    bool is_over = lane->is_busy && client_steady() - lane->heard_at > lane->silence_ms;
    if (is_over)
        lane_finish(lane, CURLE_OPERATION_TIMEDOUT);
    return is_over;
}

void transport_wait(struct transport *transport, int64_t ms)
{
    int running;
    curl_multi_perform(transport->multi, &running);
    if (silence_end(transport) || finish_all(transport))
        return;
    curl_multi_poll(transport->multi, NULL, 0, (int)ms, NULL);
    curl_multi_perform(transport->multi, &running);
    finish_all(transport);
}

void transport_wake(struct transport *transport)
{
    curl_multi_wakeup(transport->multi);
}
