/* gosset flags: reports about the flags of a running server. */
#include "cli/remote.h"
#include "cli/terminal.h"

#include <stdio.h>

static const char flags_help[] =
    "  gosset flags stale [--days N]   flags that may go: not evaluated for N days (30), "
    "everybody\n"
    "                                  got one value, their experiment is over, they expired\n"
    "  gosset flags unknown            keys that were asked for and that no flag "
    "has\n\n" REMOTE_HELP;

static gos_str text_of(const struct json *object, const char *name, const char *otherwise)
{
    const struct json *value = json_find(object, gos_str_from(name));
    return value && (value->type == JSON_STRING || value->type == JSON_NUMBER)
               ? value->text
               : gos_str_from(otherwise);
}

static gos_str reasons_of(gos_arena *arena, const struct json *item)
{
    const struct json *reasons = json_find(item, GOS_LIT("reasons"));
    gos_str all = GOS_LIT("");
    for (uint32_t i = 0; reasons && i < reasons->count; i++) {
        gos_str message = text_of(&reasons->items[i], "message", "");
        all =
            gos_arena_print(arena, "%.*s%s%.*s", GOS_ARG(all), i > 0 ? "; " : "", GOS_ARG(message));
    }
    return all;
}

static void stale_print(const struct remote *remote, const struct json *items)
{
    struct table table;
    table_init(&table, remote->arena);
    table_column(&table, "flag", ALIGN_LEFT);
    table_column(&table, "last evaluated", ALIGN_LEFT);
    table_column(&table, "owner", ALIGN_LEFT);
    table_column(&table, "why", ALIGN_LEFT);
    for (uint32_t i = 0; items && i < items->count; i++) {
        table_row(&table);
        table_cell(&table, text_of(&items->items[i], "key", ""), COLOR_BOLD);
        table_cell(&table, text_of(&items->items[i], "last_evaluated_at", "never"), COLOR_NONE);
        table_cell(&table, text_of(&items->items[i], "owner", "-"), COLOR_NONE);
        table_cell(&table, reasons_of(remote->arena, &items->items[i]), COLOR_NONE);
    }
    table_print(&table, stdout);
}

static void unknown_print(const struct remote *remote, const struct json *items)
{
    struct table table;
    table_init(&table, remote->arena);
    table_column(&table, "key", ALIGN_LEFT);
    table_column(&table, "asked for", ALIGN_RIGHT);
    table_column(&table, "first", ALIGN_LEFT);
    table_column(&table, "last", ALIGN_LEFT);
    for (uint32_t i = 0; items && i < items->count; i++) {
        table_row(&table);
        table_cell(&table, text_of(&items->items[i], "key", ""), COLOR_BOLD);
        table_cell(&table, text_of(&items->items[i], "count", ""), COLOR_NONE);
        table_cell(&table, text_of(&items->items[i], "first_seen_at", "-"), COLOR_NONE);
        table_cell(&table, text_of(&items->items[i], "last_seen_at", "-"), COLOR_NONE);
    }
    table_print(&table, stdout);
}

static int report(struct remote *remote, const char *path,
                  void (*print)(const struct remote *, const struct json *items))
{
    int code = EXIT_DONE;
    gos_str answer;
    const struct json *list;
    if (!remote_call(remote, "GET", path, (gos_str){NULL, 0}, &answer, &list, &code))
        return code;
    const struct json *items = json_find(list, GOS_LIT("items"));
    if (remote->as_json)
        printf("%.*s\n", GOS_ARG(answer));
    else if (items && items->count > 0)
        print(remote, items);
    else
        printf("none\n");
    return code;
}

int command_flags(const struct command *command, int argc, char **argv)
{
    struct remote remote;
    struct command own = *command;
    const char *words[1] = {""};
    const char *days = "30";
    int count, code = EXIT_DONE;
    const struct remote_option options[] = {{"days", &days, NULL}, {NULL, NULL, NULL}};
    own.help = flags_help;
    if (!remote_open(&remote, &own, argc, argv, options, words, 1, &count, &code))
        return code;
    if (strcmp(words[0], "stale") == 0) {
        gos_str path = remote_path(remote.arena, "/api/v1/reports/stale-flags?days=", days, "");
        code = report(&remote, path.data, stale_print);
    } else if (strcmp(words[0], "unknown") == 0) {
        code = report(&remote, "/api/v1/reports/unknown-flags", unknown_print);
    } else {
        code = command_usage(&own, "stale or unknown is needed");
    }
    remote_close(&remote);
    return code;
}
