/* gosset experiments: what runs on a server, what to do with it, and doing it. */
#include "cli/remote.h"
#include "cli/terminal.h"

#include <math.h>
#include <stdio.h>

static const char experiments_help[] =
    "  gosset experiments [list]       each with its advice; --advice ship,roll_back  --status "
    "Running\n"
    "                                  --owner NAME  --tag TAG  --layer NAME  --search TEXT  "
    "--limit N (50)\n"
    "  gosset experiments start NAME   and pause, resume, complete, archive, restore\n"
    "  gosset experiments ship NAME --variant V\n"
    "                                  completes it; everybody gets V from now on\n"
    "  gosset experiments copy NAME --to NEW\n"
    "                                  a draft with the same design, split anew\n"
    "  ship and complete take --conclusion TEXT: why, and what was learned; --search finds it\n\n"
    "Advice is no_data, unhealthy, running, ship, roll_back, inconclusive; draft, shipped, ended\n"
    "and archived where it is not under way.\n\n" REMOTE_HELP;

struct wishes {
    const char *advice, *status, *owner, *tag, *layer, *search, *limit, *variant, *conclusion, *to;
};

static gos_str list_path(const struct remote *remote, const struct wishes *wishes)
{
    const struct {
        const char *name, *value;
    } filters[] = {{"&advice=", wishes->advice}, {"&status=", wishes->status},
                   {"&owner=", wishes->owner},   {"&tag=", wishes->tag},
                   {"&layer=", wishes->layer},   {"&q=", wishes->search}};
    gos_str path = remote_path(remote->arena, "/api/v1/experiments?limit=", wishes->limit, "");
    for (size_t i = 0; i < sizeof filters / sizeof filters[0]; i++) {
        if (!filters[i].value)
            continue;
        path = gos_arena_print(remote->arena, "%.*s%s", GOS_ARG(path), filters[i].name);
        path = remote_path(remote->arena, path.data, filters[i].value, "");
    }
    return path;
}

static gos_str lift_draw(gos_arena *arena, const struct json *advice)
{
    double lift = json_number_at(advice, "/primary/lift");
    double low = json_number_at(advice, "/primary/lift_ci/lower");
    double high = json_number_at(advice, "/primary/lift_ci/upper");
    if (isnan(lift) || isnan(low) || isnan(high))
        return GOS_LIT("");
    return gos_arena_print(arena, "%+.1f %% (%+.1f to %+.1f)", lift, low, high);
}

static gos_str reason_draw(gos_arena *arena, const struct json *advice)
{
    double days = json_number_at(advice, "/days_left");
    gos_str reason = json_find_text(advice, "reason");
    if (isnan(days) || !gos_str_equal(json_find_text(advice, "kind"), GOS_LIT("running")))
        return reason;
    return gos_arena_print(arena, "~%.0f days left", days);
}

static enum color kind_color(gos_str kind)
{
    if (gos_str_equal(kind, GOS_LIT("ship")))
        return COLOR_GREEN;
    if (gos_str_equal(kind, GOS_LIT("roll_back")) || gos_str_equal(kind, GOS_LIT("unhealthy")))
        return COLOR_RED;
    return COLOR_NONE;
}

static void list_print(const struct remote *remote, const struct json *list)
{
    const struct json *items = json_find(list, GOS_LIT("items"));
    struct table table;
    table_init(&table, remote->arena);
    table_column(&table, "experiment", ALIGN_LEFT);
    table_column(&table, "status", ALIGN_LEFT);
    table_column(&table, "advice", ALIGN_LEFT);
    table_column(&table, "units", ALIGN_RIGHT);
    table_column(&table, "primary metric", ALIGN_LEFT);
    table_column(&table, "why", ALIGN_LEFT);
    for (uint32_t i = 0; items && i < items->count; i++) {
        const struct json *advice = json_find(&items->items[i], GOS_LIT("advice"));
        gos_str kind = json_find_text(advice, "kind");
        double units = json_number_at(advice, "/units");
        table_row(&table);
        table_cell(&table, json_find_text(&items->items[i], "name"), COLOR_BOLD);
        table_cell(&table, json_find_text(&items->items[i], "status"), COLOR_NONE);
        table_cell(&table, kind, kind_color(kind));
        table_cellf(&table, COLOR_NONE, "%.0f", isnan(units) ? 0 : units);
        table_cell(&table, lift_draw(remote->arena, advice), COLOR_NONE);
        table_cell(&table, reason_draw(remote->arena, advice), COLOR_DIM);
    }
    table_print(&table, stdout);
    printf("%.0f in all\n", json_number_at(list, "/total"));
}

