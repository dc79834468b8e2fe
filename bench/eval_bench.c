/*
 * Deciding at memory speed. The workload of docs/evaluation.md: 1,000 flags (40 % on/off, 30 %
 * percentage, 20 % three rules, 10 % four variants behind a segment of 50 conditions) and users
 * with 8 attributes. Prints one JSON line for each figure, with the limit it is held to; exits 1
 * when a limit is passed.
 */
#include "gosset/eval.h"

#include "memory_read.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum {
    FLAGS = 1000,
    USERS = 2000,
    ROUNDS = 25,
    KEY_BYTES = 32,
    BLOCK_USERS = 100,
    USER_DECISIONS = 100,
    CONTEXT_BYTES = 400,
    CROWD = 100000, /* users that no cache holds */
    CROWD_DECISIONS = 10,
    CROWD_ROUNDS = 7
};
enum kind { KIND_SWITCH, KIND_PERCENTAGE, KIND_RULES, KIND_EXPERIMENT, KIND_COUNT };

static const char *const kind_names[] = {"on_off", "percentage", "three_rules", "experiment"};
static const double kind_limits_ns[] = {20, 40, 100, 150};
static const enum kind mix[] = {KIND_SWITCH,     KIND_SWITCH,     KIND_SWITCH,     KIND_SWITCH,
                                KIND_PERCENTAGE, KIND_PERCENTAGE, KIND_PERCENTAGE, KIND_RULES,
                                KIND_RULES,      KIND_EXPERIMENT};

struct bench {
    gos_arena *arena;
    const gos_ruleset *rules;
    char keys[FLAGS][KEY_BYTES];
    char *users; /* CONTEXT_BYTES each */
    gos_context *contexts[USERS];
    bool failed;
};

static double now_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec * 1e9 + (double)now.tv_nsec;
}

