/*
 * Inside of a server: a shard is one loop with its connections; an exchange is one request with its
 * answer. Everything belongs to the shard's thread, except what stands under its lock, and except
 * an exchange while a worker or a holder has it.
 */
#ifndef HTTP_STATE_H
#define HTTP_STATE_H

#include "http/chunk.h"
#include "http/date.h"
#include "http/head.h"
#include "http/loop.h"
#include "http/router.h"
#include "http/server.h"
#include "http/stream.h"
#include "http/tls.h"

#include <pthread.h>
#include <stdatomic.h>

enum { REMOTE_BYTES = 48, PLAIN_BYTES = 16 << 10 };

/* Why a connection will be looked at again. Each kind has one delay, so each list is in order. */
enum deadline {
    DEADLINE_HEAD,
    DEADLINE_BODY,
    DEADLINE_IDLE,
    DEADLINE_WRITE,
    DEADLINE_DRAIN,
    DEADLINE_HEARTBEAT,
    DEADLINE_NONE, /* a handler has the request */
    DEADLINES,
};

enum conn_state {
    CONN_IDLE,   /* nothing of a request has come */
    CONN_HEAD,   /* some of a head */
    CONN_BODY,   /* some of a body */
    CONN_BUSY,   /* a handler has the request */
    CONN_WRITE,  /* the answer is on its way */
    CONN_STREAM, /* the answer stays open */
    CONN_DRAIN,  /* answered early; what still comes is thrown away */
    CONN_CLOSED,
};

struct http_stream {
    struct conn *conn;
    http_stream_closed *closed;
    void *user;
    bool is_open; /* from http_stream_start to the close callback */
    bool is_chunked;
    /* Under the shard's lock: */
    bool is_queued;
    bool is_ending; /* by http_stream_end */
    bool is_over;   /* takes nothing more */
    bool is_behind; /* over its backlog */
    size_t unsent;
    gos_arena *arena; /* of the text; opened when there is something to send */
    struct text text;
    struct http_stream *next;
};

struct conn {
    struct shard *shard;
    struct socket *socket; /* NULL once it is gone */
    struct tls *tls;
    struct exchange *exchange;
    enum conn_state state;
    bool is_last;    /* close after the answer */
    bool has_ended;  /* the peer sends no more */
    bool is_feeding; /* input is being read further up the stack */
    bool is_paused;  /* nothing is read from the socket */
    enum deadline deadline;
    int64_t due_ms;
    struct conn *next; /* in the list of its deadline, or the free list */
    struct conn *before;
    gos_arena *leftover_arena; /* input that waits for the answer before it */
    gos_str leftover;
    struct http_stream stream;
    char remote[REMOTE_BYTES];
};

struct exchange {
    struct http_request request; /* first: handlers are given this address */
    struct http_response response;
    struct shard *shard;
    struct conn *conn;
    struct exchange *next;
    gos_arena *arena;
    struct head_facts facts;
    struct router_match match;
    struct text head;
    struct text body;
    size_t scanned;
    uint64_t received; /* bytes of body, without chunks */
    struct chunk_reader chunks;
    int64_t started_us;
    size_t header_capacity;
    atomic_int owners; /* the runner of the handler, and the holder */
    bool is_refused;   /* the answer stands; the body is thrown away */
    bool is_packed;    /* the response has been looked at for compression */
    bool is_stream;
};

struct shard {
    struct http_server *server;
    struct loop *loop;
    pthread_t thread;
    bool is_running;
    gos_arena *arena;
    struct conn *unused_conns;
    struct exchange *unused_exchanges;
    struct conn *first[DEADLINES];
    struct conn *last[DEADLINES];
    int delay_ms[DEADLINES];
    int64_t date_s;
    char date[DATE_BYTES];
    size_t conn_count;
    bool is_stopping;
    int64_t stop_idle_due_ms;
    int64_t stop_due_ms;
    char plain[PLAIN_BYTES]; /* what TLS has opened */
    pthread_mutex_t lock;    /* guards the two lists below and the marked part of streams */
    struct exchange *answered;
    struct http_stream *streams;
};

struct pool;

struct http_server {
    struct http_config config;
    gos_arena *arena;
    struct router *router;
    struct tls_context *tls;
    struct pool *pool;
    struct shard *shards;
    unsigned shard_count;
    uint16_t port;
    atomic_bool is_stopping;
    atomic_uint stream_count;
    atomic_uint connection_count;
    atomic_ullong accepted_count;
    atomic_ullong refused_count;
    atomic_ullong request_count;
    atomic_ullong timeout_count;
};

#endif
