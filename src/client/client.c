/* Opening and closing, and the background thread between. */
#include "client/client.h"

#include <errno.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/random.h>
#include <time.h>

enum { SLEEP_MS_MAX = 60000, LINE_BYTES = 400 };

static int64_t clock_read(clockid_t clock)
{
    struct timespec time;
    clock_gettime(clock, &time);
    return (int64_t)time.tv_sec * 1000 + time.tv_nsec / 1000000;
}

int64_t client_now(const gos_client *client)
{
    const gos_client_options *options = &client->options;
    return options->clock ? options->clock(options->clock_user) : clock_read(CLOCK_REALTIME);
}

int64_t client_steady(void)
{
    return clock_read(CLOCK_MONOTONIC);
}

void client_say(gos_client *client, gos_client_level level, const char *format, ...)
{
    char line[LINE_BYTES];
    va_list arguments;
    if (!client->options.log)
        return;
    va_start(arguments, format);
    vsnprintf(line, sizeof line, format, arguments);
    va_end(arguments);
    client->options.log(client->options.log_user, level, line);
}

void client_count_failure(gos_client *client)
{
    pthread_mutex_lock(&client->lock);
    client->state.failures++;
    pthread_mutex_unlock(&client->lock);
}

void client_leave(struct rules *rules)
{
    if (rules && --rules->holders == 0)
        rules_close(rules);
}

void client_adopt(gos_client *client, struct rules *rules, bool is_from_folder)
{
    gos_str hash = gos_ruleset_hash(rules->ruleset);
    pthread_mutex_lock(&client->lock);
    client_leave(client->rules);
    client->rules = rules;
    client->state.is_ready = true;
    client->state.is_from_folder = is_from_folder;
    client->state.refreshes += !is_from_folder;
    snprintf(client->state.ruleset, sizeof client->state.ruleset, "%.*s", GOS_ARG(hash));
    pthread_cond_broadcast(&client->news);
    pthread_mutex_unlock(&client->lock);
}

static void on_answered(void *user, enum transport_lane lane, const struct transport_answer *answer)
{
    gos_client *client = user;
    if (lane == LANE_EVENTS)
        deliver_answered(client, answer);
    else
        refresh_answered(client, lane, answer);
}

static void on_streamed(void *user, gos_str bytes)
{
    refresh_streamed(user, bytes);
}

static void *run(void *user)
{
    gos_client *client = user;
    for (;;) {
        pthread_mutex_lock(&client->lock);
        bool is_closing = client->is_closing;
        pthread_mutex_unlock(&client->lock);
        if (is_closing)
            return NULL;
        int64_t now = client_steady();
        int64_t ask_at = refresh_step(client, now), send_at = deliver_step(client, now);
        int64_t wait = (ask_at < send_at ? ask_at : send_at) - now;
        transport_wait(client->transport, wait < 0 ? 0 : wait < SLEEP_MS_MAX ? wait : SLEEP_MS_MAX);
    }
}

/* The application's signals are not for this thread. */
static bool thread_start(gos_client *client, gos_error *err)
{
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    client->is_started = pthread_create(&client->thread, NULL, run, client) == 0;
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return client->is_started || gos_fail(err, GOS_OUT_OF_MEMORY, "", "no thread for a client");
}

static bool options_check(const gos_client_options *options, gos_error *err)
{
    const char *url = options->url ? options->url : "";
    if (strncmp(url, "http://", 7) != 0 && strncmp(url, "https://", 8) != 0)
        return gos_fail(err, GOS_BAD_INPUT, "/url",
                        "the URL \"%.100s\" does not begin with http:// or https://", url);
    if (!options->key || !options->key[0] || strpbrk(options->key, "\r\n"))
        return gos_fail(err, GOS_BAD_INPUT, "/key", "the key is empty, or has more than one line");
    if (options->poll_ms < 0 || options->timeout_ms < 0 || options->flush_ms < 0 ||
        options->repeats_ms < 0)
        return gos_fail(err, GOS_BAD_INPUT, "", "a time is negative");
    return true;
}

static bool text_own(const char **text)
{
    if (!*text || !(*text)[0]) {
        *text = NULL;
        return true;
    }
    *text = strdup(*text);
    return *text != NULL;
}

static void options_fill(gos_client_options *options)
{
#define OR(member, value) options->member = options->member ? options->member : (value)
    OR(poll_ms, 30000);
    OR(timeout_ms, 10000);
    OR(flush_ms, 1000);
    OR(batch_max, 500);
    OR(queue_max, 10000);
    OR(queue_bytes_max, (size_t)16 << 20);
    OR(repeats_max, 100000);
    OR(repeats_ms, 3600000);
#undef OR
}

static bool options_own(gos_client *client, const gos_client_options *given, gos_error *err)
{
    gos_client_options *options = &client->options;
    *options = *given;
    bool done = text_own(&options->url);
    done = text_own(&options->key) && done;
    done = text_own(&options->folder) && done;
    done = text_own(&options->ca_file) && done;
    if (!done)
        return gos_fail(err, GOS_OUT_OF_MEMORY, "", "no memory for a client");
    char *url = (char *)(uintptr_t)options->url;
    for (size_t len = strlen(url); len > 0 && url[len - 1] == '/'; len--)
        url[len - 1] = 0;
    options_fill(options);
    return true;
}

