/* The report: everything in one file, and nothing that people wrote becomes markup. */
#include "cli/result_draw.h"
#include "cli/result_page.h"
#include "test.h"

static const char rows[] =
    "{\"as_of\":\"2026-01-01T00:00:00Z\",\"results\":[{\"metric_name\":\"<b>x</b>\",\"variant\":"
    "\"control\",\"sample_size\":10,\"mean_value\":0.5,\"kind\":\"proportion\",\"is_control\":true}"
    ","
    "{\"metric_name\":\"<b>x</b>\",\"variant\":\"a&b\",\"sample_size\":12,\"mean_value\":0.6,"
    "\"kind\":\"proportion\",\"is_control\":false,\"lift\":20,\"lift_ci\":{\"lower\":10,\"upper\":"
    "30},\"diff\":0.1,\"p_value\":0.01,\"adjusted_p\":0.02,\"significant\":true,\"method\":"
    "\"score\",\"status\":\"ok\"}],\"health\":{\"units\":22,\"crossovers\":0,\"sample_ratio\":"
    "{\"p_value\":0.7,\"alarm\":false,\"variants\":[{\"variant\":\"control\",\"units\":10,"
    "\"weight\":1}]},\"findings\":[]}}";

TEST(result_page, escapes_what_people_wrote_and_draws_intervals)
{
    gos_arena *arena = gos_arena_open(1 << 22);
    const struct json *answer, *experiment;
    gos_str page;
    gos_error err = {0};
    CHECK_OK(json_read(gos_str_from(rows), arena, &answer, &err), &err);
    CHECK_OK(json_read(GOS_LIT("{\"name\":\"</title><script>\"}"), arena, &experiment, &err), &err);
    CHECK_OK(result_page(experiment, answer, NULL, arena, &page, &err), &err);
    CHECK(!str_contains(page, GOS_LIT("<script>")));
    CHECK(!str_contains(page, GOS_LIT("<b>x")));
    CHECK(str_contains(page, GOS_LIT("a&amp;b")));
    CHECK(str_contains(page, GOS_LIT("<svg")));
    CHECK(!str_contains(page, GOS_LIT("http")));
    CHECK(str_contains(page, GOS_LIT("--mark:#"))); /* a colour, not a name for itself */
    gos_arena_close(arena);
}

TEST(result_draw, prints_a_row_for_each_variant_with_a_bar)
{
    gos_arena *arena = gos_arena_open(1 << 22);
    const struct json *answer;
    gos_error err = {0};
    char text[8192] = "";
    FILE *stream = fmemopen(text, sizeof text, "w");
    CHECK_OK(json_read(gos_str_from(rows), arena, &answer, &err), &err);
    health_draw(json_find(answer, GOS_LIT("health")), arena, stream);
    result_draw(json_find(answer, GOS_LIT("results")), arena, stream);
    fclose(stream);
    CHECK(strstr(text, "+20.00 %") != NULL);
    CHECK(strstr(text, "●") != NULL);
    CHECK(strstr(text, "60.000 %") != NULL);
    CHECK(strstr(text, "sample ratio p = 0.7000") != NULL);
    gos_arena_close(arena);
}
