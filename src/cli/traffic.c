/* One thread sends batches of visitors and sleeps in between to keep the wanted rate. */
#include "cli/traffic.h"

#include "cli/visitor.h"
#include "gosset/eval.h"
#include "http/client.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum {
    BATCH_VISITORS = 50,
    ARENA_BYTES = 16 * 1024 * 1024,
    CONTEXT_BYTES = 64 * 1024,
    TIMEOUT_MS = 20000
};

struct traffic {
    struct traffic_options options;
    struct http_client *client;
    gos_arena *arena;
    gos_arena *rules_arena;
    const gos_ruleset *rules; /* as a page that evaluates by itself has them */
    gos_context *context;
    pthread_t thread;
    atomic_bool stopping;
    pthread_mutex_t lock;
    struct traffic_totals totals;
    uint64_t next_visitor;
};

static void totals_add(struct traffic *traffic, const struct traffic_totals *more,
                       const gos_error *failure)
{
    pthread_mutex_lock(&traffic->lock);
    traffic->totals.visitors += more->visitors;
    traffic->totals.assignments += more->assignments;
    traffic->totals.events += more->events;
    traffic->totals.evaluations += more->evaluations;
    if (failure) {
        traffic->totals.failures++;
        snprintf(traffic->totals.last_failure, sizeof traffic->totals.last_failure, "%s",
                 failure->message);
    }
    pthread_mutex_unlock(&traffic->lock);
}

void traffic_totals(struct traffic *traffic, struct traffic_totals *out)
{
    pthread_mutex_lock(&traffic->lock);
    *out = traffic->totals;
    pthread_mutex_unlock(&traffic->lock);
}

/* One who was in the experiment behind a flag before: others would come into it after they acted.
 */
static const struct visitor *visitor_of_flags(const struct visitor *visitors, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (visitors[i].is_assigned[0])
            return &visitors[i];
    }
    return NULL;
}

/* Assigns a batch, lets it act by what it got, and evaluates the flags of one visitor. */
static bool batch_send(struct traffic *traffic, struct visitor *visitors, size_t count,
                       struct traffic_totals *done, gos_error *err)
{
    gos_arena *arena = traffic->arena;
    gos_str body, answer;
    if (!visitors_write_assignments(visitors, count, arena, &body, err) ||
        !http_client_ask(traffic->client, "POST", "/api/v1/assignments", body, arena, &answer,
                         err) ||
        !visitors_read_assignments(answer, arena, visitors, count, &done->assignments, err))
        return false;
    if (!visitors_write_events(visitors, count, arena, &body, &done->events, err) ||
        !http_client_ask(traffic->client, "POST", "/api/v1/events", body, arena, &answer, err))
        return false;
    done->visitors = count;
    const struct visitor *asking = visitor_of_flags(visitors, count);
    if (!asking)
        return true;
    done->evaluations = 1;
    return visitor_write_context(asking, arena, &body, err) &&
           http_client_ask(traffic->client, "POST", "/ofrep/v1/evaluate/flags", body, arena,
                           &answer, err);
}

/*
 * Only the treatment's page crashes, before it can tell that it was seen: of those who may be lost,
 * those stay whom the page would show the control. The page evaluates by itself, as SDKs do.
 */
static bool visitor_lose(struct traffic *traffic, struct visitor *visitor, gos_error *err)
{
    size_t count;
    const struct traffic_effect *effects = traffic_effects(&count);
    gos_subject subject = {.user_id = gos_str_from(visitor->user_id),
                           .now_ms = (int64_t)time(NULL) * 1000};
    if (!gos_context_bind(traffic->context, traffic->rules, &subject, GOS_LIT(""), err))
        return false;
    for (size_t i = 0; i < count; i++) {
        gos_decision shown = gos_eval_experiment(
            traffic->rules, gos_str_from(effects[i].experiment_id), traffic->context);
        visitor->is_lost[i] &= gos_str_equal(shown.variant, GOS_LIT("treatment"));
    }
    return true;
}

static void batch_run(struct traffic *traffic)
{
    struct visitor visitors[BATCH_VISITORS];
    struct traffic_totals done = {0};
    gos_error err;
    bool sent = true;
    for (size_t i = 0; sent && i < BATCH_VISITORS; i++) {
        visitor_make(traffic->options.seed, traffic->next_visitor++, &visitors[i]);
        sent = visitor_lose(traffic, &visitors[i], &err);
    }
    sent = sent && batch_send(traffic, visitors, BATCH_VISITORS, &done, &err);
    totals_add(traffic, &done, sent ? NULL : &err);
    gos_arena_reset(traffic->arena);
}

static double seconds_now(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static void sleep_seconds(double seconds)
{
    struct timespec pause = {(time_t)seconds, (long)((seconds - (double)(time_t)seconds) * 1e9)};
    nanosleep(&pause, NULL);
}

static void *traffic_run(void *user)
{
    struct traffic *traffic = user;
    double interval = BATCH_VISITORS / (double)traffic->options.visitors_per_second;
    double due = seconds_now();
    while (!atomic_load(&traffic->stopping)) {
        batch_run(traffic);
        due += interval;
        double wait = due - seconds_now();
        if (wait > 0)
            sleep_seconds(wait);
        else
            due -= wait; /* too slow: do not try to make up for it */
    }
    return NULL;
}

static bool rules_make(struct traffic *traffic, gos_error *err)
{
    gos_report report;
    traffic->rules_arena = gos_arena_open(ARENA_BYTES);
    traffic->context = gos_context_open(CONTEXT_BYTES);
    if (!traffic->rules_arena || !traffic->context)
        return gos_fail(err, GOS_OUT_OF_MEMORY, "", "no memory for the visitors");
    return gos_ruleset_compile(traffic->options.document, NULL, traffic->rules_arena,
                               &traffic->rules, &report, err);
}

static void traffic_free(struct traffic *traffic)
{
    http_client_close(traffic->client);
    gos_arena_close(traffic->arena);
    gos_context_close(traffic->context);
    gos_arena_close(traffic->rules_arena);
    pthread_mutex_destroy(&traffic->lock);
    free(traffic);
}

bool traffic_start(const struct traffic_options *options, struct traffic **out, gos_error *err)
{
    struct traffic *traffic = calloc(1, sizeof *traffic);
    if (!traffic)
        return gos_fail(err, GOS_OUT_OF_MEMORY, "", "no memory for the visitors");
    traffic->options = *options;
    traffic->next_visitor = options->first_visitor;
    pthread_mutex_init(&traffic->lock, NULL);
    traffic->arena = gos_arena_open(ARENA_BYTES);
    struct http_client_options client = {options->url, options->key, TIMEOUT_MS, ARENA_BYTES / 4};
    bool opened = traffic->arena && http_client_open(&client, &traffic->client, err) &&
                  rules_make(traffic, err);
    if (opened && pthread_create(&traffic->thread, NULL, traffic_run, traffic) == 0) {
        *out = traffic;
        return true;
    }
    traffic_free(traffic);
    return opened ? gos_fail(err, GOS_OUT_OF_MEMORY, "", "no thread for the visitors") : false;
}

void traffic_stop(struct traffic *traffic)
{
    if (!traffic)
        return;
    atomic_store(&traffic->stopping, true);
    pthread_join(traffic->thread, NULL);
    traffic_free(traffic);
}
