/* The loop's side of streams. */
#ifndef HTTP_STREAM_STATE_H
#define HTTP_STREAM_STATE_H

#include "http/state.h"

/* Sends the head and what has gathered. */
void stream_begin(struct conn *conn);
/* Sends what has gathered, or ends. */
void stream_flush(struct conn *conn);
void stream_heartbeat(struct conn *conn);
/* All has left. */
void stream_drained(struct conn *conn);
/* Nothing can be sent any more: tells the owner. */
void stream_close(struct conn *conn);

#endif
