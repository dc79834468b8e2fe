/* The real data sets give the figures that R gave: test, intervals, lifts, ratio, sample ratio. */
#include "base/json.h"
#include "cli/analyze.h"
#include "test.h"

#include <stdio.h>
#include <stdlib.h>

static gos_arena *arena;
static gos_str expected;
static struct analyze_call *call;
static const char *paths[2];
static char path[600];
static const struct json *report;

static bool begin(const char *file)
{
    const char *folder = test_shared_dir();
    if (!folder) {
        test_skip("the shared data are absent");
        return false;
    }
    arena = gos_arena_open((size_t)2 << 30);
    call = gos_arena_take(arena, sizeof *call, NULL);
    call->alpha = 0.05;
    call->question.cap_quantile = NAN;
    call->question.covariates = call->covariates;
    call->question.plans = call->plans;
    snprintf(path, sizeof path, "%s/data/%s", folder, file);
    paths[0] = path;
    call->question.paths = paths;
    call->question.path_count = 1;
    char table[600];
    snprintf(table, sizeof table, "%s/data/expected_results.csv", folder);
    FILE *stream = fopen(table, "rb");
    CHECK(stream != NULL);
    char *text = gos_arena_take(arena, 1 << 20, NULL);
    expected = (gos_str){text, fread(text, 1, 1 << 20, stream)};
    fclose(stream);
    return true;
}

static void metric(const char *name, const char *expression)
{
    gos_error err = {0};
    CHECK_OK(plan_from_text(gos_str_from(name), gos_str_from(expression), METRIC_OVER_COLUMNS,
                            arena, &call->plans[call->question.plan_count++], NULL, &err),
             &err);
}

static void where(const char *filter)
{
    gos_error err = {0};
    CHECK_OK(metric_parse_filter(gos_str_from(filter), arena, &call->question.where,
                                 &call->question.where_count, NULL, &err),
             &err);
}

static void run(const char *variant)
{
    gos_str text;
    gos_error err = {0};
    call->question.variant = gos_str_from(variant);
    CHECK_OK(analyze_report(call, 1700000000000, arena, &text, &err), &err);
    CHECK_OK(json_read(text, arena, &report, &err), &err);
}

static void end(void)
{
    gos_arena_close(arena);
}

/* The value of a line "dataset,analysis,metric,arm,stat,value". */
static double want(const char *key)
{
    gos_str prefix = gos_arena_print(arena, "%s,", key), rest = expected;
    while (rest.len > 0) {
        gos_str line = str_cut(&rest, '\n');
        if (str_starts_with(line, prefix))
            return strtod(line.data + prefix.len, NULL);
    }
    fail_msg("no expected value %s", key);
    return NAN;
}

static double got(const char *name, const char *variant, const char *pointer)
{
    const struct json *rows = json_find(report, GOS_LIT("results"));
    for (uint32_t i = 0; i < rows->count; i++) {
        const struct json *row = &rows->items[i];
        if (!gos_str_equal(json_find(row, GOS_LIT("metric_name"))->text, gos_str_from(name)) ||
            !gos_str_equal(json_find(row, GOS_LIT("variant"))->text, gos_str_from(variant)))
            continue;
        const struct json *value = json_at(row, gos_str_from(pointer));
        if (value && value->type == JSON_NUMBER)
            return value->number;
    }
    fail_msg("no %s of %s in %s", pointer, name, variant);
    return NAN;
}

static void check(const char *name, const char *variant, const char *pointer, double scale,
                  const char *prefix, const char *stat)
{
    gos_str key = gos_arena_print(arena, "%s,%s,%s", prefix, variant, stat);
    CHECK_NEAR(got(name, variant, pointer), scale * want(key.data), 1e-9);
}

static void check_share(const char *name, const char *variant, const char *control,
                        const char *prefix)
{
    check(name, variant, "/diff", 1, prefix, "diff");
    check(name, variant, "/p_value", 1, prefix, "p_pooled");
    check(name, variant, "/lift", 100, prefix, "lift");
    check(name, variant, "/mean_value", 1, prefix, "p_t");
    check(name, variant, "/conversions", 1, prefix, "x_t");
    check(name, variant, "/confidence_interval/lower", 1, prefix, "wilson_t_low");
    check(name, variant, "/confidence_interval/upper", 1, prefix, "wilson_t_high");
    gos_str key = gos_arena_print(arena, "%s,%s,p_c", prefix, variant);
    CHECK_NEAR(got(name, control, "/mean_value"), want(key.data), 1e-12);
}

