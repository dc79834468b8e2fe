/* Results in the terminal. */
#include "cli/result_draw.h"
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
    "\"weight\":1}]},\"findings\":[]},\"verdict\":{\"sentence\":\"Ship it.\",\"reasons\":[\"It is "
    "better\"]}}";

TEST(result_draw, prints_a_row_for_each_variant_with_a_bar)
{
    gos_arena *arena = gos_arena_open(1 << 22);
    const struct json *answer;
    gos_error err = {0};
    char text[8192] = "";
    FILE *stream = fmemopen(text, sizeof text, "w");
    CHECK_OK(json_read(gos_str_from(rows), arena, &answer, &err), &err);
    health_draw(json_find(answer, GOS_LIT("health")), arena, stream);
    result_draw(json_find(answer, GOS_LIT("results")), json_find(answer, GOS_LIT("health")), arena,
                stream);
    verdict_draw(json_find(answer, GOS_LIT("verdict")), stream);
    fclose(stream);
    CHECK(strstr(text, "Ship it.\n  It is better\n") != NULL);
    CHECK(strstr(text, "+20.00 %") != NULL);
    CHECK(strstr(text, "●") != NULL);
    CHECK(strstr(text, "60.000 %") != NULL);
    CHECK(strstr(text, "sample ratio p = 0.7000") != NULL);
    gos_arena_close(arena);
}
