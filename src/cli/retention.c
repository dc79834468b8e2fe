/* gosset retention: deletes what is past its time, or says what would go. */
#include "cli/remote.h"
#include "cli/terminal.h"

#include <stdio.h>

static const char retention_help[] =
    "  --dry-run     only says what would be deleted\n" REMOTE_HELP;

static void report_print(const struct remote *remote, const struct json *report, bool dry_run)
{
    const struct json *experiments = json_find(report, GOS_LIT("experiments"));
    struct table table;
    table_init(&table, remote->arena);
    table_column(&table, "experiment", ALIGN_LEFT);
    table_column(&table, "environment", ALIGN_LEFT);
    table_column(&table, "ended", ALIGN_LEFT);
    table_column(&table, "assignments", ALIGN_RIGHT);
    for (uint32_t i = 0; experiments && i < experiments->count; i++) {
        const struct json *item = &experiments->items[i];
        table_row(&table);
        table_cell(&table, json_shown(item, "name", ""), COLOR_BOLD);
        table_cell(&table, json_shown(item, "environment", ""), COLOR_NONE);
        table_cell(&table, json_shown(item, "end_date", ""), COLOR_NONE);
        table_cell(&table, json_shown(item, "assignments", ""), COLOR_NONE);
    }
    if (experiments && experiments->count > 0)
        table_print(&table, stdout);
    printf("%.*s assignments %s\n", GOS_ARG(json_shown(report, "assignments", "")),
           dry_run ? "would be deleted" : "deleted");
}

int command_retention(const struct command *command, int argc, char **argv)
{
    struct command own = *command;
    own.help = retention_help;
    bool dry_run = false;
    const struct remote_option options[] = {{"dry-run", NULL, &dry_run}, {NULL, NULL, NULL}};
    struct remote remote;
    int code, words;
    if (!remote_open(&remote, &own, argc, argv, options, NULL, 0, &words, &code))
        return code;
    gos_str answer;
    const struct json *report;
    const char *path = dry_run ? "/api/v1/retention?dry_run=true" : "/api/v1/retention";
    if (remote_call(&remote, "POST", path, GOS_LIT("{}"), &answer, &report, &code)) {
        if (remote.as_json)
            printf("%.*s\n", GOS_ARG(answer));
        else
            report_print(&remote, report, dry_run);
        code = EXIT_DONE;
    }
    remote_close(&remote);
    return code;
}
