/* The event loop, by libuv. Sockets come from a free list, so churn of connections takes no memory.
 */
#include "http/loop.h"

#include <assert.h>
#include <unistd.h>
#include <uv.h>

enum { READ_BYTES = 64 << 10, BACKLOG = 1024, PARTS_MAX = 4, ADDRESS_BYTES = 64 };

struct loop {
    uv_loop_t uv;
    uv_async_t wake;
    uv_timer_t tick;
    uv_tcp_t listener;
    const struct loop_hooks *hooks;
    void *user;
    gos_arena *arena;
    struct socket *unused;
    char buffer[READ_BYTES];
};

struct socket {
    uv_tcp_t tcp;
    uv_shutdown_t end;
    struct loop *loop;
    void *owner;
    size_t unsent;
    bool is_ending;
    struct socket *next; /* in the free list */
};

/* Bytes on their way, in an arena of their own that goes with them. */
struct pending {
    uv_write_t write;
    struct socket *socket;
    gos_arena *arena;
    size_t bytes;
};

static void on_wake(uv_async_t *async)
{
    struct loop *loop = async->data;
    loop->hooks->woken(loop->user);
}

static void on_tick(uv_timer_t *timer)
{
    struct loop *loop = timer->data;
    loop->hooks->tick(loop->user);
}

static struct socket *socket_take(struct loop *loop)
{
    struct socket *socket = loop->unused;
    if (socket)
        loop->unused = socket->next;
    else
        socket = gos_arena_take(loop->arena, sizeof *socket, NULL);
    if (!socket)
        return NULL;
    *socket = (struct socket){.loop = loop};
    if (uv_tcp_init(&loop->uv, &socket->tcp) != 0) {
        socket->next = loop->unused;
        loop->unused = socket;
        return NULL;
    }
    socket->tcp.data = socket;
    return socket;
}

static void on_closed(uv_handle_t *handle)
{
    struct socket *socket = handle->data;
    struct loop *loop = socket->loop;
    void *owner = socket->owner;
    socket->next = loop->unused;
    loop->unused = socket;
    if (owner)
        loop->hooks->closed(owner);
}

void socket_close(struct socket *socket)
{
    if (!uv_is_closing((uv_handle_t *)&socket->tcp))
        uv_close((uv_handle_t *)&socket->tcp, on_closed);
}

static void on_alloc(uv_handle_t *handle, size_t wanted, uv_buf_t *out)
{
    struct socket *socket = handle->data;
    (void)wanted;
    *out = uv_buf_init(socket->loop->buffer, READ_BYTES);
}

static void on_read(uv_stream_t *stream, ssize_t count, const uv_buf_t *buffer)
{
    struct socket *socket = stream->data;
    if (count > 0)
        socket->loop->hooks->read(socket->owner, (gos_str){buffer->base, (size_t)count});
    else if (count < 0)
        socket->loop->hooks->ended(socket->owner);
}

void socket_read_start(struct socket *socket)
{
    if (!uv_is_closing((uv_handle_t *)&socket->tcp))
        uv_read_start((uv_stream_t *)&socket->tcp, on_alloc, on_read);
}

void socket_read_stop(struct socket *socket)
{
    uv_read_stop((uv_stream_t *)&socket->tcp);
}

static void accept_finish(struct loop *loop, struct socket *socket)
{
    uv_tcp_nodelay(&socket->tcp, 1);
    socket->owner = loop->hooks->accepted(loop->user, socket);
    if (socket->owner)
        socket_read_start(socket);
    else
        socket_close(socket);
}

static void on_connection(uv_stream_t *listener, int status)
{
    struct loop *loop = listener->data;
    struct socket *socket = status == 0 ? socket_take(loop) : NULL;
    if (!socket)
        return;
    if (uv_accept(listener, (uv_stream_t *)&socket->tcp) == 0)
        accept_finish(loop, socket);
    else
        socket_close(socket);
}

static bool handles_open(struct loop *loop, int fd)
{
    uv_async_init(&loop->uv, &loop->wake, on_wake);
    uv_timer_init(&loop->uv, &loop->tick);
    uv_tcp_init(&loop->uv, &loop->listener);
    loop->wake.data = loop->tick.data = loop->listener.data = loop;
    uv_timer_start(&loop->tick, on_tick, LOOP_TICK_MS, LOOP_TICK_MS);
    return uv_tcp_open(&loop->listener, fd) == 0 &&
           uv_listen((uv_stream_t *)&loop->listener, BACKLOG, on_connection) == 0;
}

bool loop_open(const struct loop_hooks *hooks, void *user, int fd, gos_arena *arena,
               struct loop **out, gos_error *err)
{
    struct loop *loop = gos_arena_take(arena, sizeof *loop, err);
    if (!loop)
        return false;
    loop->hooks = hooks;
    loop->user = user;
    loop->arena = arena;
    if (uv_loop_init(&loop->uv) != 0)
        return gos_fail(err, GOS_OUT_OF_MEMORY, "", "no descriptors for another loop");
    if (!handles_open(loop, fd)) {
        loop_close(loop);
        return gos_fail(err, GOS_UNAVAILABLE, "/host", "cannot listen");
    }
    *out = loop;
    return true;
}