static int compare_doubles(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* The best round: others use the machine too, and what they take is not ours. */
static double best(double *values, size_t count)
{
    qsort(values, count, sizeof *values, compare_doubles);
    return values[0];
}

static double median(double *values, size_t count)
{
    qsort(values, count, sizeof *values, compare_doubles);
    return values[count / 2];
}

/* `limit` 0: the figure is shown only. Figures above their limit fail the run. */
static void figure(struct bench *bench, const char *metric, double value, const char *unit,
                   double limit)
{
    bool passed = limit == 0 || value <= limit;
    printf("{\"bench\":\"eval\",\"metric\":\"%s\",\"value\":%.4g,\"unit\":\"%s\"", metric, value,
           unit);
    if (limit != 0)
        printf(",\"limit\":%.4g,\"ok\":%s", limit, passed ? "true" : "false");
    printf("}\n");
    fflush(stdout);
    bench->failed = bench->failed || !passed;
}

static void write_segment(FILE *out, int index)
{
    fprintf(out, "%s{\"name\":\"segment-%d\",\"conditions\":{\"all\":[", index ? "," : "", index);
    for (int i = 0; i < 50; i++) {
        const char *comma = i ? "," : "";
        if (i % 5 == 0)
            fprintf(out, "%s{\"country\":[\"US\",\"DE\",\"FR\",\"GB\",\"X%d\"]}", comma, i);
        else if (i % 5 == 1)
            fprintf(out, "%s{\"plan\":{\"not_in\":[\"banned%d\",\"closed\"]}}", comma, i);
        else if (i % 5 == 2)
            fprintf(out, "%s{\"age\":{\"at_least\":%d}}", comma, i / 5);
        else if (i % 5 == 3)
            fprintf(out, "%s{\"version\":{\"version_at_least\":\"1.%d.0\"}}", comma, i / 5);
        else
            fprintf(out, "%s{\"device\":{\"not_equals\":\"toaster%d\"}}", comma, i);
    }
    fprintf(out, "]}}");
}

static void write_flag(FILE *out, struct bench *bench, int i)
{
    enum kind kind = mix[i % 10];
    snprintf(bench->keys[i], KEY_BYTES, "flag-%s-%04d", kind_names[kind], i);
    fprintf(out, "%s{\"key\":\"%s\",\"enabled\":true,", i ? "," : "", bench->keys[i]);
    if (kind == KIND_SWITCH)
        fprintf(out, "\"type\":\"Boolean\"}");
    else if (kind == KIND_PERCENTAGE)
        fprintf(out, "\"type\":\"Boolean\",\"rollout_percentage\":%d}", 5 + i % 90);
    else if (kind == KIND_RULES)
        fprintf(out,
                "\"type\":\"String\",\"default_value\":\"none\",\"rules\":["
                "{\"conditions\":{\"country\":[\"JP\",\"KR\",\"BR\",\"IN\",\"C%d\"],"
                "\"plan\":\"enterprise\"},\"value\":\"a\"},"
                "{\"conditions\":{\"version\":{\"version_at_least\":\"4.%d.1\"}},\"value\":\"b\"},"
                "{\"conditions\":{\"email\":{\"ends_with\":\"@example%d.org\"}},\"value\":\"c\"}]}",
                i, i % 10, i % 20);
    else
        fprintf(out,
                "\"type\":\"String\",\"default_value\":\"none\",\"rules\":[{\"experiment\":"
                "\"experiment-%d\",\"values\":{\"a\":\"1\",\"b\":\"2\",\"c\":\"3\",\"d\":\"4\"}}]}",
                i / 10);
}

static char *document_write(struct bench *bench, size_t *out_len)
{
    char *text = NULL;
    FILE *out = open_memstream(&text, out_len);
    fprintf(out, "{\"segments\":[");
    for (int i = 0; i < FLAGS / 10; i++)
        write_segment(out, i);
    fprintf(out, "],\"experiments\":[");
    for (int i = 0; i < FLAGS / 10; i++)
        fprintf(
            out,
            "%s{\"id\":\"id-%d\",\"name\":\"experiment-%d\",\"status\":\"Running\",\"variants\":["
            "{\"name\":\"a\"},{\"name\":\"b\"},{\"name\":\"c\"},{\"name\":\"d\"}],"
            "\"traffic_allocation\":{\"a\":25,\"b\":25,\"c\":25,\"d\":25},"
            "\"targeting_rules\":{\"include_segments\":[\"segment-%d\"]}}",
            i ? "," : "", i, i, i);
    fprintf(out, "],\"flags\":[");
    for (int i = 0; i < FLAGS; i++)
        write_flag(out, bench, i);
    fprintf(out, "]}");
    fclose(out);
    return text;
}

static uint64_t chance_state = 1;

static uint32_t chance(uint32_t below)
{
    chance_state = chance_state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (uint32_t)((chance_state >> 33) % below);
}

static void user_write(char *out, int number)
{
    static const char *const countries[] = {"US", "DE", "FR", "GB", "JP", "BR", "IN", "ES"};
    static const char *const plans[] = {"free", "pro", "team", "enterprise"};
    static const char *const devices[] = {"ios", "android", "web"};
    snprintf(out, CONTEXT_BYTES,
             "{\"targetingKey\":\"user-%08d\",\"country\":\"%s\",\"plan\":\"%s\",\"age\":%u,"
             "\"version\":\"%u.%u.%u\",\"email\":\"person%d@example%u.org\",\"device\":\"%s\","
             "\"beta\":%s,\"language\":\"en\"}",
             number, countries[chance(8)], plans[chance(4)], 12 + chance(60), 1 + chance(5),
             chance(12), chance(10), number, chance(40), devices[chance(3)],
             chance(2) ? "true" : "false");
}

/* The workload for other engines: document.json, and users.jsonl with one context a line. */
static bool workload_write(struct bench *bench, const char *folder)
{
    char path[1000], user[CONTEXT_BYTES];
    size_t len;
    char *document = document_write(bench, &len);
    snprintf(path, sizeof path, "%s/document.json", folder);
    FILE *out = fopen(path, "w");
    bool done = out && fwrite(document, 1, len, out) == len && fclose(out) == 0;
    free(document);
    snprintf(path, sizeof path, "%s/users.jsonl", folder);
    out = done ? fopen(path, "w") : NULL;
    for (int i = 0; out && i < CROWD; i++) {
        user_write(user, i);
        fprintf(out, "%s\n", user);
    }
    return out && fclose(out) == 0;
}

static bool bench_open(struct bench *bench)
{
    gos_error err = {0};
    gos_report report;
    gos_subject subject = {.now_ms = 1780272000000};
    size_t len;
    char *document = document_write(bench, &len);
    bench->arena = gos_arena_open((size_t)1 << 32);
    bench->users = calloc(USERS, CONTEXT_BYTES);
    double start = now_ns();
    if (!gos_ruleset_compile((gos_str){document, len}, NULL, bench->arena, &bench->rules, &report,
                             &err)) {
        fprintf(stderr, "%s at %s\n", err.message, err.pointer);
        return false;
    }
    figure(bench, "compile_1000_flags_ms", (now_ns() - start) / 1e6, "ms", 1000);
    free(document);
    for (int i = 0; i < USERS; i++) {
        user_write(bench->users + (size_t)i * CONTEXT_BYTES, i);
        bench->contexts[i] = gos_context_open(1 << 20);
        if (!gos_context_bind(bench->contexts[i], bench->rules, &subject,
                              gos_str_from(bench->users + (size_t)i * CONTEXT_BYTES), &err)) {
            fprintf(stderr, "%s\n", err.message);
            return false;
        }
    }
    return true;
}

static volatile uint64_t sink;

/* Nanoseconds for the decisions of some users, by key, in a scattered order of flags. */
static double decide_ns(struct bench *bench, const gos_str *keys, size_t key_count, size_t first)
{
    uint64_t sum = 0;
    double start = now_ns();
    for (size_t user = first; user < first + BLOCK_USERS; user++) {
        size_t key = user * 7 % key_count;
        for (size_t i = 0; i < USER_DECISIONS; i++) {
            sum += gos_eval_flag(bench->rules, keys[key], bench->contexts[user]).variant.len;
            key = key + 1 < key_count ? key + 1 : 0;
        }
    }
    sink += sum;
    return (now_ns() - start) / (BLOCK_USERS * USER_DECISIONS);
}

/* Flags of a kind; KIND_COUNT: all. */
static size_t keys_of(struct bench *bench, int kind, gos_str *out)
{
    size_t count = 0;
    for (size_t i = 0; i < FLAGS; i++) {
        size_t flag = i * 389 % FLAGS;
        if (kind == KIND_COUNT || mix[flag % 10] == (enum kind)kind)
            out[count++] = gos_str_from(bench->keys[flag]);
    }
    return count;
}

/*
 * The mean over all users, each block of them at its best round: blocks take half a millisecond, so
 * that what other programs take from this one is left out, and no user is.
 */
static double kind_ns(struct bench *bench, int kind, double *out_median)
{
    static gos_str keys[FLAGS];
    static double rounds[ROUNDS];
    double best_sum = 0, median_sum = 0;
    size_t count = keys_of(bench, kind, keys);
    for (size_t first = 0; first < USERS; first += BLOCK_USERS) {
        for (int round = 0; round < ROUNDS; round++)
            rounds[round] = decide_ns(bench, keys, count, first);
        best_sum += best(rounds, ROUNDS);
        median_sum += median(rounds, ROUNDS);
    }
    *out_median = median_sum / (USERS / BLOCK_USERS);
    return best_sum / (USERS / BLOCK_USERS);
}

static void measure_kinds(struct bench *bench)
{
    double middle;
    for (int kind = 0; kind < KIND_COUNT; kind++)
        figure(bench, kind_names[kind], kind_ns(bench, kind, &middle), "ns/decision",
               kind_limits_ns[kind]);
    figure(bench, "mixed_warm", kind_ns(bench, KIND_COUNT, &middle), "ns/decision", 60);
    figure(bench, "mixed_warm_median_round", middle, "ns/decision", 0);
}

static gos_context *crowd[CROWD];

/* Each with attributes of its own. */
static bool crowd_bind(struct bench *bench)
{
    char user[CONTEXT_BYTES];
    gos_subject subject = {.now_ms = 1780272000000};
    gos_error err;
    for (int i = 0; i < CROWD; i++) {
        user_write(user, i);
        gos_str text = gos_arena_text(bench->arena, gos_str_from(user), &err);
        crowd[i] = gos_context_open(1 << 16);
        if (!text.data || !crowd[i] ||
            !gos_context_bind(crowd[i], bench->rules, &subject, text, &err))
            return false;
    }
    return true;
}

/* The workload of the limit: a hundred thousand bound users that no cache holds. */
static void measure_crowd(struct bench *bench)
{
    static gos_str keys[FLAGS];
    double rounds[CROWD_ROUNDS];
    size_t count = keys_of(bench, KIND_COUNT, keys);
    if (!crowd_bind(bench)) {
        bench->failed = true;
        return;
    }
    for (int round = 0; round < CROWD_ROUNDS; round++) {
        uint64_t sum = 0;
        double start = now_ns();
        for (size_t user = 0; user < CROWD; user++) {
            size_t key = user * 7 % count;
            for (size_t i = 0; i < CROWD_DECISIONS; i++) {
                sum += gos_eval_flag(bench->rules, keys[key], crowd[user]).variant.len;
                key = key + 1 < count ? key + 1 : 0;
            }
        }
        rounds[round] = (now_ns() - start) / ((double)CROWD * CROWD_DECISIONS);
        sink += sum;
    }
    double middle = median(rounds, CROWD_ROUNDS), memory = memory_read_ns();
    figure(bench, "mixed_100000_users", middle, "ns/decision", 60);
    if (memory > 0) {
        figure(bench, "memory_random_read", memory, "ns", 0);
        figure(bench, "mixed_100000_users_over_memory_read", middle / memory, "times", 0);
    }
    figure(bench, "mixed_100000_users_best", best(rounds, CROWD_ROUNDS), "ns/decision", 0);
    for (size_t i = 0; i < CROWD; i++)
        gos_context_close(crowd[i]);
}

/* The context is parsed from JSON and bound each time, then one flag is decided. */
static void measure_context(struct bench *bench)
{
    double times[ROUNDS], binds[ROUNDS];
    gos_error err;
    gos_subject subject = {.now_ms = 1780272000000};
    for (int round = 0; round < ROUNDS; round++) {
        double start = now_ns();
        uint64_t sum = 0;
        for (size_t i = 0; i < USERS * 10; i++) {
            gos_str text = gos_str_from(bench->users + i % USERS * CONTEXT_BYTES);
            gos_context_bind(bench->contexts[0], bench->rules, &subject, text, &err);
            sum += gos_eval_flag(bench->rules, gos_str_from(bench->keys[i % FLAGS]),
                                 bench->contexts[0])
                       .variant.len;
        }
        times[round] = (now_ns() - start) / (USERS * 10);
        sink += sum;
        start = now_ns();
        for (size_t i = 0; i < USERS * 10; i++)
            gos_context_bind(bench->contexts[0], bench->rules, &subject,
                             gos_str_from(bench->users + i % USERS * CONTEXT_BYTES), &err);
        binds[round] = (now_ns() - start) / (USERS * 10);
    }
    figure(bench, "context_from_json_and_decision", best(times, ROUNDS), "ns", 1000);
    figure(bench, "context_from_json", best(binds, ROUNDS), "ns", 0);
}

static void measure_bulk(struct bench *bench)
{
    double times[ROUNDS];
    for (int round = 0; round < ROUNDS; round++) {
        double start = now_ns();
        uint64_t sum = 0;
        for (size_t user = 0; user < 200; user++) {
            for (uint32_t flag = 0; flag < FLAGS; flag++)
                sum += gos_eval_flag_at(bench->rules, flag, bench->contexts[user]).variant.len;
        }
        sink += sum;
        times[round] = (now_ns() - start) / 200 / 1000;
    }
    figure(bench, "all_1000_flags", best(times, ROUNDS), "us/user", 100);
}

int main(int argc, char **argv)
{
    static struct bench bench;
    if (argc == 3 && strcmp(argv[1], "--write") == 0)
        return workload_write(&bench, argv[2]) ? 0 : 1;
    if (!bench_open(&bench))
        return 1;
    measure_kinds(&bench);
    measure_crowd(&bench);
    measure_context(&bench);
    measure_bulk(&bench);
    for (int i = 0; i < USERS; i++)
        gos_context_close(bench.contexts[i]);
    gos_arena_close(bench.arena);
    free(bench.users);
    return bench.failed;
}
