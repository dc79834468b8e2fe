/*
 * Size on disk and speed of the catalog: bytes for each experiment, flag and result of ordinary
 * size, with all indexes and the audit log, and the time to put together an environment's document.
 */
#include "base/json.h"
#include "base/secret.h"
#include "catalog/catalog.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { FLAGS = 10000, EXPERIMENTS = 1000, RESULT_RUNS = 100, CHUNK = 500, DOCUMENT_ROUNDS = 5 };

struct bench {
    struct catalog *catalog;
    gos_arena *arena;
    char folder[64];
    char path[96];
    int64_t now_ms;
};

static double seconds(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static void figure(const char *metric, double value, const char *unit, double limit)
{
    printf("{\"bench\":\"catalog\",\"metric\":\"%s\",\"value\":%.6g,\"unit\":\"%s\"", metric, value,
           unit);
    if (limit > 0)
        printf(",\"limit\":%g,\"within\":%s", limit, value <= limit ? "true" : "false");
    printf("}\n");
}

static void must(bool done, const gos_error *err)
{
    if (done)
        return;
    fprintf(stderr, "catalog_bench: %s at %s\n", err->message, err->pointer);
    exit(1);
}

static void reopen(struct bench *bench)
{
    gos_error err;
    struct catalog_options options = {
        .backend = "sqlite", .location = bench->path, .now_ms = bench->now_ms};
    catalog_close(bench->catalog);
    must(catalog_open(&options, &bench->catalog, &err), &err);
}

/* The file after the log was folded back into it, which closing does. */
static double file_bytes(struct bench *bench)
{
    struct stat info;
    reopen(bench);
    return stat(bench->path, &info) == 0 ? (double)info.st_size : 0;
}

static gos_str flag_text(gos_arena *arena, int i)
{
    return gos_arena_print(arena,
                           "{\"key\":\"team-%d.feature-%d\",\"name\":\"Feature number %d\","
                           "\"description\":\"Shows the new thing to some of the visitors.\","
                           "\"type\":\"Boolean\",\"default_value\":false,\"value\":true,"
                           "\"enabled\":true,\"rollout_percentage\":%d,\"targeting_rules\":{"
                           "\"segments\":[\"europe\"],\"attributes\":{\"plan\":[\"pro\"]}},"
                           "\"tags\":[\"team-%d\"]}",
                           i % 20, i, i, i % 101, i % 20);
}

static gos_str experiment_text(gos_arena *arena, int i)
{
    return gos_arena_print(
        arena,
        "{\"name\":\"experiment-%d\",\"description\":\"A larger button with the price on it makes "
        "more visitors buy, because they need not search for it.\",\"hypothesis\":\"More visitors "
        "buy.\",\"type\":\"AB\",\"variants\":[{\"name\":\"control\",\"description\":\"as it was\","
        "\"configuration\":{\"label\":\"Buy\"}},{\"name\":\"treatment\",\"description\":\"larger\","
        "\"configuration\":{\"label\":\"Buy now\",\"size\":2}}],\"traffic_allocation\":{"
        "\"control\":50,\"treatment\":50},\"success_metrics\":{\"primary_metric\":\"m\","
        "\"minimum_sample_size\":20000},\"targeting_rules\":{\"include_segments\":[\"europe\"]}}",
        i);
}

static gos_str segment_text(gos_arena *arena, int i)
{
    (void)i;
    return gos_arena_print(arena, "{\"name\":\"europe\",\"conditions\":{\"country\":[\"DE\"]}}");
}

static gos_str metric_text(gos_arena *arena, int i)
{
    (void)i;
    return gos_arena_print(
        arena, "{\"name\":\"m\",\"type\":\"Count\",\"calculation\":\"count(purchase)\"}");
}

typedef gos_str text_make(gos_arena *arena, int i);

static void chunk_put(struct bench *bench, enum kind kind, text_make *make, int first, int count)
{
    gos_error err;
    struct definition *made = gos_arena_array(bench->arena, CHUNK, sizeof *made, NULL);
    struct catalog_change *changes = gos_arena_array(bench->arena, CHUNK, sizeof *changes, NULL);
    struct catalog_write write = {.environment = GOS_LIT("production"),
                                  .actor = GOS_LIT("key:bench"),
                                  .now_ms = bench->now_ms};
    for (int i = 0; i < count; i++) {
        struct definition_input input = {.kind = kind,
                                         .id = secret_uuid(bench->now_ms + first + i),
                                         .environment = write.environment,
                                         .actor = write.actor,
                                         .now_ms = write.now_ms};
        gos_str text = make(bench->arena, first + i);
        must(json_read(text, bench->arena, &input.json, &err), &err);
        must(definition_read(&input, bench->arena, &made[i], &err), &err);
        changes[i] = (struct catalog_change){.operation = CATALOG_PUT,
                                             .definition = &made[i],
                                             .action = GOS_LIT("create"),
                                             .pointer = ""};
    }
    must(catalog_apply(bench->catalog, &write, changes, (size_t)count, NULL, &err), &err);
    gos_arena_reset(bench->arena);
}

static void put_many(struct bench *bench, enum kind kind, text_make *make, int count)
{
    for (int first = 0; first < count; first += CHUNK)
        chunk_put(bench, kind, make, first, count - first < CHUNK ? count - first : CHUNK);
}

static void put_results(struct bench *bench)
{
    static const char detail[] =
        "{\"diff\":0.0123456789,\"se\":0.00456789123,\"df\":19998.5,\"diff_ci\":{\"lower\":"
        "0.0033921,\"upper\":0.0212991},\"lift_ci\":{\"lower\":1.1,\"upper\":9.7},\"method\":"
        "\"welch\",\"status\":\"ok\",\"alpha\":0.05,\"adjusted_p\":0.0123}";
    gos_error err;
    struct definition experiment;
    must(catalog_get(bench->catalog, GOS_LIT("production"), KIND_EXPERIMENT,
                     GOS_LIT("experiment-0"), bench->arena, &experiment, &err),
         &err);
    for (int i = 0; i < RESULT_RUNS; i++) {
        struct result rows[20];
        for (int j = 0; j < 20; j++) {
            rows[j] =
                (struct result){.id = secret_uuid(bench->now_ms),
                                .experiment_id = experiment.id,
                                .environment = GOS_LIT("production"),
                                .variant = j % 2 ? GOS_LIT("treatment") : GOS_LIT("control"),
                                .metric_name = gos_arena_print(bench->arena, "metric-%d", j / 2),
                                .sample_size = 10000,
                                .conversions = 1234,
                                .mean_value = 0.123456789,
                                .variance = 0.108215,
                                .interval_lower = 0.1171,
                                .interval_upper = 0.1299,
                                .p_value = 0.0123,
                                .lift = 5.4321,
                                .statistical_power = 0.8123,
                                .computed_at = bench->now_ms + i,
                                .window_start = bench->now_ms - 1,
                                .window_end = bench->now_ms,
                                .detail = {detail, sizeof detail - 1}};
        }
        must(catalog_add_results(bench->catalog, rows, 20, &err), &err);
    }
}

static void time_document(struct bench *bench)
{
    gos_error err;
    gos_str document;
    double best = 1e9;
    for (int i = 0; i < DOCUMENT_ROUNDS; i++) {
        gos_arena_reset(bench->arena);
        double start = seconds();
        must(catalog_document(bench->catalog, GOS_LIT("production"), CATALOG_NOW, bench->arena,
                              &document, NULL, &err),
             &err);
        double took = seconds() - start;
        best = took < best ? took : best;
    }
    figure("document_of_10000_flags", best * 1e3, "ms", 100);
    figure("document_bytes", (double)document.len, "bytes", 0);
}

static void time_writes(struct bench *bench)
{
    enum { WRITES = 200 };
    double start = seconds();
    for (int i = 0; i < WRITES; i++)
        chunk_put(bench, KIND_FLAG, flag_text, 1000000 + i, 1);
    figure("write_one_flag", (seconds() - start) / WRITES * 1e3, "ms", 0);
}

static void time_list(struct bench *bench)
{
    gos_error err;
    struct catalog_page page;
    struct catalog_query query = {.environment = GOS_LIT("production"),
                                  .kind = KIND_FLAG,
                                  .text = GOS_LIT("feature-77"),
                                  .limit = 50};
    gos_arena_reset(bench->arena);
    double start = seconds();
    must(catalog_list(bench->catalog, &query, bench->arena, &page, &err), &err);
    figure("search_in_10000_flags", (seconds() - start) * 1e3, "ms", 0);
}

int main(void)
{
    gos_error err;
    struct bench bench = {.arena = gos_arena_open((size_t)1 << 30), .now_ms = 1772366400000};
    must(secret_start(&err), &err);
    snprintf(bench.folder, sizeof bench.folder, "/tmp/gosset-bench-XXXXXX");
    if (!mkdtemp(bench.folder))
        return 1;
    snprintf(bench.path, sizeof bench.path, "%s/catalog.db", bench.folder);
    reopen(&bench);
    put_many(&bench, KIND_SEGMENT, segment_text, 1);
    put_many(&bench, KIND_METRIC, metric_text, 1);
    double empty = file_bytes(&bench);
    put_many(&bench, KIND_EXPERIMENT, experiment_text, EXPERIMENTS);
    double experiments = file_bytes(&bench);
    figure("experiment", (experiments - empty) / EXPERIMENTS, "bytes", 5 * 1024);
    put_many(&bench, KIND_FLAG, flag_text, FLAGS);
    double flags = file_bytes(&bench);
    figure("flag", (flags - experiments) / FLAGS, "bytes", 1024);
    put_results(&bench);
    figure("result", (file_bytes(&bench) - flags) / (RESULT_RUNS * 20), "bytes", 1024);
    time_document(&bench);
    time_list(&bench);
    time_writes(&bench);
    catalog_close(bench.catalog);
    gos_arena_close(bench.arena);
    unlink(bench.path);
    rmdir(bench.folder);
    return 0;
}
