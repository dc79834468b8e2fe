/* gosset api: any call of a running server's API, for what has no command of its own. */
#include "cli/remote.h"

#include <stdio.h>

static const char api_help[] =
    "  gosset api /api/v1/flags?limit=5\n"
    "  gosset api GET /readyz\n"
    "  gosset api PATCH /api/v1/flags/banner --data '{\"enabled\": false}'\n"
    "  gosset api POST /api/v1/import --file definitions.json      (- is the input)\n\n"
    "The method is GET without a body and POST with one. Prints the answer. /api/openapi.json\n"
    "describes every call.\n\n" REMOTE_HELP;

struct api_call {
    struct remote remote;
    const char *words[2];
    int count;
    const char *data;
    const char *file;
};

static bool is_method(const char *word)
{
    static const char *const methods[] = {"GET", "POST", "PUT", "PATCH", "DELETE"};
    for (size_t i = 0; i < sizeof methods / sizeof methods[0]; i++) {
        if (strcmp(word, methods[i]) == 0)
            return true;
    }
    return false;
}

static bool body_read(const struct api_call *call, gos_str *out, gos_error *err)
{
    *out = (gos_str){NULL, 0};
    if (call->data)
        *out = gos_str_from(call->data);
    return !call->file ||
           command_read_file(call->file, REMOTE_BYTES_MAX, call->remote.arena, out, err);
}

static int api_send(struct api_call *call, const struct command *command)
{
    int code = EXIT_DONE;
    gos_error err;
    gos_str body, answer;
    bool has_body = call->data || call->file;
    const char *method = call->count == 2 ? call->words[0] : has_body ? "POST" : "GET";
    const char *path = call->words[call->count - 1];
    if (!is_method(method))
        return command_usage(command, "\"%s\" is no method: GET, POST, PUT, PATCH or DELETE",
                             method);
    if (path[0] != '/')
        return command_usage(command, "the path begins with /, such as /api/v1/flags");
    if (!body_read(call, &body, &err))
        return command_fail(&err, call->remote.as_json);
    if (remote_call(&call->remote, method, path, body, &answer, NULL, &code) && answer.len > 0)
        printf("%.*s\n", GOS_ARG(answer));
    return code;
}

int command_api(const struct command *command, int argc, char **argv)
{
    struct api_call call = {0};
    struct command helped = *command;
    int code = EXIT_DONE;
    const struct remote_option options[] = {
        {"data", &call.data, NULL}, {"file", &call.file, NULL}, {NULL, NULL, NULL}};
    helped.help = api_help;
    if (!remote_open(&call.remote, &helped, argc, argv, options, call.words, 2, &call.count, &code))
        return code;
    if (call.count == 0)
        code = command_usage(&helped, "a path is needed");
    else if (call.data && call.file)
        code = command_usage(&helped, "the body is --data or --file, not both");
    else
        code = api_send(&call, &helped);
    remote_close(&call.remote);
    return code;
}
