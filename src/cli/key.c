/* gosset key: makes, lists and revokes API keys of a running server. */
#include "cli/remote.h"
#include "cli/terminal.h"

#include <stdio.h>

static const char key_help[] =
    "  gosset key create NAME --scope admin|server|client [--environment E]\n"
    "                             makes a key and shows it, this once\n"
    "  gosset key list [--environment E]\n"
    "  gosset key revoke ID [--environment E]\n\n"
    "Keys of another environment take an admin key of production.\n\n" REMOTE_HELP;

static gos_str create_body(gos_arena *arena, const char *name, const char *scope,
                           const char *environment)
{
    struct json_writer writer;
    struct text text;
    text_init(&text, arena);
    json_writer_init(&writer, &text);
    json_open_object(&writer);
    json_name(&writer, "name");
    json_text(&writer, gos_str_from(name));
    json_name(&writer, "scope");
    json_text(&writer, gos_str_from(scope));
    if (environment) {
        json_name(&writer, "environment");
        json_text(&writer, gos_str_from(environment));
    }
    json_close_object(&writer);
    return text_str(&text);
}

static int key_create(struct remote *remote, const char *name, const char *scope,
                      const char *environment)
{
    int code = EXIT_DONE;
    gos_str answer;
    const struct json *key;
    gos_str body = create_body(remote->arena, name, scope, environment);
    if (!remote_call(remote, "POST", "/api/v1/keys", body, &answer, &key, &code))
        return code;
    if (remote->as_json)
        printf("%.*s\n", GOS_ARG(answer));
    else
        printf("%.*s\n", GOS_ARG(json_shown(key, "key", "")));
    return code;
}

static void list_print(const struct remote *remote, const struct json *items)
{
    static const char *const fields[] = {"id",     "name",       "scope",        "environment",
                                         "prefix", "created_at", "last_used_at", "revoked_at"};
    struct table table;
    table_init(&table, remote->arena);
    for (size_t i = 0; i < 8; i++)
        table_column(&table, fields[i], ALIGN_LEFT);
    for (uint32_t row = 0; items && row < items->count; row++) {
        table_row(&table);
        for (size_t i = 0; i < 8; i++)
            table_cell(&table, json_shown(&items->items[row], fields[i], "-"), COLOR_NONE);
    }
    table_print(&table, stdout);
}

static gos_str with_environment(gos_arena *arena, const char *path, const char *environment)
{
    return gos_arena_print(arena, "%s%s%s", path, environment ? "?environment=" : "",
                           environment ? environment : "");
}

static int key_list(struct remote *remote, const char *environment)
{
    int code = EXIT_DONE;
    gos_str answer;
    const struct json *list;
    gos_str path = with_environment(remote->arena, "/api/v1/keys", environment);
    if (!remote_call(remote, "GET", path.data, (gos_str){NULL, 0}, &answer, &list, &code))
        return code;
    if (remote->as_json)
        printf("%.*s\n", GOS_ARG(answer));
    else
        list_print(remote, json_find(list, GOS_LIT("items")));
    return code;
}

static int key_revoke(struct remote *remote, const char *id, const char *environment)
{
    int code = EXIT_DONE;
    gos_str path = gos_arena_print(remote->arena, "/api/v1/keys/%s", id);
    path = with_environment(remote->arena, path.data, environment);
    if (remote_call(remote, "DELETE", path.data, (gos_str){NULL, 0}, NULL, NULL, &code) &&
        !remote->as_json)
        printf("revoked\n");
    return code;
}

static bool is_plain(const char *word)
{
    for (const char *c = word; *c; c++) {
        if (!strchr("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-:", *c))
            return false;
    }
    return *word != 0;
}

int command_key(const struct command *command, int argc, char **argv)
{
    struct remote remote;
    struct command helped = *command;
    const char *words[2] = {"", ""};
    const char *scope = NULL;
    const char *environment = NULL;
    int count, code = EXIT_DONE;
    const struct remote_option options[] = {
        {"scope", &scope, NULL}, {"environment", &environment, NULL}, {NULL, NULL, NULL}};
    helped.help = key_help;
    if (!remote_open(&remote, &helped, argc, argv, options, words, 2, &count, &code))
        return code;
    if (environment && !is_plain(environment))
        code = command_usage(&helped, "\"%s\" is no name of an environment", environment);
    else if (count == 2 && strcmp(words[0], "create") == 0 && scope)
        code = key_create(&remote, words[1], scope, environment);
    else if (count == 1 && strcmp(words[0], "list") == 0)
        code = key_list(&remote, environment);
    else if (count == 2 && strcmp(words[0], "revoke") == 0 && is_plain(words[1]))
        code = key_revoke(&remote, words[1], environment);
    else
        code = command_usage(&helped, "create NAME --scope SCOPE, list, or revoke ID is needed");
    remote_close(&remote);
    return code;
}
