/* Result rows as a table, intervals as bars. */
#include "cli/result_draw.h"

#include "cli/terminal.h"

#include <math.h>

enum { BAR_COLUMNS_MIN = 12, BAR_COLUMNS_MAX = 48, OTHER_COLUMNS = 92 };

/* A lift beyond this stretches the axis for no use. */
#define AXIS_PERCENT_MAX 300.0

static gos_str text_at(const struct json *row, const char *pointer)
{
    const struct json *value = json_at(row, gos_str_from(pointer));
    return value && value->type == JSON_STRING ? value->text : GOS_LIT("");
}

static bool is_true(const struct json *row, const char *pointer)
{
    const struct json *value = json_at(row, gos_str_from(pointer));
    return value && value->type == JSON_BOOL && value->boolean;
}

static gos_str percent_draw(double value, gos_arena *arena)
{
    return isnan(value) ? GOS_LIT("") : gos_arena_print(arena, "%+.2f %%", value);
}

static gos_str value_draw(const struct json *row, gos_arena *arena)
{
    double mean = json_number_at(row, "/mean_value");
    gos_str unit = text_at(row, "/unit");
    if (gos_str_equal(text_at(row, "/kind"), GOS_LIT("proportion")))
        return gos_arena_print(arena, "%.3f %%", mean * 100);
    gos_str number = number_draw(mean, 5, arena);
    return gos_arena_print(arena, unit.len ? "%.*s %.*s" : "%.*s%.*s", GOS_ARG(number),
                           GOS_ARG(unit));
}

static enum color verdict_color(const struct json *row, const struct json *health)
{
    if (!is_true(row, "/significant") || is_true(health, "/sample_ratio/alarm") ||
        gos_str_equal(text_at(health, "/status"), GOS_LIT("alarm")))
        return COLOR_NONE;
    bool increase = !gos_str_equal(text_at(row, "/direction"), GOS_LIT("decrease"));
    bool up = json_number_at(row, "/diff") > 0;
    return increase == up ? COLOR_GREEN : COLOR_RED;
}

static bool bounded(const struct json *row)
{
    gos_str kind = text_at(row, "/lift_kind");
    return kind.len == 0 || gos_str_equal(kind, GOS_LIT("bounded"));
}

static struct bar_axis find_axis(const struct json *rows, FILE *stream)
{
    int free_columns = terminal_columns(stream) - OTHER_COLUMNS;
    struct bar_axis axis = {0, 0, free_columns};
    if (axis.columns < BAR_COLUMNS_MIN)
        axis.columns = BAR_COLUMNS_MIN;
    if (axis.columns > BAR_COLUMNS_MAX)
        axis.columns = BAR_COLUMNS_MAX;
    for (uint32_t i = 0; i < rows->count; i++) {
        const struct json *row = &rows->items[i];
        if (is_true(row, "/is_control") || !bounded(row))
            continue;
        bar_axis_add(&axis, fmax(json_number_at(row, "/lift_ci/lower"), -AXIS_PERCENT_MAX),
                     fmin(json_number_at(row, "/lift_ci/upper"), AXIS_PERCENT_MAX));
    }
    return axis;
}

static gos_str status_draw(const struct json *row)
{
    gos_str status = text_at(row, "/status");
    return gos_str_equal(status, GOS_LIT("ok")) ? GOS_LIT("") : status;
}

static void comparison_row(struct table *table, const struct json *row, enum color color,
                           const struct bar_axis *axis)
{
    gos_arena *arena = table->arena;
    double low = json_number_at(row, "/lift_ci/lower"),
           high = json_number_at(row, "/lift_ci/upper");
    table_cell(table, percent_draw(json_number_at(row, "/lift"), arena), color);
    if (bounded(row) && !isnan(low))
        table_cellf(table, color, "%+.2f … %+.2f", low, high);
    else
        table_cell(table, GOS_LIT("unbounded"), COLOR_DIM);
    table_cell(table,
               bounded(row) ? bar_draw(axis, low, json_number_at(row, "/lift"), high, arena)
                            : GOS_LIT(""),
               color);
    table_cell(table, p_value_draw(json_number_at(row, "/p_value"), arena), color);
    table_cell(table, p_value_draw(json_number_at(row, "/adjusted_p"), arena), COLOR_NONE);
    table_cell(table, text_at(row, "/method"), COLOR_DIM);
    table_cell(table, status_draw(row), COLOR_YELLOW);
}

