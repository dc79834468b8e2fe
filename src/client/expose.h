/* What decisions and users leave behind: items of the queue. */
#ifndef CLIENT_EXPOSE_H
#define CLIENT_EXPOSE_H

#include "client/client.h"

/* Queues the exposure of a decision by a split, unless it is a repeat. */
void expose(gos_client *client, const gos_ruleset *ruleset, const gos_context *context,
            const gos_decision *decision, int64_t now_ms, gos_arena *arena);

#endif
