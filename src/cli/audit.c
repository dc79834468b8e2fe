/* gosset audit: who changed what and when, on a running server. */
#include "cli/remote.h"
#include "cli/terminal.h"

#include <stdio.h>

static const char audit_help[] =
    "  --kind KIND      flag, experiment, metric, segment, override, key, member, session, ...\n"
    "  --name NAME      of what changed\n"
    "  --actor WHO      an e-mail, or the name of a key\n"
    "  --action ACTION  create, update, start, login, ...\n"
    "  --since TIME     such as 2026-01-31 or 2026-01-31T09:00:00Z\n"
    "  --until TIME\n"
    "  --limit N        the newest so many (50)\n\n"
    "--json has each change with what was before and after.\n\n" REMOTE_HELP;

struct audit_wishes {
    const char *kind, *name, *actor, *action, *since, *until, *limit;
};

static gos_str audit_path(gos_arena *arena, const struct audit_wishes *wishes)
{
    gos_str path = remote_path(arena, "/api/v1/audit?limit=", wishes->limit, "");
    path = remote_filter(arena, path, "kind", wishes->kind);
    path = remote_filter(arena, path, "name", wishes->name);
    path = remote_filter(arena, path, "actor", wishes->actor);
    path = remote_filter(arena, path, "action", wishes->action);
    path = remote_filter(arena, path, "since", wishes->since);
    return remote_filter(arena, path, "until", wishes->until);
}

static void audit_print(const struct remote *remote, const struct json *list)
{
    static const char *const fields[] = {"at", "actor", "action", "kind", "name"};
    struct table table;
    const struct json *items = json_find(list, GOS_LIT("items"));
    table_init(&table, remote->arena);
    for (size_t i = 0; i < sizeof fields / sizeof fields[0]; i++)
        table_column(&table, fields[i], ALIGN_LEFT);
    for (uint32_t row = 0; items && row < items->count; row++) {
        table_row(&table);
        for (size_t i = 0; i < sizeof fields / sizeof fields[0]; i++)
            table_cell(&table, json_find_text(&items->items[row], fields[i]), COLOR_NONE);
    }
    table_print(&table, stdout);
}

int command_audit(const struct command *command, int argc, char **argv)
{
    struct remote remote;
    struct command helped = *command;
    struct audit_wishes wishes = {.limit = "50"};
    int count, code = EXIT_DONE;
    gos_str answer;
    const struct json *list;
    const struct remote_option options[] = {
        {"kind", &wishes.kind, NULL},   {"name", &wishes.name, NULL},
        {"actor", &wishes.actor, NULL}, {"action", &wishes.action, NULL},
        {"since", &wishes.since, NULL}, {"until", &wishes.until, NULL},
        {"limit", &wishes.limit, NULL}, {NULL, NULL, NULL}};
    helped.help = audit_help;
    if (!remote_open(&remote, &helped, argc, argv, options, NULL, 0, &count, &code))
        return code;
    gos_str path = audit_path(remote.arena, &wishes);
    if (remote_call(&remote, "GET", path.data, (gos_str){NULL, 0}, &answer, &list, &code)) {
        if (remote.as_json)
            printf("%.*s\n", GOS_ARG(answer));
        else
            audit_print(&remote, list);
    }
    remote_close(&remote);
    return code;
}
