/* The table of metrics: by role, on one axis, the interval of a single look inside the other. */
#include "api/report_parts.h"

#include "base/number.h"

#include <math.h>

enum { FOREST_WIDTH = 320, FOREST_HEIGHT = 20, PERCENT_MOST = 300 };

/* Percent of the control at both ends of the axis; zero is on it. */
struct axis {
    double from, to;
};

static const struct {
    const char *role, *title;
} groups[] = {
    {"primary", "Primary metric"}, {"secondary", "Secondary metrics"}, {"guardrail", "Guardrails"}};
enum { GROUP_COUNT = sizeof groups / sizeof groups[0] };

static double clamp(double value, double low, double high)
{
    return value < low ? low : value > high ? high : value;
}

static struct axis axis_of(const struct json *rows)
{
    struct axis axis = {-1, 1};
    for (uint32_t i = 0; rows && i < rows->count; i++) {
        struct report_interval range;
        if (!report_interval_at(&rows->items[i], "/lift_ci", &range))
            continue;
        axis.from = fmin(axis.from, fmax(range.lower, -PERCENT_MOST));
        axis.to = fmax(axis.to, fmin(range.upper, PERCENT_MOST));
    }
    return axis;
}

static double place(const struct axis *axis, double percent)
{
    return FOREST_WIDTH * (clamp(percent, axis->from, axis->to) - axis->from) /
           (axis->to - axis->from);
}

static void add_bar(struct text *out, const struct axis *axis, const struct report_interval *range,
                    int height, const char *style)
{
    double left = place(axis, range->lower), right = place(axis, range->upper);
    text_print(out, "<rect x=\"%.1f\" y=\"%d\" width=\"%.1f\" height=\"%d\" class=\"%s\"/>", left,
               (FOREST_HEIGHT - height) / 2, fmax(right - left, 1), height, style);
}

static void add_margin(struct text *out, const struct axis *axis, const struct json *row)
{
    double margin = json_number_at(row, "/margin");
    bool increase = !gos_str_equal(report_text(row, "/direction"), GOS_LIT("decrease"));
    if (!gos_str_equal(report_text(row, "/role"), GOS_LIT("guardrail")) || !isfinite(margin))
        return;
    double x = place(axis, increase ? -margin : margin);
    text_print(out, "<line x1=\"%.1f\" x2=\"%.1f\" y1=\"0\" y2=\"%d\" class=\"margin\"/>", x, x,
               FOREST_HEIGHT);
}

static void add_forest(struct text *out, const struct axis *axis, const struct json *row)
{
    struct report_interval outer, inner;
    double zero = place(axis, 0);
    if (!report_interval_at(row, "/lift_ci", &outer)) {
        text_add(out, GOS_LIT("<td class=\"quiet\">no finite interval</td>"));
        return;
    }
    bool has_inner = report_interval_at(row, "/fixed/lift_ci", &inner);
    text_print(out,
               "<td><svg viewBox=\"0 0 %d %d\" width=\"%d\" aria-hidden=\"true\"><line x1=\"%.1f\" "
               "x2=\"%.1f\" y1=\"0\" y2=\"%d\" class=\"axis\"/>",
               FOREST_WIDTH, FOREST_HEIGHT, FOREST_WIDTH, zero, zero, FOREST_HEIGHT);
    add_margin(out, axis, row);
    if (has_inner)
        add_bar(out, axis, &outer, 12, "outer");
    add_bar(out, axis, has_inner ? &inner : &outer, has_inner ? 7 : 10, "inner");
    text_print(out, "<circle cx=\"%.1f\" cy=\"%d\" r=\"4\" class=\"point\"/></svg></td>",
               place(axis, json_number_at(row, "/lift")), FOREST_HEIGHT / 2);
}

static void add_value(struct text *out, const struct json *row)
{
    struct report_interval range;
    bool is_share = gos_str_equal(report_text(row, "/kind"), GOS_LIT("proportion"));
    double times = is_share ? 100 : 1, se = NAN;
    if (report_interval_at(row, "/confidence_interval", &range))
        se = times * number_spread(range.lower, range.upper);
    report_number(out, times * json_number_at(row, "/mean_value"), number_decimals(se, 6));
    text_add(out, is_share ? GOS_LIT(" %") : GOS_LIT(" "));
    if (!is_share)
        report_add(out, report_text(row, "/unit"));
}

static const struct json *control_of(const struct json *rows, const struct json *row)
{
    for (uint32_t i = 0; i < rows->count; i++) {
        if (report_is(&rows->items[i], "/is_control") &&
            gos_str_equal(report_text(&rows->items[i], "/metric_name"),
                          report_text(row, "/metric_name")))
            return &rows->items[i];
    }
    return NULL;
}