void loop_run(struct loop *loop)
{
    uv_run(&loop->uv, UV_RUN_DEFAULT);
}

void loop_wake(struct loop *loop)
{
    uv_async_send(&loop->wake);
}

static void handle_close(uv_handle_t *handle)
{
    if (!uv_is_closing(handle))
        uv_close(handle, NULL);
}

void loop_listen_end(struct loop *loop)
{
    uv_os_fd_t fd;
    if (uv_is_closing((uv_handle_t *)&loop->listener))
        return;
    while (uv_fileno((uv_handle_t *)&loop->listener, &fd) == 0) {
        int came = accept4(fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
        struct socket *socket = came >= 0 ? socket_take(loop) : NULL;
        if (!socket) {
            if (came >= 0)
                close(came);
            break;
        }
        uv_tcp_open(&socket->tcp, came);
        accept_finish(loop, socket);
    }
    handle_close((uv_handle_t *)&loop->listener);
}

void loop_stop(struct loop *loop)
{
    handle_close((uv_handle_t *)&loop->listener);
    handle_close((uv_handle_t *)&loop->tick);
    handle_close((uv_handle_t *)&loop->wake);
}

void loop_close(struct loop *loop)
{
    if (!loop)
        return;
    loop_stop(loop);
    uv_run(&loop->uv, UV_RUN_DEFAULT);
    int status = uv_loop_close(&loop->uv);
    assert(status == 0);
    (void)status;
}

int64_t loop_now_ms(const struct loop *loop)
{
    return (int64_t)uv_now(&loop->uv);
}

static void on_written(uv_write_t *write, int status)
{
    struct pending *pending = write->data;
    struct socket *socket = pending->socket;
    socket->unsent -= pending->bytes;
    gos_arena_close(pending->arena);
    if (status != 0 || uv_is_closing((uv_handle_t *)&socket->tcp))
        return;
    if (socket->unsent == 0)
        socket->loop->hooks->drained(socket->owner);
}

/* Copies what lies behind the first `skip` bytes of the parts and hands it to the loop. */
static bool write_later(struct socket *socket, const uv_buf_t *parts, size_t count, size_t skip)
{
    size_t total = 0;
    for (size_t i = 0; i < count; i++)
        total += parts[i].len;
    gos_arena *arena = gos_arena_open(total + sizeof(struct pending) + 256);
    struct pending *pending = arena ? gos_arena_take(arena, sizeof *pending, NULL) : NULL;
    char *copy = pending ? gos_arena_take(arena, total - skip, NULL) : NULL;
    if (!copy) {
        gos_arena_close(arena);
        return false;
    }
    *pending = (struct pending){.socket = socket, .arena = arena, .bytes = total - skip};
    pending->write.data = pending;
    size_t len = 0;
    for (size_t i = 0; i < count; i++) {
        size_t gone = skip < parts[i].len ? skip : parts[i].len;
        memcpy(copy + len, parts[i].base + gone, parts[i].len - gone);
        len += parts[i].len - gone;
        skip -= gone;
    }
    uv_buf_t rest = uv_buf_init(copy, (unsigned)len);
    socket->unsent += len;
    uv_write(&pending->write, (uv_stream_t *)&socket->tcp, &rest, 1, on_written);
    return true;
}

bool socket_write(struct socket *socket, const gos_str *parts, size_t part_count)
{
    uv_buf_t buffers[PARTS_MAX];
    unsigned count = 0;
    size_t total = 0;
    assert(part_count <= PARTS_MAX);
    for (size_t i = 0; i < part_count; i++) {
        if (parts[i].len > 0)
            buffers[count++] = uv_buf_init((char *)parts[i].data, (unsigned)parts[i].len);
        total += parts[i].len;
    }
    if (uv_is_closing((uv_handle_t *)&socket->tcp))
        return false;
    if (count == 0)
        return true;
    int written = uv_try_write((uv_stream_t *)&socket->tcp, buffers, count);
    if (written < 0 && written != UV_EAGAIN)
        return false;
    size_t gone = written > 0 ? (size_t)written : 0;
    return gone == total || write_later(socket, buffers, count, gone);
}

size_t socket_unsent(const struct socket *socket)
{
    return socket->unsent;
}

static void on_end(uv_shutdown_t *end, int status)
{
    (void)end;
    (void)status;
}

void socket_end(struct socket *socket)
{
    if (socket->is_ending || uv_is_closing((uv_handle_t *)&socket->tcp))
        return;
    socket->is_ending = uv_shutdown(&socket->end, (uv_stream_t *)&socket->tcp, on_end) == 0;
}

void socket_peer(const struct socket *socket, char *out, size_t bytes_max)
{
    struct sockaddr_storage address;
    int len = sizeof address;
    out[0] = 0;
    if (uv_tcp_getpeername(&socket->tcp, (struct sockaddr *)&address, &len) != 0)
        return;
    if (address.ss_family == AF_INET)
        uv_ip4_name((struct sockaddr_in *)&address, out, bytes_max);
    else if (address.ss_family == AF_INET6)
        uv_ip6_name((struct sockaddr_in6 *)&address, out, bytes_max);
}
