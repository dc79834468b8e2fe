/*
 * Keeping the ruleset fresh: asked for at the start, when the stream tells of a change, and in
 * turns in any case. Whatever fails, the last good one stays in use.
 */
#include "client/client.h"

#include <stdio.h>

enum {
    STREAM_POLL_TIMES = 10, /* asked for this much less often while a stream tells of changes */
    PAUSE_FIRST_MS = 500,
    PAUSE_MOST_MS = 60000,
    REFUSED_MOST_MS = 300000,  /* a key that is refused may be good again some day */
    STREAM_SILENCE_MS = 75000, /* the server sends a comment every 25 s or less */
};

static const char block_type[] = "application/x-gosset-ruleset";

static void ask(gos_client *client)
{
    char etag[48] = "";
    struct refresh *refresh = &client->refresh;
    pthread_mutex_lock(&client->lock);
    if (client->rules)
        snprintf(etag, sizeof etag, "\"%s\"", client->state.ruleset);
    client->wants_refresh = false;
    pthread_mutex_unlock(&client->lock);
    struct transport_request request = {
        .lane = LANE_RULESET,
        .path = "/sdk/v1/ruleset",
        .accept = refresh->wants_document ? "application/json" : block_type,
        .etag = etag[0] ? etag : NULL,
        .timeout_ms = (long)client->options.timeout_ms,
    };
    refresh->is_stale = false;
    refresh->is_asking = transport_start(client->transport, &request);
    if (!refresh->is_asking)
        refresh->ask_at =
            client_steady() + pause_after_failure(&refresh->pause, PAUSE_FIRST_MS, PAUSE_MOST_MS);
}

static void listen_begin(gos_client *client)
{
    struct refresh *refresh = &client->refresh;
    struct transport_request request = {
        .lane = LANE_STREAM,
        .path = "/sdk/v1/events",
        .accept = "text/event-stream",
        .timeout_ms = STREAM_SILENCE_MS,
    };
    refresh->reader = (struct notice_reader){0};
    refresh->is_streaming = transport_start(client->transport, &request);
    refresh->stream_at = client_steady() + PAUSE_MOST_MS;
}

static bool wants_refresh(gos_client *client)
{
    pthread_mutex_lock(&client->lock);
    bool wants = client->wants_refresh;
    pthread_mutex_unlock(&client->lock);
    return wants;
}

int64_t refresh_step(gos_client *client, int64_t now)
{
    struct refresh *refresh = &client->refresh;
    if (!refresh->is_asking && (now >= refresh->ask_at || wants_refresh(client)))
        ask(client);
    if (!client->options.without_stream && !refresh->is_streaming && now >= refresh->stream_at)
        listen_begin(client);
    int64_t at = refresh->is_asking ? INT64_MAX : refresh->ask_at;
    if (!client->options.without_stream && !refresh->is_streaming && refresh->stream_at < at)
        at = refresh->stream_at;
    return at;
}

static void keep(gos_client *client, const struct rules *rules)
{
    gos_error err;
    if (client->path[0] && !disk_write(client->path, rules->ruleset, &err))
        client_say(client, GOS_CLIENT_WARNING, "the ruleset is not kept: %s", err.message);
}

static void confirm(gos_client *client)
{
    pthread_mutex_lock(&client->lock);
    client->state.confirmed_ms = client_now(client);
    client->state.is_from_folder = false;
    pthread_mutex_unlock(&client->lock);
}

static bool take(gos_client *client, gos_str body)
{
    gos_error err;
    struct rules *rules;
    struct refresh *refresh = &client->refresh;
    bool done = refresh->wants_document ? rules_compile(body, &rules, &err)
                                        : rules_load(body, &rules, &err);
    if (!done) {
        client_say(client, GOS_CLIENT_WARNING, "the server's ruleset is not used: %s", err.message);
        /* A block of another version: the definitions themselves are the same in all. */
        refresh->wants_document = true;
        return false;
    }
    keep(client, rules);
    gos_str hash = gos_ruleset_hash(rules->ruleset);
    client_adopt(client, rules, false);
    client_say(client, GOS_CLIENT_INFO, "ruleset %.*s is in use", GOS_ARG(hash));
    if (client->options.changed)
        client->options.changed(client->options.changed_user, hash);
    return true;
}

