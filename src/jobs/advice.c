/* Reads what a computation wrote, as a list would. */
#include "jobs/advice.h"

#include "base/time.h"

/* All units that were exposed. */
static int64_t units_of(const struct json *health)
{
    double units = 0;
    const struct json *variants = json_at(health, GOS_LIT("/sample_ratio/variants"));
    for (uint32_t i = 0; variants && i < variants->count; i++) {
        const struct json *count = json_find(&variants->items[i], GOS_LIT("units"));
        units += count ? count->number : 0;
    }
    return (int64_t)units;
}

static gos_str kind_of(gos_str verdict, int64_t units)
{
    if (gos_str_equal(verdict, GOS_LIT("broken")))
        return GOS_LIT("unhealthy");
    if (gos_str_equal(verdict, GOS_LIT("keep_running")))
        return units > 0 ? GOS_LIT("running") : GOS_LIT("no_data");
    return verdict;
}

/* What the verdict is about: its own reason before its sentence when the data are broken. */
static gos_str reason_of(const struct json *verdict, gos_str kind, int64_t units)
{
    const struct json *reasons = json_find(verdict, GOS_LIT("reasons"));
    if (units == 0)
        return GOS_LIT("No unit has been seen in it yet.");
    if (gos_str_equal(kind, GOS_LIT("running")) || !reasons || reasons->count == 0)
        return json_find_text(verdict, "sentence");
    return reasons->items[0].text;
}

/* Rows stand in the order of the design: the first primary metric comes first. */
static const struct result *primary_of(const struct analysis *analysis, gos_str variant)
{
    for (uint32_t i = 0; i < analysis->row_count; i++) {
        const struct result *row = &analysis->rows[i];
        if (str_contains(row->detail, GOS_LIT("\"role\":\"primary\"")) &&
            gos_str_equal(row->variant, variant))
            return row;
    }
    return NULL;
}

static void body_write(const struct analysis *analysis, const struct json *experiment,
                       const struct json *health, const struct json *verdict, gos_str reason,
                       struct json_writer *json)
{
    char as_of[TIME_TEXT_BYTES];
    gos_str variant = json_find_text(verdict, "variant");
    const struct result *primary = primary_of(analysis, variant);
    json_open_object(json);
    json_name(json, "reason");
    json_text(json, reason);
    json_name(json, "days_left");
    json_value(json, json_find(verdict, GOS_LIT("days_left")));
    json_name(json, "variant");
    json_text(json, variant);
    json_name(json, "health");
    json_value(json, json_find(health, GOS_LIT("status")));
    json_name(json, "units");
    json_int(json, units_of(health));
    json_name(json, "planned_units");
    json_value(json, json_at(experiment, GOS_LIT("/success_metrics/minimum_sample_size")));
    json_name(json, "as_of");
    json_text(json, (gos_str){as_of, time_write(analysis->window_end, as_of)});
    json_name(json, "primary");
    if (primary)
        result_write(primary, json);
    else
        json_null(json);
    json_close_object(json);
}

bool advice_make(const struct analysis *analysis, const struct definition *experiment,
                 gos_arena *arena, struct advice *out, gos_error *err)
{
    const struct json *health, *verdict;
    struct text text;
    struct json_writer json;
    if (!json_read(analysis->health, arena, &health, err) ||
        !json_read(analysis->verdict, arena, &verdict, err))
        return false;
    int64_t units = units_of(health);
    gos_str kind = kind_of(json_find_text(verdict, "verdict"), units);
    text_init(&text, arena);
    json_writer_init(&json, &text);
    body_write(analysis, experiment->tree, health, verdict, reason_of(verdict, kind, units), &json);
    *out = (struct advice){experiment->id, kind, text_str(&text), analysis->window_end};
    return text_ok(&text, err);
}
