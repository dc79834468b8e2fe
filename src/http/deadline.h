/* When a connection must be looked at again: one list a kind, in order because a kind has one
 * delay. */
#ifndef HTTP_DEADLINE_H
#define HTTP_DEADLINE_H

#include "http/state.h"

/* Puts the connection at the end of that list, due one delay from now. */
void deadline_set(struct conn *conn, enum deadline deadline);
/* Takes it out of its list. */
void deadline_clear(struct conn *conn);
/* The next connection that is due, or NULL. It stays in its list. */
struct conn *deadline_due(const struct shard *shard, int64_t now_ms);

#endif