void result_draw(const struct json *rows, const struct json *health, gos_arena *arena, FILE *stream)
{
    struct table table;
    struct bar_axis axis = find_axis(rows, stream);
    gos_str before = {0};
    table_init(&table, arena);
    table_column(&table, "metric", ALIGN_LEFT);
    table_column(&table, "variant", ALIGN_LEFT);
    table_column(&table, "units", ALIGN_RIGHT);
    table_column(&table, "value", ALIGN_RIGHT);
    table_column(&table, "lift", ALIGN_RIGHT);
    table_column(&table, "95 % interval", ALIGN_RIGHT);
    table_column(&table, "", ALIGN_LEFT);
    table_column(&table, "p", ALIGN_RIGHT);
    table_column(&table, "p corrected", ALIGN_RIGHT);
    table_column(&table, "method", ALIGN_LEFT);
    table_column(&table, "", ALIGN_LEFT);
    for (uint32_t i = 0; i < rows->count; i++) {
        const struct json *row = &rows->items[i];
        gos_str metric = text_at(row, "/metric_name");
        table_row(&table);
        table_cell(&table, gos_str_equal(metric, before) ? GOS_LIT("") : metric, COLOR_BOLD);
        before = metric;
        table_cell(&table, text_at(row, "/variant"), COLOR_NONE);
        table_cellf(&table, COLOR_NONE, "%.0f", json_number_at(row, "/sample_size"));
        table_cell(&table, value_draw(row, arena), COLOR_NONE);
        if (!is_true(row, "/is_control"))
            comparison_row(&table, row, verdict_color(row, health), &axis);
        else
            table_cell(&table, GOS_LIT("control"), COLOR_DIM);
    }
    table_print(&table, stream);
}

void verdict_draw(const struct json *verdict, FILE *stream)
{
    const struct json *reasons = json_find(verdict, GOS_LIT("reasons"));
    gos_str sentence = text_at(verdict, "/sentence");
    if (sentence.len == 0)
        return;
    fprintf(stream, "%.*s\n", GOS_ARG(sentence));
    for (uint32_t i = 0; reasons && i < reasons->count; i++)
        fprintf(stream, "  %.*s\n", GOS_ARG(reasons->items[i].text));
}

static enum color severity_color(gos_str severity)
{
    return gos_str_equal(severity, GOS_LIT("alarm"))     ? COLOR_RED
           : gos_str_equal(severity, GOS_LIT("warning")) ? COLOR_YELLOW
                                                         : COLOR_DIM;
}

void health_draw(const struct json *health, gos_arena *arena, FILE *stream)
{
    const struct json *variants = json_at(health, GOS_LIT("/sample_ratio/variants"));
    const struct json *findings = json_find(health, GOS_LIT("findings"));
    double p = json_number_at(health, "/sample_ratio/p_value");
    for (uint32_t i = 0; variants && i < variants->count; i++) {
        gos_str name = text_at(&variants->items[i], "/variant");
        fprintf(stream, "%s%.*s %.0f", i ? ", " : "units: ", GOS_ARG(name),
                json_number_at(&variants->items[i], "/units"));
    }
    fprintf(stream, "; sample ratio p = %.*s%s\n", GOS_ARG(p_value_draw(p, arena)),
            is_true(health, "/sample_ratio/alarm") ? ": ALARM, do not trust the results below"
            : p < 0.01                             ? ": look into it (alarm below 0.001)"
                                                   : "");
    if (!findings || findings->count == 0)
        return;
    struct table table;
    table_init(&table, arena);
    table_column(&table, "finding", ALIGN_LEFT);
    table_column(&table, "what", ALIGN_LEFT);
    for (uint32_t i = 0; i < findings->count; i++) {
        const struct json *finding = &findings->items[i];
        enum color color = severity_color(text_at(finding, "/severity"));
        table_row(&table);
        table_cell(&table, text_at(finding, "/name"), color);
        table_cell(&table, text_at(finding, "/message"), COLOR_NONE);
        table_row(&table);
        table_cell(&table, GOS_LIT(""), COLOR_NONE);
        table_cellf(&table, COLOR_DIM, "→ %.*s", GOS_ARG(text_at(finding, "/next_step")));
    }
    table_print(&table, stream);
}
