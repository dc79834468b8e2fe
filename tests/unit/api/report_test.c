/* The report: everything in one file, nothing that people wrote becomes markup, no colour that the
 * data do not allow. */
#include "api/report.h"
#include "base/text.h"
#include "test.h"

#include <stdio.h>

static const char results[] =
    "[{'metric_name':'<b>x</b>','variant':'control','role':'primary','sample_size':1000,"
    "'mean_value':0.5,'confidence_interval':{'lower':0.49,'upper':0.51},'kind':'proportion',"
    "'is_control':true},"
    "{'metric_name':'<b>x</b>','variant':'a&b','role':'primary','direction':'%s','kind':"
    "'proportion','mean_value':0.6,'is_control':false,'lift':20.126,'lift_ci':{'lower':10.04,"
    "'upper':30.2},'fixed':{'lift_ci':{'lower':12,'upper':28}},'diff':0.1,'p_value':0.00001,"
    "'adjusted_p':0.02,'significant':true}]";

static const struct json *read(gos_arena *arena, const char *text)
{
    const struct json *out = NULL;
    gos_error err;
    char *copy = gos_arena_take(arena, strlen(text) + 1, NULL);
    strcpy(copy, text);
    for (char *c = copy; *c; c++)
        *c = *c == '\'' ? '"' : *c;
    CHECK_OK(json_read(gos_str_from(copy), arena, &out, &err), &err);
    return out;
}

static gos_str report_of(gos_arena *arena, const char *direction, const char *health,
                         const char *experiment)
{
    char rows[2048];
    gos_str page = {NULL, 0};
    gos_error err;
    snprintf(rows, sizeof rows, results, direction);
    struct report report = {
        .experiment = read(arena, experiment),
        .results = read(arena, rows),
        .health = read(arena, health),
        .verdict = read(arena, "{'verdict':'ship','sentence':'Ship it.','reasons':['x < y']}"),
        .as_of = GOS_LIT("2026-01-01T00:00:00Z"),
    };
    CHECK_OK(report_write(&report, arena, &page, &err), &err);
    return page;
}

TEST(report, is_one_file_in_which_nothing_that_people_wrote_is_markup)
{
    gos_arena *arena = gos_arena_open(1 << 22);
    gos_str page = report_of(arena, "increase", "{'status':'ok','findings':[]}",
                             "{'name':'</title><script>','conclusion':'<i>learned','variants':[{"
                             "'name':'a&b','description':'<img src=x>'}],'shipped_variant':'a&b'}");
    CHECK(!str_contains(page, GOS_LIT("<script")));
    CHECK(!str_contains(page, GOS_LIT("<b>")));
    CHECK(!str_contains(page, GOS_LIT("<i>")));
    CHECK(!str_contains(page, GOS_LIT("<img")));
    CHECK(str_contains(page, GOS_LIT("&#60;i&#62;learned")));
    CHECK(str_contains(page, GOS_LIT("x &#60; y")));
    CHECK(str_contains(page, GOS_LIT("a&#38;b")));
    CHECK(!str_contains(page, GOS_LIT("http")));
    gos_arena_close(arena);
}

TEST(report, rounds_by_the_uncertainty_and_shows_the_corrected_p_value)
{
    gos_arena *arena = gos_arena_open(1 << 22);
    gos_str page = report_of(arena, "increase", "{'status':'ok'}", "{'name':'e'}");
    CHECK(str_contains(page, GOS_LIT(">+20 %<")));
    CHECK(str_contains(page, GOS_LIT(">10 to 30 %<")));
    CHECK(str_contains(page, GOS_LIT(">60.00 %<")));
    CHECK(str_contains(page, GOS_LIT(">0.020<")));
    CHECK(str_contains(page, GOS_LIT("class=\"outer\"")));
    CHECK(str_contains(page, GOS_LIT("class=\"inner\"")));
    gos_arena_close(arena);
}

TEST(report, is_green_in_the_wanted_direction_red_in_the_other_and_plain_when_a_check_failed)
{
    gos_arena *arena = gos_arena_open(1 << 22);
    gos_str good = report_of(arena, "increase", "{'status':'warning'}", "{'name':'e'}");
    gos_str bad = report_of(arena, "decrease", "{'status':'ok'}", "{'name':'e'}");
    gos_str broken = report_of(arena, "increase", "{'status':'alarm'}", "{'name':'e'}");
    CHECK(str_contains(good, GOS_LIT("<tr class=\"good\">")));
    CHECK(str_contains(bad, GOS_LIT("<tr class=\"bad\">")));
    CHECK(!str_contains(broken, GOS_LIT("<tr class=\"good\">")));
    CHECK(!str_contains(broken, GOS_LIT("strong good")));
    gos_arena_close(arena);
}
