/* gosset doctor: why a result may be empty, uneven or not to be believed. */
#include "cli/remote.h"
#include "cli/result_draw.h"

#include <stdio.h>

static const char doctor_help[] =
    "EXPERIMENT is a name or an id. Prints the sample ratio and every finding with a next step.\n"
    "Exit status 1 when a finding is an alarm.\n\n"
    "  --refresh     computes the results first\n" REMOTE_HELP;

static int examine(struct remote *remote, const char *experiment, bool refresh)
{
    int code = EXIT_DONE;
    gos_str body;
    const struct json *health;
    gos_str path = remote_path(remote->arena, "/api/v1/experiments/", experiment,
                               refresh ? "/health?refresh=true" : "/health");
    if (!remote_call(remote, "GET", path.data, (gos_str){NULL, 0}, &body, &health, &code))
        return code;
    const struct json *status = json_find(health, GOS_LIT("status"));
    bool alarm = status && gos_str_equal(status->text, GOS_LIT("alarm"));
    const struct json *findings = json_find(health, GOS_LIT("findings"));
    if (remote->as_json)
        printf("%.*s\n", GOS_ARG(body));
    else
        health_draw(health, remote->arena, stdout);
    if (!remote->as_json && findings && findings->count == 0)
        printf("nothing was found to be wrong\n");
    return alarm ? EXIT_FAILED : EXIT_DONE;
}

int command_doctor(const struct command *command, int argc, char **argv)
{
    struct remote remote;
    struct command helped = *command;
    const char *words[1] = {""};
    bool refresh = false;
    int count, code = EXIT_DONE;
    const struct remote_option options[] = {{"refresh", NULL, &refresh}, {NULL, NULL, NULL}};
    helped.help = doctor_help;
    if (!remote_open(&remote, &helped, argc, argv, options, words, 1, &count, &code))
        return code;
    if (count != 1 || words[0][0] == '\0')
        code = command_usage(&helped, "name one experiment");
    else
        code = examine(&remote, words[0], refresh);
    remote_close(&remote);
    return code;
}