static int64_t pause_of(struct pause *pause, const struct transport_answer *answer)
{
    bool is_refused = answer->status == 401 || answer->status == 403 || answer->status == 404;
    int64_t ms =
        pause_after_failure(pause, PAUSE_FIRST_MS, is_refused ? REFUSED_MOST_MS : PAUSE_MOST_MS);
    int64_t asked = answer->retry_after_s < 3600 ? answer->retry_after_s * 1000 : 3600000;
    return ms > asked ? ms : asked;
}

static void ask_failed(gos_client *client, const struct transport_answer *answer)
{
    struct refresh *refresh = &client->refresh;
    client_count_failure(client);
    refresh->ask_at = client_steady() + pause_of(&refresh->pause, answer);
    if (answer->failure)
        client_say(client, GOS_CLIENT_WARNING, "the ruleset cannot be fetched: %s",
                   answer->failure);
    else
        client_say(client, GOS_CLIENT_WARNING, "the ruleset cannot be fetched: HTTP status %d",
                   answer->status);
}

static void ask_answered(gos_client *client, const struct transport_answer *answer)
{
    struct refresh *refresh = &client->refresh;
    bool wanted_document = refresh->wants_document;
    refresh->is_asking = false;
    bool done = answer->status == 304 || (answer->status == 200 && take(client, answer->body));
    if (!done) {
        ask_failed(client, answer);
        if (refresh->wants_document != wanted_document)
            refresh->ask_at = 0;
        return;
    }
    confirm(client);
    refresh->pause.failures = 0;
    int64_t poll = client->options.poll_ms * (refresh->is_streaming ? STREAM_POLL_TIMES : 1);
    refresh->ask_at = refresh->is_stale ? 0 : client_steady() + pause_jitter(&refresh->pause, poll);
}

static void stream_note(gos_client *client, bool is_streaming)
{
    pthread_mutex_lock(&client->lock);
    client->state.is_streaming = is_streaming;
    pthread_mutex_unlock(&client->lock);
}

static void stream_ended(gos_client *client, const struct transport_answer *answer)
{
    struct refresh *refresh = &client->refresh;
    bool was_open = answer->status == 200;
    refresh->is_streaming = false;
    stream_note(client, false);
    client_count_failure(client);
    refresh->stream_at = client_steady() + pause_of(&refresh->stream_pause, answer);
    client_say(client, GOS_CLIENT_INFO, "the stream of changes ended: HTTP status %d, %s",
               answer->status, answer->failure ? answer->failure : "closed by the server");
    /* What it would have told is asked for, soon but not all clients at once. */
    int64_t soon = client_steady() + pause_jitter(&refresh->pause, client->options.poll_ms);
    if (was_open && refresh->ask_at > soon)
        refresh->ask_at = soon;
}

void refresh_answered(gos_client *client, enum transport_lane lane,
                      const struct transport_answer *answer)
{
    if (lane == LANE_RULESET)
        ask_answered(client, answer);
    else
        stream_ended(client, answer);
}

static void on_notice(void *user, gos_str hash)
{
    gos_client *client = user;
    struct refresh *refresh = &client->refresh;
    refresh->stream_pause.failures = 0;
    pthread_mutex_lock(&client->lock);
    bool is_known = gos_str_equal(gos_str_from(client->state.ruleset), hash);
    client->state.is_streaming = true;
    pthread_mutex_unlock(&client->lock);
    if (is_known)
        return;
    refresh->is_stale = true;
    refresh->ask_at = 0;
}

void refresh_streamed(gos_client *client, gos_str bytes)
{
    notice_read(&client->refresh.reader, bytes, on_notice, client);
}
