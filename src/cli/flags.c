/* gosset flags: the flags of a running server, their switch, what they need, and what may go. */
#include "cli/flag_list.h"
#include "cli/terminal.h"

#include <stdio.h>

static const char flags_help[] =
    "  gosset flags [list]             each with its state in all environments that the key may "
    "see\n"
    "                                  --status enabled|disabled  --type TYPE  --owner NAME  --tag "
    "TAG\n"
    "                                  --stale true|false|REASONS  --search TEXT  --limit N (50)\n"
    "  gosset flags on KEY             and off: the switch, in the key's environment\n"
    "  gosset flags graph KEY          what it needs and what needs it, through others too\n"
    "  gosset flags stale [--days N]   flags that may go: not evaluated for N days (30), "
    "everybody\n"
    "                                  got one value, their experiment is over, they expired\n"
    "  gosset flags unknown            keys that were asked for and that no flag "
    "has\n\n" REMOTE_HELP;

static gos_str reasons_of(gos_arena *arena, const struct json *item)
{
    const struct json *reasons = json_find(item, GOS_LIT("reasons"));
    gos_str all = GOS_LIT("");
    for (uint32_t i = 0; reasons && i < reasons->count; i++) {
        gos_str message = json_shown(&reasons->items[i], "message", "");
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
        table_cell(&table, json_shown(&items->items[i], "key", ""), COLOR_BOLD);
        table_cell(&table, json_shown(&items->items[i], "last_evaluated_at", "never"), COLOR_NONE);
        table_cell(&table, json_shown(&items->items[i], "owner", "-"), COLOR_NONE);
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
    table_column(&table, "meant?", ALIGN_LEFT);
    for (uint32_t i = 0; items && i < items->count; i++) {
        table_row(&table);
        table_cell(&table, json_shown(&items->items[i], "key", ""), COLOR_BOLD);
        table_cell(&table, json_shown(&items->items[i], "count", ""), COLOR_NONE);
        table_cell(&table, json_shown(&items->items[i], "first_seen_at", "-"), COLOR_NONE);
        table_cell(&table, json_shown(&items->items[i], "last_seen_at", "-"), COLOR_NONE);
        table_cell(&table, json_shown(&items->items[i], "nearest", "-"), COLOR_NONE);
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

static int flag_switch(struct remote *remote, const char *key, bool on)
{
    int code = EXIT_DONE;
    gos_str answer;
    const struct json *flag;
    gos_str path = remote_path(remote->arena, "/api/v1/flags/", key, "");
    gos_str body = on ? GOS_LIT("{\"enabled\":true}") : GOS_LIT("{\"enabled\":false}");
    if (!remote_call(remote, "PATCH", path.data, body, &answer, &flag, &code))
        return code;
    gos_str summary = json_find_text(flag, "summary");
    if (remote->as_json)
        printf("%.*s\n", GOS_ARG(answer));
    else if (summary.len > 0)
        printf("%.*s: it waits for approval\n", GOS_ARG(summary));
    else
        printf("%s is %s in %.*s\n", key, on ? "on" : "off",
               GOS_ARG(json_find_text(flag, "environment")));
    return code;
}

static int flags_run(struct remote *remote, const struct command *own, const char *const *words,
                     const struct flag_wishes *wishes, const char *days)
{
    gos_str verb = gos_str_from(words[0]);
    bool is_on = gos_str_equal(verb, GOS_LIT("on"));
    bool takes_key =
        is_on || gos_str_equal(verb, GOS_LIT("off")) || gos_str_equal(verb, GOS_LIT("graph"));
    if (takes_key && !words[1][0])
        return command_usage(own, "%s takes the key of a flag", words[0]);
    if (gos_str_equal(verb, GOS_LIT("graph")))
        return flag_graph(remote, words[1]);
    if (takes_key)
        return flag_switch(remote, words[1], is_on);
    if (gos_str_equal(verb, GOS_LIT("list")))
        return flag_list(remote, wishes);
    if (gos_str_equal(verb, GOS_LIT("stale")))
        return report(
            remote, remote_path(remote->arena, "/api/v1/reports/stale-flags?days=", days, "").data,
            stale_print);
    if (gos_str_equal(verb, GOS_LIT("unknown")))
        return report(remote, "/api/v1/reports/unknown-flags", unknown_print);
    return command_usage(own, "there is no \"%s\": list, on, off, graph, stale or unknown",
                         words[0]);
}

int command_flags(const struct command *command, int argc, char **argv)
{
    struct remote remote;
    struct command own = *command;
    const char *words[2] = {"list", ""};
    const char *days = "30";
    struct flag_wishes wishes = {0};
    int count, code = EXIT_DONE;
    const struct remote_option options[] = {{"days", &days, NULL},
                                            {"limit", &wishes.limit, NULL},
                                            {"owner", &wishes.owner, NULL},
                                            {"search", &wishes.search, NULL},
                                            {"stale", &wishes.stale, NULL},
                                            {"status", &wishes.status, NULL},
                                            {"tag", &wishes.tag, NULL},
                                            {"type", &wishes.type, NULL},
                                            {NULL, NULL, NULL}};
    own.help = flags_help;
    if (!remote_open(&remote, &own, argc, argv, options, words, 2, &count, &code))
        return code;
    code = flags_run(&remote, &own, words, &wishes, days);
    remote_close(&remote);
    return code;
}
