/* Tables of slices, and of pairs of variants. */
#include "cli/result_breakdown.h"

#include "cli/terminal.h"

#include <math.h>
#include <stdio.h>

static void cell_number(struct table *table, const struct json *object, const char *name,
                        double scale, const char *unit)
{
    double value = scale * json_find_number(object, name);
    if (isnan(value))
        table_cell(table, GOS_LIT("-"), COLOR_NONE);
    else
        table_cellf(table, COLOR_NONE, "%.4g%s", value, unit);
}

static void columns_add(struct table *table, const char *const *names, uint32_t texts)
{
    for (uint32_t i = 0; names[i]; i++)
        table_column(table, names[i], i < texts ? ALIGN_LEFT : ALIGN_RIGHT);
}

/* A phase with the day on which it began. */
static gos_str slice_name(const struct json *slice, gos_arena *arena)
{
    gos_str value = json_find_text(slice, "value"), from = json_find_text(slice, "from");
    if (from.len < 10)
        return value;
    return gos_arena_print(arena, "%.*s from %.10s", GOS_ARG(value), from.data);
}

static void slices_print(const struct json *answer, gos_arena *arena)
{
    static const char *const names[] = {"variant", "value", "units", "control",     "mean",
                                        "control", "lift",  "p",     "p corrected", NULL};
    const struct json *variants = json_find(answer, GOS_LIT("variants"));
    struct table table;
    table_init(&table, arena);
    columns_add(&table, names, 2);
    for (uint32_t v = 0; variants && v < variants->count; v++) {
        const struct json *slices = json_find(&variants->items[v], GOS_LIT("slices"));
        for (uint32_t i = 0; slices && i < slices->count; i++) {
            const struct json *slice = &slices->items[i], *differs;
            differs = json_find(slice, GOS_LIT("differs"));
            table_row(&table);
            table_cell(&table, json_find_text(&variants->items[v], "variant"), COLOR_NONE);
            table_cell(&table, slice_name(slice, arena),
                       differs && differs->boolean ? COLOR_YELLOW : COLOR_NONE);
            cell_number(&table, slice, "units", 1, "");
            cell_number(&table, slice, "control_units", 1, "");
            cell_number(&table, slice, "mean", 1, "");
            cell_number(&table, slice, "control_mean", 1, "");
            cell_number(&table, slice, "lift", 1, " %");
            cell_number(&table, slice, "p_value", 1, "");
            cell_number(&table, slice, "adjusted_p", 1, "");
        }
    }
    table_print(&table, stdout);
    for (uint32_t v = 0; variants && v < variants->count; v++)
        printf("%.*s: the effect differs between them with p = %.4g\n",
               GOS_ARG(json_find_text(&variants->items[v], "variant")),
               json_find_number(&variants->items[v], "heterogeneity_p"));
}

static void attributes_print(const struct json *attributes)
{
    puts("attributes that came with exposures:");
    for (uint32_t i = 0; i < attributes->count; i++)
        printf("  %.*s  (%.0f units)\n", GOS_ARG(json_find_text(&attributes->items[i], "name")),
               json_find_number(&attributes->items[i], "units"));
}

static void interactions_print(const struct json *answer, gos_arena *arena)
{
    static const char *const names[] = {"variant", "with", "units", "mean", NULL};
    const struct json *cells = json_find(answer, GOS_LIT("cells"));
    const struct json *pairs = json_find(answer, GOS_LIT("pairs"));
    struct table table;
    table_init(&table, arena);
    columns_add(&table, names, 2);
    for (uint32_t i = 0; cells && i < cells->count; i++) {
        table_row(&table);
        table_cell(&table, json_find_text(&cells->items[i], "variant"), COLOR_NONE);
        table_cell(&table, json_find_text(&cells->items[i], "other_variant"), COLOR_NONE);
        cell_number(&table, &cells->items[i], "units", 1, "");
        cell_number(&table, &cells->items[i], "mean", 1, "");
    }
    table_print(&table, stdout);
    for (uint32_t i = 0; pairs && i < pairs->count; i++) {
        gos_str own = json_find_text(&pairs->items[i], "variant");
        gos_str other = json_find_text(&pairs->items[i], "other_variant");
        printf("%.*s changes the effect of %.*s by %+.4g, p = %.4g (corrected %.4g)\n",
               GOS_ARG(other), GOS_ARG(own), json_find_number(&pairs->items[i], "contrast"),
               json_find_number(&pairs->items[i], "p_value"),
               json_find_number(&pairs->items[i], "adjusted_p"));
    }
}

int result_breakdown(struct remote *remote, const char *experiment, const char *by,
                     const char *with, const char *metric)
{
    int code = EXIT_DONE;
    gos_str body;
    const struct json *answer, *attributes;
    gos_arena *arena = remote->arena;
    gos_str query =
        remote_path(arena, by ? "/slices?by=" : "/interactions?with=", by ? by : with, "&metric=");
    query = remote_path(arena, query.data, metric, "");
    gos_str path = remote_path(arena, "/api/v1/experiments/", experiment, query.data);
    if (!remote_call(remote, "GET", path.data, (gos_str){NULL, 0}, &body, &answer, &code))
        return code;
    if (remote->as_json)
        printf("%.*s\n", GOS_ARG(body));
    else if (!by)
        interactions_print(answer, arena);
    else if ((attributes = json_find(answer, GOS_LIT("attributes"))))
        attributes_print(attributes);
    else
        slices_print(answer, arena);
    return code;
}
