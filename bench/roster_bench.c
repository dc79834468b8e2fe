/*
 * The roster: bytes per assignment with its index, assignments per second in batches, look-ups.
 * Arguments: how many assignments (1000000), how many in a commit (1000).
 */
#include "base/secret.h"
#include "roster/roster.h"
#include "roster/spool.h"

#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum {
    CRASH_ROWS = 120000,
    EXPERIMENTS = 100,
    LOOKUPS = 20000,
    BATCH_MAX = 10000,
    UNIT_BYTES = 37
};

struct bench {
    char folder[64];
    struct roster *roster;
    gos_arena *arena;
    struct uuid experiments[EXPERIMENTS];
    uint64_t count;
    size_t batch;
};

static double seconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

static void figure(const char *metric, double value, const char *unit, double limit)
{
    printf("{\"bench\":\"roster\",\"metric\":\"%s\",\"value\":%.6g,\"unit\":\"%s\"", metric, value,
           unit);
    if (!isnan(limit))
        printf(",\"limit\":%.6g", limit);
    puts("}");
}

static void die(const gos_error *err)
{
    fprintf(stderr, "roster_bench: %s\n", err->message);
    exit(1);
}

/* The unit of row `i`, as random as user ids are, and made again for the look-ups. */
static gos_str unit_of(uint64_t i, char out[UNIT_BYTES])
{
    struct uuid id;
    uint64_t state = i;
    for (size_t k = 0; k < UUID_BYTES; k++) {
        state = (state ^ state >> 29) * UINT64_C(0xbf58476d1ce4e5b9) + k;
        id.bytes[k] = (uint8_t)(state >> 56);
    }
    uuid_write(&id, out);
    return (gos_str){out, UNIT_BYTES - 1};
}

static struct roster_item item_of(const struct bench *bench, uint64_t i, char unit[UNIT_BYTES])
{
    int64_t now_ms = INT64_C(1700000000000) + (int64_t)i / 10;
    return (struct roster_item){
        .kind = ROSTER_ASSIGNMENT,
        .assignment = {.id = secret_uuid(now_ms),
                       .environment = GOS_LIT("production"),
                       .experiment_id = bench->experiments[i % EXPERIMENTS],
                       .user_id = unit_of(i, unit),
                       .variant = i % 2 ? GOS_LIT("control") : GOS_LIT("treatment"),
                       .assignment_reason = GOS_LIT("split"),
                       .has_session = i % 4 == 0,
                       .session_id = secret_uuid(now_ms),
                       .assigned_at = now_ms,
                       .sticky = true}};
}

static void trim(struct bench *bench)
{
    gos_error err = {0};
    struct roster_spool_depth depth;
    roster_spool_depth(bench->roster, &depth);
    if (!roster_spool_trim(bench->roster, depth.next_sequence - 1, &err))
        die(&err);
}

static void commit_rows(struct bench *bench, uint64_t first, uint64_t count)
{
    static struct roster_item items[BATCH_MAX];
    static char units[BATCH_MAX][UNIT_BYTES];
    gos_error err = {0};
    for (uint64_t done = 0; done < count; done += bench->batch) {
        for (size_t i = 0; i < bench->batch; i++)
            items[i] = item_of(bench, first + done + i, units[i]);
        if (!roster_commit(bench->roster, items, bench->batch, 1, bench->arena, &err))
            die(&err);
        gos_arena_reset(bench->arena);
        if (done % 50000 == 0)
            trim(bench);
    }
}

