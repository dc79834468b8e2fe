/* A shard: one loop on its thread, with its connections. */
#ifndef HTTP_SHARD_H
#define HTTP_SHARD_H

#include "http/state.h"

/* Takes over the listening socket. */
bool shard_open(struct shard *shard, struct http_server *server, int fd, gos_error *err);
bool shard_start(struct shard *shard, gos_error *err);
/* Waits for the thread's end, then gives all back. Repeatable, and harmless when never opened. */
void shard_close(struct shard *shard);

/* Hands an exchange that needs no more work to its loop. Any thread. */
void shard_post(struct exchange *exchange);
/* Queues a stream that has something to send; `lock` is held. Any thread. */
void shard_post_stream(struct http_stream *stream);

/* An exchange with an empty arena, or NULL. */
struct exchange *shard_take_exchange(struct shard *shard);
void shard_give_exchange(struct shard *shard, struct exchange *exchange);
struct conn *shard_take_conn(struct shard *shard);
void shard_give_conn(struct shard *shard, struct conn *conn);
int64_t shard_clock_us(void); /* steady */
/* Counts an answer and tells the access hook. */
void shard_note_access(struct exchange *exchange, size_t bytes_out);

#endif
