/* The frame of a report: verdict first, then why, the design, the numbers and their health. */
#include "api/report_parts.h"

#include <math.h>

static const char style[] =
    ":root{color-scheme:light dark;--ink:#17202b;--line:#dfe3e8;--axis:#8a94a6;--quiet:#55606e;"
    "--good:#11734b;--bad:#b3261e;--warn:#8a5300;--bar:#8793a3;--soft:#ccd3db;--paper:#fff}"
    "@media screen and (prefers-color-scheme:dark){:root{--ink:#e6eaf0;--line:#2e3742;"
    "--quiet:#a2adba;--good:#5bd39a;--bad:#ff8f85;--warn:#f0bc5e;--bar:#94a1b2;--soft:#44505e;"
    "--paper:#11151a}}"
    "body{font:15px/1.45 system-ui,sans-serif;max-width:76rem;margin:2rem auto;padding:0 1rem;"
    "color:var(--ink);background:var(--paper);overflow-wrap:anywhere}h1{margin:0 0 .2rem}"
    "h2{margin:1.6rem 0 .4rem;font-size:1.15em}p{margin:.3rem 0}.wide{overflow-x:auto}"
    "table{border-collapse:collapse;width:100%;margin:.5rem 0;overflow-wrap:normal}"
    "td,th{padding:.35rem .6rem;border-bottom:1px solid var(--line);text-align:left;"
    "vertical-align:middle}td.n,th.n{text-align:right;font-variant-numeric:tabular-nums;"
    "white-space:nowrap}tr.group th{padding-top:1rem}.strong{font-weight:600}"
    ".good{color:var(--good)}.bad{color:var(--bad)}tr.good,tr.bad{color:inherit}"
    ".quiet{color:var(--quiet)}p.quiet{font-size:.87em}.text{white-space:pre-line}"
    ".verdict{border:1px solid var(--line);border-left:6px solid var(--bar);border-radius:10px;"
    "padding:.8rem 1.1rem;margin:1rem 0}.verdict>p:first-child{font-size:1.2em;font-weight:600}"
    ".verdict ul{margin:.3rem 0 0;padding-left:1.2rem}.ship{border-left-color:var(--good)}"
    ".roll_back{border-left-color:var(--bad)}.broken{border-left-color:var(--warn)}"
    ".alarm{color:var(--bad);font-weight:600}.warning{color:var(--warn);font-weight:600}"
    "svg{display:block;overflow:visible}svg text{font-size:11px;fill:var(--quiet)}"
    ".axis{stroke:var(--axis);stroke-dasharray:2 2}.margin{stroke:var(--warn);"
    "stroke-dasharray:4 2}.inner{fill:var(--bar)}.outer{fill:var(--soft)}.point{fill:#fff;"
    "stroke:#17202b;stroke-width:1.6}tr.good .inner{fill:var(--good)}tr.bad .inner"
    "{fill:var(--bad)}tr.good .outer{fill:var(--good);fill-opacity:.3}tr.bad .outer"
    "{fill:var(--bad);fill-opacity:.3}.band{fill:var(--bar);fill-opacity:.3}.line{fill:none;"
    "stroke:var(--bar);stroke-width:2}figure{display:inline-block;margin:.5rem 2.5rem 1.2rem 0;"
    "break-inside:avoid;max-width:100%}svg{max-width:100%}@media screen and (max-width:700px)"
    "{body{margin:1rem auto}thead{display:none}tr{display:flex;flex-wrap:wrap;gap:.1rem .9rem;"
    "border-bottom:1px solid var(--line);padding:.4rem 0}td,th{border:0;padding:.1rem 0;"
    "white-space:normal}td:first-child,td:has(svg){flex:0 0 100%}td[data-is]:before{content:"
    "attr(data-is) \" \";color:var(--quiet);font-weight:400}figure{margin-right:0}}@media "
    "print{@page{size:A4 landscape;margin:12mm}"
    "body{margin:0;max-width:none;font-size:11px;print-color-adjust:exact;"
    "-webkit-print-color-adjust:exact}tr,.verdict{break-inside:avoid}"
    "thead{display:table-header-group}h2{break-after:avoid}}";

