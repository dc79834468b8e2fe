/*
 * Streams: other threads gather text under the shard's lock, the loop sends it. Text lies in an
 * arena that exists only while there is some, so an idle stream holds next to nothing.
 */
#include "http/stream_state.h"

#include "http/answer.h"
#include "http/conn.h"
#include "http/deadline.h"
#include "http/shard.h"

#include <stdio.h>

/* Room for a text that doubles as it grows, with the copies before. */
enum { ARENA_TIMES = 4, ARENA_SLACK_BYTES = 4096 };

static struct shard *shard_of(const struct http_stream *stream)
{
    return stream->conn->shard;
}

bool http_stream_start(struct http_request *request, http_stream_closed *closed, void *user,
                       struct http_stream **out, gos_error *err)
{
    struct exchange *exchange = (struct exchange *)request;
    struct http_server *server = exchange->shard->server;
    if (atomic_fetch_add(&server->stream_count, 1) >= server->config.streams_max) {
        atomic_fetch_sub(&server->stream_count, 1);
        return gos_fail(err, GOS_OVERLOADED, "", "%u streams are open, and no more are possible",
                        server->config.streams_max);
    }
    struct http_stream *stream = &exchange->conn->stream;
    *stream = (struct http_stream){.conn = exchange->conn, .closed = closed, .user = user};
    stream->is_open = true;
    stream->is_chunked = !exchange->facts.is_http10;
    exchange->is_stream = true;
    if (gos_str_equal(exchange->response.content_type, GOS_LIT("application/json")))
        exchange->response.content_type = GOS_LIT("text/event-stream");
    *out = stream;
    return true;
}

unsigned http_stream_room(const struct http_server *server)
{
    unsigned open = atomic_load(&server->stream_count);
    return open < server->config.streams_max ? server->config.streams_max - open : 0;
}

/* Adds to the text, under the lock. */
static bool gather(struct http_stream *stream, gos_str bytes)
{
    size_t bytes_max = shard_of(stream)->server->config.stream_backlog_bytes_max;
    if (stream->unsent + stream->text.len + bytes.len > bytes_max)
        return false;
    if (!stream->arena) {
        stream->arena = gos_arena_open(ARENA_TIMES * bytes_max + ARENA_SLACK_BYTES);
        if (!stream->arena)
            return false;
        text_init(&stream->text, stream->arena);
    }
    text_add(&stream->text, bytes);
    return text_ok(&stream->text, NULL);
}

bool http_stream_send(struct http_stream *stream, gos_str bytes)
{
    struct shard *shard = shard_of(stream);
    pthread_mutex_lock(&shard->lock);
    bool takes = !stream->is_over;
    if (takes && !gather(stream, bytes)) {
        takes = false;
        stream->is_over = stream->is_behind = true;
    }
    if (takes || stream->is_behind)
        shard_post_stream(stream);
    pthread_mutex_unlock(&shard->lock);
    return takes;
}

void http_stream_end(struct http_stream *stream)
{
    struct shard *shard = shard_of(stream);
    pthread_mutex_lock(&shard->lock);
    stream->is_ending = stream->is_over = true;
    shard_post_stream(stream);
    pthread_mutex_unlock(&shard->lock);
}

static bool chunk_write(struct conn *conn, gos_str bytes)
{
    char size[32];
    if (bytes.len == 0)
        return true;
    if (!conn->stream.is_chunked)
        return conn_write(conn, &bytes, 1);
    int len = snprintf(size, sizeof size, "%zx\r\n", bytes.len);
    gos_str parts[] = {{size, (size_t)len}, bytes, GOS_LIT("\r\n")};
    return conn_write(conn, parts, 3);
}

static void stream_finish(struct conn *conn)
{
    gos_str last = GOS_LIT("0\r\n\r\n");
    bool done = !conn->stream.is_chunked || conn_write(conn, &last, 1);
    stream_close(conn);
    if (done)
        conn_end(conn);
    else
        conn_close(conn);
}

void stream_drained(struct conn *conn)
{
    struct shard *shard = conn->shard;
    pthread_mutex_lock(&shard->lock);
    conn->stream.unsent = socket_unsent(conn->socket);
    pthread_mutex_unlock(&shard->lock);
}

void stream_flush(struct conn *conn)
{
    struct http_stream *stream = &conn->stream;
    struct shard *shard = conn->shard;
    pthread_mutex_lock(&shard->lock);
    gos_arena *arena = stream->arena;
    gos_str bytes = arena && !stream->is_behind ? text_str(&stream->text) : GOS_LIT("");
    stream->arena = NULL;
    stream->text.len = 0;
    stream->unsent += bytes.len; /* in nobody's count while it is written */
    bool is_behind = stream->is_behind;
    bool is_ending = stream->is_ending;
    pthread_mutex_unlock(&shard->lock);

    bool done = !is_behind && chunk_write(conn, bytes);
    gos_arena_close(arena);
    if (!done)
        conn_close(conn);
    else if (is_ending)
        stream_finish(conn);
    else
        stream_drained(conn);
}

void stream_begin(struct conn *conn)
{
    struct exchange *exchange = conn->exchange;
    struct text head;
    text_init(&head, exchange->arena);
    answer_allow_origin(exchange);
    bool done = answer_head(exchange, exchange->facts.is_http10, &head);
    gos_str part = text_str(&head);
    conn->is_last = true;
    shard_note_access(exchange, part.len);
    done = done && conn_write(conn, &part, 1);
    conn->exchange = NULL;
    shard_give_exchange(conn->shard, exchange);
    conn->state = CONN_STREAM;
    deadline_set(conn, DEADLINE_HEARTBEAT);
    if (conn->is_paused)
        socket_read_start(conn->socket);
    conn->is_paused = false;
    if (!done || conn->has_ended)
        conn_close(conn);
    else
        stream_flush(conn);
}

void stream_heartbeat(struct conn *conn)
{
    deadline_set(conn, DEADLINE_HEARTBEAT);
    if (socket_unsent(conn->socket) == 0 && !chunk_write(conn, GOS_LIT(":\n\n")))
        conn_close(conn);
}

/* Takes it out of the queue of those with something to send, under the lock. */
static void unqueue(struct shard *shard, struct http_stream *stream)
{
    struct http_stream **at = &shard->streams;
    while (*at && *at != stream)
        at = &(*at)->next;
    if (*at)
        *at = stream->next;
    stream->is_queued = false;
}

void stream_close(struct conn *conn)
{
    struct http_stream *stream = &conn->stream;
    struct shard *shard = conn->shard;
    if (!stream->is_open)
        return;
    stream->is_open = false;
    pthread_mutex_lock(&shard->lock);
    stream->is_over = true;
    if (stream->is_queued)
        unqueue(shard, stream);
    pthread_mutex_unlock(&shard->lock);
    atomic_fetch_sub(&shard->server->stream_count, 1);
    if (stream->closed)
        stream->closed(stream, stream->user);
    gos_arena_close(stream->arena);
    stream->arena = NULL;
}
