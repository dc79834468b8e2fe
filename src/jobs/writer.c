/*
 * The roster's writer. Submissions form a list under one lock; the thread takes a group off its
 * front, commits it with one sync, and completes them in the order they came. While it commits, the
 * next group gathers: the slower the disk, the larger the groups.
 */
#include "jobs/writer.h"

#include "base/json.h"

#include <pthread.h>

enum {
    QUEUE_ITEMS_MAX = 65536,
    GROUP_ITEMS_MAX = 16384,
    GROUP_ARENA_BYTES = 1 << 30 /* a bound, not a need: items are bounded each */
};

struct writer {
    gos_arena *memory; /* holds this struct */
    struct roster *roster;
    struct writer_options options;
    pthread_t thread;
    pthread_mutex_t lock; /* for all below */
    pthread_cond_t wakes;
    struct writer_submission *first;
    struct writer_submission **end;
    uint64_t waiting;
    bool closing;
    struct writer_stats stats;
    /* The thread's own. */
    gos_arena *arena;
};

/* The submissions that fit one group: at least one, however large. The lock is held. */
static struct writer_submission *take_group(struct writer *writer, size_t *out_count)
{
    struct writer_submission *first = writer->first;
    struct writer_submission *last = first;
    size_t count = first->item_count;
    while (last->next && count + last->next->item_count <= writer->options.group_items_max) {
        last = last->next;
        count += last->item_count;
    }
    writer->first = last->next;
    if (!writer->first)
        writer->end = &writer->first;
    last->next = NULL;
    *out_count = count;
    return first;
}

static void copy_in(const struct writer_submission *submission, struct roster_item *items)
{
    for (; submission; submission = submission->next) {
        memcpy(items, submission->items, submission->item_count * sizeof *items);
        items += submission->item_count;
    }
}

/* What came of each goes back to whom it belongs; then nothing here may touch it again. */
static void complete(struct writer_submission *submission, const struct roster_item *items,
                     const gos_error *err)
{
    while (submission) {
        struct writer_submission *next = submission->next;
        if (!err)
            memcpy(submission->items, items, submission->item_count * sizeof *items);
        items += err ? 0 : submission->item_count;
        submission->next = NULL;
        submission->done(submission, err);
        submission = next;
    }
}

static bool commit_group(struct writer *writer, const struct writer_submission *group, size_t count,
                         struct roster_item **out_items, gos_error *err)
{
    struct roster_item *items = gos_arena_array(writer->arena, count, sizeof *items, err);
    if (!items)
        return false;
    copy_in(group, items);
    *out_items = items;
    int64_t now_ms = writer->options.now_ms(writer->options.context);
    return roster_commit(writer->roster, items, count, now_ms, writer->arena, err);
}

/* What a request asked too much of is no failure of the store. */
static void note(struct writer *writer, size_t count, bool done, const gos_error *err)
{
    bool has_failed = !done && err->code == GOS_STORE_FAILED;
    pthread_mutex_lock(&writer->lock);
    bool is_news = has_failed && !writer->stats.is_failing;
    writer->waiting -= count;
    writer->stats.commits++;
    writer->stats.items += done ? count : 0;
    writer->stats.failed_items += done ? 0 : count;
    if (done || has_failed)
        writer->stats.is_failing = has_failed;
    pthread_mutex_unlock(&writer->lock);
    if (is_news && writer->options.report)
        writer->options.report(writer->options.report_user, "writes are refused", err);
}

static bool run_together(struct writer *writer, struct writer_submission *group, size_t count,
                         gos_error *err)
{
    struct roster_item *items = NULL;
    bool done = commit_group(writer, group, count, &items, err);
    bool is_shared = group->next != NULL;
    /* Who asked for too much is found out one by one, so that the others get what they asked for.
     */
    bool is_worth_parting = err->code == GOS_OVERLOADED || err->code == GOS_TOO_LARGE;
    if (!done && is_shared && is_worth_parting) {
        gos_arena_reset(writer->arena);
        return false;
    }
    note(writer, count, done, err);
    complete(group, items, done ? NULL : err);
    gos_arena_reset(writer->arena);
    return true;
}

static void run_group(struct writer *writer, struct writer_submission *group, size_t count)
{
    gos_error err = {0};
    if (run_together(writer, group, count, &err))
        return;
    while (group) {
        struct writer_submission *next = group->next;
        group->next = NULL;
        err = (gos_error){0};
        run_together(writer, group, group->item_count, &err);
        group = next;
    }
}

static void *run(void *context)
{
    struct writer *writer = context;
    pthread_mutex_lock(&writer->lock);
    for (;;) {
        while (!writer->first && !writer->closing)
            pthread_cond_wait(&writer->wakes, &writer->lock);
        if (!writer->first)
            break;
        size_t count = 0;
        struct writer_submission *group = take_group(writer, &count);
        pthread_mutex_unlock(&writer->lock);
        run_group(writer, group, count);
        pthread_mutex_lock(&writer->lock);
    }
    pthread_mutex_unlock(&writer->lock);
    return NULL;
}

static void writer_free(struct writer *writer)
{
    pthread_cond_destroy(&writer->wakes);
    pthread_mutex_destroy(&writer->lock);
    gos_arena_close(writer->arena);
    gos_arena_close(writer->memory);
}

