/* gosset webhook: who is told of changes by a running server, and what became of the messages. */
#include "cli/remote.h"
#include "cli/terminal.h"

#include <stdio.h>

static const char webhook_help[] =
    "  gosset webhook create NAME --to URL [--events LIST]\n"
    "                             makes one and shows its secret, this once; LIST has commas:\n"
    "                             experiment.start,flag.* (default *)\n"
    "  gosset webhook list\n"
    "  gosset webhook change ID [--to URL] [--events LIST] [--enable | --disable]\n"
    "                             [--rotate-secret, which shows a new one, this once]\n"
    "  gosset webhook test ID           sends it a message\n"
    "  gosset webhook deliveries ID     what became of its messages\n"
    "  gosset webhook delete ID\n\n" REMOTE_HELP;

static void events_write(struct json_writer *json, const char *events)
{
    json_open_array(json);
    while (*events) {
        size_t len = strcspn(events, ",");
        json_text(json, (gos_str){events, len});
        events += len + (events[len] == ',');
    }
    json_close_array(json);
}

struct asked {
    const char *url, *events;
    bool enable, disable, rotate;
};

/* What was given; `name` NULL: stays. */
static gos_str body_write(gos_arena *arena, const char *name, const struct asked *asked)
{
    struct json_writer json;
    struct text text;
    text_init(&text, arena);
    json_writer_init(&json, &text);
    json_open_object(&json);
    if (name) {
        json_name(&json, "name");
        json_text(&json, gos_str_from(name));
    }
    if (asked->url) {
        json_name(&json, "url");
        json_text(&json, gos_str_from(asked->url));
    }
    if (asked->events) {
        json_name(&json, "events");
        events_write(&json, asked->events);
    }
    if (asked->enable || asked->disable) {
        json_name(&json, "enabled");
        json_bool(&json, asked->enable);
    }
    if (asked->rotate) {
        json_name(&json, "rotate_secret");
        json_bool(&json, true);
    }
    json_close_object(&json);
    return text_str(&text);
}

static void list_print(const struct remote *remote, const struct json *list,
                       const char *const *fields)
{
    const struct json *items = json_find(list, GOS_LIT("items"));
    struct table table;
    table_init(&table, remote->arena);
    for (size_t i = 0; fields[i]; i++)
        table_column(&table, fields[i], ALIGN_LEFT);
    for (uint32_t row = 0; items && row < items->count; row++) {
        table_row(&table);
        for (size_t i = 0; fields[i]; i++)
            table_cell(&table, json_shown(&items->items[row], fields[i], "-"), COLOR_NONE);
    }
    table_print(&table, stdout);
}

/* Calls, and prints the answer as it is, the fields of a list, or one member. */
static int call(struct remote *remote, const char *method, gos_str path, gos_str body,
                const char *const *fields, const char *member)
{
    int code = EXIT_DONE;
    gos_str answer;
    const struct json *json;
    if (!remote_call(remote, method, path.data, body, &answer, &json, &code))
        return code;
    if (remote->as_json)
        printf("%.*s\n", GOS_ARG(answer));
    else if (fields)
        list_print(remote, json, fields);
    else if (member)
        printf("%.*s\n", GOS_ARG(json_shown(json, member, "-")));
    return code;
}

static int run(struct remote *remote, const struct command *command, const char **words, int count,
               const struct asked *asked)
{
    static const char *const webhooks[] = {"id", "name", "url", "created_by", "created_at", NULL};
    static const char *const deliveries[] = {"created_at",  "type",  "status", "attempts",
                                             "http_status", "error", NULL};
    static const char path[] = "/api/v1/webhooks/";
    const gos_str none = {NULL, 0};
    gos_arena *arena = remote->arena;
    if (count == 2 && strcmp(words[0], "create") == 0 && asked->url)
        return call(remote, "POST", GOS_LIT("/api/v1/webhooks"), body_write(arena, words[1], asked),
                    NULL, "secret");
    if (count == 2 && strcmp(words[0], "change") == 0)
        return call(remote, "PATCH", remote_path(arena, path, words[1], ""),
                    body_write(arena, NULL, asked), NULL, asked->rotate ? "secret" : "id");
    if (count == 1 && strcmp(words[0], "list") == 0)
        return call(remote, "GET", GOS_LIT("/api/v1/webhooks"), none, webhooks, NULL);
    if (count == 2 && strcmp(words[0], "test") == 0)
        return call(remote, "POST", remote_path(arena, path, words[1], "/test"), GOS_LIT(""), NULL,
                    "id");
    if (count == 2 && strcmp(words[0], "deliveries") == 0)
        return call(remote, "GET", remote_path(arena, path, words[1], "/deliveries"), none,
                    deliveries, NULL);
    if (count == 2 && strcmp(words[0], "delete") == 0)
        return call(remote, "DELETE", remote_path(arena, path, words[1], ""), none, NULL, NULL);
    return command_usage(command,
                         "create NAME --to URL, list, change ID, test ID, deliveries ID or "
                         "delete ID is needed");
}

int command_webhook(const struct command *command, int argc, char **argv)
{
    struct remote remote;
    struct command own = *command;
    const char *words[2] = {"", ""};
    struct asked asked = {0};
    int count, code = EXIT_DONE;
    const struct remote_option options[] = {{"to", &asked.url, NULL},
                                            {"events", &asked.events, NULL},
                                            {"enable", NULL, &asked.enable},
                                            {"disable", NULL, &asked.disable},
                                            {"rotate-secret", NULL, &asked.rotate},
                                            {NULL, NULL, NULL}};
    own.help = webhook_help;
    if (!remote_open(&remote, &own, argc, argv, options, words, 2, &count, &code))
        return code;
    if (asked.enable && asked.disable)
        code = command_usage(&own, "--enable and --disable exclude each other");
    else
        code = run(&remote, &own, words, count, &asked);
    remote_close(&remote);
    return code;
}
