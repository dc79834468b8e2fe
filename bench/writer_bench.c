/*
 * The roster's writer under callers that each wait for their own assignment: commits share their
 * sync. Compared with what one sync costs in the same run.
 */
#include "base/secret.h"
#include "jobs/writer.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

enum { FLIGHTS = 256, ROUNDS = 200, TOTAL = FLIGHTS * ROUNDS, ALONE = 300 };

/* One caller: asks, waits for its answer, asks again. */
struct flight {
    struct writer_submission submission;
    struct roster_item item;
    char unit[UUID_TEXT_BYTES];
    double start;
};

static struct writer *writer;
static struct flight flights[FLIGHTS];
static double took[TOTAL];
static size_t took_count; /* only the writer's thread adds */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t finished = PTHREAD_COND_INITIALIZER;

static double seconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

static int64_t clock_ms(void *context)
{
    (void)context;
    return (int64_t)(seconds() * 1000);
}

static void figure(const char *metric, double value, const char *unit)
{
    printf("{\"bench\":\"writer\",\"metric\":\"%s\",\"value\":%.6g,\"unit\":\"%s\"}\n", metric,
           value, unit);
}

static void ask(struct flight *flight, writer_done *done)
{
    struct uuid id = secret_uuid(1);
    uuid_write(&id, flight->unit);
    flight->item = (struct roster_item){.kind = ROSTER_ASSIGNMENT,
                                        .assignment = {.id = id,
                                                       .environment = GOS_LIT("production"),
                                                       .user_id = gos_str_from(flight->unit),
                                                       .variant = GOS_LIT("control"),
                                                       .assignment_reason = GOS_LIT("split")}};
    flight->submission = (struct writer_submission){
        .items = &flight->item, .item_count = 1, .done = done, .user = flight};
    flight->start = seconds();
    if (!writer_submit(writer, &flight->submission, NULL))
        exit(1);
}

static void ask_again(struct writer_submission *submission, const gos_error *err)
{
    struct flight *flight = submission->user;
    if (err)
        exit(1);
    took[took_count++] = (seconds() - flight->start) * 1e6;
    if (took_count + FLIGHTS <= TOTAL) {
        ask(flight, ask_again);
    } else if (took_count == TOTAL) {
        pthread_mutex_lock(&lock);
        pthread_cond_signal(&finished);
        pthread_mutex_unlock(&lock);
    }
}

static int compare(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static void bench_alone(void)
{
    static double alone[ALONE];
    gos_arena *arena = gos_arena_open(1 << 26);
    for (int i = 0; i < ALONE; i++) {
        struct flight *flight = &flights[0];
        struct uuid id = secret_uuid(1);
        uuid_write(&id, flight->unit);
        struct roster_item item = {.kind = ROSTER_ASSIGNMENT,
                                   .assignment = {.id = id,
                                                  .environment = GOS_LIT("production"),
                                                  .user_id = gos_str_from(flight->unit),
                                                  .variant = GOS_LIT("control"),
                                                  .assignment_reason = GOS_LIT("split")}};
        double start = seconds();
        if (!arena || !writer_commit(writer, &item, 1, arena, NULL))
            exit(1);
        alone[i] = (seconds() - start) * 1e6;
    }
    gos_arena_close(arena);
    qsort(alone, ALONE, sizeof alone[0], compare);
    figure("one_caller_p50", alone[ALONE / 2], "us");
    figure("one_caller_p99", alone[ALONE * 99 / 100], "us");
}

static void bench_many(void)
{
    struct writer_stats before, after;
    writer_stats(writer, &before);
    double start = seconds();
    pthread_mutex_lock(&lock);
    for (int i = 0; i < FLIGHTS; i++)
        ask(&flights[i], ask_again);
    pthread_cond_wait(&finished, &lock);
    pthread_mutex_unlock(&lock);
    double whole = seconds() - start;
    writer_stats(writer, &after);
    qsort(took, TOTAL, sizeof took[0], compare);
    figure("256_callers_per_second", TOTAL / whole, "1/s");
    figure("256_callers_p50", took[TOTAL / 2], "us");
    figure("256_callers_p99", took[TOTAL * 99 / 100], "us");
    figure("items_per_commit", TOTAL / (double)(after.commits - before.commits), "");
}

int main(void)
{
    char folder[] = "/tmp/gosset-bench-XXXXXX", command[64];
    gos_error err = {0};
    struct roster *roster = NULL;
    if (!secret_start(&err) || !mkdtemp(folder))
        return 1;
    struct roster_options options = {
        .folder = folder, .spool_count_max = UINT64_MAX, .spool_bytes_max = UINT64_MAX};
    struct writer_options writing = {.now_ms = clock_ms};
    if (!roster_open(GOS_LIT("rocksdb"), &options, &roster, &err) ||
        !writer_open(roster, &writing, &writer, &err)) {
        fprintf(stderr, "writer_bench: %s\n", err.message);
        return 1;
    }
    bench_alone();
    bench_many();
    writer_close(writer);
    roster_close(roster);
    snprintf(command, sizeof command, "rm -rf '%s'", folder);
    return system(command) == 0 ? 0 : 1;
}
