/*
 * One connection. Requests are served one after the other: while a handler has one, or its answer
 * is on its way, further input waits and the socket is read no more.
 */
#include "http/conn.h"

#include "http/answer.h"
#include "http/deadline.h"
#include "http/exchange.h"
#include "http/pool.h"
#include "http/shard.h"
#include "http/stream_state.h"

static void conn_next(struct conn *conn);

static bool takes_input(const struct conn *conn)
{
    return conn->state == CONN_IDLE || conn->state == CONN_HEAD || conn->state == CONN_BODY;
}

/* A connection is forgotten when neither the socket nor a handler knows it any more. */
static void forget_if_done(struct conn *conn)
{
    if (conn->socket || conn->exchange)
        return;
    tls_close(conn->tls);
    gos_arena_close(conn->leftover_arena);
    shard_give_conn(conn->shard, conn);
}

void *conn_accepted(void *user, struct socket *socket)
{
    struct shard *shard = user;
    struct http_server *server = shard->server;
    struct conn *conn = NULL;
    if (atomic_load(&server->connection_count) < server->config.connections_max)
        conn = shard_take_conn(shard);
    struct tls *tls = conn && server->tls ? tls_open(server->tls) : NULL;
    if (!conn || (server->tls && !tls)) {
        atomic_fetch_add(&server->refused_count, 1);
        if (conn)
            shard_give_conn(shard, conn);
        return NULL;
    }
    conn->socket = socket;
    conn->tls = tls;
    conn->state = CONN_IDLE;
    socket_peer(socket, conn->remote, sizeof conn->remote);
    deadline_set(conn, DEADLINE_HEAD);
    return conn;
}

static bool tls_flush(struct conn *conn)
{
    gos_str output = tls_output(conn->tls);
    bool done = output.len == 0 || socket_write(conn->socket, &output, 1);
    tls_sent(conn->tls);
    return done;
}

bool conn_write(struct conn *conn, const gos_str *parts, size_t part_count)
{
    if (!conn->tls)
        return socket_write(conn->socket, parts, part_count);
    for (size_t i = 0; i < part_count; i++) {
        if (!tls_write(conn->tls, parts[i]))
            return false;
    }
    return tls_flush(conn);
}

void conn_close(struct conn *conn)
{
    if (conn->state == CONN_CLOSED)
        return;
    bool is_ours = conn->exchange && conn->state != CONN_BUSY;
    bool is_stream = conn->state == CONN_STREAM;
    conn->state = CONN_CLOSED;
    deadline_clear(conn);
    if (is_stream)
        stream_close(conn);
    if (is_ours) {
        shard_give_exchange(conn->shard, conn->exchange);
        conn->exchange = NULL;
    }
    socket_close(conn->socket);
}

void conn_closed(void *owner)
{
    struct conn *conn = owner;
    conn->socket = NULL;
    forget_if_done(conn);
}

/* Closing at once would reset the connection under a peer that still sends, answer and all. */
void conn_end(struct conn *conn)
{
    if (conn->has_ended && socket_unsent(conn->socket) == 0) {
        conn_close(conn);
        return;
    }
    conn->state = CONN_DRAIN;
    conn->leftover.len = 0;
    deadline_set(conn, DEADLINE_DRAIN);
    if (conn->tls) {
        tls_end(conn->tls);
        tls_flush(conn);
    }
    socket_end(conn->socket);
    if (conn->is_paused)
        socket_read_start(conn->socket);
    conn->is_paused = false;
}

static void continue_say(struct conn *conn, gos_str input)
{
    gos_str go_on = GOS_LIT("HTTP/1.1 100 Continue\r\n\r\n");
    if (conn->exchange->facts.expects_continue && input.len == 0)
        conn_write(conn, &go_on, 1);
}

static void overload(struct exchange *exchange)
{
    gos_error err = {0};
    gos_fail(&err, GOS_OVERLOADED, "", "too many requests wait for a worker");
    http_fail(&exchange->request, &exchange->response, &err);
}