static void add_paragraph(struct text *out, const char *class, gos_str value)
{
    if (value.len == 0)
        return;
    text_print(out, "<p class=\"%s\">", class);
    report_add(out, value);
    text_add(out, GOS_LIT("</p>"));
}

/* "Running, owner Mara, started 2026-01-07": what is known of it. */
static void add_fact(struct text *out, const char *before, gos_str value)
{
    if (value.len == 0)
        return;
    text_print(out, "%s", before);
    report_add(out, value);
}

static gos_str day_of(gos_str time)
{
    return (gos_str){time.data, time.len < 10 ? time.len : 10};
}

/* "2026-01-07 12:30 UTC" of an RFC 3339 text. */
static void add_moment(struct text *out, const char *before, gos_str time)
{
    if (time.len < 16)
        return;
    add_fact(out, before, day_of(time));
    text_print(out, " %.5s UTC", time.data + 11);
}

static void add_head(struct text *out, const struct report *report)
{
    const struct json *experiment = report->experiment;
    text_add(out, GOS_LIT("<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><meta "
                          "name=\"viewport\" content=\"width=device-width\"><style>"));
    text_add(out, gos_str_from(style));
    text_add(out, GOS_LIT("</style><title>"));
    report_add(out, report_text(experiment, "/name"));
    text_add(out, GOS_LIT("</title></head><body><h1>"));
    report_add(out, report_text(experiment, "/name"));
    text_add(out, GOS_LIT("</h1><p class=\"quiet\">"));
    report_add(out, report_text(experiment, "/status"));
    add_fact(out, " · in ", report_text(experiment, "/environment"));
    add_fact(out, " · owner ", report_text(experiment, "/owner"));
    add_fact(out, " · started ", day_of(report_text(experiment, "/start_date")));
    add_fact(out, " · end ", day_of(report_text(experiment, "/end_date")));
    add_moment(out, " · data up to ", report->as_of);
    text_add(out, GOS_LIT("</p>"));
}

static void add_verdict(struct text *out, const struct report *report)
{
    const struct json *reasons = json_find(report->verdict, GOS_LIT("reasons"));
    gos_str sentence = report_text(report->verdict, "/sentence");
    gos_str shipped = report_text(report->experiment, "/shipped_variant");
    text_add(out, GOS_LIT("<section class=\"verdict "));
    report_add(out, report_text(report->verdict, "/verdict"));
    text_add(out, GOS_LIT("\"><p>"));
    report_add(out, sentence.len > 0 ? sentence : GOS_LIT("Nothing was computed yet."));
    text_add(out, GOS_LIT("</p><ul>"));
    for (uint32_t i = 0; reasons && i < reasons->count; i++) {
        text_add(out, GOS_LIT("<li>"));
        report_add(out, reasons->items[i].text);
        text_add(out, GOS_LIT("</li>"));
    }
    text_add(out, GOS_LIT("</ul>"));
    if (shipped.len > 0) {
        text_add(out, GOS_LIT("<p>Everybody gets <span class=\"strong\">"));
        report_add(out, shipped);
        text_add(out, GOS_LIT("</span></p>"));
    }
    text_add(out, GOS_LIT("</section>"));
}

static void add_section(struct text *out, const char *title, gos_str value)
{
    if (value.len == 0)
        return;
    text_print(out, "<h2>%s</h2>", title);
    add_paragraph(out, "text", value);
}

/* Units and planned weight of a variant, as the check of the split counted them. */
static const struct json *counted(const struct report *report, gos_str variant)
{
    const struct json *list = json_at(report->health, GOS_LIT("/sample_ratio/variants"));
    for (uint32_t i = 0; list && i < list->count; i++) {
        if (gos_str_equal(report_text(&list->items[i], "/variant"), variant))
            return &list->items[i];
    }
    return NULL;
}

static double sum_of(const struct json *list, const char *name)
{
    double sum = 0;
    for (uint32_t i = 0; list && i < list->count; i++)
        sum += json_find_number(&list->items[i], name);
    return sum;
}

