/* gosset preview: what a calculation gives over the newest events of a running server. */
#include "cli/remote.h"
#include "cli/terminal.h"

#include <stdio.h>

enum { BAR_COLUMNS = 40 };

static const char preview_help[] =
    "CALCULATION is as in a metric: 'sum(purchase.amount)', 'exists(signup)'. Nothing is "
    "stored.\n\n"
    "  --type TYPE   Count (default), Rate, Duration or Revenue\n"
    "  --events N    how many of the newest events of each name (10000)\n" REMOTE_HELP;

static gos_str body_write(gos_arena *arena, const char *calculation, const char *type)
{
    struct text text;
    struct json_writer json;
    text_init(&text, arena);
    json_writer_init(&json, &text);
    json_open_object(&json);
    json_name(&json, "name");
    json_text(&json, GOS_LIT("preview"));
    json_name(&json, "type");
    json_text(&json, gos_str_from(type));
    json_name(&json, "calculation");
    json_text(&json, gos_str_from(calculation));
    json_close_object(&json);
    return text_str(&text);
}

static double number_at(const struct json *object, const char *pointer)
{
    const struct json *value = json_at(object, gos_str_from(pointer));
    return value && value->type == JSON_NUMBER ? value->number : 0;
}

static void bar_print(const char *from, double count, double most)
{
    char bar[BAR_COLUMNS + 1];
    int len = most > 0 ? (int)(BAR_COLUMNS * count / most + 0.5) : 0;
    memset(bar, '#', (size_t)len);
    bar[len] = 0;
    printf("  %14s %10.0f %s\n", from, count, bar);
}

static void histogram_print(const struct json *answer, gos_arena *arena)
{
    const struct json *edges = json_find(answer, GOS_LIT("edges"));
    const struct json *counts = json_at(answer, GOS_LIT("/distribution/counts"));
    double most = number_at(answer, "/distribution/above");
    for (uint32_t i = 0; counts && i < counts->count; i++)
        most = counts->items[i].number > most ? counts->items[i].number : most;
    for (uint32_t i = 0; counts && edges && i < counts->count && i < edges->count; i++) {
        gos_str from = gos_arena_print(arena, "%.6g", edges->items[i].number);
        bar_print(from.data ? from.data : "", counts->items[i].number, most);
    }
    if (number_at(answer, "/distribution/above") > 0)
        bar_print("above", number_at(answer, "/distribution/above"), most);
}

static void trend_print(const struct json *answer)
{
    const struct json *trend = json_find(answer, GOS_LIT("trend"));
    if (!trend || trend->count < 2)
        return;
    puts("\n  day               value      units");
    for (uint32_t i = 0; i < trend->count; i++) {
        gos_str date = json_find_text(&trend->items[i], "date");
        printf("  %.*s %12.6g %10.0f\n", GOS_ARG(date), number_at(&trend->items[i], "/value"),
               number_at(&trend->items[i], "/units"));
    }
}

static void detectable_print(const struct json *answer)
{
    const struct json *days = json_at(answer, GOS_LIT("/detectable/days"));
    for (uint32_t i = 0; days && i < days->count; i++) {
        const struct json *effect = json_find(&days->items[i], GOS_LIT("effect"));
        if (i == 0)
            printf("\ntwo even groups of about %.0f units a day would show\n",
                   number_at(answer, "/detectable/units_per_day"));
        if (effect && effect->type == JSON_NUMBER)
            printf("  in %.0f days %10.3g %%\n", number_at(&days->items[i], "/days"),
                   effect->number);
    }
}

static void lists_print(const struct json *answer)
{
    const struct json *examples = json_find(answer, GOS_LIT("examples"));
    const struct json *warnings = json_find(answer, GOS_LIT("warnings"));
    for (uint32_t i = 0; examples && i < examples->count; i++)
        printf("%s%.*s %.6g", i == 0 ? "\nsuch as " : ", ",
               GOS_ARG(json_find_text(&examples->items[i], "unit")),
               number_at(&examples->items[i], "/value"));
    if (examples && examples->count > 0)
        putchar('\n');
    for (uint32_t i = 0; warnings && i < warnings->count; i++)
        printf("! %.*s\n", GOS_ARG(json_find_text(&warnings->items[i], "message")));
}

static void answer_print(const struct json *answer, gos_arena *arena)
{
    gos_str from = json_find_text(answer, "from"), kind = json_find_text(answer, "kind");
    if (number_at(answer, "/units") == 0) {
        puts("nobody did what this counts");
        lists_print(answer);
        return;
    }
    printf("%.*s %.6g over the %.0f users seen since %.*s; %.0f of them have such an event (%.0f "
           "events)\n",
           GOS_ARG(kind), number_at(answer, "/value"), number_at(answer, "/units"), GOS_ARG(from),
           number_at(answer, "/active"), number_at(answer, "/events"));
    printf("standard deviation %.4g, %.1f %% have 0\n\n", number_at(answer, "/deviation"),
           100 * number_at(answer, "/share_of_zeros"));
    histogram_print(answer, arena);
    trend_print(answer);
    if (!gos_str_equal(kind, GOS_LIT("quantile")))
        detectable_print(answer);
    lists_print(answer);
}

int command_preview(const struct command *command, int argc, char **argv)
{
    struct remote remote;
    struct command own = *command;
    const char *words[1] = {""}, *type = "Count", *events = "10000";
    const struct remote_option options[] = {
        {"type", &type, NULL}, {"events", &events, NULL}, {NULL, NULL, NULL}};
    int count, code = EXIT_DONE;
    gos_str body;
    const struct json *answer;
    own.help = preview_help;
    if (!remote_open(&remote, &own, argc, argv, options, words, 1, &count, &code))
        return code;
    gos_str path = remote_path(remote.arena, "/api/v1/metrics/preview?events=", events, "");
    if (count != 1)
        code = command_usage(&own, "a CALCULATION is needed");
    else if (remote_call(&remote, "POST", path.data, body_write(remote.arena, words[0], type),
                         &body, &answer, &code)) {
        if (remote.as_json)
            printf("%.*s\n", GOS_ARG(body));
        else
            answer_print(answer, remote.arena);
    }
    remote_close(&remote);
    return code;
}