/* The request has come whole. */
static void conn_run(struct conn *conn)
{
    struct exchange *exchange = conn->exchange;
    if (exchange->is_refused) {
        conn_answer(conn);
        return;
    }
    conn->state = CONN_BUSY;
    deadline_set(conn, DEADLINE_NONE);
    atomic_store(&exchange->owners, 1);
    if (exchange->request.route->mode == HTTP_LOOP) {
        answer_make(exchange);
        if (exchange_leave(exchange))
            conn_answer(conn);
    } else if (!pool_put(conn->shard->server->pool, exchange)) {
        overload(exchange);
        conn_answer(conn);
    }
}

static void conn_step(struct conn *conn, enum exchange_step step, gos_str input)
{
    switch (step) {
    case EXCHANGE_HEAD:
        break;
    case EXCHANGE_BODY:
        if (conn->state == CONN_HEAD) {
            conn->state = CONN_BODY;
            deadline_set(conn, DEADLINE_BODY);
            continue_say(conn, input);
        }
        break;
    case EXCHANGE_READY:
        conn_run(conn);
        break;
    case EXCHANGE_BROKEN:
        conn->is_last = true;
        conn_answer(conn);
        break;
    }
}

/* An empty line or two in front of a request are forgiven (RFC 9112, 2.2). */
static bool conn_begin(struct conn *conn, gos_str *input)
{
    while (input->len > 0 && (input->data[0] == '\r' || input->data[0] == '\n'))
        *input = (gos_str){input->data + 1, input->len - 1};
    if (input->len == 0)
        return false;
    conn->exchange = shard_take_exchange(conn->shard);
    if (!conn->exchange) {
        conn_close(conn);
        return false;
    }
    exchange_begin(conn->exchange, conn);
    conn->state = CONN_HEAD;
    deadline_set(conn, DEADLINE_HEAD);
    return true;
}

/* Reads on in the input until it is used up or must wait. */
static void feed(struct conn *conn, gos_str *input)
{
    conn->is_feeding = true;
    while (input->len > 0 && takes_input(conn)) {
        if (conn->state == CONN_IDLE && !conn_begin(conn, input))
            break;
        enum exchange_step step = conn->state == CONN_HEAD
                                      ? exchange_read_head(conn->exchange, input)
                                      : exchange_read_body(conn->exchange, input);
        conn_step(conn, step, *input);
    }
    conn->is_feeding = false;
}

/* Keeps input that has to wait. */
static void leave(struct conn *conn, gos_str input)
{
    if (input.len == 0 || (conn->state != CONN_BUSY && conn->state != CONN_WRITE))
        return;
    conn->leftover_arena = gos_arena_open(input.len + 64);
    gos_str copy = {NULL, 0};
    if (conn->leftover_arena)
        copy = gos_arena_text(conn->leftover_arena, input, NULL);
    conn->leftover = copy;
    if (!copy.data)
        conn->is_last = true;
}

/* Opens one more piece of what came through TLS. False when there is none. */
static bool tls_pull(struct conn *conn)
{
    struct shard *shard = conn->shard;
    int count = tls_read(conn->tls, shard->plain, sizeof shard->plain);
    if (!tls_flush(conn)) {
        conn_close(conn);
        return false;
    }
    if (count < 0)
        conn_ended(conn);
    if (count <= 0)
        return false;
    gos_str input = {shard->plain, (size_t)count};
    feed(conn, &input);
    leave(conn, input);
    return true;
}

/* Serves what waits, then listens to the socket again. */
static void go_on(struct conn *conn)
{
    bool is_more = true;
    while (is_more && takes_input(conn)) {
        if (conn->leftover.len > 0)
            feed(conn, &conn->leftover);
        else
            is_more = conn->tls && tls_pull(conn);
        if (conn->leftover.len == 0 && conn->leftover_arena) {
            gos_arena_close(conn->leftover_arena);
            conn->leftover_arena = NULL;
        }
        is_more = is_more && (conn->tls || conn->leftover.len > 0);
    }
    if (!takes_input(conn))
        return;
    if (conn->has_ended)
        conn_close(conn);
    else if (conn->is_paused)
        socket_read_start(conn->socket);
    conn->is_paused = false;
}

