/* gosset change: what waits for approval on a running server. */
#include "cli/remote.h"
#include "cli/terminal.h"

#include <stdio.h>

static const char change_help[] =
    "  gosset change list [--status pending|approved|rejected|withdrawn]\n"
    "  gosset change show ID       with each definition before and after\n"
    "  gosset change approve ID [--reason TEXT] [--bypass]\n"
    "                              --bypass: an admin's own, with a reason, without anybody else\n"
    "  gosset change reject ID [--reason TEXT]\n"
    "  gosset change withdraw ID   one's own\n"
    "  gosset change require on|off --environment E\n"
    "                              whether changes in E wait for approval\n\n"
    "All but require are about the environment of the key.\n\n" REMOTE_HELP;

struct change_call {
    struct remote remote;
    const char *words[2];
    int count;
    const char *status;
    const char *reason;
    const char *environment;
    bool bypass;
};

static gos_str cell(const struct json *item, const char *name)
{
    gos_str text = json_find_text(item, name);
    return text.len > 0 ? text : GOS_LIT("-");
}

static int change_list(struct change_call *call)
{
    static const char *const fields[] = {"id",         "status",     "summary", "author",
                                         "created_at", "decided_by", "reason"};
    int code = EXIT_DONE;
    gos_str answer;
    const struct json *list;
    struct table table;
    gos_str path =
        remote_path(call->remote.arena,
                    "/api/v1/proposals?limit=500&status=", call->status ? call->status : "", "");
    if (!remote_call(&call->remote, "GET", path.data, (gos_str){NULL, 0}, &answer, &list, &code))
        return code;
    if (call->remote.as_json) {
        printf("%.*s\n", GOS_ARG(answer));
        return code;
    }
    table_init(&table, call->remote.arena);
    for (size_t i = 0; i < 7; i++)
        table_column(&table, fields[i], ALIGN_LEFT);
    const struct json *items = json_find(list, GOS_LIT("items"));
    for (uint32_t row = 0; items && row < items->count; row++) {
        table_row(&table);
        for (size_t i = 0; i < 7; i++)
            table_cell(&table, cell(&items->items[row], fields[i]), COLOR_NONE);
    }
    table_print(&table, stdout);
    return code;
}

static void side_print(struct change_call *call, const char *sign, const struct json *value)
{
    struct json_writer writer;
    struct text text;
    if (!value || value->type == JSON_NULL)
        return;
    text_init(&text, call->remote.arena);
    json_writer_init(&writer, &text);
    json_value(&writer, value);
    printf("  %s %.*s\n", sign, GOS_ARG(text_str(&text)));
}

static int change_show(struct change_call *call)
{
    int code = EXIT_DONE;
    gos_str answer;
    const struct json *proposal;
    gos_str path = remote_path(call->remote.arena, "/api/v1/proposals/", call->words[1], "");
    if (!remote_call(&call->remote, "GET", path.data, (gos_str){NULL, 0}, &answer, &proposal,
                     &code))
        return code;
    if (call->remote.as_json) {
        printf("%.*s\n", GOS_ARG(answer));
        return code;
    }
    printf("%.*s by %.*s: %.*s\n", GOS_ARG(cell(proposal, "summary")),
           GOS_ARG(cell(proposal, "author")), GOS_ARG(cell(proposal, "status")));
    const struct json *changes = json_find(proposal, GOS_LIT("changes"));
    for (uint32_t i = 0; changes && i < changes->count; i++) {
        const struct json *item = &changes->items[i];
        printf("%.*s %.*s %.*s\n", GOS_ARG(cell(item, "action")), GOS_ARG(cell(item, "kind")),
               GOS_ARG(cell(item, "name")));
        side_print(call, "-", json_find(item, GOS_LIT("before")));
        side_print(call, "+", json_find(item, GOS_LIT("after")));
    }
    return code;
}

static int change_decide(struct change_call *call)
{
    int code = EXIT_DONE;
    gos_str answer;
    const struct json *proposal;
    struct json_writer json;
    struct text text, behind;
    text_init(&text, call->remote.arena);
    text_init(&behind, call->remote.arena);
    json_writer_init(&json, &text);
    json_open_object(&json);
    if (call->reason) {
        json_name(&json, "reason");
        json_text(&json, gos_str_from(call->reason));
    }
    if (call->bypass)
        json_put_bool(&json, "bypass", true);
    json_close_object(&json);
    text_print(&behind, "/%s", call->words[0]);
    text_add_char(&behind, '\0');
    gos_str path =
        remote_path(call->remote.arena, "/api/v1/proposals/", call->words[1], behind.data);
    if (!remote_call(&call->remote, "POST", path.data, text_str(&text), &answer, &proposal, &code))
        return code;
    if (call->remote.as_json)
        printf("%.*s\n", GOS_ARG(answer));
    else
        printf("%.*s\n", GOS_ARG(cell(proposal, "status")));
    return code;
}

static int change_require(struct change_call *call)
{
    int code = EXIT_DONE;
    gos_str answer;
    bool on = strcmp(call->words[1], "on") == 0;
    gos_str path = remote_path(call->remote.arena, "/api/v1/environments/", call->environment, "");
    gos_str body =
        gos_arena_print(call->remote.arena, "{\"requires_approval\":%s}", on ? "true" : "false");
    if (!remote_call(&call->remote, "PATCH", path.data, body, &answer, NULL, &code))
        return code;
    if (call->remote.as_json)
        printf("%.*s\n", GOS_ARG(answer));
    else
        printf("changes in %s %s\n", call->environment,
               on ? "wait for approval" : "go live at once");
    return code;
}

static int change_run(struct change_call *call, const struct command *command)
{
    const char *verb = call->words[0];
    if (call->count == 1 && strcmp(verb, "list") == 0)
        return change_list(call);
    if (call->count == 2 && strcmp(verb, "show") == 0)
        return change_show(call);
    if (call->count == 2 && (strcmp(verb, "approve") == 0 || strcmp(verb, "reject") == 0 ||
                             strcmp(verb, "withdraw") == 0))
        return change_decide(call);
    if (call->count == 2 && strcmp(verb, "require") == 0 && call->environment &&
        (strcmp(call->words[1], "on") == 0 || strcmp(call->words[1], "off") == 0))
        return change_require(call);
    return command_usage(command, "list, show ID, approve ID, reject ID, withdraw ID, or "
                                  "require on|off --environment E is needed");
}

int command_change(const struct command *command, int argc, char **argv)
{
    struct change_call call = {.words = {"", ""}};
    struct command helped = *command;
    int code = EXIT_DONE;
    const struct remote_option options[] = {{"status", &call.status, NULL},
                                            {"reason", &call.reason, NULL},
                                            {"environment", &call.environment, NULL},
                                            {"bypass", NULL, &call.bypass},
                                            {NULL, NULL, NULL}};
    helped.help = change_help;
    if (!remote_open(&call.remote, &helped, argc, argv, options, call.words, 2, &call.count, &code))
        return code;
    code = change_run(&call, &helped);
    remote_close(&call.remote);
    return code;
}
