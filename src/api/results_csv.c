/* Columns are places in a row as REST shows it. */
#include "api/results_csv.h"

#include "base/text.h"

static const struct {
    const char *name;
    const char *pointer;
} columns[] = {
    {"variant", "/variant"},
    {"metric_name", "/metric_name"},
    {"role", "/role"},
    {"is_control", "/is_control"},
    {"sample_size", "/sample_size"},
    {"conversions", "/conversions"},
    {"mean_value", "/mean_value"},
    {"variance", "/variance"},
    {"confidence_interval_lower", "/confidence_interval/lower"},
    {"confidence_interval_upper", "/confidence_interval/upper"},
    {"lift", "/lift"},
    {"lift_lower", "/lift_ci/lower"},
    {"lift_upper", "/lift_ci/upper"},
    {"diff", "/diff"},
    {"diff_lower", "/diff_ci/lower"},
    {"diff_upper", "/diff_ci/upper"},
    {"p_value", "/p_value"},
    {"adjusted_p", "/adjusted_p"},
    {"significant", "/significant"},
    {"statistical_power", "/statistical_power"},
    {"method", "/method"},
    {"status", "/status"},
    {"computed_at", "/computed_at"},
    {"data_window_start", "/data_window/start"},
    {"data_window_end", "/data_window/end"},
};
enum { COLUMN_COUNT = sizeof columns / sizeof columns[0] };

static void put_text(struct text *out, gos_str value)
{
    bool is_formula = value.len > 0 && strchr("=+-@\t\r", value.data[0]);
    text_add_char(out, '"');
    if (is_formula)
        text_add_char(out, '\'');
    for (size_t i = 0; i < value.len; i++) {
        if (value.data[i] == '"')
            text_add_char(out, '"');
        text_add_char(out, value.data[i]);
    }
    text_add_char(out, '"');
}

static void put_value(struct text *out, const struct json *value)
{
    if (!value || value->type == JSON_NULL)
        return;
    if (value->type == JSON_BOOL)
        text_add(out, value->boolean ? GOS_LIT("true") : GOS_LIT("false"));
    else if (value->type == JSON_NUMBER)
        text_add(out, value->text);
    else if (value->type == JSON_STRING)
        put_text(out, value->text);
}

bool results_csv(const struct json *results, gos_str experiment, gos_arena *arena, gos_str *out,
                 gos_error *err)
{
    struct text text;
    text_init(&text, arena);
    text_add(&text, GOS_LIT("experiment"));
    for (size_t i = 0; i < COLUMN_COUNT; i++)
        text_print(&text, ",%s", columns[i].name);
    text_add(&text, GOS_LIT("\r\n"));
    for (uint32_t row = 0; row < results->count; row++) {
        put_text(&text, experiment);
        for (size_t i = 0; i < COLUMN_COUNT; i++) {
            text_add_char(&text, ',');
            put_value(&text, json_at(&results->items[row], gos_str_from(columns[i].pointer)));
        }
        text_add(&text, GOS_LIT("\r\n"));
    }
    *out = text_str(&text);
    return text_ok(&text, err);
}
