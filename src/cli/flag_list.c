/* Flags with a column for each environment that the key may see. */
#include "cli/flag_list.h"

#include "cli/terminal.h"

#include <stdio.h>

/* Of environments in one table; more are left to --json. */
enum { PLACES_MAX = 12 };

struct places {
    gos_str names[PLACES_MAX];
    uint32_t count;
};

static gos_str list_path(const struct remote *remote, const struct flag_wishes *wishes)
{
    gos_str path = remote_path(remote->arena, "/api/v1/flags?include=environments&limit=",
                               wishes->limit ? wishes->limit : "50", "");
    path = remote_filter(remote->arena, path, "status", wishes->status);
    path = remote_filter(remote->arena, path, "type", wishes->type);
    path = remote_filter(remote->arena, path, "owner", wishes->owner);
    path = remote_filter(remote->arena, path, "tag", wishes->tag);
    path = remote_filter(remote->arena, path, "stale", wishes->stale);
    return remote_filter(remote->arena, path, "q", wishes->search);
}

static const struct json *state_in(const struct json *flag, gos_str environment)
{
    const struct json *all = json_find(flag, GOS_LIT("environments"));
    for (uint32_t i = 0; all && i < all->count; i++) {
        if (gos_str_equal(json_find_text(&all->items[i], "environment"), environment))
            return &all->items[i];
    }
    return NULL;
}

static void places_add(struct places *places, gos_str name)
{
    for (uint32_t i = 0; i < places->count; i++) {
        if (gos_str_equal(places->names[i], name))
            return;
    }
    if (places->count < PLACES_MAX)
        places->names[places->count++] = name;
}

/* In the order of the server's environments, as far as a flag of the list is in them. */
static struct places places_of(const struct json *items)
{
    struct places places = {.count = 0};
    for (uint32_t i = 0; items && i < items->count; i++) {
        const struct json *all = json_find(&items->items[i], GOS_LIT("environments"));
        for (uint32_t j = 0; all && j < all->count; j++)
            places_add(&places, json_find_text(&all->items[j], "environment"));
    }
    return places;
}

static gos_str words_of(gos_arena *arena, const struct json *list)
{
    gos_str all = GOS_LIT("");
    for (uint32_t i = 0; list && i < list->count; i++)
        all = gos_arena_print(arena, "%.*s%s%.*s", GOS_ARG(all), i > 0 ? ", " : "",
                              GOS_ARG(list->items[i].text));
    return all;
}

static void state_print(struct table *table, const struct json *state)
{
    const struct json *enabled = json_find(state, GOS_LIT("enabled"));
    if (!enabled)
        table_cell(table, GOS_LIT("-"), COLOR_DIM);
    else if (enabled->boolean)
        table_cell(table, GOS_LIT("on"), COLOR_GREEN);
    else
        table_cell(table, GOS_LIT("off"), COLOR_NONE);
}

static void row_print(const struct remote *remote, struct table *table, const struct places *places,
                      const struct json *flag)
{
    gos_str seen = json_find_text(flag, "last_evaluated_at");
    table_row(table);
    table_cell(table, json_find_text(flag, "key"), COLOR_BOLD);
    for (uint32_t i = 0; i < places->count; i++)
        state_print(table, state_in(flag, places->names[i]));
    table_cell(table, json_find_text(flag, "type"), COLOR_NONE);
    table_cell(table, seen.len > 0 ? seen : GOS_LIT("never"), COLOR_NONE);
    table_cell(table, json_find_text(flag, "owner"), COLOR_NONE);
    table_cell(table, words_of(remote->arena, json_find(flag, GOS_LIT("tags"))), COLOR_NONE);
    table_cell(table, words_of(remote->arena, json_find(flag, GOS_LIT("stale"))), COLOR_YELLOW);
}

static void list_print(const struct remote *remote, const struct json *list)
{
    const struct json *items = json_find(list, GOS_LIT("items"));
    const struct json *total = json_find(list, GOS_LIT("total"));
    struct places places = places_of(items);
    struct table table;
    table_init(&table, remote->arena);
    table_column(&table, "flag", ALIGN_LEFT);
    for (uint32_t i = 0; i < places.count; i++)
        table_column(&table, gos_arena_print(remote->arena, "%.*s", GOS_ARG(places.names[i])).data,
                     ALIGN_LEFT);
    table_column(&table, "type", ALIGN_LEFT);
    table_column(&table, "last evaluated", ALIGN_LEFT);
    table_column(&table, "owner", ALIGN_LEFT);
    table_column(&table, "tags", ALIGN_LEFT);
    table_column(&table, "stale", ALIGN_LEFT);
    for (uint32_t i = 0; items && i < items->count; i++)
        row_print(remote, &table, &places, &items->items[i]);
    table_print(&table, stdout);
    if (items && total && total->number > items->count)
        printf("%u of %.0f\n", items->count, total->number);
}

int flag_list(struct remote *remote, const struct flag_wishes *wishes)
{
    int code = EXIT_DONE;
    gos_str answer;
    const struct json *list;
    gos_str path = list_path(remote, wishes);
    if (!remote_call(remote, "GET", path.data, (gos_str){NULL, 0}, &answer, &list, &code))
        return code;
    if (remote->as_json)
        printf("%.*s\n", GOS_ARG(answer));
    else
        list_print(remote, list);
    return code;
}