static bool parts_open(gos_client *client, gos_error *err)
{
    const gos_client_options *options = &client->options;
    struct transport_options transport = {options->url, options->key, options->ca_file,
                                          on_answered,  on_streamed,  client};
    uint64_t seeds[3] = {1, 2, 3};
    if (getrandom(seeds, sizeof seeds, 0) < 0)
        seeds[0] = (uint64_t)client_steady();
    client->refresh.pause.random = seeds[0];
    client->refresh.stream_pause.random = seeds[1];
    client->deliver.pause.random = seeds[2];
    client->deliver.waiting_since = -1;
    client->deliver.batch_max = options->batch_max;
    client->deliver.arena = gos_arena_open((size_t)64 << 20);
    bool forgets = options->repeats == GOS_REPEATS_RECENT;
    return (client->deliver.arena ||
            gos_fail(err, GOS_OUT_OF_MEMORY, "", "no memory for a client")) &&
           queue_init(&client->queue, options->queue_max, options->queue_bytes_max, err) &&
           (options->repeats == GOS_REPEATS_ALL ||
            repeats_open(options->repeats_max, forgets ? options->repeats_ms : 0, &client->repeats,
                         err)) &&
           transport_open(&transport, &client->transport, err);
}

/* What the folder holds is better than nothing; without it one starts all the same. */
static bool folder_load(gos_client *client, gos_error *err)
{
    struct rules *rules;
    gos_error why;
    const gos_client_options *options = &client->options;
    if (!options->folder)
        return true;
    if (!disk_path(options->folder, options->url, options->key, client->path, err))
        return false;
    if (disk_read(client->path, &rules, &why))
        client_adopt(client, rules, true);
    else if (why.code != GOS_NOT_FOUND)
        client_say(client, GOS_CLIENT_WARNING, "the kept ruleset is not used: %s", why.message);
    return true;
}

static void client_free(gos_client *client)
{
    transport_close(client->transport);
    gos_arena_close(client->deliver.arena);
    client_leave(client->rules);
    for (struct seat *seat = client->seats, *next; seat; seat = next) {
        next = seat->next;
        gos_context_close(seat->context);
        gos_arena_close(seat->arena);
        free(seat);
    }
    queue_deinit(&client->queue);
    repeats_close(client->repeats);
    pthread_cond_destroy(&client->news);
    pthread_mutex_destroy(&client->lock);
    free((void *)(uintptr_t)client->options.url);
    free((void *)(uintptr_t)client->options.key);
    free((void *)(uintptr_t)client->options.folder);
    free((void *)(uintptr_t)client->options.ca_file);
    free(client);
}

bool gos_client_open(const gos_client_options *options, gos_client **out, gos_error *err)
{
    pthread_condattr_t steady;
    if (!options_check(options, err))
        return false;
    gos_client *client = calloc(1, sizeof *client);
    if (!client)
        return gos_fail(err, GOS_OUT_OF_MEMORY, "", "no memory for a client");
    pthread_mutex_init(&client->lock, NULL);
    pthread_condattr_init(&steady);
    pthread_condattr_setclock(&steady, CLOCK_MONOTONIC);
    pthread_cond_init(&client->news, &steady);
    pthread_condattr_destroy(&steady);
    bool done = options_own(client, options, err) && parts_open(client, err) &&
                folder_load(client, err) && thread_start(client, err);
    if (done)
        *out = client;
    else
        client_free(client);
    return done;
}

/* Whether a condition that news may bring is there. */
typedef bool client_is(const gos_client *client, uint64_t what);

static bool wait_until(gos_client *client, client_is *is, uint64_t what, int64_t timeout_ms)
{
    struct timespec until;
    int64_t at = client_steady() + (timeout_ms > 0 ? timeout_ms : 0);
    until = (struct timespec){at / 1000, at % 1000 * 1000000};
    int status = 0;
    while (!is(client, what) && status != ETIMEDOUT)
        status = pthread_cond_timedwait(&client->news, &client->lock, &until);
    return is(client, what);
}

static bool is_ready(const gos_client *client, uint64_t what)
{
    (void)what;
    return client->rules != NULL;
}

static bool is_done(const gos_client *client, uint64_t what)
{
    return client->done >= what;
}

bool gos_client_wait(gos_client *client, int64_t timeout_ms)
{
    pthread_mutex_lock(&client->lock);
    bool done = wait_until(client, is_ready, 0, timeout_ms);
    pthread_mutex_unlock(&client->lock);
    return done;
}

void gos_client_refresh(gos_client *client)
{
    pthread_mutex_lock(&client->lock);
    client->wants_refresh = true;
    pthread_mutex_unlock(&client->lock);
    transport_wake(client->transport);
}

bool gos_client_flush(gos_client *client, int64_t timeout_ms)
{
    pthread_mutex_lock(&client->lock);
    uint64_t to = client->queue.taken;
    if (client->flush_to < to)
        client->flush_to = to;
    transport_wake(client->transport);
    bool done = wait_until(client, is_done, to, timeout_ms);
    pthread_mutex_unlock(&client->lock);
    return done;
}

void gos_client_close(gos_client *client, int64_t flush_ms)
{
    if (!client)
        return;
    if (!gos_client_flush(client, flush_ms))
        client_say(client, GOS_CLIENT_WARNING, "closed before everything was sent");
    pthread_mutex_lock(&client->lock);
    client->is_closing = true;
    pthread_mutex_unlock(&client->lock);
    transport_wake(client->transport);
    pthread_join(client->thread, NULL);
    client_free(client);
}

gos_client_state gos_client_state_get(gos_client *client)
{
    pthread_mutex_lock(&client->lock);
    gos_client_state state = client->state;
    state.queued = client->queue.count;
    pthread_mutex_unlock(&client->lock);
    return state;
}
