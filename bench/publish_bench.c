/*
 * Deciding while the real publisher puts a new ruleset into use a hundred times a second: each time
 * a flag is changed in the catalog, its document compiled and swapped. Readers pin the ruleset,
 * bind a user, ask all flags, unpin. A publisher needs a processor, too, so that the scaling of
 * readers is by what they used of theirs; by the clock it is shown beside it. Exits 1 when a reader
 * saw an older ruleset than before, or below the limit.
 */
#include "base/json.h"
#include "base/secret.h"
#include "catalog/catalog.h"
#include "gosset/eval.h"
#include "jobs/publisher.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

enum { FLAGS = 100, USERS = 500, USER_BYTES = 160, PERIOD_NS = 10000000, ROUNDS = 3 };

static const gos_str production = {"production", 10};

struct bench {
    struct catalog *catalog;
    struct publisher *publisher;
    gos_arena *arena;
    int64_t now_ms;
    char users[USERS][USER_BYTES];
    atomic_bool publishing;
    atomic_bool stepped_back; /* some reader saw an older ruleset after a newer one */
    double publisher_cpu;
};

static double clock_s(clockid_t clock)
{
    struct timespec time;
    clock_gettime(clock, &time);
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static void must(bool done, const gos_error *err)
{
    if (done)
        return;
    fprintf(stderr, "publish_bench: %s at %s\n", err->message, err->pointer);
    exit(1);
}

static int64_t now_ms(void *context)
{
    return ((struct bench *)context)->now_ms;
}

static gos_str flag_text(gos_arena *arena, int i, int turn)
{
    static const char *const rules[] = {
        "",
        ",\"rollout_percentage\":40",
        ",\"rules\":[{\"conditions\":{\"country\":[\"DE\",\"FR\"]},\"value\":true}]",
    };
    return gos_arena_print(arena,
                           "{\"key\":\"flag-%d\",\"name\":\"Flag %d, %d\",\"type\":\"Boolean\","
                           "\"default_value\":false,\"enabled\":true%s}",
                           i, i, turn, rules[i % 3]);
}

/* Writes the flag as it stands at this turn. */
static void flag_put(struct bench *bench, int i, int turn)
{
    gos_error err;
    struct definition made, stored;
    bool found;
    struct catalog_write write = {
        .environment = production, .actor = GOS_LIT("key:bench"), .now_ms = bench->now_ms};
    struct definition_input input = {.kind = KIND_FLAG,
                                     .id = secret_uuid(bench->now_ms + i),
                                     .environment = production,
                                     .actor = write.actor,
                                     .now_ms = write.now_ms};
    gos_arena_reset(bench->arena);
    gos_str key = gos_arena_print(bench->arena, "flag-%d", i);
    must(catalog_find(bench->catalog, production, KIND_FLAG, key, bench->arena, &stored, &found,
                      &err),
         &err);
    input.stored = found ? &stored : NULL;
    must(json_read(flag_text(bench->arena, i, turn), bench->arena, &input.json, &err), &err);
    must(definition_read(&input, bench->arena, &made, &err), &err);
    struct catalog_change change = {.operation = CATALOG_PUT,
                                    .definition = &made,
                                    .expected_version =
                                        found ? stored.version : CATALOG_VERSION_NEW,
                                    .action = found ? GOS_LIT("update") : GOS_LIT("create"),
                                    .pointer = ""};
    must(catalog_apply(bench->catalog, &write, &change, 1, NULL, &err), &err);
}

static void *publisher_run(void *user)
{
    struct bench *bench = user;
    gos_error err;
    double next = clock_s(CLOCK_MONOTONIC);
    for (int turn = 1; atomic_load(&bench->publishing); turn++) {
        flag_put(bench, turn % FLAGS, turn);
        must(publisher_publish(bench->publisher, production, &err), &err);
        next += PERIOD_NS / 1e9;
        double rest = next - clock_s(CLOCK_MONOTONIC);
        struct timespec pause = {.tv_nsec = (long)(rest * 1e9)};
        if (rest > 0)
            nanosleep(&pause, NULL);
    }
    bench->publisher_cpu = clock_s(CLOCK_THREAD_CPUTIME_ID);
    return NULL;
}

struct reader {
    struct bench *bench;
    double per_cpu_second;
    double per_second;
};

static void *reader_run(void *user)
{
    struct reader *reader = user;
    struct bench *bench = reader->bench;
    gos_context *context = gos_context_open(1 << 20);
    gos_subject subject = {.now_ms = bench->now_ms};
    int64_t newest = 0;
    uint64_t decisions = 0, sum = 0;
    gos_error err;
    double start = clock_s(CLOCK_MONOTONIC), cpu = clock_s(CLOCK_THREAD_CPUTIME_ID);
    while (clock_s(CLOCK_MONOTONIC) - start < 1) {
        struct publisher_pin pin;
        must(publisher_pin(bench->publisher, production, &pin, &err), &err);
        if (pin.sequence < newest)
            atomic_store(&bench->stepped_back, true);
        newest = pin.sequence;
        gos_str attributes = gos_str_from(bench->users[decisions / FLAGS % USERS]);
        must(gos_context_bind(context, pin.rules, &subject, attributes, &err), &err);
        for (uint32_t i = 0; i < FLAGS; i++)
            sum += gos_eval_flag_at(pin.rules, i, context).variant.len;
        publisher_unpin(bench->publisher, &pin);
        decisions += FLAGS;
    }
    reader->per_second = (double)decisions / (clock_s(CLOCK_MONOTONIC) - start) + (sum == 1);
    reader->per_cpu_second = (double)decisions / (clock_s(CLOCK_THREAD_CPUTIME_ID) - cpu);
    gos_context_close(context);
    return NULL;
}

/* The sum over readers: decisions a second, and a second of their own processor time. */
static struct reader readers_rate(struct bench *bench, int count)
{
    pthread_t threads[2];
    struct reader readers[2], all = {0};
    for (int i = 0; i < count; i++) {
        readers[i] = (struct reader){.bench = bench};
        pthread_create(&threads[i], NULL, reader_run, &readers[i]);
    }
    for (int i = 0; i < count; i++) {
        pthread_join(threads[i], NULL);
        all.per_second += readers[i].per_second;
        all.per_cpu_second += readers[i].per_cpu_second;
    }
    return all;
}

static double highest(const double *values)
{
    double best = values[0];
    for (int i = 1; i < ROUNDS; i++)
        best = values[i] > best ? values[i] : best;
    return best;
}

static bool measure(struct bench *bench)
{
    double own[ROUNDS], clock[ROUNDS];
    pthread_t publisher;
    uint64_t before = publisher_count(bench->publisher);
    double start = clock_s(CLOCK_MONOTONIC);
    atomic_store(&bench->publishing, true);
    pthread_create(&publisher, NULL, publisher_run, bench);
    for (int i = 0; i < ROUNDS; i++) {
        struct reader one = readers_rate(bench, 1), two = readers_rate(bench, 2);
        own[i] = two.per_cpu_second / one.per_cpu_second;
        clock[i] = two.per_second / one.per_second;
    }
    atomic_store(&bench->publishing, false);
    pthread_join(publisher, NULL);
    double took = clock_s(CLOCK_MONOTONIC) - start;
    bool ok = highest(own) >= 1.8 && !bench->stepped_back;
    printf(
        "{\"bench\":\"publish\",\"metric\":\"published\",\"value\":%.4g,\"unit\":\"per second\"}\n",
        (double)(publisher_count(bench->publisher) - before) / took);
    printf("{\"bench\":\"publish\",\"metric\":\"publisher_share\",\"value\":%.3g,\"unit\":"
           "\"of a processor\"}\n",
           bench->publisher_cpu / took);
    printf("{\"bench\":\"publish\",\"metric\":\"two_threads_over_one\",\"value\":%.4g,\"unit\":"
           "\"times, by processor time\",\"at_least\":1.8,\"stepped_back\":%s,\"ok\":%s}\n",
           highest(own), bench->stepped_back ? "true" : "false", ok ? "true" : "false");
    printf("{\"bench\":\"publish\",\"metric\":\"two_threads_over_one_by_the_clock\",\"value\":%.4g,"
           "\"unit\":\"times\"}\n",
           highest(clock));
    return ok;
}

int main(void)
{
    static struct bench bench = {.now_ms = 1772366400000};
    gos_error err;
    char folder[] = "/tmp/gosset-bench-XXXXXX", path[64];
    if (!mkdtemp(folder))
        return 1;
    snprintf(path, sizeof path, "%s/catalog.db", folder);
    struct catalog_options catalog = {
        .backend = "sqlite", .location = path, .now_ms = bench.now_ms};
    bench.arena = gos_arena_open((size_t)1 << 26);
    for (int i = 0; i < USERS; i++)
        snprintf(bench.users[i], USER_BYTES,
                 "{\"targetingKey\":\"user-%d\",\"country\":\"%s\",\"plan\":\"%s\"}", i,
                 i % 3 ? "DE" : "US", i % 2 ? "pro" : "free");
    must(secret_start(&err), &err);
    must(catalog_open(&catalog, &bench.catalog, &err), &err);
    for (int i = 0; i < FLAGS; i++)
        flag_put(&bench, i, 0);
    struct publisher_options options = {
        .catalog = bench.catalog, .now_ms = now_ms, .context = &bench};
    must(publisher_open(&options, &bench.publisher, &err), &err);
    bool ok = measure(&bench);
    publisher_close(bench.publisher);
    catalog_close(bench.catalog);
    gos_arena_close(bench.arena);
    unlink(path);
    rmdir(folder);
    return ok ? 0 : 1;
}
