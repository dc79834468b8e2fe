/* gosset environment: which there are on a running server, and new ones. */
#include "cli/remote.h"
#include "cli/terminal.h"

#include <stdio.h>

static const char environment_help[] =
    "  gosset environment list\n"
    "  gosset environment create NAME\n\n"
    "Whether changes wait for approval: gosset change require on|off --environment NAME. Keys of\n"
    "production make environments.\n\n" REMOTE_HELP;

static int environment_list(struct remote *remote)
{
    int code = EXIT_DONE;
    gos_str answer;
    const struct json *list;
    struct table table;
    if (!remote_call(remote, "GET", "/api/v1/environments", (gos_str){NULL, 0}, &answer, &list,
                     &code))
        return code;
    if (remote->as_json) {
        printf("%.*s\n", GOS_ARG(answer));
        return code;
    }
    const struct json *items = json_find(list, GOS_LIT("items"));
    table_init(&table, remote->arena);
    table_column(&table, "environment", ALIGN_LEFT);
    table_column(&table, "changes", ALIGN_LEFT);
    table_column(&table, "made", ALIGN_LEFT);
    for (uint32_t i = 0; items && i < items->count; i++) {
        const struct json *waits = json_find(&items->items[i], GOS_LIT("requires_approval"));
        table_row(&table);
        table_cell(&table, json_find_text(&items->items[i], "name"), COLOR_BOLD);
        table_cell(&table,
                   waits && waits->boolean ? GOS_LIT("wait for approval") : GOS_LIT("live at once"),
                   COLOR_NONE);
        table_cell(&table, json_find_text(&items->items[i], "created_at"), COLOR_NONE);
    }
    table_print(&table, stdout);
    return code;
}

static int environment_create(struct remote *remote, const char *name)
{
    int code = EXIT_DONE;
    gos_str answer;
    struct json_writer json;
    struct text text;
    text_init(&text, remote->arena);
    json_writer_init(&json, &text);
    json_open_object(&json);
    json_name(&json, "name");
    json_text(&json, gos_str_from(name));
    json_close_object(&json);
    if (!remote_call(remote, "POST", "/api/v1/environments", text_str(&text), &answer, NULL, &code))
        return code;
    if (remote->as_json)
        printf("%.*s\n", GOS_ARG(answer));
    else
        printf("made %s\n", name);
    return code;
}

int command_environment(const struct command *command, int argc, char **argv)
{
    struct remote remote;
    struct command helped = *command;
    const char *words[2] = {"", ""};
    int count, code = EXIT_DONE;
    helped.help = environment_help;
    if (!remote_open(&remote, &helped, argc, argv, NULL, words, 2, &count, &code))
        return code;
    if (count == 1 && strcmp(words[0], "list") == 0)
        code = environment_list(&remote);
    else if (count == 2 && strcmp(words[0], "create") == 0)
        code = environment_create(&remote, words[1]);
    else
        code = command_usage(&helped, "list, or create NAME is needed");
    remote_close(&remote);
    return code;
}