bool writer_open(struct roster *roster, const struct writer_options *options, struct writer **out,
                 gos_error *err)
{
    gos_arena *memory = gos_arena_open(sizeof(struct writer));
    struct writer *writer = memory ? gos_arena_take(memory, sizeof *writer, NULL) : NULL;
    gos_arena *arena = writer ? gos_arena_open(GROUP_ARENA_BYTES) : NULL;
    if (!arena) {
        gos_arena_close(memory);
        return gos_fail(err, GOS_OUT_OF_MEMORY, "", "no memory for the roster's writer");
    }
    *writer =
        (struct writer){.memory = memory, .roster = roster, .options = *options, .arena = arena};
    writer->end = &writer->first;
    if (writer->options.queue_items_max == 0)
        writer->options.queue_items_max = QUEUE_ITEMS_MAX;
    if (writer->options.group_items_max == 0)
        writer->options.group_items_max = GROUP_ITEMS_MAX;
    pthread_mutex_init(&writer->lock, NULL);
    pthread_cond_init(&writer->wakes, NULL);
    if (pthread_create(&writer->thread, NULL, run, writer) != 0) {
        writer_free(writer);
        return gos_fail(err, GOS_OUT_OF_MEMORY, "", "no thread for the roster's writer");
    }
    *out = writer;
    return true;
}

void writer_close(struct writer *writer)
{
    if (!writer)
        return;
    pthread_mutex_lock(&writer->lock);
    writer->closing = true;
    pthread_cond_signal(&writer->wakes);
    pthread_mutex_unlock(&writer->lock);
    pthread_join(writer->thread, NULL);
    writer_free(writer);
}

static bool check_items(const struct writer_submission *submission, gos_error *err)
{
    for (size_t i = 0; i < submission->item_count; i++) {
        if (!roster_check(&submission->items[i], err)) {
            char pointer[GOS_POINTER_BYTES] = "";
            json_pointer_add_index(pointer, i);
            return gos_fail_below(err, pointer);
        }
    }
    return true;
}

static bool enqueue(struct writer *writer, struct writer_submission *submission, gos_error *err)
{
    if (writer->closing)
        return gos_fail(err, GOS_UNAVAILABLE, "", "gosset is stopping and takes nothing new");
    if (submission->item_count > writer->options.queue_items_max - writer->waiting)
        return gos_fail(err, GOS_OVERLOADED, "", "%llu writes are waiting; at most %u may",
                        (unsigned long long)writer->waiting, writer->options.queue_items_max);
    submission->next = NULL;
    *writer->end = submission;
    writer->end = &submission->next;
    writer->waiting += submission->item_count;
    pthread_cond_signal(&writer->wakes);
    return true;
}

bool writer_submit(struct writer *writer, struct writer_submission *submission, gos_error *err)
{
    if (!check_items(submission, err))
        return false;
    pthread_mutex_lock(&writer->lock);
    bool done = enqueue(writer, submission, err);
    pthread_mutex_unlock(&writer->lock);
    return done;
}

/* One who waits for its submission. */
struct waiter {
    pthread_mutex_t lock;
    pthread_cond_t wakes;
    gos_arena *arena;
    gos_error *err;
    bool is_done;
    bool worked;
};

/* The group's arena goes when this returns; what the waiter shall keep is copied. */
static bool keep_texts(struct roster_item *item, gos_arena *arena, gos_error *err)
{
    gos_str *texts[] = {&item->stored.environment, &item->stored.user_id,
                        &item->stored.variant,     &item->stored.assignment_reason,
                        &item->stored.device_id,   &item->user_id};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        *texts[i] = gos_arena_text(arena, *texts[i], err);
        if (!texts[i]->data)
            return false;
    }
    return true;
}

static void waiter_done(struct writer_submission *submission, const gos_error *err)
{
    struct waiter *waiter = submission->user;
    bool worked = !err;
    if (err && waiter->err)
        *waiter->err = *err;
    for (size_t i = 0; worked && i < submission->item_count; i++)
        worked = keep_texts(&submission->items[i], waiter->arena, waiter->err);
    pthread_mutex_lock(&waiter->lock);
    waiter->worked = worked;
    waiter->is_done = true;
    pthread_cond_signal(&waiter->wakes);
    pthread_mutex_unlock(&waiter->lock);
}

bool writer_commit(struct writer *writer, struct roster_item *items, size_t count, gos_arena *arena,
                   gos_error *err)
{
    struct waiter waiter = {.arena = arena, .err = err};
    struct writer_submission submission = {
        .items = items, .item_count = count, .done = waiter_done, .user = &waiter};
    pthread_mutex_init(&waiter.lock, NULL);
    pthread_cond_init(&waiter.wakes, NULL);
    bool done = writer_submit(writer, &submission, err);
    if (done) {
        pthread_mutex_lock(&waiter.lock);
        while (!waiter.is_done)
            pthread_cond_wait(&waiter.wakes, &waiter.lock);
        pthread_mutex_unlock(&waiter.lock);
        done = waiter.worked;
    }
    pthread_cond_destroy(&waiter.wakes);
    pthread_mutex_destroy(&waiter.lock);
    return done;
}

void writer_stats(struct writer *writer, struct writer_stats *out)
{
    pthread_mutex_lock(&writer->lock);
    *out = writer->stats;
    out->waiting = writer->waiting;
    pthread_mutex_unlock(&writer->lock);
}
