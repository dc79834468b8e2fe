/* gosset demo: the server on temporary data with live simulated visitors, and results that fill. */
#include "cli/board.h"
#include "cli/command.h"
#include "cli/past.h"
#include "cli/serve.h"

#include "base/json.h"
#include "base/time.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum {
    ARENA_BYTES = 32 * 1024 * 1024,
    ANSWER_BYTES_MAX = 8 * 1024 * 1024,
    TIMEOUT_MS = 30000,
    VISITORS_PER_SECOND = 250,
    PAST_DAYS = 28,
    PAST_VISITORS_PER_DAY = 1000,
    BOARD_SECONDS = 10,
};

struct demo {
    struct app *app;
    struct traffic *traffic;
    struct http_client *client;
    gos_arena *arena;
    struct log log;
    char folder[64];
    const char *admin_key;
    gos_str server_key;
    gos_str client_key;
    pthread_t board;
    bool has_board;
    atomic_bool stopping;
};

static bool folder_make(struct demo *demo, gos_error *err)
{
    const char *base = getenv("TMPDIR");
    snprintf(demo->folder, sizeof demo->folder, "%.30s/gosset-demo-XXXXXX", base ? base : "/tmp");
    if (mkdtemp(demo->folder))
        return true;
    demo->folder[0] = 0;
    return gos_fail(err, GOS_STORE_FAILED, "", "no temporary folder can be made in %s",
                    base ? base : "/tmp");
}

static void folder_remove(const struct demo *demo)
{
    char command[128];
    snprintf(command, sizeof command, "rm -rf '%s'", demo->folder);
    if (demo->folder[0] && system(command) != 0)
        fprintf(stderr, "%s is left behind\n", demo->folder);
}

static bool ask(struct demo *demo, const char *path, gos_str body, const struct json **out,
                gos_error *err)
{
    gos_str answer;
    return http_client_ask(demo->client, "POST", path, body, demo->arena, &answer, err) &&
           json_read(answer, demo->arena, out, err);
}

static bool key_make(struct demo *demo, const char *scope, gos_str *out, gos_error *err)
{
    const struct json *answer;
    gos_str body =
        gos_arena_print(demo->arena, "{\"name\":\"demo %s\",\"scope\":\"%s\"}", scope, scope);
    if (!ask(demo, "/api/v1/keys", body, &answer, err))
        return false;
    const struct json *key = json_find(answer, GOS_LIT("key"));
    if (!key)
        return gos_fail(err, GOS_INTERNAL, "/key", "the server made no key");
    *out = key->text;
    return true;
}

static struct http_client_options client_options(const struct demo *demo, gos_str key)
{
    return (struct http_client_options){gos_str_from(app_url(demo->app)), key, TIMEOUT_MS,
                                        ANSWER_BYTES_MAX};
}

/* Some of its flags stand elsewhere too, in another state. */
static const char elsewhere[] =
    "{\"flags\":[{\"key\":\"dark-mode\",\"name\":\"Dark mode\",\"type\":\"Boolean\","
    "\"default_value\":false,\"enabled\":true},"
    "{\"key\":\"checkout-v2-payments\",\"name\":\"Payments of the second checkout\","
    "\"type\":\"Boolean\",\"default_value\":false,\"enabled\":true,"
    "\"dependencies\":[\"dark-mode\"]},"
    "{\"key\":\"holiday-banner\",\"name\":\"Holiday banner\",\"type\":\"String\","
    "\"default_value\":\"\",\"value\":\"Happy holidays\",\"enabled\":%s}]}";

static bool elsewhere_fill(struct demo *demo, const char *environment, const char *banner,
                           gos_error *err)
{
    const struct json *answer;
    gos_str given,
        body = gos_arena_print(demo->arena,
                               "{\"name\":\"demo %s\",\"scope\":\"admin\",\"environment\":\"%s\"}",
                               environment, environment);
    if (!ask(demo, "/api/v1/keys", body, &answer, err))
        return false;
    struct http_client *client = NULL;
    struct http_client_options options = client_options(demo, json_find_text(answer, "key"));
    body = gos_arena_print(demo->arena, elsewhere, banner);
    bool done = http_client_open(&options, &client, err) &&
                http_client_ask(client, "POST", "/api/v1/import", body, demo->arena, &given, err);
    http_client_close(client);
    return done;
}

static bool past_fill(struct demo *demo, gos_str document, int64_t now_ms, gos_error *err)
{
    struct past_options past = {
        .now_ms = now_ms, .days = PAST_DAYS, .visitors_per_day = PAST_VISITORS_PER_DAY};
    struct http_client_options options = client_options(demo, demo->server_key);
    bool done = json_read(document, demo->arena, &past.document, err) &&
                http_client_open(&options, &past.client, err) && past_send(&past, err);
    http_client_close(past.client);
    return done;
}

/* So that lists know what to advise from the first moment on. */
static bool results_compute(struct demo *demo, gos_error *err)
{
    size_t count;
    const struct traffic_effect *effects = traffic_effects(&count);
    for (size_t i = 0; i < count; i++) {
        gos_str answer,
            path = gos_arena_print(demo->arena, "/api/v1/experiments/%s/results?refresh=true",
                                   effects[i].experiment_id);
        if (!http_client_ask(demo->client, "GET", path.data, (gos_str){0}, demo->arena, &answer,
                             err))
            return false;
    }
    return true;
}

