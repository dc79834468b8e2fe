/*
 * The one thread that writes to the roster. It collects what waits, commits it with one sync, and
 * completes each submission: many callers share the price of a disk's write.
 */
#ifndef JOBS_WRITER_H
#define JOBS_WRITER_H

#include "roster/roster.h"

struct writer;

struct writer_options {
    uint32_t queue_items_max;         /* 0: 65536; past it submissions answer OVERLOADED */
    uint32_t group_items_max;         /* 0: 16384 per commit */
    int64_t (*now_ms)(void *context); /* the clock */
    void *context;
    /* Told once when the store begins to refuse, and again after it has taken writes. May be NULL.
     */
    void (*report)(void *user, const char *what, const gos_error *err);
    void *report_user;
};

struct writer_submission;
/*
 * Called once on the writer's thread. `err` is NULL when all items are durable and carry their
 * outcomes; texts of `stored` and `user_id` are valid only during the call. It must not block.
 */
typedef void writer_done(struct writer_submission *submission, const gos_error *err);

/* The caller's until it is submitted, then the writer's until `done` is called. */
struct writer_submission {
    struct roster_item *items;
    size_t item_count;
    writer_done *done;
    void *user;
    struct writer_submission *next; /* the writer's own */
};

bool writer_open(struct roster *roster, const struct writer_options *options, struct writer **out,
                 gos_error *err);
/* Commits what waits, completes it, and ends the thread. */
void writer_close(struct writer *writer);

/*
 * Queues the items, all or none; never waits. Errors: OVERLOADED: the queue is full; UNAVAILABLE:
 * closing; BAD_INPUT: below "/index", see roster_check. Then `done` is not called. Later `done` may
 * get OVERLOADED: the spool is full, or STORE_FAILED, like all that shared its commit.
 */
bool writer_submit(struct writer *writer, struct writer_submission *submission, gos_error *err);
/* Submits and waits: for commands and tests, never on an HTTP loop. Texts as by `arena`. */
bool writer_commit(struct writer *writer, struct roster_item *items, size_t count, gos_arena *arena,
                   gos_error *err);

struct writer_stats {
    uint64_t commits;
    uint64_t items;
    uint64_t waiting;      /* items in the queue now */
    uint64_t failed_items; /* of commits that failed */
    bool is_failing;       /* the store refused the last commit */
};

void writer_stats(struct writer *writer, struct writer_stats *out);

#endif
