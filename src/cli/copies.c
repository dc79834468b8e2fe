/* What a running server writes into a new folder: a backup, or all of its data as Parquet. */
#include "cli/copies.h"

#include "cli/remote.h"

#include <inttypes.h>
#include <stdio.h>
#include <unistd.h>

static const char backup_help[] =
    "  FOLDER        a new folder on the server's machine\n" REMOTE_HELP
    "\nTo restore, stop the server and start it on the copy: gosset serve --data FOLDER\n";

static const char parquet_help[] =
    "FOLDER is a new folder on the server's machine. It gets, of all environments,\n"
    "assignments.parquet, results.parquet, exposures.parquet, event-N.parquet for each name of an\n"
    "event, and definitions-ENVIRONMENT.json.\n\n" REMOTE_HELP;

static gos_str body_write(const struct remote *remote, const char *folder)
{
    char here[2048];
    struct text text;
    struct json_writer writer;
    text_init(&text, remote->arena);
    json_writer_init(&writer, &text);
    gos_str path = gos_str_from(folder);
    if (folder[0] != '/' && getcwd(here, sizeof here))
        path = gos_arena_print(remote->arena, "%s/%s", here, folder);
    json_open_object(&writer);
    json_name(&writer, "folder");
    json_text(&writer, path);
    json_close_object(&writer);
    return text_str(&text);
}

static void print_count(const struct json *report, const char *name)
{
    int64_t count = 0;
    const struct json *value = json_find(report, gos_str_from(name));
    if (value && json_is_integer(value, &count))
        printf("  %" PRId64 " %s\n", count, name);
}

static void report_print(const struct json *report)
{
    gos_str folder = json_find_text(report, "folder");
    const struct json *facts = json_find(report, GOS_LIT("facts"));
    printf("written to %.*s\n", GOS_ARG(folder));
    print_count(report, "assignments");
    print_count(report, "results");
    if (facts)
        printf("  %s\n", facts->boolean ? "exposures and events" : "no events: there is no ledger");
}

static int copy(const struct command *command, const char *route, int argc, char **argv)
{
    const struct remote_option options[] = {{NULL, NULL, NULL}};
    const char *folder = NULL;
    struct remote remote;
    int code, words;
    gos_str answer;
    const struct json *report;
    if (!remote_open(&remote, command, argc, argv, options, &folder, 1, &words, &code))
        return code;
    if (words == 0) {
        code = command_usage(command, "FOLDER is missing");
    } else if (remote_call(&remote, "POST", route, body_write(&remote, folder), &answer, &report,
                           &code)) {
        if (remote.as_json)
            printf("%.*s\n", GOS_ARG(answer));
        else
            report_print(report);
        code = EXIT_DONE;
    }
    remote_close(&remote);
    return code;
}

int command_backup(const struct command *command, int argc, char **argv)
{
    struct command own = *command;
    own.help = backup_help;
    return copy(&own, "/api/v1/backup", argc, argv);
}

int export_parquet(const struct command *command, int argc, char **argv)
{
    struct command own = *command;
    own.help = parquet_help;
    return copy(&own, "/api/v1/export/parquet", argc - 1, argv + 1);
}
