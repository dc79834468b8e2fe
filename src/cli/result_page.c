/* Tables and inline SVG. Everything that people wrote is escaped. */
#include "cli/result_page.h"

#include "base/time.h"
#include "cli/terminal.h"

#include <math.h>

enum { PLOT_WIDTH = 360, PLOT_HEIGHT = 150, FOREST_WIDTH = 300, POINTS_MAX = 64 };

static const char head[] =
    "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" "
    "content=\"width=device-width\"><style>:root{color-scheme:light "
    "dark;--ink:#1c2330;--line:#dfe3ea;--axis:#8a94a6;--quiet:#5b6577;--good:#0a7a3f;--bad:#b3261e;"
    "--warn:#8a5a00;--mark:#2f5fd0;--paper:#fff}@media screen and (prefers-color-scheme:dark)"
    "{:root{--ink:#e6e9ef;--line:#333c4b;--axis:#8a94a6;--quiet:#a3adbd;--good:#4cc38a;"
    "--bad:#ff8a80;--warn:#e2b04a;--mark:#7aa2f7;--paper:#12161d}}"
    "body{font:15px/1.45 system-ui,sans-serif;max-width:76rem;margin:2rem auto;padding:0 1rem;"
    "color:var(--ink);background:var(--paper)}h1{margin-bottom:.2rem}h2{margin-top:2rem}"
    ".wide{overflow-x:auto}table{border-collapse:collapse;width:100%;margin:1rem 0}"
    "td,th{padding:.35rem .6rem;border-bottom:1px solid var(--line);text-align:left;"
    "vertical-align:middle}td.n,th.n{text-align:right;font-variant-numeric:tabular-nums;"
    "white-space:nowrap}.good{color:var(--good)}.bad{color:var(--bad)}.warning{color:var(--warn)}"
    ".alarm{color:var(--bad);font-weight:600}.quiet{color:var(--quiet)}svg{display:block;"
    "overflow:visible}svg "
    "text{font-size:11px;fill:var(--quiet)}.axis{stroke:var(--axis)}.band{fill:var(--mark);fill-"
    "opacity:.25}"
    ".line{fill:none;stroke:var(--mark);stroke-width:2}.verdict{font-size:1.15em;font-weight:600}"
    "figure{display:inline-block;margin:.5rem 2.5rem 1.5rem 0;break-inside:avoid}"
    "figcaption{margin-bottom:.4rem}@media print{@page{size:landscape;margin:12mm}body{margin:0;"
    "max-width:none;font-size:11px;print-color-adjust:exact;-webkit-print-color-adjust:exact}"
    "tr{break-inside:avoid}thead{display:table-header-group}h2{break-after:avoid}}</style>";

static gos_str text_at(const struct json *value, const char *pointer)
{
    const struct json *found = json_at(value, gos_str_from(pointer));
    return found && found->type == JSON_STRING ? found->text : GOS_LIT("");
}

static bool is_true(const struct json *value, const char *pointer)
{
    const struct json *found = json_at(value, gos_str_from(pointer));
    return found && found->type == JSON_BOOL && found->boolean;
}

static void add_escaped(struct text *out, gos_str value)
{
    for (size_t i = 0; i < value.len; i++) {
        switch (value.data[i]) {
        case '<':
            text_add(out, GOS_LIT("&lt;"));
            break;
        case '>':
            text_add(out, GOS_LIT("&gt;"));
            break;
        case '&':
            text_add(out, GOS_LIT("&amp;"));
            break;
        case '"':
            text_add(out, GOS_LIT("&quot;"));
            break;
        default:
            text_add_char(out, value.data[i]);
        }
    }
}

static void add_cell(struct text *out, const char *style, gos_str value)
{
    text_print(out, "<td class=\"%s\">", style);
    add_escaped(out, value);
    text_add(out, GOS_LIT("</td>"));
}

static double clamp(double value, double low, double high)
{
    return value < low ? low : value > high ? high : value;
}

