#include "jobs/verify.h"

/* The rows of one metric and variant in both computations. */
static void compare_row(const struct result *stored, const struct analysis *again,
                        struct json_writer *json, uint32_t *differences)
{
    const struct result *found = NULL;
    for (uint32_t i = 0; i < again->row_count; i++) {
        if (gos_str_equal(again->rows[i].metric_name, stored->metric_name) &&
            gos_str_equal(again->rows[i].variant, stored->variant))
            found = &again->rows[i];
    }
    const double a[] = {(double)stored->sample_size, stored->mean_value, stored->variance,
                        stored->p_value, stored->lift};
    const double b[] = {found ? (double)found->sample_size : 0, found ? found->mean_value : 0,
                        found ? found->variance : 0, found ? found->p_value : 0,
                        found ? found->lift : 0};
    if (found && memcmp(a, b, sizeof a) == 0)
        return;
    ++*differences;
    json_open_object(json);
    json_name(json, "metric_name");
    json_text(json, stored->metric_name);
    json_name(json, "variant");
    json_text(json, stored->variant);
    json_name(json, "stored_mean");
    json_double(json, stored->mean_value);
    json_name(json, "mean");
    json_double(json, b[1]);
    json_name(json, "stored_sample_size");
    json_int(json, stored->sample_size);
    json_name(json, "sample_size");
    json_int(json, (int64_t)b[0]);
    json_close_object(json);
}

bool verify_report(const struct result *rows, uint32_t count, const struct analysis *again,
                   gos_arena *arena, gos_str *out, gos_error *err)
{
    uint32_t differences = 0;
    struct text list, text;
    struct json_writer json;
    text_init(&list, arena);
    json_writer_init(&json, &list);
    json_open_array(&json);
    for (uint32_t i = 0; i < count; i++)
        compare_row(&rows[i], again, &json, &differences);
    json_close_array(&json);
    text_init(&text, arena);
    text_print(&text, "{\"same\":%s,\"rows\":%u,\"differences\":", differences ? "false" : "true",
               count);
    text_add(&text, text_str(&list));
    text_add_char(&text, '}');
    *out = text_str(&text);
    return text_ok(&list, err) && text_ok(&text, err);
}
