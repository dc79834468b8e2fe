/* gosset serve: runs the server until it is told to stop. */
#include "cli/serve.h"

#include "app/app.h"
#include "base/text.h"
#include "cli/command.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

static struct app *serving;

static void on_signal(int number)
{
    (void)number;
    if (serving)
        app_stop(serving);
}

void serve_until_signal(struct app *app)
{
    serving = app;
    struct sigaction action = {.sa_handler = on_signal};
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
    app_wait(app);
    action.sa_handler = SIG_DFL;
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
    serving = NULL;
}

static bool config_read_file(struct config *config, const char *path, gos_error *err)
{
    gos_arena *arena = gos_arena_open(2 * CONFIG_FILE_BYTES_MAX);
    gos_str text;
    bool done = arena && command_read_file(path, CONFIG_FILE_BYTES_MAX, arena, &text, err) &&
                config_read_text(config, text, path, err);
    gos_arena_close(arena);
    return done;
}

/* The value behind `--name=value` or the next argument; NULL when there is none. */
static const char *option_value(int argc, char **argv, int *i)
{
    const char *equals = strchr(argv[*i], '=');
    if (equals)
        return equals + 1;
    return *i + 1 < argc ? argv[++*i] : NULL;
}

static bool option_is_file(const char *argument)
{
    return strcmp(argument, "--config") == 0 || strncmp(argument, "--config=", 9) == 0;
}

bool serve_configure(int argc, char **argv, struct config *config, gos_error *err)
{
    config_init(config);
    for (int i = 1; i < argc; i++) {
        const char *path = option_is_file(argv[i]) ? option_value(argc, argv, &i) : NULL;
        if (path && !config_read_file(config, path, err))
            return false;
    }
    if (!config_read_environment(config, err))
        return false;
    for (int i = 1; i < argc; i++) {
        char name[64];
        bool is_file = option_is_file(argv[i]);
        if (!is_file && !config_is_option(argv[i], name))
            return gos_fail(err, GOS_USAGE, "", "there is no option \"%s\"", argv[i]);
        const char *option = argv[i], *value = option_value(argc, argv, &i);
        if (!value)
            return gos_fail(err, GOS_USAGE, "", "%s needs a value", option);
        if (!is_file && !config_set(config, gos_str_from(name), gos_str_from(value), option, err))
            return false;
    }
    return true;
}

static int help(const struct command *command)
{
    command_help(command);
    printf("\nSettings (also as GOSSET_NAME in the environment, or name = value in the file of\n"
           "--config FILE; the command line wins, then the environment, then the file):\n\n");
    config_print_help();
    printf(
        "\nThe first admin key is GOSSET_ADMIN_KEY if that is set, else it is made at the first\n"
        "start and printed once.\n");
    return EXIT_DONE;
}

static void welcome(const struct app *app)
{
    printf("gosset %s listens on %s\n", GOSSET_VERSION, app_url(app));
    if (app_new_admin_key(app)[0])
        printf("admin key, shown this once: %s\n", app_new_admin_key(app));
    fflush(stdout);
}

int command_serve(const struct command *command, int argc, char **argv)
{
    struct config *config = malloc(sizeof *config);
    struct log log;
    struct app *app = NULL;
    gos_error err;
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--help") == 0) {
            free(config);
            return help(command);
        }
    }
    umask(077); /* what it keeps holds secrets, such as those of webhooks */
    bool started = config && serve_configure(argc, argv, config, &err) &&
                   log_init(&log, config->log_level, config->log_format, &err);
    if (started) {
        struct app_options options = {config, &log, gos_str_from(getenv("GOSSET_ADMIN_KEY"))};
        started = app_start(&options, &app, &err);
    }
    free(config);
    if (!started)
        return err.code == GOS_USAGE ? command_usage(command, "%s", err.message)
                                     : command_fail(&err, false);
    welcome(app);
    serve_until_signal(app);
    app_close(app);
    return EXIT_DONE;
}
