/* Lists of connections by what they wait for. Setting, clearing and asking take constant time. */
#include "http/deadline.h"

void deadline_clear(struct conn *conn)
{
    struct shard *shard = conn->shard;
    enum deadline kind = conn->deadline;
    if (conn->before)
        conn->before->next = conn->next;
    else if (shard->first[kind] == conn)
        shard->first[kind] = conn->next;
    if (conn->next)
        conn->next->before = conn->before;
    else if (shard->last[kind] == conn)
        shard->last[kind] = conn->before;
    conn->next = conn->before = NULL;
}

void deadline_set(struct conn *conn, enum deadline deadline)
{
    struct shard *shard = conn->shard;
    deadline_clear(conn);
    conn->deadline = deadline;
    conn->due_ms = loop_now_ms(shard->loop) + shard->delay_ms[deadline];
    conn->before = shard->last[deadline];
    if (conn->before)
        conn->before->next = conn;
    else
        shard->first[deadline] = conn;
    shard->last[deadline] = conn;
}

struct conn *deadline_due(const struct shard *shard, int64_t now_ms)
{
    for (int kind = 0; kind < DEADLINE_NONE; kind++) {
        struct conn *conn = shard->first[kind];
        if (conn && conn->due_ms <= now_ms)
            return conn;
    }
    return NULL;
}