static void check_mean(const char *name, const char *variant, const char *prefix)
{
    check(name, variant, "/diff", 1, prefix, "diff");
    check(name, variant, "/se", 1, prefix, "se");
    check(name, variant, "/df", 1, prefix, "df");
    check(name, variant, "/p_value", 1, prefix, "p");
    check(name, variant, "/diff_ci/lower", 1, prefix, "ci_low");
    check(name, variant, "/diff_ci/upper", 1, prefix, "ci_high");
    check(name, variant, "/lift", 100, prefix, "lift");
    check(name, variant, "/lift_ci/lower", 100, prefix, "lift_fieller_low");
    check(name, variant, "/lift_ci/upper", 100, prefix, "lift_fieller_high");
}

static double ratio_at(const char *pointer)
{
    return json_at(report, gos_str_from(pointer))->number;
}

TEST(analyze, reproduces_cookie_cats)
{
    if (!begin("cookie_cats.csv.gz"))
        return;
    metric("retention_1", "mean(retention_1)");
    metric("retention_7", "mean(retention_7)");
    metric("rounds", "sum(sum_game_rounds)");
    run("version");
    check_share("retention_1", "gate_40", "gate_30", "cookie_cats,two_proportion,retention_1");
    check_share("retention_7", "gate_40", "gate_30", "cookie_cats,two_proportion,retention_7");
    check_mean("rounds", "gate_40", "cookie_cats,welch,sum_gamerounds");
    CHECK_NEAR(ratio_at("/srm/p_value"), want("cookie_cats,srm,units,all,p"), 1e-10);
    CHECK_NEAR(ratio_at("/srm/chi_square"), want("cookie_cats,srm,units,all,chisq"), 1e-12);
    check("retention_7", "gate_40", "/adjusted_p", 1, "cookie_cats,multitest,retention_7", "holm");
    check("rounds", "gate_40", "/adjusted_p", 1, "cookie_cats,multitest,sum_gamerounds", "holm");
    check("rounds", "gate_30", "/variance", 1, "cookie_cats,arm,sum_gamerounds", "variance");
    end();
}

TEST(analyze, reproduces_cookie_cats_without_the_outlier_capped_and_by_quantiles)
{
    if (!begin("cookie_cats.csv.gz"))
        return;
    metric("rounds", "sum(sum_game_rounds)");
    call->question.cap_quantile = 0.999;
    run("version");
    check_mean("rounds", "gate_40", "cookie_cats,welch,sum_gamerounds_winsor99.9");
    CHECK_NEAR(got("rounds", "gate_40", "/cap"),
               want("cookie_cats,winsor,sum_gamerounds_p99.9,all,cap"), 0);
    call->question.cap_quantile = NAN;
    where("sum_game_rounds < 49854");
    run("version");
    check_mean("rounds", "gate_40", "cookie_cats,welch,sum_gamerounds_without_max");
    end();
    begin("cookie_cats.csv.gz");
    metric("p90", "p90(sum_game_rounds)");
    metric("p99", "quantile(sum_game_rounds, 0.99)");
    run("version");
    check("p90", "gate_40", "/diff", 1, "cookie_cats,quantile,sum_gamerounds_p90", "diff");
    check("p90", "gate_40", "/se", 1, "cookie_cats,quantile,sum_gamerounds_p90", "se");
    check("p99", "gate_40", "/p_value", 1, "cookie_cats,quantile,sum_gamerounds_p99", "p");
    end();
}

TEST(analyze, reproduces_hillstrom_with_three_variants_and_ratios)
{
    static const char *const arms[] = {"Mens E-Mail", "Womens E-Mail"};
    if (!begin("hillstrom.csv.gz"))
        return;
    call->control = GOS_LIT("No E-Mail");
    metric("visit", "proportion(visit)");
    metric("conversion", "proportion(conversion)");
    metric("spend", "sum(spend)");
    metric("spend per visit", "sum(spend) / sum(visit)");
    run("segment");
    for (int i = 0; i < 2; i++) {
        check_share("visit", arms[i], "No E-Mail", "hillstrom,two_proportion,visit");
        check_share("conversion", arms[i], "No E-Mail", "hillstrom,two_proportion,conversion");
        check_mean("spend", arms[i], "hillstrom,welch,spend");
        check("spend per visit", arms[i], "/diff", 1, "hillstrom,ratio_delta,spend_per_visit",
              "diff");
        check("spend per visit", arms[i], "/se", 1, "hillstrom,ratio_delta,spend_per_visit", "se");
    }
    CHECK_NEAR(ratio_at("/srm/p_value"), want("hillstrom,srm,units,all,p"), 1e-10);
    end();
    begin("hillstrom.csv.gz");
    call->control = GOS_LIT("No E-Mail");
    call->covariates[0] = GOS_LIT("history");
    call->question.covariate_count = 1;
    metric("spend", "sum(spend)");
    run("segment");
    for (int i = 0; i < 2; i++) {
        check("spend", arms[i], "/diff", 1, "hillstrom,cuped,spend~history", "diff_lin");
        check("spend", arms[i], "/se", 1, "hillstrom,cuped,spend~history", "se_lin");
    }
    end();
}

