/* gosset lookup: what a running server knows of a user, what they get and why, and forgetting. */
#include "cli/remote.h"
#include "cli/terminal.h"

#include <stdio.h>

static const char lookup_help[] =
    "  gosset lookup USER                 attributes, devices, assignments, values set by hand\n"
    "  gosset lookup USER --flag KEY      what a flag gives them, with every step; --at TIME for\n"
    "                                     a past moment, such as 2026-01-31T09:00:00Z\n"
    "  gosset lookup USER --experiment NAME\n"
    "  gosset lookup USER --forget        deletes all of it; cannot be taken back\n\n" REMOTE_HELP;

struct lookup_call {
    struct remote remote;
    const char *words[1];
    int count;
    const char *flag;
    const char *experiment;
    const char *at;
    bool forget;
};

static void attributes_print(const struct remote *remote, const struct json *user)
{
    const struct json *attributes = json_find(user, GOS_LIT("attributes"));
    const struct json *devices = json_find(user, GOS_LIT("devices"));
    for (uint32_t i = 0; attributes && i < attributes->count; i++) {
        gos_str value = json_print(remote->arena, &attributes->items[i]);
        printf("%.*s = %.*s\n", GOS_ARG(attributes->names[i]), GOS_ARG(value));
    }
    for (uint32_t i = 0; devices && i < devices->count; i++)
        printf("device %.*s\n", GOS_ARG(devices->items[i].text));
}

/* Rows of some members of each item, under their names. */
static void items_print(const struct remote *remote, const struct json *items,
                        const char *const *fields, size_t field_count)
{
    struct table table;
    if (!items || items->count == 0)
        return;
    table_init(&table, remote->arena);
    for (size_t i = 0; i < field_count; i++)
        table_column(&table, fields[i], ALIGN_LEFT);
    for (uint32_t row = 0; row < items->count; row++) {
        table_row(&table);
        for (size_t i = 0; i < field_count; i++) {
            const struct json *value = json_find(&items->items[row], gos_str_from(fields[i]));
            bool is_text = value && value->type == JSON_STRING;
            table_cell(&table,
                       is_text ? value->text
                       : value ? json_print(remote->arena, value)
                               : GOS_LIT("-"),
                       COLOR_NONE);
        }
    }
    table_print(&table, stdout);
}

static int lookup_show(struct lookup_call *call)
{
    static const char *const assigned[] = {"experiment_id", "variant", "assignment_reason",
                                           "assigned_at"};
    static const char *const by_hand[] = {"flag_key", "value", "created_by", "created_at"};
    int code = EXIT_DONE;
    gos_str answer;
    const struct json *user, *overrides;
    struct remote *remote = &call->remote;
    gos_str path = remote_path(remote->arena, "/api/v1/users/", call->words[0], "");
    gos_str hand = remote_path(remote->arena, "/api/v1/overrides?user_id=", call->words[0], "");
    if (!remote_call(remote, "GET", path.data, (gos_str){NULL, 0}, &answer, &user, &code))
        return code;
    if (remote->as_json) {
        printf("%.*s\n", GOS_ARG(answer));
        return code;
    }
    if (!remote_call(remote, "GET", hand.data, (gos_str){NULL, 0}, NULL, &overrides, &code))
        return code;
    attributes_print(remote, user);
    items_print(remote, json_find(user, GOS_LIT("assignments")), assigned, 4);
    items_print(remote, json_find(overrides, GOS_LIT("items")), by_hand, 4);
    return code;
}

static gos_str explain_body(const struct lookup_call *call)
{
    struct json_writer json;
    struct text text;
    text_init(&text, call->remote.arena);
    json_writer_init(&json, &text);
    json_open_object(&json);
    json_name(&json, call->flag ? "flag" : "experiment");
    json_text(&json, gos_str_from(call->flag ? call->flag : call->experiment));
    if (call->at) {
        json_name(&json, "at");
        json_text(&json, gos_str_from(call->at));
    }
    json_name(&json, "context");
    json_open_object(&json);
    json_name(&json, "targetingKey");
    json_text(&json, gos_str_from(call->words[0]));
    json_close_object(&json);
    json_close_object(&json);
    return text_str(&text);
}

static void steps_print(const struct remote *remote, const struct json *explained)
{
    const struct json *steps = json_at(explained, GOS_LIT("/explanation/steps"));
    if (!steps)
        steps = json_find(explained, GOS_LIT("explanation"));
    for (uint32_t i = 0; steps && steps->type == JSON_ARRAY && i < steps->count; i++) {
        gos_str step = json_print(remote->arena, &steps->items[i]);
        printf("  %.*s\n", GOS_ARG(step));
    }
}

static int lookup_explain(struct lookup_call *call)
{
    int code = EXIT_DONE;
    gos_str answer;
    const struct json *explained;
    if (!remote_call(&call->remote, "POST", "/api/v1/explain", explain_body(call), &answer,
                     &explained, &code))
        return code;
    if (call->remote.as_json) {
        printf("%.*s\n", GOS_ARG(answer));
        return code;
    }
    gos_str value = json_print(call->remote.arena, json_find(explained, GOS_LIT("value")));
    gos_str variant = json_find_text(explained, "variant");
    gos_str reason = json_find_text(explained, "reason");
    printf("%.*s  %.*s  %.*s\n", GOS_ARG(value), GOS_ARG(variant), GOS_ARG(reason));
    steps_print(&call->remote, explained);
    return code;
}

static int lookup_forget(struct lookup_call *call)
{
    int code = EXIT_DONE;
    gos_str answer;
    gos_str path = remote_path(call->remote.arena, "/api/v1/users/", call->words[0], "");
    if (!remote_call(&call->remote, "DELETE", path.data, (gos_str){NULL, 0}, &answer, NULL, &code))
        return code;
    if (call->remote.as_json)
        printf("%.*s\n", GOS_ARG(answer));
    else
        printf("%s is forgotten\n", call->words[0]);
    return code;
}

static int lookup_run(struct lookup_call *call, const struct command *command)
{
    int asked = (call->flag != NULL) + (call->experiment != NULL) + call->forget;
    if (call->count != 1 || asked > 1)
        return command_usage(command, "a user is needed, and at most one of --flag, --experiment "
                                      "and --forget");
    if (call->at && !call->flag && !call->experiment)
        return command_usage(command, "--at goes with --flag or --experiment");
    if (call->forget)
        return lookup_forget(call);
    return call->flag || call->experiment ? lookup_explain(call) : lookup_show(call);
}

int command_lookup(const struct command *command, int argc, char **argv)
{
    struct lookup_call call = {0};
    struct command helped = *command;
    int code = EXIT_DONE;
    const struct remote_option options[] = {{"flag", &call.flag, NULL},
                                            {"experiment", &call.experiment, NULL},
                                            {"at", &call.at, NULL},
                                            {"forget", NULL, &call.forget},
                                            {NULL, NULL, NULL}};
    helped.help = lookup_help;
    if (!remote_open(&call.remote, &helped, argc, argv, options, call.words, 1, &call.count, &code))
        return code;
    code = lookup_run(&call, &helped);
    remote_close(&call.remote);
    return code;
}
