/* What the parts of a client share. */
#ifndef CLIENT_CLIENT_H
#define CLIENT_CLIENT_H

#include "client/disk.h"
#include "client/notice.h"
#include "client/pause.h"
#include "client/queue.h"
#include "client/repeats.h"
#include "client/steady.h"
#include "client/transport.h"
#include "gosset/client.h"

#include <pthread.h>

/* A context that waits for its next use. */
struct seat {
    struct seat *next;
    gos_context *context;
    gos_arena *arena;
};

/* Of the background thread alone. */
struct refresh {
    struct pause pause;
    struct pause stream_pause;
    int64_t ask_at; /* on the clock that never jumps, as all below */
    int64_t stream_at;
    bool is_asking;
    bool is_streaming;
    bool is_stale;       /* told of a change while asking */
    bool wants_document; /* the server's blocks are of another version */
    struct notice_reader reader;
};

/* The same. */
struct deliver {
    struct pause pause;
    int64_t send_at;
    int64_t waiting_since; /* -1: nothing waits */
    bool is_sending;
    uint32_t in_flight; /* items at the front of the queue */
    uint32_t batch_max; /* less than the option's after a 413 */
    gos_arena *arena;   /* of the body under way */
};

struct gos_client {
    gos_client_options options; /* its texts are the client's */
    char path[DISK_PATH_BYTES]; /* empty: nothing is kept */
    struct transport *transport;
    pthread_t thread;
    bool is_started;
    struct refresh refresh;
    struct deliver deliver;

    pthread_mutex_t lock; /* of all below */
    pthread_cond_t news;
    struct rules *rules; /* NULL: none yet */
    struct seat *seats;
    struct queue queue;
    struct repeats *repeats; /* NULL: all are sent */
    gos_client_state state;  /* the counts */
    uint64_t done;           /* items that left the queue */
    uint64_t flush_to;       /* items to be sent without waiting for company */
    bool wants_refresh;
    bool is_closing;
};

/* The clock of the caller; that of waiting is in steady.h. */
int64_t client_now(const gos_client *client);
void client_say(gos_client *client, gos_client_level level, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* One more failure, under the lock or not: it takes it. */
void client_count_failure(gos_client *client);

/* Puts a new ruleset into use; the old one goes when its last holder leaves. */
void client_adopt(gos_client *client, struct rules *rules, bool is_from_folder);
/* Under the lock. */
void client_leave(struct rules *rules);

/* Each does what is due, and says when it is due next. */
int64_t refresh_step(gos_client *client, int64_t now);
void refresh_answered(gos_client *client, enum transport_lane lane,
                      const struct transport_answer *answer);
void refresh_streamed(gos_client *client, gos_str bytes);
int64_t deliver_step(gos_client *client, int64_t now);
void deliver_answered(gos_client *client, const struct transport_answer *answer);

#endif
