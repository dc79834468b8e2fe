/*
 * Results: facts into the ledger, then four metrics with covariates from cold, warm, and after new
 * events; against the least that any engine must do: one pass over dense arrays in memory, and from
 * cold also the file read once. Cold is a process that has just begun; `dropped`: moreover the
 * machine holds nothing of the file. Memory is measured there, where nothing else took any.
 * Arguments: users (1000000), events (10000000), and a folder for the same facts and the answer as
 * CSV, for other engines. MEMORY_MB (1024) is the ledger's limit.
 */
#include "jobs/scorecard.h"
#include "ledger/ledger.h"

#include <fcntl.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { BATCH = 50000, METRICS = 4, EVENTS_NEW = 100000, NAMES = 4 };

#define T0     INT64_C(1700000000000)
#define DAY_MS INT64_C(86400000)

static const gos_str variants[2] = {{"control", 7}, {"treatment", 9}};
static const char *const names[NAMES] = {"view", "purchase", "search", "load"};
static const char *const calculations[METRICS] = {"count(view)", "sum(purchase)", "exists(search)",
                                                  "sum(load.ms) / count(load)"};

struct bench {
    char path[128];
    struct ledger *ledger;
    gos_arena *arena;
    struct fact *facts;
    char (*texts)[24];
    char (*properties)[24];
    uint64_t sequence;
    uint64_t users, events;
    struct metric_plan plans[METRICS];
    int64_t as_of_ms; /* an earlier one than before reads everything */
    bool is_refresh;
    FILE *exposures_csv, *events_csv, *answer_csv; /* NULL: not wanted */
};

static double seconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

static void figure(const char *metric, double value, const char *unit, double limit)
{
    printf("{\"bench\":\"results\",\"metric\":\"%s\",\"value\":%.6g,\"unit\":\"%s\"", metric, value,
           unit);
    if (!isnan(limit))
        printf(",\"limit\":%.6g", limit);
    puts("}");
    fflush(stdout);
}

static void die(const gos_error *err)
{
    fprintf(stderr, "results_bench: %s\n", err->message);
    exit(1);
}