static int list(struct remote *remote, const struct wishes *wishes)
{
    int code = EXIT_DONE;
    gos_str answer;
    const struct json *page;
    if (!remote_call(remote, "GET", list_path(remote, wishes).data, (gos_str){NULL, 0}, &answer,
                     &page, &code))
        return code;
    if (remote->as_json)
        printf("%.*s\n", GOS_ARG(answer));
    else
        list_print(remote, page);
    return code;
}

static void put_word(struct json_writer *json, const char *name, const char *value)
{
    if (value)
        json_put_text(json, name, gos_str_from(value));
}

static gos_str move_body(const struct remote *remote, const struct wishes *wishes)
{
    struct text text;
    struct json_writer json;
    text_init(&text, remote->arena);
    json_writer_init(&json, &text);
    json_open_object(&json);
    put_word(&json, "shipped_variant", wishes->variant);
    put_word(&json, "conclusion", wishes->conclusion);
    put_word(&json, "name", wishes->to);
    json_close_object(&json);
    return text_str(&text);
}

static int move(struct remote *remote, const char *verb, const char *name,
                const struct wishes *wishes)
{
    int code = EXIT_DONE;
    gos_str answer, behind = gos_arena_print(remote->arena, "/%s", verb);
    const struct json *after;
    gos_str path = remote_path(remote->arena, "/api/v1/experiments/", name, behind.data);
    if (!remote_call(remote, "POST", path.data, move_body(remote, wishes), &answer, &after, &code))
        return code;
    if (remote->as_json)
        printf("%.*s\n", GOS_ARG(answer));
    else
        printf("%.*s is %.*s\n", GOS_ARG(json_find_text(after, "name")),
               GOS_ARG(json_find_text(after, "status")));
    return code;
}

static bool is_verb(const char *word)
{
    static const char *const verbs[] = {"start",    "pause",   "resume",
                                        "complete", "archive", "restore"};
    for (size_t i = 0; i < sizeof verbs / sizeof verbs[0]; i++) {
        if (strcmp(word, verbs[i]) == 0)
            return true;
    }
    return false;
}

int command_experiments(const struct command *command, int argc, char **argv)
{
    struct remote remote;
    struct command own = *command;
    struct wishes wishes = {.limit = "50"};
    const char *words[2] = {"", ""};
    int count, code = EXIT_DONE;
    const struct remote_option options[] = {{"advice", &wishes.advice, NULL},
                                            {"status", &wishes.status, NULL},
                                            {"owner", &wishes.owner, NULL},
                                            {"tag", &wishes.tag, NULL},
                                            {"layer", &wishes.layer, NULL},
                                            {"search", &wishes.search, NULL},
                                            {"limit", &wishes.limit, NULL},
                                            {"variant", &wishes.variant, NULL},
                                            {"conclusion", &wishes.conclusion, NULL},
                                            {"to", &wishes.to, NULL},
                                            {NULL, NULL, NULL}};
    own.help = experiments_help;
    if (!remote_open(&remote, &own, argc, argv, options, words, 2, &count, &code))
        return code;
    bool ships = strcmp(words[0], "ship") == 0, copies = strcmp(words[0], "copy") == 0;
    if (count == 0 || (count == 1 && strcmp(words[0], "list") == 0))
        code = list(&remote, &wishes);
    else if (ships && count == 2 && wishes.variant)
        code = move(&remote, "complete", words[1], &wishes);
    else if (ships)
        code = command_usage(&own, "ship takes an experiment and --variant");
    else if (copies && (count != 2 || !wishes.to))
        code = command_usage(&own, "copy takes an experiment and --to");
    else if (!copies && !is_verb(words[0]))
        code = command_usage(&own, "there is no \"%s\" of experiments", words[0]);
    else if (count != 2)
        code = command_usage(&own, "name one experiment");
    else
        code = move(&remote, words[0], words[1], &wishes);
    remote_close(&remote);
    return code;
}
