/* The commands that speak to a server, against one that runs here. */
#include "app/app.h"
#include "base/text.h"
#include "cli/command.h"
#include "test.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define ADMIN_KEY "an-admin-key-for-tests"

int command_import(const struct command *command, int argc, char **argv);
int command_export(const struct command *command, int argc, char **argv);
int command_key(const struct command *command, int argc, char **argv);

typedef int run_command(const struct command *command, int argc, char **argv);

struct fixture {
    struct app *app;
    struct log log;
    char folder[128];
    char output[160];
    char text[16384]; /* what the last command printed */
};

static void fixture_start(struct fixture *given)
{
    gos_error err;
    struct config config;
    config_init(&config);
    snprintf(given->folder, sizeof given->folder, "%s", test_folder());
    snprintf(given->output, sizeof given->output, "%s/output", given->folder);
    CHECK(config_set(&config, GOS_LIT("data"), gos_str_from(given->folder), "test", &err));
    CHECK(config_set(&config, GOS_LIT("listen"), GOS_LIT("127.0.0.1:0"), "test", &err));
    CHECK_OK(log_init(&given->log, "error", "text", &err), &err);
    struct app_options options = {
        .config = &config, .log = &given->log, .admin_key = GOS_LIT(ADMIN_KEY)};
    CHECK_OK(app_start(&options, &given->app, &err), &err);
    setenv("GOSSET_URL", app_url(given->app), 1);
    setenv("GOSSET_KEY", ADMIN_KEY, 1);
}

static void fixture_stop(struct fixture *given)
{
    app_stop(given->app);
    app_wait(given->app);
    app_close(given->app);
}

/* Runs a command with its words; what it prints goes to given->text. Returns its exit status. */
static int run(struct fixture *given, run_command *command_run, const char *const *words)
{
    struct command command = {"test", "", "", "", command_run};
    char *arguments[8] = {"test"};
    int count = 1;
    for (; words[count - 1]; count++)
        arguments[count] = (char *)(uintptr_t)words[count - 1];
    fflush(stdout);
    int kept = dup(STDOUT_FILENO);
    int file = open(given->output, O_CREAT | O_TRUNC | O_RDWR, 0600);
    dup2(file, STDOUT_FILENO);
    int code = command_run(&command, count, arguments);
    fflush(stdout);
    dup2(kept, STDOUT_FILENO);
    close(kept);
    ssize_t len = pread(file, given->text, sizeof given->text - 1, 0);
    close(file);
    given->text[len > 0 ? len : 0] = 0;
    return code;
}

#define RUN(given, command, ...) run(given, command, (const char *const[]){__VA_ARGS__, NULL})

static bool printed(const struct fixture *given, const char *text)
{
    return strstr(given->text, text) != NULL;
}

TEST(remote, definitions_go_in_and_come_out)
{
    struct fixture given;
    char demo[512], out[256];
    fixture_start(&given);
    snprintf(demo, sizeof demo, "%s/src/cli/demo.json", GOSSET_SOURCE_DIR);
    snprintf(out, sizeof out, "%s/out.json", given.folder);
    CHECK_INT(RUN(&given, command_import, demo, "--dry-run"), EXIT_DONE);
    CHECK(printed(&given, "would be: 30 created, 0 updated, 0 unchanged"));
    CHECK_INT(RUN(&given, command_import, demo), EXIT_DONE);
    CHECK(printed(&given, "30 created"));
    CHECK_INT(RUN(&given, command_export, "--out", out), EXIT_DONE);
    CHECK_INT(RUN(&given, command_import, out, "--json"), EXIT_DONE);
    CHECK(printed(&given, "\"unchanged\":30"));
    CHECK_INT(RUN(&given, command_export, "--at=1"), EXIT_DONE);
    CHECK(printed(&given, "\"version\":1,"));
    fixture_stop(&given);
}

TEST(remote, keys_are_made_listed_and_revoked)
{
    struct fixture given;
    char key[128], id[64];
    fixture_start(&given);
    CHECK_INT(RUN(&given, command_key, "create", "ci", "--scope", "server"), EXIT_DONE);
    snprintf(key, sizeof key, "%.44s", given.text);
    CHECK(strncmp(key, "gos_", 4) == 0);
    CHECK_INT(RUN(&given, command_key, "list"), EXIT_DONE);
    CHECK(printed(&given, "ci") && !printed(&given, key));
    char *row = strstr(given.text, "  ci ");
    CHECK(row != NULL);
    snprintf(id, sizeof id, "%.36s", row - 36);
    CHECK_INT(RUN(&given, command_export, "--key", key), EXIT_FAILED);
    CHECK_INT(RUN(&given, command_key, "revoke", id), EXIT_DONE);
    CHECK_INT(RUN(&given, command_key, "revoke", id), EXIT_FAILED);
    fixture_stop(&given);
}

TEST(remote, a_wrong_call_is_told_from_a_failure)
{
    struct fixture given = {0};
    snprintf(given.output, sizeof given.output, "%s/output", test_folder());
    setenv("GOSSET_URL", "http://127.0.0.1:1", 1);
    CHECK_INT(RUN(&given, command_key, "create", "ci"), EXIT_USAGE);
    CHECK_INT(RUN(&given, command_key, "explode"), EXIT_USAGE);
    CHECK_INT(RUN(&given, command_import, "--colour"), EXIT_USAGE);
    CHECK_INT(RUN(&given, command_import, "a", "b"), EXIT_USAGE);
    CHECK_INT(RUN(&given, command_export, "--at", "x"), EXIT_USAGE);
    CHECK_INT(RUN(&given, command_import, "/does/not/exist"), EXIT_FAILED);
    CHECK_INT(RUN(&given, command_key, "list"), EXIT_FAILED);
    CHECK_INT(RUN(&given, command_key, "--help"), EXIT_DONE);
    CHECK(printed(&given, "gosset key create NAME"));
}
