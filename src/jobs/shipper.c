/* A loop: read, append, trim; pause when there is little, back off when it fails. */
#include "jobs/shipper.h"

#include <pthread.h>
#include <time.h>

enum {
    BATCH_FACTS = 50000,
    PAUSE_MS = 200,
    BACKOFF_MS_MAX = 30000,
};
#define BATCH_BYTES_MAX ((size_t)64 << 20)
#define ARENA_BYTES_MAX ((size_t)512 << 20)

struct shipper {
    gos_arena *arena; /* of this struct */
    struct shipper_options options;
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t wake;    /* for the thread: hurry, or close */
    pthread_cond_t shipped; /* for those who wait */
    bool is_closing;
    bool is_hurried;
    struct shipper_stats stats;
};

static void deadline_in(struct timespec *out, uint32_t ms)
{
    clock_gettime(CLOCK_MONOTONIC, out);
    out->tv_sec += ms / 1000;
    out->tv_nsec += (long)(ms % 1000) * 1000000;
    if (out->tv_nsec >= 1000000000) {
        out->tv_sec++;
        out->tv_nsec -= 1000000000;
    }
}

/* One batch. *out_more: the spool holds further facts. */
static bool ship(struct shipper *shipper, gos_arena *arena, uint32_t *out_count, bool *out_more,
                 gos_error *err)
{
    struct shipper_options *options = &shipper->options;
    struct roster_facts facts = {0};
    *out_count = 0;
    *out_more = false;
    gos_arena_reset(arena);
    if (!roster_spool_read(options->roster, ledger_watermark(options->ledger) + 1,
                           options->batch_facts_max, BATCH_BYTES_MAX, arena, &facts, err))
        return false;
    if (facts.count == 0)
        return true;
    if (!ledger_append(options->ledger, facts.items, facts.count, err) ||
        !roster_spool_trim(options->roster, facts.items[facts.count - 1].sequence, err))
        return false;
    struct roster_spool_depth depth;
    roster_spool_depth(options->roster, &depth);
    *out_count = facts.count;
    *out_more = depth.count >= options->batch_facts_max / 2;
    return true;
}

static void note(struct shipper *shipper, bool done, uint32_t count)
{
    pthread_mutex_lock(&shipper->lock);
    shipper->stats.facts += count;
    shipper->stats.batches += count > 0;
    shipper->stats.failures += !done;
    shipper->stats.is_failing = !done;
    pthread_cond_broadcast(&shipper->shipped);
    pthread_mutex_unlock(&shipper->lock);
}

/* False when the shipper closes. */
static bool pause_for(struct shipper *shipper, uint32_t ms)
{
    struct timespec deadline;
    deadline_in(&deadline, ms);
    pthread_mutex_lock(&shipper->lock);
    int late = 0;
    while (!shipper->is_closing && !shipper->is_hurried && late == 0)
        late = pthread_cond_timedwait(&shipper->wake, &shipper->lock, &deadline);
    shipper->is_hurried = false;
    bool goes_on = !shipper->is_closing;
    pthread_mutex_unlock(&shipper->lock);
    return goes_on;
}

static void *run(void *user)
{
    struct shipper *shipper = user;
    gos_arena *arena = gos_arena_open(ARENA_BYTES_MAX);
    uint32_t backoff_ms = shipper->options.pause_ms;
    bool goes_on = arena != NULL;
    while (goes_on) {
        uint32_t count = 0;
        bool more = false;
        gos_error err = {0};
        bool done = ship(shipper, arena, &count, &more, &err);
        note(shipper, done, count);
        if (!done && shipper->options.report)
            shipper->options.report(shipper->options.report_user, "shipping to the ledger", &err);
        backoff_ms = done ? shipper->options.pause_ms : backoff_ms * 2;
        backoff_ms = backoff_ms < BACKOFF_MS_MAX ? backoff_ms : BACKOFF_MS_MAX;
        goes_on = pause_for(shipper, more ? 0 : backoff_ms);
    }
    gos_arena_close(arena);
    return NULL;
}

/*
 * A roster restored from an older copy numbers its next facts with numbers that the ledger has seen
 * already. They are other facts, so the ledger goes back to where the roster is.
 */
static bool agree(const struct shipper_options *options, gos_error *err)
{
    struct roster_spool_depth depth;
    roster_spool_depth(options->roster, &depth);
    if (ledger_watermark(options->ledger) < depth.next_sequence)
        return true;
    return ledger_rewind(options->ledger, depth.next_sequence - 1, err);
}

bool shipper_open(const struct shipper_options *options, struct shipper **out, gos_error *err)
{
    gos_arena *arena = gos_arena_open(4096);
    struct shipper *shipper = arena ? gos_arena_take(arena, sizeof *shipper, err) : NULL;
    if (!shipper || !agree(options, err)) {
        gos_arena_close(arena);
        return shipper ? false : gos_fail(err, GOS_OUT_OF_MEMORY, "", "no memory for a shipper");
    }
    shipper->arena = arena;
    shipper->options = *options;
    if (options->batch_facts_max == 0)
        shipper->options.batch_facts_max = BATCH_FACTS;
    if (options->pause_ms == 0)
        shipper->options.pause_ms = PAUSE_MS;
    pthread_condattr_t monotonic;
    pthread_condattr_init(&monotonic);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    pthread_mutex_init(&shipper->lock, NULL);
    pthread_cond_init(&shipper->wake, &monotonic);
    pthread_cond_init(&shipper->shipped, &monotonic);
    pthread_condattr_destroy(&monotonic);
    if (pthread_create(&shipper->thread, NULL, run, shipper) != 0) {
        gos_arena_close(arena);
        return gos_fail(err, GOS_UNAVAILABLE, "", "the shipper's thread does not start");
    }
    *out = shipper;
    return true;
}

void shipper_close(struct shipper *shipper)
{
    if (!shipper)
        return;
    pthread_mutex_lock(&shipper->lock);
    shipper->is_closing = true;
    pthread_cond_signal(&shipper->wake);
    pthread_mutex_unlock(&shipper->lock);
    pthread_join(shipper->thread, NULL);
    pthread_mutex_destroy(&shipper->lock);
    pthread_cond_destroy(&shipper->wake);
    pthread_cond_destroy(&shipper->shipped);
    gos_arena_close(shipper->arena);
}

bool shipper_flush(struct shipper *shipper, uint32_t timeout_ms, gos_error *err)
{
    struct roster_spool_depth depth;
    struct timespec deadline;
    roster_spool_depth(shipper->options.roster, &depth);
    deadline_in(&deadline, timeout_ms);
    int late = 0;
    pthread_mutex_lock(&shipper->lock);
    while (late == 0 && ledger_watermark(shipper->options.ledger) + 1 < depth.next_sequence) {
        shipper->is_hurried = true;
        pthread_cond_signal(&shipper->wake);
        late = pthread_cond_timedwait(&shipper->shipped, &shipper->lock, &deadline);
    }
    pthread_mutex_unlock(&shipper->lock);
    if (ledger_watermark(shipper->options.ledger) + 1 >= depth.next_sequence)
        return true;
    return gos_fail(err, GOS_UNAVAILABLE, "", "the ledger has not caught up within %u ms",
                    timeout_ms);
}

void shipper_stats(struct shipper *shipper, struct shipper_stats *out)
{
    struct roster_spool_depth depth;
    roster_spool_depth(shipper->options.roster, &depth);
    pthread_mutex_lock(&shipper->lock);
    *out = shipper->stats;
    pthread_mutex_unlock(&shipper->lock);
    out->waiting = depth.count;
}