static int compare(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* Half of the look-ups find nothing. */
static void look_up(struct bench *bench)
{
    static double took[LOOKUPS];
    gos_error err = {0};
    char unit[UNIT_BYTES];
    for (uint64_t i = 0; i < LOOKUPS; i++) {
        uint64_t row = i * 7919 % bench->count + (i % 2 ? bench->count : 0);
        gos_str name = unit_of(row, unit);
        const struct assignment *found = NULL;
        double start = seconds();
        if (!roster_find_assignment(bench->roster, GOS_LIT("production"),
                                    &bench->experiments[row % EXPERIMENTS], name, bench->arena,
                                    &found, &err))
            die(&err);
        took[i] = (seconds() - start) * 1e6;
        if ((found != NULL) == (i % 2 == 1))
            exit(1);
        gos_arena_reset(bench->arena);
    }
    qsort(took, LOOKUPS, sizeof took[0], compare);
    figure("lookup_p50", took[LOOKUPS / 2], "us", NAN);
    figure("lookup_p95", took[LOOKUPS * 95 / 100], "us", 50000);
    figure("lookup_p99", took[LOOKUPS * 99 / 100], "us", NAN);
}

/* What a sync of one small write costs here and now: the floor of a commit. */
static double sync_seconds(const char *folder)
{
    char path[128];
    snprintf(path, sizeof path, "%s/peer", folder);
    FILE *file = fopen(path, "wb");
    if (!file)
        return NAN;
    double start = seconds();
    for (int i = 0; i < 50; i++) {
        if (fputs("4 kB would cost the same", file) < 0 || fflush(file) || fdatasync(fileno(file)))
            break;
    }
    double took = (seconds() - start) / 50;
    fclose(file);
    unlink(path);
    return took;
}

static void roster_open_or_die(struct bench *bench)
{
    gos_error err = {0};
    char folder[96];
    snprintf(folder, sizeof folder, "%s/roster", bench->folder);
    struct roster_options options = {
        .folder = folder, .spool_count_max = UINT64_MAX, .spool_bytes_max = UINT64_MAX};
    if (!roster_open(GOS_LIT("rocksdb"), &options, &bench->roster, &err))
        die(&err);
}

static void bench_open(struct bench *bench)
{
    gos_error err = {0};
    snprintf(bench->folder, sizeof bench->folder, "/tmp/gosset-bench-XXXXXX");
    bench->arena = gos_arena_open(SIZE_MAX / 4);
    if (!bench->arena || !secret_start(&err) || !mkdtemp(bench->folder))
        exit(1);
    for (size_t i = 0; i < EXPERIMENTS; i++)
        bench->experiments[i] = secret_uuid(INT64_C(1690000000000));
}

/* A child commits until its log is near its bound, and is killed: how long the next opening takes.
 */
static void open_after_kill(struct bench *bench)
{
    pid_t child = fork();
    if (child == 0) {
        roster_open_or_die(bench);
        commit_rows(bench, 2 * bench->count, CRASH_ROWS);
        raise(SIGKILL);
    }
    if (child < 0 || waitpid(child, NULL, 0) != child)
        exit(1);
    double start = seconds();
    roster_open_or_die(bench);
    figure("open_after_kill", seconds() - start, "s", 1);
}

static void bench_close(struct bench *bench)
{
    char command[128];
    roster_close(bench->roster);
    gos_arena_close(bench->arena);
    snprintf(command, sizeof command, "rm -rf '%s'", bench->folder);
    if (system(command) != 0)
        fprintf(stderr, "%s is left behind\n", bench->folder);
}

int main(int argc, char **argv)
{
    struct bench bench = {.count = argc > 1 ? strtoull(argv[1], NULL, 10) : 1000000,
                          .batch = argc > 2 ? strtoull(argv[2], NULL, 10) : 1000};
    if (bench.batch == 0 || bench.batch > BATCH_MAX || bench.count < bench.batch)
        return 2;
    gos_error err = {0};
    struct roster_stats stats;
    bench_open(&bench);
    open_after_kill(&bench);
    figure("sync_of_one_small_write", sync_seconds(bench.folder) * 1e6, "us", NAN);
    double start = seconds();
    commit_rows(&bench, 0, bench.count);
    figure("assignments_per_second", (double)bench.count / (seconds() - start), "1/s", 10e6 / 3600);
    if (!roster_compact(bench.roster, &err) || !roster_stats(bench.roster, &stats, &err))
        die(&err);
    figure("bytes_per_assignment",
           (double)stats.assignment_bytes / (double)(bench.count + CRASH_ROWS), "B", 200);
    look_up(&bench);
    bench_close(&bench);
    return 0;
}