static void add_share(struct text *out, const char *is, double part, double whole)
{
    text_print(out, "<td class=\"n\" data-is=\"%s\">", is);
    report_number(out, whole > 0 ? 100 * part / whole : NAN, 1);
    text_add(out, GOS_LIT(" %</td>"));
}

static void add_variants(struct text *out, const struct report *report)
{
    const struct json *variants = json_find(report->experiment, GOS_LIT("variants"));
    const struct json *list = json_at(report->health, GOS_LIT("/sample_ratio/variants"));
    double units = sum_of(list, "units"), weight = sum_of(list, "weight");
    text_add(out, GOS_LIT("<h2>Variants</h2><div class=\"wide\"><table><thead><tr><th>Variant</th>"
                          "<th>What it tests</th><th class=\"n\">Planned</th><th class=\"n\">Units "
                          "exposed</th><th class=\"n\">Share</th></tr></thead><tbody>"));
    for (uint32_t i = 0; variants && i < variants->count; i++) {
        gos_str name = report_text(&variants->items[i], "/name");
        const struct json *found = counted(report, name);
        text_add(out, GOS_LIT("<tr><td class=\"strong\">"));
        report_add(out, name);
        text_add(out, GOS_LIT("</td><td>"));
        report_add(out, report_text(&variants->items[i], "/description"));
        text_add(out, GOS_LIT("</td>"));
        add_share(out, "planned", json_find_number(found, "weight"), weight);
        text_add(out, GOS_LIT("<td class=\"n\" data-is=\"units\">"));
        report_number(out, json_find_number(found, "units"), 0);
        text_add(out, GOS_LIT("</td>"));
        add_share(out, "share", json_find_number(found, "units"), units);
        text_add(out, GOS_LIT("</tr>"));
    }
    text_add(out, GOS_LIT("</tbody></table></div>"));
}

static void add_finding(struct text *out, const struct json *finding)
{
    gos_str severity = report_text(finding, "/severity");
    text_add(out, GOS_LIT("<tr><td class=\""));
    report_add(out, severity);
    text_add(out, GOS_LIT("\">"));
    report_add(out, severity);
    text_add(out, GOS_LIT("</td><td>"));
    report_add(out, report_text(finding, "/message"));
    text_add(out, GOS_LIT("</td><td class=\"quiet\">"));
    report_add(out, report_text(finding, "/next_step"));
    text_add(out, GOS_LIT("</td></tr>"));
}

static void add_health(struct text *out, const struct json *health)
{
    const struct json *findings = json_find(health, GOS_LIT("findings"));
    text_add(out, GOS_LIT("<h2>Health</h2><p>Split as planned: p "));
    report_p_value(out, json_number_at(health, "/sample_ratio/p_value"));
    text_add(out, GOS_LIT(" (below 0.001 it is broken); "));
    report_number(out, json_number_at(health, "/crossovers"), 0);
    text_add(out, GOS_LIT(" users met two variants and are left out."));
    if (!findings || findings->count == 0)
        text_add(out, GOS_LIT(" Every check passed."));
    text_add(out, GOS_LIT("</p><div class=\"wide\"><table>"));
    for (uint32_t i = 0; findings && i < findings->count; i++)
        add_finding(out, &findings->items[i]);
    text_add(out, GOS_LIT("</table></div>"));
}

bool report_write(const struct report *report, gos_arena *arena, gos_str *out, gos_error *err)
{
    struct text text;
    text_init(&text, arena);
    add_head(&text, report);
    add_verdict(&text, report);
    add_section(&text, "Conclusion", report_text(report->experiment, "/conclusion"));
    add_section(&text, "Hypothesis", report_text(report->experiment, "/hypothesis"));
    add_paragraph(&text, "quiet text", report_text(report->experiment, "/description"));
    report_add_metrics(&text, report);
    add_variants(&text, report);
    add_health(&text, report->health);
    report_add_courses(&text, report);
    text_add(&text, GOS_LIT("</body></html>\n"));
    *out = text_str(&text);
    return text_ok(&text, err);
}
