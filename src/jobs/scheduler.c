/* Sleeps on a condition until the next task is due or the end comes. */
#include "jobs/scheduler.h"

#include <pthread.h>
#include <stdlib.h>
#include <time.h>

enum { FIRST_RUN_MS_MAX = 60000 };

struct scheduler {
    struct scheduler_task tasks[SCHEDULER_TASKS_MAX];
    int64_t due_ms[SCHEDULER_TASKS_MAX];
    size_t task_count;
    void (*report)(void *user, const char *what, const gos_error *err);
    void *report_user;
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t wake;
    bool stopping;
};

static int64_t now_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static size_t next_due(const struct scheduler *scheduler)
{
    size_t next = 0;
    for (size_t i = 1; i < scheduler->task_count; i++)
        next = scheduler->due_ms[i] < scheduler->due_ms[next] ? i : next;
    return next;
}

/* True when the time has come, false when the scheduler stops. */
static bool wait_until(struct scheduler *scheduler, int64_t due_ms)
{
    struct timespec until = {(time_t)(due_ms / 1000), (long)(due_ms % 1000) * 1000000};
    pthread_mutex_lock(&scheduler->lock);
    while (!scheduler->stopping && now_ms() < due_ms)
        pthread_cond_timedwait(&scheduler->wake, &scheduler->lock, &until);
    bool go_on = !scheduler->stopping;
    pthread_mutex_unlock(&scheduler->lock);
    return go_on;
}

static void *scheduler_run(void *user)
{
    struct scheduler *scheduler = user;
    for (;;) {
        size_t i = next_due(scheduler);
        if (!wait_until(scheduler, scheduler->due_ms[i]))
            return NULL;
        const struct scheduler_task *task = &scheduler->tasks[i];
        gos_error err;
        if (!task->run(task->user, &err))
            scheduler->report(scheduler->report_user, task->name, &err);
        scheduler->due_ms[i] = now_ms() + task->interval_ms;
    }
}

bool scheduler_open(const struct scheduler_options *options, struct scheduler **out, gos_error *err)
{
    struct scheduler *scheduler = calloc(1, sizeof *scheduler);
    if (!scheduler || options->task_count == 0 || options->task_count > SCHEDULER_TASKS_MAX) {
        free(scheduler);
        return gos_fail(err, GOS_INTERNAL, "", "no scheduler for %zu tasks", options->task_count);
    }
    scheduler->task_count = options->task_count;
    scheduler->report = options->report;
    scheduler->report_user = options->report_user;
    for (size_t i = 0; i < options->task_count; i++) {
        int64_t interval = options->tasks[i].interval_ms;
        scheduler->tasks[i] = options->tasks[i];
        scheduler->due_ms[i] =
            now_ms() + (interval < FIRST_RUN_MS_MAX ? interval : FIRST_RUN_MS_MAX);
    }
    pthread_condattr_t monotonic;
    pthread_condattr_init(&monotonic);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    pthread_cond_init(&scheduler->wake, &monotonic);
    pthread_condattr_destroy(&monotonic);
    pthread_mutex_init(&scheduler->lock, NULL);
    if (pthread_create(&scheduler->thread, NULL, scheduler_run, scheduler) != 0) {
        free(scheduler);
        return gos_fail(err, GOS_OUT_OF_MEMORY, "", "no thread for the scheduler");
    }
    *out = scheduler;
    return true;
}

void scheduler_close(struct scheduler *scheduler)
{
    if (!scheduler)
        return;
    pthread_mutex_lock(&scheduler->lock);
    scheduler->stopping = true;
    pthread_cond_signal(&scheduler->wake);
    pthread_mutex_unlock(&scheduler->lock);
    pthread_join(scheduler->thread, NULL);
    pthread_cond_destroy(&scheduler->wake);
    pthread_mutex_destroy(&scheduler->lock);
    free(scheduler);
}
