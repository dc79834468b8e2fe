/* Tasks run at their intervals until the scheduler closes; a failing one is reported and goes on.
 */
#include "jobs/scheduler.h"

#include "test.h"

#include <pthread.h>
#include <stdatomic.h>

struct seen {
    pthread_mutex_t lock;
    pthread_cond_t more;
    int runs;
    int reports;
    bool fails;
};

static bool run(void *user, gos_error *err)
{
    struct seen *seen = user;
    pthread_mutex_lock(&seen->lock);
    seen->runs++;
    pthread_cond_signal(&seen->more);
    pthread_mutex_unlock(&seen->lock);
    return !seen->fails || gos_fail(err, GOS_STORE_FAILED, "", "no luck");
}

static void report(void *user, const char *what, const gos_error *err)
{
    struct seen *seen = user;
    CHECK_TEXT(gos_str_from(what), "task");
    CHECK_INT(err->code, GOS_STORE_FAILED);
    pthread_mutex_lock(&seen->lock);
    seen->reports++;
    pthread_mutex_unlock(&seen->lock);
}

static struct seen watch(bool fails, int runs)
{
    struct seen seen = {PTHREAD_MUTEX_INITIALIZER, PTHREAD_COND_INITIALIZER, 0, 0, fails};
    struct scheduler_task task = {"task", 1, run, &seen};
    struct scheduler_options options = {&task, 1, report, &seen};
    struct scheduler *scheduler;
    gos_error err;
    CHECK_OK(scheduler_open(&options, &scheduler, &err), &err);
    pthread_mutex_lock(&seen.lock);
    while (seen.runs < runs)
        pthread_cond_wait(&seen.more, &seen.lock);
    pthread_mutex_unlock(&seen.lock);
    scheduler_close(scheduler);
    return seen;
}

TEST(scheduler, runs_a_task_again_and_again)
{
    struct seen seen = watch(false, 5);
    CHECK(seen.runs >= 5);
    CHECK_INT(seen.reports, 0);
}

TEST(scheduler, reports_a_failing_task_and_goes_on)
{
    struct seen seen = watch(true, 3);
    CHECK_INT(seen.reports, seen.runs);
}

TEST(scheduler, needs_a_task)
{
    struct scheduler_options options = {NULL, 0, report, NULL};
    struct scheduler *scheduler;
    gos_error err;
    CHECK_FAILS(scheduler_open(&options, &scheduler, &err), &err, GOS_INTERNAL, "");
}
