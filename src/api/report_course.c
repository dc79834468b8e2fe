/* How each effect came about: cumulative, with the interval that holds at every look. */
#include "api/report_parts.h"

#include <math.h>

enum { PLOT_WIDTH = 360, PLOT_HEIGHT = 150, POINTS_MAX = 64 };

static double clamp(double value, double low, double high)
{
    return value < low ? low : value > high ? high : value;
}

struct plot {
    const struct json *points[POINTS_MAX];
    uint32_t count;
    double span;
};

static double plot_y(const struct plot *plot, double percent)
{
    return PLOT_HEIGHT / 2.0 * (1 - clamp(percent, -plot->span, plot->span) / plot->span);
}

/* To the minute: a course may be of hours. */
static void add_date(struct text *out, const struct json *point)
{
    gos_str at = report_text(point, "/at");
    report_add(out, (gos_str){at.data, at.len < 16 ? at.len : 16});
}

static void add_plot(struct text *out, const struct plot *plot)
{
    double step = (double)PLOT_WIDTH / (plot->count > 1 ? plot->count - 1 : 1);
    text_print(out,
               "<svg viewBox=\"0 0 %d %d\" width=\"%d\" role=\"img\" aria-label=\"course of the "
               "lift\"><line x1=\"0\" x2=\"%d\" y1=\"%d\" "
               "y2=\"%d\" class=\"axis\"/><polygon class=\"band\" "
               "points=\"",
               PLOT_WIDTH, PLOT_HEIGHT + 18, PLOT_WIDTH, PLOT_WIDTH, PLOT_HEIGHT / 2,
               PLOT_HEIGHT / 2);
    for (uint32_t i = 0; i < plot->count; i++)
        text_print(out, "%.1f,%.1f ", i * step,
                   plot_y(plot, json_number_at(plot->points[i], "/lift_ci/upper")));
    for (uint32_t i = plot->count; i-- > 0;)
        text_print(out, "%.1f,%.1f ", i * step,
                   plot_y(plot, json_number_at(plot->points[i], "/lift_ci/lower")));
    text_add(out, GOS_LIT("\"/><polyline class=\"line\" "
                          "points=\""));
    for (uint32_t i = 0; i < plot->count; i++)
        text_print(out, "%.1f,%.1f ", i * step,
                   plot_y(plot, json_number_at(plot->points[i], "/lift")));
    text_print(out,
               "\"/><text x=\"2\" y=\"10\">+%.3g %%</text><text x=\"2\" y=\"%d\">-%.3g "
               "%%</text><text y=\"%d\">",
               plot->span, PLOT_HEIGHT - 3, plot->span, PLOT_HEIGHT + 14);
    add_date(out, plot->points[0]);
    text_print(out, "</text><text x=\"%d\" y=\"%d\" text-anchor=\"end\">", PLOT_WIDTH,
               PLOT_HEIGHT + 14);
    add_date(out, plot->points[plot->count - 1]);
    text_add(out, GOS_LIT("</text></svg>"));
}

static void add_course(struct text *out, const struct json *points, const struct json *row)
{
    struct plot plot = {.span = 1};
    gos_str metric = report_text(row, "/metric_name"), variant = report_text(row, "/variant");
    for (uint32_t i = 0; points && i < points->count && plot.count < POINTS_MAX; i++) {
        const struct json *point = &points->items[i];
        double low = json_number_at(point, "/lift_ci/lower"),
               high = json_number_at(point, "/lift_ci/upper");
        if (!gos_str_equal(report_text(point, "/metric_name"), metric) ||
            !gos_str_equal(report_text(point, "/variant"), variant) || isnan(low) || isnan(high) ||
            isnan(json_number_at(point, "/lift")))
            continue;
        plot.points[plot.count++] = point;
    }
    if (plot.count < 2)
        return;
    const struct json *last = plot.points[plot.count - 1];
    plot.span = clamp(3 * fmax(fabs(json_number_at(last, "/lift_ci/lower")),
                               fabs(json_number_at(last, "/lift_ci/upper"))),
                      1, 300);
    text_add(out, GOS_LIT("<figure><figcaption>"));
    report_add(out, metric);
    text_add(out, GOS_LIT(", "));
    report_add(out, variant);
    text_print(out, " <span class=\"quiet\">(lift, ±%.0f %%)</span></figcaption>", plot.span);
    add_plot(out, &plot);
    text_add(out, GOS_LIT("</figure>"));
}

void report_add_courses(struct text *out, const struct report *report)
{
    if (!report->results || !report->points || report->points->count == 0)
        return;
    text_add(out, GOS_LIT("<h2>As data came in</h2>"));
    for (uint32_t i = 0; i < report->results->count; i++) {
        if (!report_is(&report->results->items[i], "/is_control"))
            add_course(out, report->points, &report->results->items[i]);
    }
}
