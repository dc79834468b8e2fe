/* Tables of a metric over time, over days since exposure, and of its values and funnel steps. */
#include "cli/result_course.h"

#include "cli/terminal.h"

#include <stdio.h>

/* A column: its title, and where its number or text stands in a row. */
struct field {
    const char *title;
    const char *pointer;
    double scale;
};

static void cell_add(struct table *table, const struct json *row, const struct field *field)
{
    const struct json *value = json_at(row, gos_str_from(field->pointer));
    if (value && value->type == JSON_NUMBER)
        table_cellf(table, COLOR_NONE, "%.5g", value->number * field->scale);
    else
        table_cell(table, value && value->type == JSON_STRING ? value->text : GOS_LIT("-"),
                   COLOR_NONE);
}

/* One table of rows that stand in a list, or, with `inner`, in a list of each of its members. */
static void rows_print(const struct json *list, const char *inner, const struct field *fields,
                       gos_arena *arena)
{
    struct table table;
    table_init(&table, arena);
    if (inner)
        table_column(&table, "variant", ALIGN_LEFT);
    for (size_t f = 0; fields[f].title; f++)
        table_column(&table, fields[f].title, f == 0 ? ALIGN_LEFT : ALIGN_RIGHT);
    for (uint32_t i = 0; list && i < list->count; i++) {
        const struct json *rows = inner ? json_find(&list->items[i], gos_str_from(inner)) : list;
        uint32_t first = inner ? 0 : i, end = inner && rows ? rows->count : i + 1;
        for (uint32_t r = first; rows && r < end; r++) {
            table_row(&table);
            if (inner)
                table_cell(&table, json_find_text(&list->items[i], "variant"), COLOR_NONE);
            for (size_t f = 0; fields[f].title; f++)
                cell_add(&table, &rows->items[r], &fields[f]);
        }
    }
    table_print(&table, stdout);
}

static void series_print(const struct json *answer, gos_arena *arena)
{
    static const struct field fields[] = {
        {"until", "/at", 1},           {"metric", "/metric_name", 1},
        {"variant", "/variant", 1},    {"units", "/sample_size", 1},
        {"mean", "/mean_value", 1},    {"lift %", "/lift", 1},
        {"from", "/lift_ci/lower", 1}, {"to", "/lift_ci/upper", 1},
        {"p", "/p_value", 1},          {NULL, NULL, 0}};
    rows_print(json_find(answer, GOS_LIT("points")), NULL, fields, arena);
}

static void novelty_print(const struct json *answer, gos_arena *arena)
{
    static const struct field fields[] = {{"day", "/day", 1},
                                          {"difference", "/diff", 1},
                                          {"se", "/se", 1},
                                          {"units", "/units", 1},
                                          {NULL, NULL, 0}};
    const struct json *variants = json_find(answer, GOS_LIT("variants"));
    rows_print(variants, "course", fields, arena);
    for (uint32_t v = 0; variants && v < variants->count; v++) {
        const struct json *changes = json_find(&variants->items[v], GOS_LIT("changes"));
        printf("%.*s: the effect %s with the days since exposure\n",
               GOS_ARG(json_find_text(&variants->items[v], "variant")),
               changes && changes->boolean ? "changes" : "does not visibly change");
    }
}

static void distribution_print(const struct json *answer, gos_arena *arena)
{
    static const struct field fields[] = {{"variant", "/variant", 1},
                                          {"units", "/units", 1},
                                          {"mean", "/mean", 1},
                                          {"zero %", "/share_of_zeros", 100},
                                          {"p25", "/p25", 1},
                                          {"p50", "/p50", 1},
                                          {"p75", "/p75", 1},
                                          {"p90", "/p90", 1},
                                          {"p99", "/p99", 1},
                                          {"largest", "/max", 1},
                                          {NULL, NULL, 0}};
    static const struct field steps[] = {{"step", "/event", 1},
                                         {"units", "/units", 1},
                                         {"of all %", "/share", 100},
                                         {"of first %", "/of_first", 100},
                                         {"conversion %", "/conversion", 100},
                                         {"from", "/conversion_ci/lower", 100},
                                         {"to", "/conversion_ci/upper", 100},
                                         {NULL, NULL, 0}};
    const struct json *funnel = json_find(answer, GOS_LIT("funnel"));
    rows_print(json_find(answer, GOS_LIT("variants")), NULL, fields, arena);
    if (!funnel)
        return;
    putchar('\n');
    rows_print(funnel, "steps", steps, arena);
}

int result_course(struct remote *remote, const char *experiment, const char *view,
                  const char *metric)
{
    int code = EXIT_DONE;
    gos_str body;
    const struct json *answer;
    gos_arena *arena = remote->arena;
    gos_str query = remote_path(arena, "?metric=", metric, "");
    gos_str behind = gos_arena_print(arena, "/%s%.*s", view, GOS_ARG(query));
    gos_str path =
        remote_path(arena, "/api/v1/experiments/", experiment, behind.data ? behind.data : "");
    if (!remote_call(remote, "GET", path.data, (gos_str){NULL, 0}, &body, &answer, &code))
        return code;
    if (remote->as_json)
        printf("%.*s\n", GOS_ARG(body));
    else if (view[0] == 't')
        series_print(answer, arena);
    else if (view[0] == 'n')
        novelty_print(answer, arena);
    else
        distribution_print(answer, arena);
    return code;
}