/* The lift's interval on an axis of +-span percent. */
static void add_forest(struct text *out, const struct json *row, double span, const char *style)
{
    double scale = FOREST_WIDTH / (2 * span), zero = FOREST_WIDTH / 2.0;
    double low = zero + clamp(json_number_at(row, "/lift_ci/lower"), -span, span) * scale;
    double high = zero + clamp(json_number_at(row, "/lift_ci/upper"), -span, span) * scale;
    double point = zero + clamp(json_number_at(row, "/lift"), -span, span) * scale;
    if (isnan(low) || isnan(high) || isnan(point)) {
        text_add(out, GOS_LIT("<td class=\"quiet\">unbounded</td>"));
        return;
    }
    text_print(out,
               "<td class=\"%s\"><svg width=\"%d\" height=\"18\" role=\"img\" "
               "aria-label=\"%+.2f to %+.2f %%\"><line x1=\"%.1f\" "
               "x2=\"%.1f\" y1=\"0\" y2=\"18\" class=\"axis\"/><line x1=\"%.1f\" x2=\"%.1f\" "
               "y1=\"9\" y2=\"9\" stroke=\"currentColor\" stroke-width=\"3\"/><circle cx=\"%.1f\" "
               "cy=\"9\" r=\"4.5\" fill=\"currentColor\"/></svg></td>",
               style, FOREST_WIDTH, json_number_at(row, "/lift_ci/lower"),
               json_number_at(row, "/lift_ci/upper"), zero, zero, low, high, point);
}

static const char *style_of(const struct json *row)
{
    if (!is_true(row, "/significant"))
        return "";
    bool increase = !gos_str_equal(text_at(row, "/direction"), GOS_LIT("decrease"));
    return increase == (json_number_at(row, "/diff") > 0) ? "good" : "bad";
}

static void add_row(struct text *out, const struct json *row, double span, gos_arena *arena)
{
    bool share = gos_str_equal(text_at(row, "/kind"), GOS_LIT("proportion"));
    double mean = json_number_at(row, "/mean_value");
    text_add(out, GOS_LIT("<tr>"));
    add_cell(out, "", text_at(row, "/metric_name"));
    add_cell(out, "", text_at(row, "/variant"));
    add_cell(out, "n", gos_arena_print(arena, "%.0f", json_number_at(row, "/sample_size")));
    add_cell(out, "n",
             share ? gos_arena_print(arena, "%.3f %%", mean * 100) : number_draw(mean, 5, arena));
    if (is_true(row, "/is_control")) {
        text_add(out, GOS_LIT("<td colspan=\"5\" class=\"quiet\">control</td></tr>"));
        return;
    }
    const char *style = style_of(row);
    add_cell(out, "n", gos_arena_print(arena, "%+.2f %%", json_number_at(row, "/lift")));
    add_cell(out, "n",
             gos_arena_print(arena, "%+.2f to %+.2f", json_number_at(row, "/lift_ci/lower"),
                             json_number_at(row, "/lift_ci/upper")));
    add_forest(out, row, span, style);
    add_cell(out, "n", p_value_draw(json_number_at(row, "/p_value"), arena));
    add_cell(out, "n", p_value_draw(json_number_at(row, "/adjusted_p"), arena));
    text_add(out, GOS_LIT("</tr>"));
}

/* The widest finite bound, so that all bars share one axis; at least 1, at most 300 percent. */
static double find_span(const struct json *rows)
{
    double span = 1;
    for (uint32_t i = 0; rows && i < rows->count; i++) {
        double low = fabs(json_number_at(&rows->items[i], "/lift_ci/lower"));
        double high = fabs(json_number_at(&rows->items[i], "/lift_ci/upper"));
        span = low > span ? low : span;
        span = high > span ? high : span;
    }
    return span > 300 ? 300 : span;
}

/* What the bars below are drawn against. */
static void add_forest_axis(struct text *out, double span)
{
    text_print(out,
               "<svg width=\"%d\" height=\"14\" aria-hidden=\"true\"><text y=\"11\">-%.3g "
               "%%</text><text x=\"%d\" y=\"11\" text-anchor=\"middle\">0</text><text x=\"%d\" "
               "y=\"11\" text-anchor=\"end\">+%.3g %%</text></svg>",
               FOREST_WIDTH, span, FOREST_WIDTH / 2, FOREST_WIDTH, span);
}

static void add_results(struct text *out, const struct json *rows, gos_arena *arena)
{
    double span = find_span(rows);
    text_add(
        out,
        GOS_LIT(
            "<h2>Results</h2><div class=\"wide\"><table><thead><tr><th>Metric</th><th>Variant</th>"
            "<th class=\"n\">Units</th><th class=\"n\">Value</th>"
            "<th class=\"n\">Lift</th><th class=\"n\">95 % interval</th><th>"));
    add_forest_axis(out, span);
    text_add(out, GOS_LIT("</th><th class=\"n\">p</th><th class=\"n\">p corrected</th></tr>"
                          "</thead><tbody>"));
    for (uint32_t i = 0; rows && i < rows->count; i++)
        add_row(out, &rows->items[i], span, arena);
    text_add(out, GOS_LIT("</tbody></table></div>"));
}

