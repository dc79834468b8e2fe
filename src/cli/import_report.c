/* What an import or a promotion did, or would do. */
#include "cli/import_report.h"

#include "cli/terminal.h"

#include <inttypes.h>
#include <stdio.h>

static int64_t int_of(const struct json *object, const char *name)
{
    int64_t number = 0;
    const struct json *value = json_find(object, gos_str_from(name));
    return value && json_is_integer(value, &number) ? number : 0;
}

void import_report_print(const struct remote *remote, const struct json *report, bool dry_run)
{
    struct table table;
    const struct json *changes = json_find(report, GOS_LIT("changes"));
    if (gos_str_equal(json_find_text(report, "status"), GOS_LIT("pending"))) {
        gos_str id = json_find_text(report, "id");
        printf("nothing has changed yet: it waits for approval as %.*s\n", GOS_ARG(id));
        return;
    }
    table_init(&table, remote->arena);
    table_column(&table, "", ALIGN_LEFT);
    table_column(&table, "", ALIGN_LEFT);
    table_column(&table, "", ALIGN_LEFT);
    for (uint32_t i = 0; changes && i < changes->count; i++) {
        gos_str action = json_find_text(&changes->items[i], "action");
        table_row(&table);
        table_cell(&table, action,
                   gos_str_equal(action, GOS_LIT("created")) ? COLOR_GREEN : COLOR_YELLOW);
        table_cell(&table, json_find_text(&changes->items[i], "kind"), COLOR_NONE);
        table_cell(&table, json_find_text(&changes->items[i], "name"), COLOR_NONE);
    }
    if (changes && changes->count > 0)
        table_print(&table, stdout);
    const struct json *warnings = json_find(report, GOS_LIT("warnings"));
    for (uint32_t i = 0; warnings && i < warnings->count; i++) {
        gos_str pointer = json_find_text(&warnings->items[i], "pointer");
        gos_str message = json_find_text(&warnings->items[i], "message");
        printf("warning %.*s: %.*s\n", GOS_ARG(pointer), GOS_ARG(message));
    }
    printf("%s%" PRId64 " created, %" PRId64 " updated, %" PRId64 " unchanged\n",
           dry_run ? "would be: " : "", int_of(report, "created"), int_of(report, "updated"),
           int_of(report, "unchanged"));
}