static void add_change(struct text *out, const struct json *row, const char *tone)
{
    struct report_interval outer, by;
    bool has_outer = report_interval_at(row, "/lift_ci", &outer);
    if (!report_interval_at(row, "/fixed/lift_ci", &by))
        by = outer;
    text_print(out, "<td class=\"n strong %s\" data-is=\"change\">", tone);
    report_percent(out, json_number_at(row, "/lift"), has_outer ? &by : NULL);
    text_add(out, GOS_LIT("</td><td class=\"n\" data-is=\"interval\">"));
    if (has_outer) {
        int decimals = number_decimals(number_spread(outer.lower, outer.upper), 4);
        report_number(out, outer.lower, decimals);
        text_add(out, GOS_LIT(" to "));
        report_number(out, outer.upper, decimals);
        text_add(out, GOS_LIT(" %"));
    } else {
        text_add(out, GOS_LIT("–"));
    }
    text_add(out, GOS_LIT("</td>"));
}

static const char *guardrail_words(const struct json *row)
{
    gos_str word = report_text(row, "/guardrail");
    if (gos_str_equal(word, GOS_LIT("pass")))
        return "not worse than its margin";
    if (gos_str_equal(word, GOS_LIT("breach")))
        return "broken: it got worse";
    return word.len > 0 ? "not yet clear" : "";
}

static void add_row(struct text *out, const struct report *report, const struct axis *axis,
                    const struct json *row)
{
    bool increase = !gos_str_equal(report_text(row, "/direction"), GOS_LIT("decrease"));
    const struct json *control = control_of(report->results, row);
    const char *tone = report_tone(row, report_is_trusted(report));
    double adjusted = json_number_at(row, "/adjusted_p");
    text_print(out, "<tr class=\"%s\"><td>", tone);
    report_add(out, report_text(row, "/metric_name"));
    text_print(out, " <span class=\"quiet\">%s %s</span></td><td>", increase ? "↑" : "↓",
               guardrail_words(row));
    report_add(out, report_text(row, "/variant"));
    text_add(out, GOS_LIT("</td><td class=\"n\" data-is=\"control\">"));
    if (control)
        add_value(out, control);
    text_add(out, GOS_LIT("</td><td class=\"n\" data-is=\"value\">"));
    add_value(out, row);
    text_add(out, GOS_LIT("</td>"));
    add_change(out, row, tone);
    add_forest(out, axis, row);
    text_add(out, GOS_LIT("<td class=\"n\" data-is=\"p\">"));
    report_p_value(out, isnan(adjusted) ? json_number_at(row, "/p_value") : adjusted);
    text_add(out, GOS_LIT("</td></tr>"));
}

static void add_group(struct text *out, const struct report *report, const struct axis *axis,
                      size_t group)
{
    bool begun = false;
    for (uint32_t i = 0; i < report->results->count; i++) {
        const struct json *row = &report->results->items[i];
        if (report_is(row, "/is_control") ||
            !gos_str_equal(report_text(row, "/role"), gos_str_from(groups[group].role)))
            continue;
        if (!begun)
            text_print(out, "<tr class=\"group\"><th colspan=\"8\">%s</th></tr>",
                       groups[group].title);
        begun = true;
        add_row(out, report, axis, row);
    }
}

/* Both ends only where they do not run into the zero. */
static void add_axis(struct text *out, const struct axis *axis)
{
    double zero = place(axis, 0), room = 60;
    text_print(out, "<svg width=\"%d\" height=\"14\" aria-hidden=\"true\">", FOREST_WIDTH);
    if (zero > room)
        text_print(out, "<text y=\"11\">−%.3g %%</text>", -axis->from);
    text_print(out, "<text x=\"%.1f\" y=\"11\" text-anchor=\"middle\">0</text>", zero);
    if (zero < FOREST_WIDTH - room)
        text_print(out, "<text x=\"%d\" y=\"11\" text-anchor=\"end\">+%.3g %%</text>", FOREST_WIDTH,
                   axis->to);
    text_add(out, GOS_LIT("</svg>"));
}

void report_add_metrics(struct text *out, const struct report *report)
{
    if (!report->results || report->results->count == 0) {
        text_add(out, GOS_LIT("<h2>Results</h2><p class=\"quiet\">There are none yet.</p>"));
        return;
    }
    struct axis axis = axis_of(report->results);
    text_add(out, GOS_LIT("<h2>Results</h2><div class=\"wide\"><table><thead><tr><th>Metric</th>"
                          "<th>Variant</th><th class=\"n\">Control</th><th class=\"n\">Value</th>"
                          "<th class=\"n\">Change</th><th class=\"n\">95 % interval</th><th>"));
    add_axis(out, &axis);
    text_add(out, GOS_LIT("</th><th class=\"n\">p</th></tr></thead><tbody>"));
    for (size_t i = 0; i < GROUP_COUNT; i++)
        add_group(out, report, &axis, i);
    text_add(out,
             GOS_LIT("</tbody></table></div><p class=\"quiet\">Change: difference of the means "
                     "divided by the control mean. Pale bar: valid however often one looks. Dark "
                     "bar: valid once, at the planned size. Coloured only when significant and "
                     "every health check passed: green in the wanted direction (arrow), red in "
                     "the other. p-values are corrected for several comparisons.</p>"));
}
