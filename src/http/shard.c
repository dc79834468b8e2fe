/* A shard: one loop on its thread, with its connections, and what other threads hand to it. */
#include "http/shard.h"

#include "base/arena.h"
#include "http/conn.h"
#include "http/deadline.h"
#include "http/stream_state.h"

#include <signal.h>
#include <time.h>

enum {
    STOP_IDLE_MS = 200,             /* for requests that are on their way when the server stops */
    STOP_STEP_MS = 100,             /* between the checks that nothing new has come */
    EXCHANGE_ARENA_BYTES = 16 << 10 /* what an exchange costs beside its request */
};

static int64_t clock_us(clockid_t clock)
{
    struct timespec now;
    clock_gettime(clock, &now);
    return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

int64_t shard_clock_us(void)
{
    return clock_us(CLOCK_MONOTONIC);
}

struct conn *shard_take_conn(struct shard *shard)
{
    struct conn *conn = shard->unused_conns;
    if (conn)
        shard->unused_conns = conn->next;
    else
        conn = gos_arena_take(shard->arena, sizeof *conn, NULL);
    if (!conn)
        return NULL;
    *conn = (struct conn){.shard = shard, .deadline = DEADLINE_NONE};
    shard->conn_count++;
    atomic_fetch_add(&shard->server->connection_count, 1);
    atomic_fetch_add(&shard->server->accepted_count, 1);
    return conn;
}

void shard_give_conn(struct shard *shard, struct conn *conn)
{
    conn->next = shard->unused_conns;
    shard->unused_conns = conn;
    shard->conn_count--;
    atomic_fetch_sub(&shard->server->connection_count, 1);
    if (shard->is_stopping && shard->conn_count == 0)
        loop_stop(shard->loop);
}

struct exchange *shard_take_exchange(struct shard *shard)
{
    struct exchange *exchange = shard->unused_exchanges;
    if (exchange) {
        shard->unused_exchanges = exchange->next;
    } else {
        exchange = gos_arena_take(shard->arena, sizeof *exchange, NULL);
        gos_arena *arena = exchange ? gos_arena_open(shard->server->config.arena_bytes_max) : NULL;
        if (!arena)
            return NULL;
        exchange->arena = arena;
    }
    *exchange = (struct exchange){.shard = shard, .arena = exchange->arena};
    return exchange;
}

void shard_give_exchange(struct shard *shard, struct exchange *exchange)
{
    gos_arena_reset(exchange->arena);
    arena_allow(exchange->arena, shard->server->config.arena_bytes_max);
    exchange->next = shard->unused_exchanges;
    shard->unused_exchanges = exchange;
}

void shard_note_access(struct exchange *exchange, size_t bytes_out)
{
    struct http_server *server = exchange->shard->server;
    atomic_fetch_add_explicit(&server->request_count, 1, memory_order_relaxed);
    if (!server->config.answered)
        return;
    struct http_access access = {
        .status = exchange->response.status,
        .duration_us = shard_clock_us() - exchange->started_us,
        .bytes_in = exchange->head.len + (size_t)exchange->received,
        .bytes_out = bytes_out,
    };
    server->config.answered(&exchange->request, &access);
}

void shard_post(struct exchange *exchange)
{
    struct shard *shard = exchange->shard;
    pthread_mutex_lock(&shard->lock);
    exchange->next = shard->answered;
    shard->answered = exchange;
    loop_wake(shard->loop);
    pthread_mutex_unlock(&shard->lock);
}

void shard_post_stream(struct http_stream *stream)
{
    struct shard *shard = stream->conn->shard;
    if (stream->is_queued)
        return;
    stream->is_queued = true;
    stream->next = shard->streams;
    shard->streams = stream;
    loop_wake(shard->loop);
}

static struct http_stream *stream_take(struct shard *shard)
{
    pthread_mutex_lock(&shard->lock);
    struct http_stream *stream = shard->streams;
    if (stream) {
        shard->streams = stream->next;
        stream->is_queued = false;
    }
    pthread_mutex_unlock(&shard->lock);
    return stream;
}

static void close_all(struct shard *shard, enum deadline kind, enum conn_state state)
{
    struct conn *next;
    for (struct conn *conn = shard->first[kind]; conn; conn = next) {
        next = conn->next;
        if (conn->state == state || state == CONN_CLOSED)
            conn_close(conn);
    }
}

static void end_streams(struct shard *shard)
{
    struct conn *next;
    for (struct conn *conn = shard->first[DEADLINE_HEARTBEAT]; conn; conn = next) {
        next = conn->next;
        http_stream_end(&conn->stream);
    }
}

static void stop_begin(struct shard *shard)
{
    int64_t now_ms = loop_now_ms(shard->loop);
    shard->is_stopping = true;
    shard->stop_idle_due_ms = now_ms + STOP_IDLE_MS;
    shard->stop_due_ms = now_ms + shard->server->config.stop_ms;
    loop_listen_end(shard->loop);
    end_streams(shard);
    if (shard->conn_count == 0)
        loop_stop(shard->loop);
}

/* Idle connections go first, the others when their time is over. Those of handlers that have not
 * answered yet are only forgotten then. */
static void stop_step(struct shard *shard)
{
    int64_t now_ms = loop_now_ms(shard->loop);
    if (now_ms >= shard->stop_idle_due_ms) {
        close_all(shard, DEADLINE_IDLE, CONN_IDLE);
        close_all(shard, DEADLINE_HEAD, CONN_IDLE);
        end_streams(shard);
        shard->stop_idle_due_ms = now_ms + STOP_STEP_MS;
    }
    if (now_ms >= shard->stop_due_ms) {
        for (int kind = 0; kind < DEADLINES; kind++)
            close_all(shard, (enum deadline)kind, CONN_CLOSED);
    }
}

static void on_woken(void *user)
{
    struct shard *shard = user;
    if (atomic_load(&shard->server->is_stopping) && !shard->is_stopping)
        stop_begin(shard);
    pthread_mutex_lock(&shard->lock);
    struct exchange *answered = shard->answered;
    shard->answered = NULL;
    pthread_mutex_unlock(&shard->lock);
    while (answered) {
        struct exchange *exchange = answered;
        answered = exchange->next;
        conn_answer(exchange->conn);
    }
    struct http_stream *stream;
    while ((stream = stream_take(shard))) {
        if (stream->conn->state == CONN_STREAM)
            stream_flush(stream->conn);
    }
}

static void date_refresh(struct shard *shard)
{
    int64_t now_s = clock_us(CLOCK_REALTIME) / 1000000;
    if (now_s == shard->date_s)
        return;
    shard->date_s = now_s;
    date_write(now_s, shard->date);
}

static void on_tick(void *user)
{
    struct shard *shard = user;
    struct conn *conn;
    date_refresh(shard);
    while ((conn = deadline_due(shard, loop_now_ms(shard->loop))))
        conn_due(conn);
    if (shard->is_stopping)
        stop_step(shard);
}

static const struct loop_hooks hooks = {
    .accepted = conn_accepted,
    .read = conn_read,
    .ended = conn_ended,
    .drained = conn_drained,
    .closed = conn_closed,
    .woken = on_woken,
    .tick = on_tick,
};

static void delays_set(struct shard *shard, const struct http_config *config)
{
    shard->delay_ms[DEADLINE_HEAD] = config->head_ms;
    shard->delay_ms[DEADLINE_BODY] = config->body_ms;
    shard->delay_ms[DEADLINE_IDLE] = config->idle_ms;
    shard->delay_ms[DEADLINE_WRITE] = config->write_ms;
    shard->delay_ms[DEADLINE_DRAIN] = config->drain_ms;
    shard->delay_ms[DEADLINE_HEARTBEAT] = config->heartbeat_ms;
}

bool shard_open(struct shard *shard, struct http_server *server, int fd, gos_error *err)
{
    /* Connections come from the arena and go back to a list: their limit is its limit. */
    size_t each = sizeof(struct conn) + sizeof(struct exchange) + EXCHANGE_ARENA_BYTES;
    shard->server = server;
    shard->arena = gos_arena_open(((size_t)server->config.connections_max + 64) * each + (1 << 20));
    if (!shard->arena)
        return gos_fail(err, GOS_OUT_OF_MEMORY, "", "no memory for another loop");
    pthread_mutex_init(&shard->lock, NULL);
    delays_set(shard, &server->config);
    date_refresh(shard);
    return loop_open(&hooks, shard, fd, shard->arena, &shard->loop, err);
}

static void *run(void *argument)
{
    struct shard *shard = argument;
    loop_run(shard->loop);
    return NULL;
}

/* Signals are for others; a peer that has gone must not raise one here. */
bool shard_start(struct shard *shard, gos_error *err)
{
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    shard->is_running = pthread_create(&shard->thread, NULL, run, shard) == 0;
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return shard->is_running || gos_fail(err, GOS_OUT_OF_MEMORY, "", "no more threads");
}

void shard_close(struct shard *shard)
{
    if (!shard->arena)
        return;
    if (shard->is_running)
        pthread_join(shard->thread, NULL);
    loop_close(shard->loop);
    for (struct exchange *exchange = shard->unused_exchanges; exchange; exchange = exchange->next)
        gos_arena_close(exchange->arena);
    pthread_mutex_destroy(&shard->lock);
    gos_arena_close(shard->arena);
    shard->arena = NULL;
}
