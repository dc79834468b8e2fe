/* kill -9 in the middle of appending: a batch is wholly there or not at all, and counted once. */
#include "ledger_fixture.h"

#include <signal.h>
#include <stdio.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { ROUNDS = 4, BATCH = 300, BATCHES = 4000 };

static struct ledger_fixture given;

static void put_batch(uint64_t first)
{
    given.fact_count = 0;
    given.sequence = first - 1;
    for (int i = 0; i < BATCH; i++) {
        char unit[24];
        snprintf(unit, sizeof unit, "u%d", (int)((first + (uint64_t)i) % 5000));
        if (i % 3 == 0)
            fixture_expose(&given, unit, "control", T0);
        else
            fixture_event(&given, unit, i % 2 ? "view" : "buy", T0 + i, i, "{\"x\":1}");
    }
}

/* The child: appends until it is killed, beginning where the ledger is. */
static void append_for_ever(int progress)
{
    struct ledger_options options = {.backend = "duckdb", .location = given.path};
    gos_error err = {0};
    if (!ledger_open(&options, &given.ledger, &err))
        _exit(1);
    for (int i = 0; i < BATCHES; i++) {
        put_batch(ledger_watermark(given.ledger) + 1);
        if (!ledger_append(given.ledger, given.facts, given.fact_count, &err))
            _exit(2);
        if (write(progress, ".", 1) != 1)
            _exit(3);
    }
    _exit(0);
}

TEST(ledger_crash, keeps_whole_batches_and_counts_them_once_after_kill_9)
{
    fixture_open(&given);
    uint64_t before = 0;
    for (int round = 0; round < ROUNDS; round++) {
        ledger_close(given.ledger);
        int progress[2];
        CHECK_INT(pipe(progress), 0);
        pid_t child = fork();
        if (child == 0)
            append_for_ever(progress[1]);
        close(progress[1]);
        char seen;
        for (int batch = 0; batch < 2 + round; batch++)
            CHECK_INT(read(progress[0], &seen, 1), 1);
        struct timespec pause = {0, round * 3 * 1000000L};
        nanosleep(&pause, NULL);
        kill(child, SIGKILL);
        waitpid(child, NULL, 0);
        close(progress[0]);
        given.ledger = NULL;
        struct ledger_options options = {.backend = "duckdb", .location = given.path};
        struct ledger_stats stats = {0};
        gos_error err = {0};
        CHECK_OK(ledger_open(&options, &given.ledger, &err), &err);
        CHECK_OK(ledger_stats(given.ledger, &stats, &err), &err);
        CHECK(stats.watermark >= before + (uint64_t)(2 + round) * BATCH);
        CHECK_INT(stats.watermark % BATCH, 0);
        CHECK_INT(stats.exposures, stats.watermark / 3);
        CHECK_INT(stats.events, stats.watermark - stats.watermark / 3);
        before = stats.watermark;
    }
    CHECK(before > 0);
    put_batch(before + 1);
    fixture_append(&given);
    CHECK_INT(ledger_watermark(given.ledger), before + BATCH);
    fixture_close(&given);
}
