/* gosset user: the people who log in, on a running server. */
#include "cli/password.h"
#include "cli/remote.h"
#include "cli/terminal.h"

#include <stdio.h>

static const char user_help[] =
    "  gosset user create EMAIL --role viewer|editor|approver|admin [--name NAME]\n"
    "                             asks for a password on the terminal\n"
    "  gosset user list\n"
    "  gosset user role EMAIL ROLE\n"
    "  gosset user password EMAIL  asks for the new one\n"
    "  gosset user disable EMAIL | enable EMAIL | delete EMAIL\n\n"
    "A change of role or password, and disabling, end all sessions of the user.\n\n"
    "  --password-stdin  reads the password from the first line of the input\n"
    "  --no-password     makes a user who logs in by the identity provider alone\n" REMOTE_HELP;

struct user_call {
    struct remote remote;
    const char *words[3];
    int count;
    const char *role;
    const char *name;
    bool from_stdin;
    bool without;
};

static void member_add(struct json_writer *json, const char *name, const char *value)
{
    if (!value)
        return;
    json_name(json, name);
    json_text(json, gos_str_from(value));
}

/* Asks for a password when one is needed; false after saying why there is none. */
static bool password_add(const struct user_call *call, struct json_writer *json)
{
    char password[PASSWORD_LINE_BYTES];
    if (call->without)
        return true;
    if (!password_read(call->from_stdin, password))
        return false;
    member_add(json, "password", password);
    return true;
}

static int user_send(struct user_call *call, const char *method, gos_str body, const char *done)
{
    int code = EXIT_DONE;
    gos_str answer;
    bool is_new = strcmp(method, "POST") == 0;
    gos_str path = is_new ? GOS_LIT("/api/v1/members")
                          : remote_path(call->remote.arena, "/api/v1/members/", call->words[1], "");
    if (!remote_call(&call->remote, method, path.data, body, &answer, NULL, &code))
        return code;
    if (call->remote.as_json)
        printf("%.*s\n", GOS_ARG(answer));
    else
        printf("%s\n", done);
    return code;
}

static int user_create(struct user_call *call)
{
    struct json_writer json;
    struct text text;
    text_init(&text, call->remote.arena);
    json_writer_init(&json, &text);
    json_open_object(&json);
    member_add(&json, "email", call->words[1]);
    member_add(&json, "role", call->role);
    member_add(&json, "name", call->name);
    if (!password_add(call, &json))
        return EXIT_FAILED;
    json_close_object(&json);
    return user_send(call, "POST", text_str(&text), "created");
}

static int user_change(struct user_call *call, const char *name, const char *json, const char *done)
{
    gos_str body = gos_arena_print(call->remote.arena, "{\"%s\":%s}", name, json);
    return user_send(call, "PATCH", body, done);
}

static int user_role(struct user_call *call)
{
    struct json_writer json;
    struct text text;
    text_init(&text, call->remote.arena);
    json_writer_init(&json, &text);
    json_open_object(&json);
    member_add(&json, "role", call->words[2]);
    json_close_object(&json);
    return user_send(call, "PATCH", text_str(&text), "changed");
}

static int user_password(struct user_call *call)
{
    struct json_writer json;
    struct text text;
    text_init(&text, call->remote.arena);
    json_writer_init(&json, &text);
    json_open_object(&json);
    if (!password_add(call, &json))
        return EXIT_FAILED;
    json_close_object(&json);
    return user_send(call, "PATCH", text_str(&text), "changed");
}

static gos_str cell(const struct json *item, const char *name)
{
    const struct json *value = json_find(item, gos_str_from(name));
    if (value && value->type == JSON_BOOL)
        return value->boolean ? GOS_LIT("yes") : GOS_LIT("no");
    return value && value->type == JSON_STRING ? value->text : GOS_LIT("-");
}

static int user_list(struct user_call *call)
{
    static const char *const fields[] = {"email", "name", "role", "disabled", "last_login_at"};
    int code = EXIT_DONE;
    gos_str answer;
    const struct json *list;
    struct table table;
    if (!remote_call(&call->remote, "GET", "/api/v1/members", (gos_str){NULL, 0}, &answer, &list,
                     &code))
        return code;
    if (call->remote.as_json) {
        printf("%.*s\n", GOS_ARG(answer));
        return code;
    }
    table_init(&table, call->remote.arena);
    for (size_t i = 0; i < 5; i++)
        table_column(&table, fields[i], ALIGN_LEFT);
    const struct json *items = json_find(list, GOS_LIT("items"));
    for (uint32_t row = 0; items && row < items->count; row++) {
        table_row(&table);
        for (size_t i = 0; i < 5; i++)
            table_cell(&table, cell(&items->items[row], fields[i]), COLOR_NONE);
    }
    table_print(&table, stdout);
    return code;
}

static bool is_call(const struct user_call *call, const char *verb, int count)
{
    return call->count == count && strcmp(call->words[0], verb) == 0;
}

static int user_run(struct user_call *call, const struct command *command)
{
    if (is_call(call, "create", 2) && call->role)
        return user_create(call);
    if (is_call(call, "list", 1))
        return user_list(call);
    if (is_call(call, "role", 3))
        return user_role(call);
    if (is_call(call, "password", 2) && !call->without)
        return user_password(call);
    if (is_call(call, "disable", 2))
        return user_change(call, "disabled", "true", "disabled");
    if (is_call(call, "enable", 2))
        return user_change(call, "disabled", "false", "enabled");
    if (is_call(call, "delete", 2))
        return user_send(call, "DELETE", (gos_str){NULL, 0}, "deleted");
    return command_usage(command, "create EMAIL --role ROLE, list, role EMAIL ROLE, password, "
                                  "disable, enable or delete EMAIL is needed");
}

int command_user(const struct command *command, int argc, char **argv)
{
    struct user_call call = {.words = {"", "", ""}};
    struct command helped = *command;
    int code = EXIT_DONE;
    const struct remote_option options[] = {{"role", &call.role, NULL},
                                            {"name", &call.name, NULL},
                                            {"password-stdin", NULL, &call.from_stdin},
                                            {"no-password", NULL, &call.without},
                                            {NULL, NULL, NULL}};
    helped.help = user_help;
    if (!remote_open(&call.remote, &helped, argc, argv, options, call.words, 3, &call.count, &code))
        return code;
    code = user_run(&call, &helped);
    remote_close(&call.remote);
    return code;
}