static uint64_t mix(uint64_t x)
{
    x = (x ^ x >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    x = (x ^ x >> 27) * UINT64_C(0x94d049bb133111eb);
    return x ^ x >> 31;
}

static gos_str user_text(struct bench *bench, size_t at, uint64_t user)
{
    int len = snprintf(bench->texts[at], sizeof *bench->texts, "user-%08x%06x", (unsigned)mix(user),
                       (unsigned)user);
    return (gos_str){bench->texts[at], (size_t)len};
}

static const struct uuid experiment = {{1, 2, 3, 4, 5, 6, 0x70, 8, 0x80}};

static void put_exposure(struct bench *bench, size_t at, uint64_t i)
{
    bench->facts[at] = (struct fact){.sequence = ++bench->sequence, .kind = FACT_EXPOSURE};
    bench->facts[at].exposure = (struct exposure){.environment = GOS_LIT("production"),
                                                  .experiment_id = experiment,
                                                  .unit = user_text(bench, at, i),
                                                  .variant = variants[mix(i) & 1],
                                                  .reason = GOS_LIT("split"),
                                                  .at = T0 + (int64_t)(mix(i + 7) % 7) * DAY_MS};
}

/* A month of events, half of it before the experiment began. */
static void put_event(struct bench *bench, size_t at, uint64_t i)
{
    uint64_t random = mix(i ^ UINT64_C(0x5555555555));
    bench->facts[at] = (struct fact){.sequence = ++bench->sequence, .kind = FACT_EVENT};
    struct event *event = &bench->facts[at].event;
    *event = (struct event){.environment = GOS_LIT("production"),
                            .user_id = user_text(bench, at, random % bench->users),
                            .name = gos_str_from(names[random >> 40 & 3]),
                            .has_value = true,
                            .value = (double)(random >> 20 & 0xffff) / 100,
                            .at = T0 - 14 * DAY_MS +
                                  (int64_t)(28.0 * DAY_MS * (double)i / (double)bench->events)};
    if ((random >> 40 & 3) == 3) {
        int len = snprintf(bench->properties[at], sizeof *bench->properties, "{\"ms\":%u}",
                           (unsigned)(random >> 20 & 0xfff));
        event->properties = (gos_str){bench->properties[at], (size_t)len};
    }
}

static void copy_out(const struct bench *bench, const struct fact *fact)
{
    const struct exposure *exposure = &fact->exposure;
    const struct event *event = &fact->event;
    if (fact->kind == FACT_EXPOSURE) {
        fprintf(bench->exposures_csv, "%.*s,%.*s,%lld\n", GOS_ARG(exposure->unit),
                GOS_ARG(exposure->variant), (long long)exposure->at);
        return;
    }
    gos_str ms = event->properties; /* {"ms":123} */
    ms = ms.len ? (gos_str){ms.data + 6, ms.len - 7} : ms;
    fprintf(bench->events_csv, "%.*s,%.*s,%.17g,%.*s,%lld\n", GOS_ARG(event->user_id),
            GOS_ARG(event->name), event->value, GOS_ARG(ms), (long long)event->at);
}

static void append(struct bench *bench, uint64_t count, uint64_t first,
                   void (*put)(struct bench *bench, size_t at, uint64_t i))
{
    gos_error err = {0};
    for (uint64_t done = 0; done < count;) {
        size_t batch = count - done < BATCH ? count - done : BATCH;
        for (size_t i = 0; i < batch; i++)
            put(bench, i, first + done + i);
        for (size_t i = 0; i < batch && bench->events_csv; i++)
            copy_out(bench, &bench->facts[i]);
        if (!ledger_append(bench->ledger, bench->facts, batch, &err))
            die(&err);
        done += batch;
    }
}

static void open_ledger(struct bench *bench)
{
    struct ledger_options options = {.backend = "duckdb", .location = bench->path};
    const char *megabytes = getenv("MEMORY_MB");
    options.memory_bytes = megabytes ? strtoull(megabytes, NULL, 10) << 20 : 0;
    gos_error err = {0};
    ledger_close(bench->ledger);
    if (!ledger_open(&options, &bench->ledger, &err))
        die(&err);
}

/* The whole of a result: the ledger's answer and all estimates. */
static double compute(struct bench *bench)
{
    struct ledger_question ask = {.environment = GOS_LIT("production"),
                                  .experiment_id = experiment,
                                  .variants = variants,
                                  .variant_count = 2,
                                  .plans = bench->plans,
                                  .plan_count = METRICS,
                                  .as_of_ms = bench->as_of_ms};
    struct scorecard_metric metrics[METRICS];
    struct ledger_answer answer;
    struct scorecard scorecard;
    gos_arena *arena = gos_arena_open((size_t)1 << 30);
    gos_error err = {0};
    double start = seconds();
    if (!ledger_compute(bench->ledger, &ask, arena, &answer, &err))
        die(&err);
    for (int m = 0; m < METRICS; m++)
        metrics[m] = (struct scorecard_metric){
            .plan = &bench->plans[m], .margin = NAN, .cells = &answer.cells[m * 2], .cap = NAN};
    struct scorecard_question question = {.variants = variants,
                                          .weights = (double[]){1, 1},
                                          .units = answer.units,
                                          .variant_count = 2,
                                          .metrics = metrics,
                                          .metric_count = METRICS,
                                          .alpha = 0.05};
    if (!scorecard_compute(&question, arena, &scorecard, &err))
        die(&err);
    double took = seconds() - start;
    bench->is_refresh = answer.is_refresh;
    for (int i = 0; i < METRICS * 2 && bench->answer_csv; i++) {
        const gos_moments *moments = &answer.cells[i].moments;
        fprintf(bench->answer_csv, "%d,%d,%llu,%.17g,%.17g\n", i / 2, i % 2,
                (unsigned long long)moments->n, moments->mean[0], gos_moments_variance(moments, 0));
    }
    if (answer.units[0] + answer.units[1] != bench->users)
        fprintf(stderr, "results_bench: units are missing\n");
    gos_arena_close(arena);
    return took;
}

/* The same work over arrays that are already in memory: user, age, value. */
static double plain_limit(const struct bench *bench)
{
    uint32_t *user = malloc(bench->events * sizeof *user);
    int32_t *age = malloc(bench->events * sizeof *age);
    float *value = malloc(bench->events * sizeof *value);
    double *sums = calloc(bench->users * METRICS * 2, sizeof *sums);
    for (uint64_t i = 0; i < bench->events; i++) {
        uint64_t random = mix(i ^ UINT64_C(0x5555555555));
        user[i] = (uint32_t)(random % bench->users);
        age[i] = (int32_t)(i * 28 / bench->events) - 14;
        value[i] = (float)(random & 0xff);
    }
    double start = seconds(), total = 0;
    for (uint64_t i = 0; i < bench->events; i++)
        sums[(size_t)user[i] * METRICS * 2 + (i & 3) * 2 + (age[i] < 0)] += (double)value[i];
    for (uint64_t i = 0; i < bench->users * METRICS * 2; i++)
        total += sums[i] * sums[i];
    double took = seconds() - start;
    if (total < 0)
        puts("");
    free(user);
    free(age);
    free(value);
    free(sums);
    return took;
}

/* Of all threads: what is left of the figures when the machine is shared. */
static double cpu_seconds(void)
{
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    return (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
           (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) * 1e-6;
}

static double rss_mib(void)
{
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    return (double)usage.ru_maxrss / 1024;
}

static void read_plans(struct bench *bench)
{
    gos_error err = {0};
    for (int m = 0; m < METRICS; m++) {
        gos_str text = gos_str_from(calculations[m]);
        if (!plan_from_text(text, text, METRIC_OVER_EVENTS, bench->arena, &bench->plans[m], NULL,
                            &err))
            die(&err);
    }
}

static FILE *csv_open(const char *folder, const char *name)
{
    char path[256];
    snprintf(path, sizeof path, "%s/%s.csv", folder, name);
    FILE *file = fopen(path, "w");
    if (!file) {
        perror(path);
        exit(1);
    }
    return file;
}

static void csv_close(struct bench *bench)
{
    if (!bench->events_csv)
        return;
    fclose(bench->exposures_csv);
    fclose(bench->events_csv);
    bench->exposures_csv = bench->events_csv = NULL;
}

/* What was computed last is held: only the new events are read. */
static void refresh(struct bench *bench)
{
    double took = INFINITY;
    for (int i = 1; i <= 10; i++) {
        append(bench, EVENTS_NEW, bench->events + (uint64_t)i * EVENTS_NEW, put_event);
        took = fmin(took, compute(bench));
        if (!bench->is_refresh)
            fprintf(stderr, "results_bench: a refresh read everything\n");
    }
    figure("incremental_refresh_100k", took, "s", 0.2);
}

/* The machine forgets what it holds of the file. */
static void drop(const struct bench *bench)
{
    int file = open(bench->path, O_RDONLY);
    if (file < 0 || fsync(file) || posix_fadvise(file, 0, 0, POSIX_FADV_DONTNEED))
        perror(bench->path);
    close(file);
}

static double read_file(const struct bench *bench)
{
    enum { PIECE = 1 << 20 };
    static char piece[PIECE];
    double start = seconds();
    int file = open(bench->path, O_RDONLY);
    while (read(file, piece, PIECE) > 0)
        continue;
    close(file);
    return seconds() - start;
}

/* In a process of its own, that begins here. */
static void compute_cold(struct bench *bench, const char *kind)
{
    char metric[64];
    double start = seconds();
    open_ledger(bench);
    double opened = seconds(), base = rss_mib();
    double took = compute(bench);
    snprintf(metric, sizeof metric, "open_%s", kind);
    figure(metric, opened - start, "s", 1);
    snprintf(metric, sizeof metric, "compute_%s", kind);
    figure(metric, took, "s", 5);
    snprintf(metric, sizeof metric, "compute_%s_cpu", kind);
    figure(metric, cpu_seconds(), "s", NAN);
    snprintf(metric, sizeof metric, "rss_open_%s", kind);
    figure(metric, base, "MiB", NAN);
    snprintf(metric, sizeof metric, "rss_peak_%s", kind);
    const char *limit = getenv("MEMORY_MB");
    figure(metric, rss_mib(), "MiB", base + (limit ? strtod(limit, NULL) : 1024));
    ledger_close(bench->ledger);
    exit(0);
}

static void in_a_process(struct bench *bench, const char *program, const char *kind)
{
    char users[32];
    snprintf(users, sizeof users, "%llu", (unsigned long long)bench->users);
    ledger_close(bench->ledger);
    bench->ledger = NULL;
    pid_t child = fork();
    if (child == 0) {
        execl(program, program, "from", bench->path, users, kind, (char *)NULL);
        _exit(1);
    }
    int status = 0;
    if (child < 0 || waitpid(child, &status, 0) < 0 || status != 0)
        fprintf(stderr, "results_bench: no answer from a process of its own\n");
}

static void measure_cold(struct bench *bench, const char *program)
{
    in_a_process(bench, program, "cold");
    drop(bench);
    figure("file_read_dropped", read_file(bench), "s", NAN);
    drop(bench);
    in_a_process(bench, program, "dropped");
}

static void run(struct bench *bench, const char *program)
{
    struct ledger_stats stats;
    gos_error err = {0};
    open_ledger(bench);
    double start = seconds();
    append(bench, bench->users, 0, put_exposure);
    append(bench, bench->events, 0, put_event);
    double facts = (double)(bench->users + bench->events);
    if (!bench->events_csv)
        figure("ingest", facts / (seconds() - start), "facts/s", 200000);
    if (!ledger_checkpoint(bench->ledger, &err) || !ledger_stats(bench->ledger, &stats, &err))
        die(&err);
    figure("disk", (double)stats.disk_bytes / facts, "B/fact", NAN);
    measure_cold(bench, program);
    open_ledger(bench);
    compute(bench);
    if (bench->answer_csv)
        fclose(bench->answer_csv);
    bench->answer_csv = NULL;
    double warm = INFINITY, cpu = INFINITY;
    for (int i = 0; i < 3; i++) {
        double before = cpu_seconds();
        bench->as_of_ms--;
        warm = fmin(warm, compute(bench));
        cpu = fmin(cpu, cpu_seconds() - before);
    }
    figure("compute_warm", warm, "s", 5);
    figure("compute_warm_cpu", cpu, "s", NAN);
    csv_close(bench);
    append(bench, EVENTS_NEW, bench->events, put_event);
    bench->as_of_ms--;
    figure("compute_after_100k_events", compute(bench), "s", NAN);
    refresh(bench);
    figure("peak_rss", rss_mib(), "MiB", 2048);
    figure("plain_limit", plain_limit(bench), "s", NAN);
}

int main(int argc, char **argv)
{
    struct bench bench = {.as_of_ms = T0 + 60 * DAY_MS,
                          .users = argc > 1 ? strtoull(argv[1], NULL, 10) : 1000000,
                          .events = argc > 2 ? strtoull(argv[2], NULL, 10) : 10000000,
                          .arena = gos_arena_open((size_t)1 << 30)};
    read_plans(&bench);
    if (argc > 4 && strcmp(argv[1], "from") == 0) {
        snprintf(bench.path, sizeof bench.path, "%s", argv[2]);
        bench.users = strtoull(argv[3], NULL, 10);
        compute_cold(&bench, argv[4]);
    }
    if (argc > 3) {
        bench.exposures_csv = csv_open(argv[3], "exposures");
        bench.events_csv = csv_open(argv[3], "events");
        bench.answer_csv = csv_open(argv[3], "answer");
    }
    char folder[64] = "/tmp/gosset-results-XXXXXX";
    if (!mkdtemp(folder))
        return 1;
    snprintf(bench.path, sizeof bench.path, "%s/ledger.db", folder);
    bench.facts = gos_arena_array(bench.arena, BATCH, sizeof *bench.facts, NULL);
    bench.texts = gos_arena_array(bench.arena, BATCH, sizeof *bench.texts, NULL);
    bench.properties = gos_arena_array(bench.arena, BATCH, sizeof *bench.properties, NULL);
    run(&bench, argv[0]);
    ledger_close(bench.ledger);
    unlink(bench.path);
    snprintf(bench.path, sizeof bench.path, "%s/ledger.db.wal", folder);
    unlink(bench.path);
    rmdir(folder);
    gos_arena_close(bench.arena);
    return 0;
}
