/* The HTTP client, on libcurl. */
#include "http/client.h"

#include "base/json.h"
#include "http/address.h"

#include <curl/curl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

struct http_client {
    CURL *curl;
    struct curl_slist *headers;
    char *base_url;
    size_t body_bytes_max;
};

/* Where an answer is collected. */
struct sink {
    struct text text;
    size_t bytes_max;
    bool too_large;
};

static pthread_once_t curl_once = PTHREAD_ONCE_INIT;

static void curl_start(void)
{
    curl_global_init(CURL_GLOBAL_DEFAULT);
}

static bool header_add(struct http_client *client, const char *line)
{
    struct curl_slist *longer = curl_slist_append(client->headers, line);
    if (longer)
        client->headers = longer;
    return longer != NULL;
}

static bool headers_make(struct http_client *client, gos_str key)
{
    char line[600];
    if (key.len > 0) {
        snprintf(line, sizeof line, "Authorization: Bearer %.*s", GOS_ARG(key));
        if (!header_add(client, line))
            return false;
    }
    return header_add(client, "Content-Type: application/json") && header_add(client, "Expect:");
}

bool http_client_open(const struct http_client_options *options, struct http_client **out,
                      gos_error *err)
{
    gos_str url = options->base_url;
    if (!str_starts_with(url, GOS_LIT("http://")) && !str_starts_with(url, GOS_LIT("https://")))
        return gos_fail(err, GOS_BAD_INPUT, "",
                        "the URL \"%.*s\" does not begin with http:// or https://", GOS_ARG(url));
    pthread_once(&curl_once, curl_start);
    struct http_client *client = calloc(1, sizeof *client);
    if (!client)
        return gos_fail(err, GOS_OUT_OF_MEMORY, "", "no memory for an HTTP client");
    while (url.len > 0 && url.data[url.len - 1] == '/')
        url.len--;
    client->base_url = strndup(url.data, url.len);
    client->body_bytes_max = options->body_bytes_max;
    client->curl = curl_easy_init();
    if (!client->base_url || !client->curl || !headers_make(client, options->key)) {
        http_client_close(client);
        return gos_fail(err, GOS_OUT_OF_MEMORY, "", "no memory for an HTTP client");
    }
    curl_easy_setopt(client->curl, CURLOPT_HTTPHEADER, client->headers);
    curl_easy_setopt(client->curl, CURLOPT_TIMEOUT_MS, options->timeout_ms);
    curl_easy_setopt(client->curl, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(client->curl, CURLOPT_NOPROXY, "*");
    *out = client;
    return true;
}

void http_client_close(struct http_client *client)
{
    if (!client)
        return;
    if (client->curl)
        curl_easy_cleanup(client->curl);
    curl_slist_free_all(client->headers);
    free(client->base_url);
    free(client);
}

static size_t sink_write(char *data, size_t size, size_t count, void *user)
{
    struct sink *sink = user;
    size_t bytes = size * count;
    sink->too_large = sink->text.len + bytes > sink->bytes_max;
    if (sink->too_large)
        return 0;
    text_add(&sink->text, (gos_str){data, bytes});
    return sink->text.failed ? 0 : bytes;
}

static void request_set(struct http_client *client, const char *method, gos_str body,
                        struct sink *sink)
{
    curl_easy_setopt(client->curl, CURLOPT_WRITEFUNCTION, sink_write);
    curl_easy_setopt(client->curl, CURLOPT_WRITEDATA, sink);
    if (body.data) {
        curl_easy_setopt(client->curl, CURLOPT_POSTFIELDS, body.data);
        curl_easy_setopt(client->curl, CURLOPT_POSTFIELDSIZE, (long)body.len);
    } else {
        curl_easy_setopt(client->curl, CURLOPT_HTTPGET, 1L);
    }
    curl_easy_setopt(client->curl, CURLOPT_CUSTOMREQUEST, method);
}

bool http_client_call(struct http_client *client, const char *method, const char *path,
                      gos_str body, gos_arena *arena, struct http_reply *out, gos_error *err)
{
    struct sink sink = {.bytes_max = client->body_bytes_max};
    text_init(&sink.text, arena);
    gos_str url = gos_arena_print(arena, "%s%s", client->base_url, path);
    if (!url.data)
        return gos_fail(err, GOS_TOO_LARGE, "", "the URL does not fit");
    request_set(client, method, body, &sink);
    curl_easy_setopt(client->curl, CURLOPT_URL, url.data);
    CURLcode code = curl_easy_perform(client->curl);
    if (sink.too_large || sink.text.failed)
        return gos_fail(err, GOS_TOO_LARGE, "", "%s answers with more than %zu bytes", url.data,
                        client->body_bytes_max);
    if (code != CURLE_OK)
        return gos_fail(err, GOS_UNAVAILABLE, "", "%s does not answer: %s", url.data,
                        curl_easy_strerror(code));
    long status = 0;
    curl_easy_getinfo(client->curl, CURLINFO_RESPONSE_CODE, &status);
    *out = (struct http_reply){(int)status, text_str(&sink.text)};
    return true;
}

bool http_client_form(struct http_client *client, gos_str form, gos_arena *arena,
                      struct http_reply *out, gos_error *err)
{
    struct curl_slist *headers =
        curl_slist_append(NULL, "Content-Type: application/x-www-form-urlencoded");
    if (!headers)
        return gos_fail(err, GOS_OUT_OF_MEMORY, "", "no memory for an HTTP client");
    curl_easy_setopt(client->curl, CURLOPT_HTTPHEADER, headers);
    bool done = http_client_call(client, "POST", "", form, arena, out, err);
    curl_easy_setopt(client->curl, CURLOPT_HTTPHEADER, client->headers);
    curl_slist_free_all(headers);
    return done;
}

static gos_code code_from_name(gos_str name)
{
#define ERR(code, http, exit, ofrep)                                                               \
    if (gos_str_equal(name, GOS_LIT(#code)))                                                       \
        return GOS_##code;
#include "gosset/errors.def"
#undef ERR
    return GOS_INTERNAL;
}

static bool fail_from_reply(const struct http_reply *reply, gos_arena *arena, gos_error *err)
{
    const struct json *body = NULL;
    json_read(reply->body, arena, &body, NULL);
    const struct json *code = json_find(body, GOS_LIT("code"));
    const struct json *message = json_find(body, GOS_LIT("message"));
    const struct json *pointer = json_find(body, GOS_LIT("pointer"));
    if (!code || !message)
        return gos_fail(err, GOS_INTERNAL, "", "the server answers with HTTP status %d",
                        reply->status);
    char at[GOS_POINTER_BYTES];
    snprintf(at, sizeof at, "%.*s", pointer ? (int)pointer->text.len : 0,
             pointer ? pointer->text.data : "");
    return gos_fail(err, code_from_name(code->text), at, "%.*s", GOS_ARG(message->text));
}

bool http_client_ask(struct http_client *client, const char *method, const char *path, gos_str body,
                     gos_arena *arena, gos_str *out_body, gos_error *err)
{
    struct http_reply reply;
    if (!http_client_call(client, method, path, body, arena, &reply, err))
        return false;
    if (reply.status < 200 || reply.status > 299)
        return fail_from_reply(&reply, arena, err);
    *out_body = reply.body;
    return true;
}

/* What a post's callbacks share. */
struct posting {
    const struct http_post *post;
    size_t bytes;
    bool is_refused;
    bool is_too_large;
};

static curl_socket_t post_socket(void *user, curlsocktype purpose, struct curl_sockaddr *address)
{
    struct posting *posting = user;
    (void)purpose;
    if (!posting->post->may_be_private && address_is_private(&address->addr)) {
        posting->is_refused = true;
        return CURL_SOCKET_BAD;
    }
    return socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

static size_t post_answer(char *data, size_t size, size_t count, void *user)
{
    struct posting *posting = user;
    (void)data;
    posting->bytes += size * count;
    posting->is_too_large = posting->bytes > posting->post->body_bytes_max;
    return posting->is_too_large ? 0 : size * count;
}

static void post_set(CURL *curl, struct posting *posting, struct curl_slist *headers)
{
    const struct http_post *post = posting->post;
    curl_easy_setopt(curl, CURLOPT_URL, post->url);
    curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers);
    curl_easy_setopt(curl, CURLOPT_POST, 1L);
    curl_easy_setopt(curl, CURLOPT_POSTFIELDS, post->body.data);
    curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE, (long)post->body.len);
    curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, post->timeout_ms);
    curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(curl, CURLOPT_NOPROXY, "*");
    curl_easy_setopt(curl, CURLOPT_OPENSOCKETFUNCTION, post_socket);
    curl_easy_setopt(curl, CURLOPT_OPENSOCKETDATA, posting);
    curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, post_answer);
    curl_easy_setopt(curl, CURLOPT_WRITEDATA, posting);
}

static bool post_perform(CURL *curl, const struct posting *posting, int *out_status, gos_error *err)
{
    long status = 0;
    CURLcode code = curl_easy_perform(curl);
    if (posting->is_refused)
        return gos_fail(err, GOS_FORBIDDEN, "/url", "it leads to a private address");
    if (posting->is_too_large)
        return gos_fail(err, GOS_TOO_LARGE, "/url", "it answers with more than %zu bytes",
                        posting->post->body_bytes_max);
    if (code != CURLE_OK)
        return gos_fail(err, GOS_UNAVAILABLE, "/url", "it does not answer: %s",
                        curl_easy_strerror(code));
    curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
    *out_status = (int)status;
    return true;
}

bool http_post(const struct http_post *post, int *out_status, gos_error *err)
{
    struct posting posting = {.post = post};
    struct curl_slist *headers = NULL;
    pthread_once(&curl_once, curl_start);
    CURL *curl = curl_easy_init();
    bool done = curl != NULL;
    for (size_t i = 0; done && post->headers[i]; i++) {
        struct curl_slist *longer = curl_slist_append(headers, post->headers[i]);
        done = longer != NULL;
        headers = done ? longer : headers;
    }
    if (done) {
        post_set(curl, &posting, headers);
        done = post_perform(curl, &posting, out_status, err);
    } else {
        gos_fail(err, GOS_OUT_OF_MEMORY, "", "no memory for a message");
    }
    curl_slist_free_all(headers);
    curl_easy_cleanup(curl);
    return done;
}
