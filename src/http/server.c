/* A server: opening its parts in order, and closing them in the other. */
#include "http/server.h"

#include "http/listen.h"
#include "http/pool.h"
#include "http/shard.h"

#include <unistd.h>

enum { LOOPS_MAX = 256, SERVER_ARENA_BYTES = 16 << 20 };

struct http_config http_config_default(void)
{
    return (struct http_config){
        .host = "127.0.0.1",
        .port = 8080,
        .workers = 4,
        .pool_queue_max = 1024,
        .connections_max = 20000,
        .streams_max = 10000,
        .head_ms = 10000,
        .body_ms = 30000,
        .idle_ms = 60000,
        .write_ms = 60000,
        .drain_ms = 2000,
        .stop_ms = 10000,
        .heartbeat_ms = 15000,
        .stream_backlog_bytes_max = 64 << 10,
        .arena_bytes_max = 64 << 20,
    };
}

static unsigned core_count(void)
{
    long cores = sysconf(_SC_NPROCESSORS_ONLN);
    return cores < 1 ? 1 : cores > LOOPS_MAX ? LOOPS_MAX : (unsigned)cores;
}

static bool tls_start(struct http_server *server, gos_error *err)
{
    const struct http_config *config = &server->config;
    if (!config->tls_cert && !config->tls_key)
        return true;
    if (!config->tls_cert || !config->tls_key)
        return gos_fail(err, GOS_BAD_INPUT, "/tls", "a certificate and its key belong together");
    return tls_context_open(config->tls_cert, config->tls_key, server->arena, &server->tls, err);
}

static bool shards_open(struct http_server *server, gos_error *err)
{
    int fds[LOOPS_MAX];
    unsigned count = server->config.loops ? server->config.loops : core_count();
    if (count > LOOPS_MAX)
        return gos_fail(err, GOS_BAD_INPUT, "/loops", "%u loops, at most %d", count, LOOPS_MAX);
    server->shards = gos_arena_array(server->arena, count, sizeof *server->shards, err);
    if (!server->shards ||
        !listen_open(server->config.host, server->config.port, fds, count, &server->port, err))
        return false;
    for (; server->shard_count < count; server->shard_count++) {
        struct shard *shard = &server->shards[server->shard_count];
        if (!shard_open(shard, server, fds[server->shard_count], err)) {
            shard_close(shard);
            for (unsigned i = server->shard_count + 1; i < count; i++)
                close(fds[i]);
            return false;
        }
    }
    return true;
}

static bool shards_start(struct http_server *server, gos_error *err)
{
    for (unsigned i = 0; i < server->shard_count; i++) {
        if (!shard_start(&server->shards[i], err))
            return false;
    }
    return true;
}

bool http_start(const struct http_config *config, struct http_server **out, gos_error *err)
{
    gos_arena *arena = gos_arena_open(SERVER_ARENA_BYTES);
    struct http_server *server = arena ? gos_arena_take(arena, sizeof *server, err) : NULL;
    if (!server) {
        gos_arena_close(arena);
        return gos_fail(err, GOS_OUT_OF_MEMORY, "", "no memory for a server");
    }
    server->config = *config;
    server->arena = arena;
    bool done = router_open(config->routes, config->route_count, arena, &server->router, err) &&
                tls_start(server, err) &&
                pool_open(config->workers, config->pool_queue_max, arena, &server->pool, err) &&
                shards_open(server, err) && shards_start(server, err);
    if (!done) {
        http_stop(server);
        http_close(server);
        return false;
    }
    *out = server;
    return true;
}

uint16_t http_port(const struct http_server *server)
{
    return server->port;
}

void http_stop(struct http_server *server)
{
    if (atomic_exchange(&server->is_stopping, true))
        return;
    for (unsigned i = 0; i < server->shard_count; i++)
        loop_wake(server->shards[i].loop);
}

void http_close(struct http_server *server)
{
    if (!server)
        return;
    for (unsigned i = 0; i < server->shard_count; i++)
        shard_close(&server->shards[i]);
    pool_close(server->pool);
    tls_context_close(server->tls);
    gos_arena_close(server->arena);
}

bool http_tls_reload(struct http_server *server, gos_error *err)
{
    return !server->tls || tls_context_reload(server->tls, err);
}

int64_t http_tls_expires(const struct http_server *server)
{
    return server->tls ? tls_context_expires(server->tls) : INT64_MAX;
}

struct http_counts http_counts(const struct http_server *server)
{
    return (struct http_counts){
        .connections = atomic_load(&server->connection_count),
        .streams = atomic_load(&server->stream_count),
        .accepted = atomic_load(&server->accepted_count),
        .refused = atomic_load(&server->refused_count),
        .requests = atomic_load(&server->request_count),
        .timeouts = atomic_load(&server->timeout_count),
    };
}
