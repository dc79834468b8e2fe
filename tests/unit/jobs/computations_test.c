/* One at a time; who waits can be seen and stopped. */
#include "jobs/computations.h"

#include "base/time.h"
#include "test.h"

#include <pthread.h>

struct given {
    struct computations *computations;
    struct definition experiment;
    gos_error err;
    bool done;
};

static int64_t clock_ms(void *context)
{
    (void)context;
    return 1000;
}

static const struct computation_outcome outcome = {2500, GOS_OK, true, 7};

static struct given given_open(void)
{
    struct given given = {
        .experiment = {.name = GOS_LIT("e"), .environment = GOS_LIT("production"), .id = {{1}}}};
    CHECK_OK(computations_open(&given.computations, &given.err), &given.err);
    return given;
}

static void *wait_for_turn(void *context)
{
    struct given *given = context;
    struct computation *computation;
    given->done = computations_begin(given->computations, &given->experiment, clock_ms, NULL,
                                     &computation, &given->err);
    if (given->done)
        computations_end(given->computations, computation, &outcome);
    return NULL;
}

/* Until both stand in the list. */
static void await_two(struct given *given, struct computation_view views[COMPUTATIONS_MAX])
{
    while (computations_list(given->computations, GOS_LIT("production"), views) < 2)
        continue;
}

static void second_while_first_runs(bool cancels)
{
    struct given given = given_open();
    struct computation_view views[COMPUTATIONS_MAX];
    struct computation *first;
    pthread_t thread;
    CHECK_OK(computations_begin(given.computations, &given.experiment, clock_ms, NULL, &first,
                                &given.err),
             &given.err);
    struct given second = given;
    CHECK_INT(pthread_create(&thread, NULL, wait_for_turn, &second), 0);
    await_two(&given, views);
    CHECK_INT(views[0].started_at, 1000);
    CHECK_INT(views[1].started_at, TIME_NONE);
    atomic_store(&first->progress.rows, 10);
    atomic_store(&first->progress.rows_read, 4);
    CHECK_INT(computations_list(given.computations, GOS_LIT("production"), views), 2);
    CHECK_INT(views[0].rows_read, 4);
    CHECK_INT(computations_list(given.computations, GOS_LIT("staging"), views), 0);
    CHECK(!computations_cancel(given.computations, GOS_LIT("staging"), views[1].id));
    CHECK(!computations_cancel(given.computations, GOS_LIT("production"), 0));
    if (cancels)
        CHECK(computations_cancel(given.computations, GOS_LIT("production"), 2));
    CHECK(!atomic_load(&first->cancel));
    computations_end(given.computations, first, &outcome);
    pthread_join(thread, NULL);
    CHECK_INT(second.done, !cancels);
    if (cancels)
        CHECK_INT(second.err.code, GOS_CANCELLED);
    CHECK_INT(computations_list(given.computations, GOS_LIT("production"), views), 0);
    CHECK_INT(computations_recent(given.computations, GOS_LIT("staging"), views), 0);
    CHECK_INT(computations_recent(given.computations, GOS_LIT("production"), views), 2);
    CHECK_INT(views[0].id, 2);
    CHECK_INT(views[0].is_cancelled, cancels);
    CHECK_INT(views[0].is_refresh, !cancels);
    CHECK_INT(views[0].rows_read, cancels ? 0 : 7);
    CHECK_INT(views[1].ended_at, 2500);
    CHECK(!views[1].is_cancelled && !views[1].is_failed);
    computations_close(given.computations);
}

TEST(computations, run_one_after_the_other)
{
    second_while_first_runs(false);
}

TEST(computations, that_wait_can_be_cancelled_and_the_others_go_on)
{
    second_while_first_runs(true);
}

TEST(computations, that_run_are_told_to_stop_at_the_end)
{
    struct given given = given_open();
    struct computation *first;
    CHECK_OK(computations_begin(given.computations, &given.experiment, clock_ms, NULL, &first,
                                &given.err),
             &given.err);
    computations_cancel_all(given.computations);
    CHECK(atomic_load(&first->cancel));
    computations_end(given.computations, first, &outcome);
    computations_close(given.computations);
}

TEST(computations, that_have_ended_are_remembered_the_newest_first_and_not_for_ever)
{
    struct given given = given_open();
    struct computation_view views[COMPUTATIONS_KEPT];
    const struct computation_outcome failed = {2500, GOS_STORE_FAILED, true, 7};
    for (int i = 0; i < COMPUTATIONS_KEPT + 2; i++) {
        struct computation *one;
        CHECK_OK(computations_begin(given.computations, &given.experiment, clock_ms, NULL, &one,
                                    &given.err),
                 &given.err);
        computations_end(given.computations, one, i % 2 ? &failed : &outcome);
    }
    CHECK_INT(computations_recent(given.computations, GOS_LIT("production"), views),
              COMPUTATIONS_KEPT);
    CHECK_INT(views[0].id, COMPUTATIONS_KEPT + 2);
    CHECK(views[0].is_failed);
    CHECK_INT(views[COMPUTATIONS_KEPT - 1].id, 3);
    CHECK(!views[COMPUTATIONS_KEPT - 1].is_failed);
    computations_close(given.computations);
}