/* Takes the place of an operator: definitions, keys, the past, and the first visitors. */
static bool demo_fill(struct demo *demo, gos_error *err)
{
    int64_t now_ms = (int64_t)time(NULL) * 1000;
    gos_str document;
    const struct json *answer;
    demo->arena = gos_arena_open(ARENA_BYTES);
    demo->admin_key = app_new_admin_key(demo->app);
    struct http_client_options client = client_options(demo, gos_str_from(demo->admin_key));
    if (!demo->arena || !traffic_document(now_ms, demo->arena, &document, err) ||
        !http_client_open(&client, &demo->client, err) ||
        !ask(demo, "/api/v1/import", document, &answer, err) ||
        !key_make(demo, "server", &demo->server_key, err) ||
        !key_make(demo, "client", &demo->client_key, err) ||
        !elsewhere_fill(demo, "staging", "true", err) ||
        !elsewhere_fill(demo, "development", "false", err) ||
        !past_fill(demo, document, now_ms, err) || !results_compute(demo, err) ||
        !ask(demo, "/api/v1/experiments/banner-bandit/bandit", GOS_LIT("{}"), &answer, err))
        return false;
    struct traffic_options options = {.url = client.base_url,
                                      .key = demo->server_key,
                                      .document = document,
                                      .visitors_per_second = VISITORS_PER_SECOND,
                                      .seed = (uint64_t)now_ms,
                                      .first_visitor = (PAST_DAYS + 1) * PAST_VISITORS_PER_DAY};
    return traffic_start(&options, &demo->traffic, err);
}

static void demo_print(const struct demo *demo)
{
    const char *url = app_url(demo->app);
    printf("gosset %s: the demo is running\n\n", GOSSET_VERSION);
    printf("  UI          %s/#key=%s\n", url, demo->admin_key);
    printf("  admin key   %s\n", demo->admin_key);
    printf("  server key  %.*s\n", GOS_ARG(demo->server_key));
    printf("  client key  %.*s\n\n", GOS_ARG(demo->client_key));
    printf(
        "Four weeks of simulated visitors are in it, and more come now: one experiment wins, one\n"
        "changes nothing, one has a broken split, one does harm, one still runs, a bandit learns,\n"
        "and one was rolled out in steps and shipped. Try:\n\n");
    printf("  curl -s %s/ofrep/v1/evaluate/flags/free-shipping-from \\\n"
           "    -H 'Authorization: Bearer %.*s' \\\n"
           "    -d '{\"context\":{\"targetingKey\":\"u-1\",\"plan\":\"pro\"}}'\n",
           url, GOS_ARG(demo->server_key));
    printf("  gosset results checkout-button --url %s --key %s\n\n", url, demo->admin_key);
    printf("Ctrl-C ends it and removes its data.\n");
    fflush(stdout);
}

static void *board_run(void *user)
{
    struct demo *demo = user;
    gos_arena *arena = gos_arena_open(ARENA_BYTES);
    for (int tick = 1; arena && !atomic_load(&demo->stopping); tick++) {
        struct timespec second = {1, 0};
        nanosleep(&second, NULL);
        gos_error err;
        if (tick % BOARD_SECONDS == 0 && !board_print(demo->client, demo->traffic, arena, &err))
            fprintf(stderr, "the board cannot be drawn: %s\n", err.message);
        gos_arena_reset(arena);
    }
    gos_arena_close(arena);
    return NULL;
}

static void demo_close(struct demo *demo)
{
    atomic_store(&demo->stopping, true);
    if (demo->has_board)
        pthread_join(demo->board, NULL);
    traffic_stop(demo->traffic);
    http_client_close(demo->client);
    app_close(demo->app);
    gos_arena_close(demo->arena);
    folder_remove(demo);
}

static bool demo_start(struct demo *demo, int argc, char **argv, struct config *config,
                       gos_error *err)
{
    if (!serve_configure(argc, argv, config, err))
        return false;
    /* The terminal is the board's: what the server does every few seconds is left out of it. */
    const char *level = strcmp(config->log_level, "info") == 0 ? "warn" : config->log_level;
    if (!log_init(&demo->log, level, config->log_format, err) || !folder_make(demo, err))
        return false;
    snprintf(config->data, sizeof config->data, "%s/data", demo->folder);
    config->refresh_seconds = config->refresh_seconds == 60 ? 5 : config->refresh_seconds;
    struct app_options options = {config, &demo->log, GOS_LIT("")};
    return app_start(&options, &demo->app, err) && demo_fill(demo, err);
}

int command_demo(const struct command *command, int argc, char **argv)
{
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--help") == 0) {
            command_help(command);
            printf("\nTakes the settings of gosset serve, such as --listen HOST:PORT.\n");
            return EXIT_DONE;
        }
    }
    struct demo demo = {0};
    struct config *config = malloc(sizeof *config);
    gos_error err = {.code = GOS_OUT_OF_MEMORY, .message = "no memory for the settings"};
    bool started = config && demo_start(&demo, argc, argv, config, &err);
    free(config);
    if (!started) {
        demo_close(&demo);
        return err.code == GOS_USAGE ? command_usage(command, "%s", err.message)
                                     : command_fail(&err, false);
    }
    demo_print(&demo);
    demo.has_board = pthread_create(&demo.board, NULL, board_run, &demo) == 0;
    serve_until_signal(demo.app);
    demo_close(&demo);
    return EXIT_DONE;
}
