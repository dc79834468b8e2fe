/* gosset revert: a definition as it was at an earlier version. */
#include "cli/remote.h"
#include "model/kind.h"

#include <inttypes.h>
#include <stdio.h>

static const char revert_help[] = "  gosset revert flag checkout 3\n\n"
                                  "Puts back what a flag, experiment, metric, segment, layer or "
                                  "holdout decided at that version, as\n"
                                  "a change of its own: state, dates and phases stay. Versions: "
                                  "gosset audit --name NAME.\n\n" REMOTE_HELP;

static int revert(struct remote *remote, const char *const *words, const struct command *command)
{
    int code = EXIT_DONE;
    int64_t version, now = 0;
    gos_str answer;
    const struct json *made;
    enum kind kind;
    if (!kind_find(gos_str_from(words[0]), &kind))
        return command_usage(command, "there is no kind \"%s\"", words[0]);
    if (!str_read_int(gos_str_from(words[2]), &version) || version < 1)
        return command_usage(command, "VERSION is a whole number from 1, not \"%s\"", words[2]);
    gos_str before = gos_arena_print(remote->arena, "/api/v1/%s/", kind_plural(kind));
    gos_str path = remote_path(remote->arena, before.data, words[1], "/revert");
    gos_str body = gos_arena_print(remote->arena, "{\"to\":%" PRId64 "}", version);
    if (!remote_call(remote, "POST", path.data, body, &answer, &made, &code))
        return code;
    const struct json *stands = json_find(made, GOS_LIT("version"));
    if (remote->as_json)
        printf("%.*s\n", GOS_ARG(answer));
    else if (stands && json_is_integer(stands, &now))
        printf("%s is as it was at version %" PRId64 "; that is version %" PRId64 " now\n",
               words[1], version, now);
    else
        printf("nothing has changed yet: it waits for approval\n");
    return code;
}

int command_revert(const struct command *command, int argc, char **argv)
{
    struct remote remote;
    struct command helped = *command;
    const char *words[3];
    int count, code = EXIT_DONE;
    helped.help = revert_help;
    if (!remote_open(&remote, &helped, argc, argv, NULL, words, 3, &count, &code))
        return code;
    code = count == 3 ? revert(&remote, words, &helped)
                      : command_usage(&helped, "KIND, NAME and VERSION are needed");
    remote_close(&remote);
    return code;
}
