/* The calculator's methods against rows of the reference tables. */
#include "api/calc.h"
#include "test.h"

static gos_arena *arena;

static const struct json *run(const char *method, const char *input, gos_error *err)
{
    const struct json *json;
    struct text out;
    arena = gos_arena_open(1 << 20);
    CHECK_OK(json_read(gos_str_from(input), arena, &json, err), err);
    text_init(&out, arena);
    if (!calc_run(gos_str_from(method), json, &out, err))
        return NULL;
    const struct json *answer;
    CHECK_OK(json_read(text_str(&out), arena, &answer, err), err);
    return answer;
}

static double number(const struct json *answer, const char *name)
{
    const struct json *value = json_find(answer, gos_str_from(name));
    return value && value->type == JSON_NUMBER ? value->number : NAN;
}

/* golden/stats/proportions.csv, row 1 */
TEST(calc, two_rates_give_the_reference_p_and_intervals)
{
    gos_error err;
    const struct json *got =
        run("proportions", "{\"x_c\":14,\"n_c\":28,\"x_t\":16,\"n_t\":30,\"alpha\":0.05}", &err);
    CHECK_NEAR(number(got, "p_value"), 0.7996044106165793323, 1e-12);
    CHECK_NEAR(number(got, "diff_low"), -0.21773559270755179521, 1e-9);
    CHECK_NEAR(number(got, "lift_high"), 0.785548868204449886, 1e-9);
    gos_arena_close(arena);
}

/* golden/stats/welch.csv and lift_ci.csv, row 1 of the first */
TEST(calc, two_means_give_the_reference_p)
{
    gos_error err;
    const struct json *got = run("welch",
                                 "{\"n_c\":3407,\"mean_c\":0.41,\"var_c\":15.21,\"n_t\":3461,"
                                 "\"mean_t\":0.7,\"var_t\":38.4}",
                                 &err);
    CHECK_NEAR(number(got, "p_value"), 0.02011215495680443512, 1e-10);
    CHECK_NEAR(number(got, "diff_high"), 0.53453129131206802552, 1e-10);
    gos_arena_close(arena);
}

/* golden/stats/mde.csv, row 2 */
TEST(calc, the_detectable_effect_is_that_of_the_reference)
{
    gos_error err;
    const struct json *got = run("mde",
                                 "{\"metric\":\"binary\",\"mean\":0.388,\"n_c\":28756,\"n_t\":3704,"
                                 "\"alpha\":0.05,\"power\":0.8}",
                                 &err);
    CHECK_NEAR(number(got, "mde_abs"), 0.023832518698670579275, 1e-10);
    CHECK_NEAR(number(got, "mde_rel_delta"), 0.061869464536304617366, 1e-9);
    CHECK_NEAR(number(got, "p2_pooled"), 0.41191733414362958067, 1e-9);
    gos_arena_close(arena);
    CHECK(!run("mde", "{\"metric\":\"binary\",\"mean\":1,\"n_c\":10,\"n_t\":10}", &err));
    CHECK_TEXT(gos_str_from(err.pointer), "/mean");
    gos_arena_close(arena);
    CHECK(!run("mde", "{\"mean\":1,\"n_c\":10,\"n_t\":10}", &err));
    CHECK_TEXT(gos_str_from(err.pointer), "/var");
    gos_arena_close(arena);
}

/* golden/stats/size_prop.csv and size_mean.csv, row 1 */
TEST(calc, sizes_are_those_of_the_reference)
{
    gos_error err;
    const struct json *got = run("size_prop", "{\"p1\":0.5,\"p2\":0.75,\"power\":0.9}", &err);
    CHECK_INT(number(got, "n_c"), 77);
    gos_arena_close(arena);
    got = run("size_mean",
              "{\"delta\":0.1719,\"sd_c\":1.497,\"sd_t\":1.223,\"ratio\":2,\"power\":0.5,"
              "\"design_effect\":2.5}",
              &err);
    CHECK_INT(number(got, "n_c"), 972);
    CHECK_INT(number(got, "n_t"), 1943);
    gos_arena_close(arena);
}

/* golden/stats/srm.csv, row 1 */
TEST(calc, a_broken_split_raises_the_alarm)
{
    gos_error err;
    const struct json *got = run("srm", "{\"counts\":[9463,7681],\"weights\":[0.5,0.5]}", &err);
    CHECK_NEAR(number(got, "p_value"), 3.5021922730485860285e-42, 1e-9);
    CHECK(json_find(got, GOS_LIT("alarm"))->boolean);
    gos_arena_close(arena);
}

TEST(calc, what_is_wrong_is_named_by_its_field)
{
    static const char *cases[][3] = {
        {"proportions", "{\"x_c\":3,\"n_c\":2,\"x_t\":1,\"n_t\":2}", "/x_c"},
        {"proportions", "{\"x_c\":1.5,\"n_c\":2,\"x_t\":1,\"n_t\":2}", "/x_c"},
        {"proportions", "{\"x_c\":1,\"n_c\":2,\"x_t\":1}", "/n_t"},
        {"welch", "{\"n_c\":10,\"mean_c\":\"1\",\"var_c\":1,\"n_t\":1,\"mean_t\":1,\"var_t\":1}",
         "/mean_c"},
        {"size_prop", "{\"p1\":0.5,\"p2\":0.6,\"power\":2}", "/power"},
        {"srm", "{\"counts\":[1,2],\"weights\":[1,1,1]}", "/weights"},
        {"srm", "{\"counts\":[1],\"weights\":[1]}", "/counts"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        gos_error err;
        CHECK_FAILS(run(cases[i][0], cases[i][1], &err) != NULL, &err, GOS_BAD_INPUT, cases[i][2]);
        gos_arena_close(arena);
    }
    gos_error err;
    CHECK_FAILS(run("nothing", "{}", &err) != NULL, &err, GOS_NOT_FOUND, "");
    gos_arena_close(arena);
}