TEST(analyze, reproduces_udacity_from_daily_counts)
{
    if (!begin("udacity_free_trial.csv"))
        return;
    call->question.count = GOS_LIT("pageviews");
    metric("gross_conversion", "proportion(enrollments, clicks where payments is present)");
    metric("click_through", "proportion(clicks, pageviews)");
    run("group");
    const char *const prefix = "udacity_free_trial,two_proportion,gross_conversion";
    check_share("gross_conversion", "experiment", "control", prefix);
    check_share("click_through", "experiment", "control",
                "udacity_free_trial,two_proportion,click_through");
    CHECK_NEAR(ratio_at("/srm/p_value"), want("udacity_free_trial,srm,pageviews,all,p"), 1e-10);
    end();
}

TEST(analyze, reproduces_nsw_with_covariates)
{
    if (!begin("nsw_dehejia_wahba.csv"))
        return;
    metric("re78", "mean(re78)");
    run("treat");
    CHECK_NEAR(got("re78", "1", "/diff"), want("nsw_dehejia_wahba,welch,re78,treated,diff"), 1e-10);
    CHECK_NEAR(got("re78", "1", "/se"), want("nsw_dehejia_wahba,welch,re78,treated,se"), 1e-10);
    call->covariates[0] = GOS_LIT("re75");
    call->question.covariate_count = 1;
    run("treat");
    CHECK_NEAR(got("re78", "1", "/diff"),
               want("nsw_dehejia_wahba,cuped,re78~re75,treated,diff_lin"), 1e-9);
    CHECK_NEAR(got("re78", "1", "/se"), want("nsw_dehejia_wahba,cuped,re78~re75,treated,se_lin"),
               1e-9);
    end();
}

TEST(analyze, reproduces_the_achievement_awards_by_school)
{
    if (!begin("achievement_awards_rct.csv.gz"))
        return;
    where("year = 2001");
    metric("Bagrut_status", "mean(Bagrut_status)");
    call->question.cluster = GOS_LIT("school_id");
    run("treated");
    const char *const prefix = "achievement_awards,cluster,Bagrut_status,treated";
    CHECK_NEAR(got("Bagrut_status", "1", "/diff"),
               want(gos_arena_print(arena, "%s,diff", prefix).data), 1e-10);
    CHECK_NEAR(got("Bagrut_status", "1", "/se"),
               want(gos_arena_print(arena, "%s,se_cr2", prefix).data), 1e-9);
    CHECK_NEAR(got("Bagrut_status", "1", "/p_value"),
               want(gos_arena_print(arena, "%s,p_cr2_satterthwaite", prefix).data), 1e-8);
    end();
}

static void write_file(const char *text)
{
    snprintf(path, sizeof path, "%s/data.csv", test_folder());
    FILE *stream = fopen(path, "wb");
    CHECK(stream != NULL);
    fputs(text, stream);
    fclose(stream);
}

TEST(analyze, groups_rows_by_unit_and_treats_missing_cells_as_the_rule_says)
{
    if (!begin("cookie_cats.csv.gz"))
        return;
    write_file("v,u,x,ok\na,1,2,True\na,1,NA,False\na,2,,True\nb,3,5,\nb,3,1,True\n,9,9,True\n"
               "a,4,1,True\nb,4,1,True\nb,5,1,True\n");
    call->question.unit = GOS_LIT("u");
    metric("x", "sum(x)");
    metric("rows", "count()");
    gos_error err = {0};
    CHECK_OK(plan_from_text(GOS_LIT("avg"), GOS_LIT("avg(x)"), METRIC_OVER_ROWS, arena,
                            &call->plans[call->question.plan_count++], NULL, &err),
             &err);
    run("v");
    CHECK_NEAR(got("x", "a", "/mean_value"), 1, 0);
    CHECK_NEAR(got("x", "b", "/mean_value"), 3.5, 0);
    CHECK_NEAR(got("rows", "a", "/mean_value"), 1.5, 0);
    CHECK_NEAR(got("avg", "b", "/mean_value"), 7.0 / 3, 1e-15);
    CHECK_NEAR(ratio_at("/rows_without_variant"), 1, 0);
    CHECK_NEAR(ratio_at("/health/crossovers"), 1, 0);
    end();
}

TEST(analyze, names_the_columns_when_one_is_not_there)
{
    if (!begin("nsw_dehejia_wahba.csv"))
        return;
    gos_str text;
    gos_error err = {0};
    metric("x", "mean(nowhere)");
    call->question.variant = GOS_LIT("treat");
    CHECK_FAILS(analyze_report(call, 0, arena, &text, &err), &err, GOS_BAD_INPUT, "");
    CHECK(strstr(err.message, "re78") != NULL);
    paths[0] = "/nowhere/it's.csv";
    CHECK_FAILS(analyze_report(call, 0, arena, &text, &err), &err, GOS_BAD_INPUT, "");
    end();
}
