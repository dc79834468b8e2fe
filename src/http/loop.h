/*
 * One event loop on one thread: listening, sockets, a tick, and waking from other threads. All of
 * it but loop_wake belongs to the thread that runs the loop.
 */
#ifndef HTTP_LOOP_H
#define HTTP_LOOP_H

#include "gosset/base.h"

struct loop;
struct socket;

/* What the loop's owner is told. `owner` is what `accepted` returned for the socket. */
struct loop_hooks {
    /* A connection has come. NULL refuses it: the socket is then closed by the loop. */
    void *(*accepted)(void *user, struct socket *socket);
    void (*read)(void *owner, gos_str bytes); /* the bytes are good until it returns */
    void (*ended)(void *owner);               /* the peer sends no more, or is gone */
    void (*drained)(void *owner);             /* all that was written has left */
    void (*closed)(void *owner);              /* the socket is gone; the last call for it */
    void (*woken)(void *user);
    void (*tick)(void *user);
};

enum { LOOP_TICK_MS = 50 };

/* Takes over the listening socket `fd`. */
bool loop_open(const struct loop_hooks *hooks, void *user, int fd, gos_arena *arena,
               struct loop **out, gos_error *err);
/* Runs until loop_stop and until every socket is closed. */
void loop_run(struct loop *loop);
/* Calls `woken` soon, once for any number of calls. Any thread. */
void loop_wake(struct loop *loop);
/* Takes what waits in the queue of the listener, then listens no more. */
void loop_listen_end(struct loop *loop);
void loop_stop(struct loop *loop);
/* After loop_run, or in its place when it was never run. */
void loop_close(struct loop *loop);
int64_t loop_now_ms(const struct loop *loop); /* a steady clock, as of the current round */

void socket_read_stop(struct socket *socket);
void socket_read_start(struct socket *socket);
/*
 * Writes what it can now and copies the rest, to be written when the peer takes it; then `drained`
 * comes. False when the peer is gone.
 */
bool socket_write(struct socket *socket, const gos_str *parts, size_t part_count);
/* Bytes that are written but have not left. */
size_t socket_unsent(const struct socket *socket);
/* Tells the peer that no more comes, after what was written. */
void socket_end(struct socket *socket);
/* Drops everything. Repeatable. */
void socket_close(struct socket *socket);
/* The peer's numeric address without port, "" when unknown. */
void socket_peer(const struct socket *socket, char *out, size_t bytes_max);

#endif
