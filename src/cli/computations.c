/* gosset computations: what a running server computes now, and how far it is. */
#include "cli/remote.h"
#include "cli/terminal.h"

#include <stdio.h>

static const char computations_help[] =
    "  gosset computations             what runs and waits\n"
    "  gosset computations --recent    how the last ones ended: which read only what was new\n"
    "  gosset computations cancel ID   stops it; what was computed before stays\n\n" REMOTE_HELP;

static gos_str text_of(const struct json *object, const char *name)
{
    const struct json *value = json_find(object, gos_str_from(name));
    return value && (value->type == JSON_STRING || value->type == JSON_NUMBER) ? value->text
                                                                               : GOS_LIT("-");
}

static void row_print(struct table *table, const struct json *item, bool recent)
{
    static const char *const ended[] = {"refresh", "rows_read", "took_ms"};
    const struct json *progress = json_find(item, GOS_LIT("progress"));
    for (size_t i = 0; i < sizeof ended / sizeof ended[0] && recent; i++)
        table_cell(table, text_of(item, ended[i]), COLOR_NONE);
    if (!recent)
        table_cellf(table, COLOR_NONE, "%.0f %%", progress ? 100 * progress->number : 0);
}

static void list_print(const struct remote *remote, const struct json *list, bool recent)
{
    static const char *const fields[] = {"id", "experiment", "state", "started_at"};
    const struct json *items = json_find(list, GOS_LIT("items"));
    struct table table;
    if (!items || items->count == 0) {
        puts(recent ? "nothing was computed since the start" : "nothing is being computed");
        return;
    }
    table_init(&table, remote->arena);
    for (size_t i = 0; i < sizeof fields / sizeof fields[0]; i++)
        table_column(&table, fields[i], ALIGN_LEFT);
    table_column(&table, recent ? "refresh" : "progress", recent ? ALIGN_LEFT : ALIGN_RIGHT);
    if (recent) {
        table_column(&table, "rows read", ALIGN_RIGHT);
        table_column(&table, "ms", ALIGN_RIGHT);
    }
    for (uint32_t row = 0; row < items->count; row++) {
        table_row(&table);
        for (size_t i = 0; i < sizeof fields / sizeof fields[0]; i++)
            table_cell(&table, text_of(&items->items[row], fields[i]), COLOR_NONE);
        row_print(&table, &items->items[row], recent);
    }
    table_print(&table, stdout);
}

static int list(struct remote *remote, bool recent)
{
    int code = EXIT_DONE;
    gos_str answer;
    const struct json *json;
    const char *path = recent ? "/api/v1/computations?recent=true" : "/api/v1/computations";
    if (!remote_call(remote, "GET", path, (gos_str){NULL, 0}, &answer, &json, &code))
        return code;
    if (remote->as_json)
        printf("%.*s\n", GOS_ARG(answer));
    else
        list_print(remote, json, recent);
    return code;
}

static int cancel(struct remote *remote, const char *id)
{
    int code = EXIT_DONE;
    gos_str path = remote_path(remote->arena, "/api/v1/computations/", id, "");
    remote_call(remote, "DELETE", path.data, (gos_str){NULL, 0}, NULL, NULL, &code);
    return code;
}

int command_computations(const struct command *command, int argc, char **argv)
{
    struct remote remote;
    struct command own = *command;
    const char *words[2] = {"", ""};
    bool recent = false;
    const struct remote_option options[] = {{"recent", NULL, &recent}, {NULL, NULL, NULL}};
    int count, code = EXIT_DONE;
    own.help = computations_help;
    if (!remote_open(&remote, &own, argc, argv, options, words, 2, &count, &code))
        return code;
    if (count == 0)
        code = list(&remote, recent);
    else if (count == 2 && strcmp(words[0], "cancel") == 0)
        code = cancel(&remote, words[1]);
    else
        code = command_usage(&own, "nothing, or cancel ID, is needed");
    remote_close(&remote);
    return code;
}