static void add_health(struct text *out, const struct json *health, gos_arena *arena)
{
    const struct json *findings = json_find(health, GOS_LIT("findings"));
    text_add(out, GOS_LIT("<h2>Health</h2><p>Sample ratio p = "));
    add_escaped(out, p_value_draw(json_number_at(health, "/sample_ratio/p_value"), arena));
    text_print(out, "; %.0f units, %.0f crossovers left out.</p><table>",
               json_number_at(health, "/units"), json_number_at(health, "/crossovers"));
    for (uint32_t i = 0; findings && i < findings->count; i++) {
        const struct json *finding = &findings->items[i];
        bool alarm = gos_str_equal(text_at(finding, "/severity"), GOS_LIT("alarm"));
        bool warning = gos_str_equal(text_at(finding, "/severity"), GOS_LIT("warning"));
        text_add(out, GOS_LIT("<tr>"));
        add_cell(out, alarm ? "alarm" : warning ? "warning" : "quiet", text_at(finding, "/name"));
        add_cell(out, "", text_at(finding, "/message"));
        add_cell(out, "quiet", text_at(finding, "/next_step"));
        text_add(out, GOS_LIT("</tr>"));
    }
    text_add(out, GOS_LIT("</table>"));
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
    gos_str at = text_at(point, "/at");
    add_escaped(out, (gos_str){at.data, at.len < 16 ? at.len : 16});
}

static void add_plot(struct text *out, const struct plot *plot)
{
    double step = (double)PLOT_WIDTH / (plot->count > 1 ? plot->count - 1 : 1);
    text_print(out,
               "<svg width=\"%d\" height=\"%d\" role=\"img\" aria-label=\"course of the "
               "lift\"><line x1=\"0\" x2=\"%d\" y1=\"%d\" "
               "y2=\"%d\" class=\"axis\"/><polygon class=\"band\" "
               "points=\"",
               PLOT_WIDTH, PLOT_HEIGHT + 18, PLOT_WIDTH, PLOT_HEIGHT / 2, PLOT_HEIGHT / 2);
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

static void add_series(struct text *out, const struct json *points, const struct json *row)
{
    struct plot plot = {.span = 1};
    gos_str metric = text_at(row, "/metric_name"), variant = text_at(row, "/variant");
    for (uint32_t i = 0; points && i < points->count && plot.count < POINTS_MAX; i++) {
        const struct json *point = &points->items[i];
        double low = json_number_at(point, "/lift_ci/lower"),
               high = json_number_at(point, "/lift_ci/upper");
        if (!gos_str_equal(text_at(point, "/metric_name"), metric) ||
            !gos_str_equal(text_at(point, "/variant"), variant) || isnan(low) || isnan(high) ||
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
    add_escaped(out, metric);
    text_add(out, GOS_LIT(", "));
    add_escaped(out, variant);
    text_print(out, " <span class=\"quiet\">(lift, ±%.0f %%)</span></figcaption>", plot.span);
    add_plot(out, &plot);
    text_add(out, GOS_LIT("</figure>"));
}

bool result_page(const struct json *experiment, const struct json *answer,
                 const struct json *series, gos_arena *arena, gos_str *out, gos_error *err)
{
    struct text text;
    const struct json *rows = json_find(answer, GOS_LIT("results"));
    text_init(&text, arena);
    text_add(&text, gos_str_from(head));
    text_add(&text, GOS_LIT("<title>"));
    add_escaped(&text, text_at(experiment, "/name"));
    text_add(&text, GOS_LIT("</title></head><body><h1>"));
    add_escaped(&text, text_at(experiment, "/name"));
    text_add(&text, GOS_LIT("</h1><p class=\"quiet\">"));
    add_escaped(&text, text_at(experiment, "/status"));
    text_add(&text, GOS_LIT(", as of "));
    add_escaped(&text, text_at(answer, "/as_of"));
    text_add(&text, GOS_LIT("</p><p>"));
    add_escaped(&text, text_at(experiment, "/description"));
    text_add(&text, GOS_LIT("</p><p class=\"verdict\">"));
    add_escaped(&text, text_at(answer, "/verdict/sentence"));
    text_add(&text, GOS_LIT("</p>"));
    add_results(&text, rows, arena);
    add_health(&text, json_find(answer, GOS_LIT("health")), arena);
    text_add(&text, GOS_LIT("<h2>As data came in</h2>"));
    for (uint32_t i = 0; rows && i < rows->count; i++) {
        if (!is_true(&rows->items[i], "/is_control"))
            add_series(&text, json_find(series, GOS_LIT("points")), &rows->items[i]);
    }
    text_add(&text, GOS_LIT("</body></html>\n"));
    *out = text_str(&text);
    return text_ok(&text, err);
}
