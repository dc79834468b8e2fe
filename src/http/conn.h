/* One connection: what comes in, whose turn it is, what goes out, and when it ends. */
#ifndef HTTP_CONN_H
#define HTTP_CONN_H

#include "http/state.h"

/* The hooks of the loop; `owner` is the connection. */
void *conn_accepted(void *shard, struct socket *socket);
void conn_read(void *owner, gos_str bytes);
void conn_ended(void *owner);
void conn_drained(void *owner);
void conn_closed(void *owner);

/* Its deadline has passed. */
void conn_due(struct conn *conn);
/* The response of its exchange is ready to go. */
void conn_answer(struct conn *conn);
/* Sends bytes, through TLS where there is one. False when the peer is gone. */
bool conn_write(struct conn *conn, const gos_str *parts, size_t part_count);
/* Lets the peer take what was sent, then closes. */
void conn_end(struct conn *conn);
/* Drops it now. Repeatable. */
void conn_close(struct conn *conn);

#endif
