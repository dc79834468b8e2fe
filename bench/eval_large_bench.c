/*
 * Large definitions: compiling 10,000 flags, 1,000 experiments and 1,000 segments, and a segment of
 * a million ids, warm and with contexts that no cache holds. One JSON line for each figure; exits 1
 * when a limit is passed.
 */
#include "gosset/eval.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { FLAGS = 10000, GROUPS = 1000, COMPILES = 5, IDS = 1000000, ROUNDS = 7, WARM = 1000 };
enum { COLD = 30000, USER_BYTES = 64, LOOKUPS = 200000 };

static bool failed;
static volatile uint64_t sink;

static double now_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec * 1e9 + (double)now.tv_nsec;
}

/* `limit` 0: the figure is shown only. */
static void figure(const char *metric, double value, const char *unit, double limit)
{
    bool passed = limit == 0 || value <= limit;
    printf("{\"bench\":\"eval_large\",\"metric\":\"%s\",\"value\":%.4g,\"unit\":\"%s\"", metric,
           value, unit);
    if (limit != 0)
        printf(",\"limit\":%.4g,\"ok\":%s", limit, passed ? "true" : "false");
    printf("}\n");
    fflush(stdout);
    failed = failed || !passed;
}

static char *large_write(size_t *out_len)
{
    char *text = NULL;
    FILE *out = open_memstream(&text, out_len);
    fprintf(out, "{\"segments\":[");
    for (int i = 0; i < GROUPS; i++)
        fprintf(out,
                "%s{\"name\":\"segment-%d\",\"conditions\":{\"all\":[{\"country\":[\"US\",\"DE\","
                "\"X%d\"]},{\"age\":{\"at_least\":%d}}]}}",
                i ? "," : "", i, i, i % 60);
    fprintf(out, "],\"experiments\":[");
    for (int i = 0; i < GROUPS; i++)
        fprintf(out,
                "%s{\"id\":\"id-%d\",\"name\":\"experiment-%d\",\"status\":\"Running\","
                "\"variants\":[{\"name\":\"a\"},{\"name\":\"b\"}],\"traffic_allocation\":{\"a\":50,"
                "\"b\":50},\"targeting_rules\":{\"include_segments\":[\"segment-%d\"]}}",
                i ? "," : "", i, i, i);
    fprintf(out, "],\"flags\":[");
    for (int i = 0; i < FLAGS; i++)
        fprintf(out,
                "%s{\"key\":\"flag-%d\",\"type\":\"Boolean\",\"enabled\":true,"
                "\"rollout_percentage\":%d,\"targeting_rules\":{\"segments\":[\"segment-%d\"]}}",
                i ? "," : "", i, 5 + i % 90, i % GROUPS);
    fprintf(out, "]}");
    fclose(out);
    return text;
}

static const gos_ruleset *compile(char *text, size_t len, gos_arena *arena, double *out_ms)
{
    const gos_ruleset *rules = NULL;
    gos_report report;
    gos_error err = {0};
    double start = now_ns();
    if (!gos_ruleset_compile((gos_str){text, len}, NULL, arena, &rules, &report, &err)) {
        fprintf(stderr, "%s at %s\n", err.message, err.pointer);
        exit(1);
    }
    *out_ms = (now_ns() - start) / 1e6;
    return rules;
}

static void measure_compile(void)
{
    size_t len;
    char *text = large_write(&len);
    double best = 0, ms;
    for (int i = 0; i < COMPILES; i++) {
        gos_arena *arena = gos_arena_open((size_t)1 << 32);
        compile(text, len, arena, &ms);
        best = i == 0 || ms < best ? ms : best;
        gos_arena_close(arena);
    }
    figure("compile_10000_flags_1000_experiments_1000_segments", best, "ms", 1000);
    free(text);
}

/* The best round over users whose ids lie all over the list; half of them are in it. */
static double lookup_ns(const gos_ruleset *rules, size_t users)
{
    gos_context **contexts = calloc(users, sizeof(gos_context *));
    char *texts = calloc(users, USER_BYTES);
    double best = 0;
    gos_error err = {0};
    gos_subject subject = {0};
    for (size_t i = 0; i < users; i++) {
        char *text = texts + i * USER_BYTES;
        snprintf(text, USER_BYTES, "{\"user_id\":\"user-%08zu\"}", i * 779399 % (IDS * 2));
        contexts[i] = gos_context_open(1 << 16);
        if (!contexts[i] ||
            !gos_context_bind(contexts[i], rules, &subject, gos_str_from(text), &err))
            exit(1);
    }
    for (int round = 0; round < ROUNDS; round++) {
        uint64_t sum = 0;
        double start = now_ns();
        for (size_t i = 0; i < LOOKUPS; i++)
            sum += gos_eval_flag_at(rules, 0, contexts[i * 7919 % users]).variant.len;
        double taken = (now_ns() - start) / LOOKUPS;
        sink += sum;
        best = round == 0 || taken < best ? taken : best;
    }
    for (size_t i = 0; i < users; i++)
        gos_context_close(contexts[i]);
    free(contexts);
    free(texts);
    return best;
}

static void measure_ids(void)
{
    char *text = NULL;
    size_t len;
    double ms;
    FILE *out = open_memstream(&text, &len);
    fprintf(out, "{\"segments\":[{\"name\":\"s\",\"conditions\":{},\"include\":[");
    for (int i = 0; i < IDS; i++)
        fprintf(out, "%s\"user-%08d\"", i ? "," : "", i);
    fprintf(out, "]}],\"flags\":[{\"key\":\"f\",\"type\":\"Boolean\",\"enabled\":true,"
                 "\"targeting_rules\":{\"segments\":[\"s\"]}}]}");
    fclose(out);
    gos_arena *arena = gos_arena_open((size_t)1 << 32);
    const gos_ruleset *rules = compile(text, len, arena, &ms);
    figure("compile_million_ids_ms", ms, "ms", 0);
    figure("million_ids", (double)gos_ruleset_bytes(rules) / IDS, "bytes/id", 10);
    figure("million_ids_lookup", lookup_ns(rules, WARM), "ns", 100);
    figure("million_ids_lookup_cold", lookup_ns(rules, COLD), "ns", 0);
    gos_arena_close(arena);
    free(text);
}

int main(void)
{
    measure_compile();
    measure_ids();
    return failed;
}
