/* gosset backup: a consistent copy of all stores of a running server. */
#include "cli/remote.h"

#include <stdio.h>
#include <unistd.h>

static const char backup_help[] =
    "  FOLDER        a new folder on the server's machine\n" REMOTE_HELP
    "\nTo restore, stop the server and start it on the copy: gosset serve --data FOLDER\n";

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

int command_backup(const struct command *command, int argc, char **argv)
{
    struct command own = *command;
    own.help = backup_help;
    const struct remote_option options[] = {{NULL, NULL, NULL}};
    const char *folder = NULL;
    struct remote remote;
    int code, words;
    if (!remote_open(&remote, &own, argc, argv, options, &folder, 1, &words, &code))
        return code;
    gos_str answer;
    const struct json *report;
    if (words == 0) {
        code = command_usage(&own, "FOLDER is missing");
    } else if (remote_call(&remote, "POST", "/api/v1/backup", body_write(&remote, folder), &answer,
                           &report, &code)) {
        const struct json *path = json_find(report, GOS_LIT("folder"));
        if (remote.as_json || !path)
            printf("%.*s\n", GOS_ARG(answer));
        else
            printf("copied to %.*s\n", GOS_ARG(path->text));
        code = EXIT_DONE;
    }
    remote_close(&remote);
    return code;
}