void conn_read(void *owner, gos_str bytes)
{
    struct conn *conn = owner;
    if (conn->state == CONN_CLOSED || conn->state == CONN_DRAIN || conn->state == CONN_STREAM)
        return;
    if (conn->tls) {
        if (tls_feed(conn->tls, bytes))
            go_on(conn);
        else
            conn_close(conn);
    } else {
        feed(conn, &bytes);
        leave(conn, bytes);
    }
    if (conn->state == CONN_BUSY || conn->state == CONN_WRITE) {
        bool must_wait = conn->leftover.len > 0 || conn->tls;
        if (must_wait)
            socket_read_stop(conn->socket);
        conn->is_paused = must_wait;
    }
}

void conn_ended(void *owner)
{
    struct conn *conn = owner;
    conn->has_ended = true;
    bool must_wait = conn->state == CONN_BUSY || conn->state == CONN_WRITE ||
                     (conn->state == CONN_DRAIN && socket_unsent(conn->socket) > 0);
    if (!must_wait)
        conn_close(conn);
}

void conn_drained(void *owner)
{
    struct conn *conn = owner;
    if (conn->state == CONN_STREAM)
        stream_drained(conn);
    else if (conn->state == CONN_WRITE)
        conn_next(conn);
    else if (conn->state == CONN_DRAIN && conn->has_ended)
        conn_close(conn);
}

/* The answer has left: another request, or the end. */
static void conn_next(struct conn *conn)
{
    if (conn->is_last) {
        conn_end(conn);
        return;
    }
    conn->state = CONN_IDLE;
    deadline_set(conn, DEADLINE_IDLE);
    if (!conn->is_feeding)
        go_on(conn);
}

static bool answer_send(struct conn *conn)
{
    struct exchange *exchange = conn->exchange;
    struct text head;
    text_init(&head, exchange->arena);
    conn->is_last = conn->is_last || !exchange->facts.keeps_alive || conn->shard->is_stopping ||
                    conn->has_ended;
    answer_allow_origin(exchange);
    answer_pack(exchange);
    if (!answer_head(exchange, conn->is_last, &head))
        return false;
    gos_str body = answer_has_body(exchange) ? exchange->response.body : GOS_LIT("");
    gos_str parts[] = {text_str(&head), body};
    shard_note_access(exchange, parts[0].len + body.len);
    return conn_write(conn, parts, 2);
}

void conn_answer(struct conn *conn)
{
    struct exchange *exchange = conn->exchange;
    if (conn->state == CONN_CLOSED) {
        if (exchange->is_stream)
            stream_close(conn);
        conn->exchange = NULL;
        shard_give_exchange(conn->shard, exchange);
        forget_if_done(conn);
        return;
    }
    if (exchange->is_stream) {
        stream_begin(conn);
        return;
    }
    bool done = answer_send(conn);
    conn->exchange = NULL;
    conn->state = CONN_WRITE;
    shard_give_exchange(conn->shard, exchange);
    if (!done)
        conn_close(conn);
    else if (socket_unsent(conn->socket) > 0)
        deadline_set(conn, DEADLINE_WRITE);
    else
        conn_next(conn);
}

static void timeout(struct conn *conn)
{
    gos_error err = {0};
    atomic_fetch_add(&conn->shard->server->timeout_count, 1);
    gos_fail(&err, GOS_TIMEOUT, "", "the request did not arrive in time");
    http_fail(&conn->exchange->request, &conn->exchange->response, &err);
    conn->is_last = true;
    conn_answer(conn);
}

void conn_due(struct conn *conn)
{
    if (conn->state == CONN_STREAM)
        stream_heartbeat(conn);
    else if (conn->state == CONN_HEAD || conn->state == CONN_BODY)
        timeout(conn);
    else
        conn_close(conn);
}
