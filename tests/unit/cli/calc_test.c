/* gosset calc against reference numbers, and what it says to broken input. */
#include "calc_cases.h"

#include "cli/calc.h"
#include "cli/command.h"

#include "test.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *data_of(const char *method)
{
    static const char *const names[][2] = {{"cluster", "cluster_data.csv"},
                                           {"poststrat", "poststrat_data.csv"},
                                           {"quantile", "quantile_data.csv"}};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        if (strcmp(names[i][0], method) == 0)
            return names[i][1];
    }
    return NULL;
}

/* Every NAME.csv of a folder by the method NAME; raw rows stand beside their cases. */
static void folder_check(const char *folder, size_t files_min)
{
    DIR *dir = opendir(folder);
    size_t files = 0;
    CHECK(dir != NULL);
    for (struct dirent *entry; (entry = readdir(dir));) {
        char method[128];
        size_t len = strlen(entry->d_name);
        if (len < 5 || len > 100 || strcmp(entry->d_name + len - 4, ".csv") != 0 ||
            strstr(entry->d_name, "_data"))
            continue;
        snprintf(method, sizeof method, "%.*s", (int)(len - 4), entry->d_name);
        CHECK(calc_cases_check(folder, method, entry->d_name, data_of(method)) > 0);
        files++;
    }
    closedir(dir);
    CHECK(files >= files_min);
}

TEST(calc, answers_every_reference_row_within_its_tolerance)
{
    char folder[512];
    if (!test_shared_dir()) {
        test_skip("the folder of shared reference numbers is absent");
        return;
    }
    snprintf(folder, sizeof folder, "%s/golden/stats", test_shared_dir());
    folder_check(folder, 39);
}

TEST(calc, answers_our_own_cases_within_their_tolerance)
{
    folder_check(GOSSET_SOURCE_DIR "/spec/stats", 37);
}

/* What calc answers to a text, or its error; of a case that has none, why. */
static bool answer(const char *method, const char *cases, bool is_json, char **out, gos_error *err)
{
    char path[512];
    size_t len;
    snprintf(path, sizeof path, "%s/cases", test_folder());
    FILE *file = fopen(path, "w");
    fputs(cases, file);
    fclose(file);
    struct calc_call call = {
        .method = calc_method_find(method),
        .in_path = path,
        .is_json = is_json,
        .to = open_memstream(out, &len),
    };
    struct calc_report report;
    bool done = calc_answer(&call, &report, err);
    fclose(call.to);
    if (done && report.failed > 0)
        *err = report.first;
    return done;
}

static void check_answer(const char *method, const char *cases, bool is_json, const char *want)
{
    char *out;
    gos_error err;
    CHECK_OK(answer(method, cases, is_json, &out, &err), &err);
    CHECK_TEXT(gos_str_from(out), want);
    free(out);
}

static void check_refusal(const char *method, const char *cases, const char *pointer,
                          const char *message)
{
    char *out;
    gos_error err;
    bool done = answer(method, cases, false, &out, &err);
    free(out);
    CHECK_FAILS(done, &err, GOS_BAD_INPUT, pointer);
    CHECK_TEXT(gos_str_from(err.message), message);
}

TEST(calc, answers_json_lines_in_kind)
{
    check_answer(
        "srm", "{\"counts\":[10,10],\"weights\":[1,1]}\n", true,
        "{\"counts\":[10,10],\"weights\":[1,1],\"status\":\"ok\",\"n\":20,\"chisq\":0,"
        "\"df\":1,\"p_value\":1,\"srm_at_0.001\":0,\"min_expected\":10,\"p_exact\":null}\n");
    check_answer("srm", "{\"counts\":[0,0],\"weights\":[1,1]}\n", true,
                 "{\"counts\":[0,0],\"weights\":[1,1],\"status\":\"no_data\",\"n\":0,"
                 "\"chisq\":null,\"df\":null,\"p_value\":1,\"srm_at_0.001\":0,"
                 "\"min_expected\":0,\"p_exact\":null}\n");
}

TEST(calc, keeps_foreign_columns_and_ignores_answers_in_the_input)
{
    check_answer("power_at_mde",
                 "my_key,mde_rel,mean_c,se_diff,alpha,sided,power_at_mde\n"
                 "\"a,b\",1,1e9,1,0.05,2,nonsense\n\n",
                 false,
                 "mde_rel,mean_c,se_diff,alpha,sided,power_at_mde,status,my_key\n"
                 "1,1e9,1,0.05,2,1,ok,\"a,b\"\n");
}

TEST(calc, names_row_and_column_of_what_is_no_number)
{
    const char *header = "n_c,mean_c,var_c,n_t,mean_t,var_t,null_diff,alpha\n";
    char cases[256];
    snprintf(cases, sizeof cases, "%s9,1,1,9,1,1,0,0.05\n9,1,x1,9,1,1,0,0.05\n", header);
    check_refusal("welch", cases, "/1/var_c", "row 2, column var_c: \"x1\" is not a number");
    snprintf(cases, sizeof cases, "%s9,1,1,9,1,1,0\n", header);
    check_refusal("welch", cases, "/0", "row 1 has 7 cells, the header has 8");
    check_refusal("welch", "n_c,mean_c\n1,2\n", "", "column var_c is missing: welch needs it");
    check_refusal("quantile", "case,q\n1,0.5\n", "",
                  "column arm is missing: quantile needs raw data, either as its input or beside "
                  "its cases by --data FILE");
    check_refusal(
        "mde",
        "metric,mean,var,n_c,n_t,alpha,sided,power,rho_pre,comparisons\n"
        "median,1,1,9,9,0.05,2,0.8,0,1\n",
        "/0/metric",
        "row 1, column metric: \"median\" is not one of the known names, such as \"mean\"");
}

/* The case gets this status and no numbers; the words go to whoever asked. */
static void check_no_answer(const char *method, const char *cases, const char *status,
                            const char *pointer, const char *message)
{
    char *out;
    gos_error err;
    CHECK_OK(answer(method, cases, false, &out, &err), &err);
    CHECK(strstr(out, status) != NULL);
    free(out);
    CHECK_TEXT(gos_str_from(err.pointer), pointer);
    CHECK_TEXT(gos_str_from(err.message), message);
}

TEST(calc, answers_a_case_that_is_not_allowed_by_its_status)
{
    const char *header = "n_c,mean_c,var_c,n_t,mean_t,var_t,null_diff,alpha\n";
    const char *invalid = ",invalid_input";
    char cases[256], *out;
    gos_error err;
    snprintf(cases, sizeof cases, "%s9.5,1,1,9,1,1,0,0.05\n", header);
    check_no_answer("welch", cases, invalid, "/0/n_c",
                    "row 1, column n_c: 9.5 is not a whole number from 0 to 1e15");
    snprintf(cases, sizeof cases, "%s9,1,1,9,1,1,0,1\n", header);
    check_no_answer("welch", cases, invalid, "/0/alpha",
                    "row 1, column alpha: 1 is not between 0 and 1");
    check_no_answer("size_t", "delta,sd,alpha,sided,power\n1,1,0.05,2,0.05\n", invalid, "/0/power",
                    "row 1, column power: power 0.05 is not between alpha 0.05 and 1");
    check_no_answer("size_t", "delta,sd,alpha,sided,power\n0,1,0.05,2,0.8\n", ",unreachable",
                    "/0/delta", "row 1, column delta: no sample detects a difference of 0");
    check_no_answer("exact_uncond", "x_t,n_t,x_c,n_c\n1,1000,1,1000\n", ",too_large", "/0/n_c",
                    "row 1, column n_c: 1000 x 1000 units: at most 100000 tables are tried");
    CHECK_OK(answer("srm", "counts,weights\n1;1,1;-1\n5;5,1;1\n", false, &out, &err), &err);
    CHECK_TEXT(gos_str_from(out),
               "counts,weights,status,n,chisq,df,p_value,srm_at_0.001,min_expected,p_exact\n"
               "1;1,1;-1,invalid_input,NA,NA,NA,NA,NA,NA,NA\n5;5,1;1,ok,10,0,1,1,0,5,NA\n");
    free(out);
}

TEST(calc, gives_a_status_to_numbers_that_are_none)
{
    const char *header = "n_c,mean_c,var_c,n_t,mean_t,var_t,alpha\n";
    char cases[256], want[512];
    snprintf(cases, sizeof cases, "%s9,NaN,1,9,1,1,0.05\n9,1,1,9,Inf,1,0.05\n9,1,-1,9,1,1,0.05\n",
             header);
    snprintf(want, sizeof want,
             "n_c,mean_c,var_c,n_t,mean_t,var_t,alpha,status,df,crit,p_abs,lift,se_delta,"
             "delta_low,delta_high,p_delta,fieller_kind,fieller_low,fieller_high,log_low,log_high\n"
             "9,NaN,1,9,1,1,0.05,invalid_input%s\n9,1,1,9,Inf,1,0.05,invalid_input%s\n",
             ",NA,NA,NA,NA,NA,NA,NA,NA,NA,NA,NA,NA,NA", ",NA,NA,NA,NA,NA,NA,NA,NA,NA,NA,NA,NA,NA");
    char *out;
    gos_error err;
    CHECK_OK(answer("lift_ci", cases, false, &out, &err), &err);
    CHECK(strncmp(out, want, strlen(want)) == 0);
    CHECK(strstr(out, "inconsistent_moments") != NULL);
    free(out);
}

/* Exact: -(1e-9 - 1e-12). The rates themselves differ in their last digits only. */
TEST(calc, keeps_the_digits_of_rates_close_to_1)
{
    char *out;
    gos_error err;
    CHECK_OK(answer("proportions",
                    "x_c,n_c,x_t,n_t,alpha\n"
                    "999999999999,1000000000000,999999999000,1000000000000,0.05\n",
                    false, &out, &err),
             &err);
    CHECK(strstr(out, ",-9.99e-10,") != NULL);
    free(out);
}

/* Cases and raw rows are found by their cells, wherever they stand. */
TEST(calc, takes_the_rows_of_a_family_together)
{
    check_answer("multitest", "family,p\na,0.01\nb,0.5\na,0.04\n", false,
                 "family,m,p,bonferroni,holm,hochberg,hommel,bh,by,sidak,holm_sidak,status\n"
                 "a,2,0.01,0.02,0.02,0.02,0.02,0.02,0.03,0.0199,0.0199,ok\n"
                 "a,2,0.04,0.08,0.04,0.04,0.04,0.04,0.06,0.0784,0.04,ok\n"
                 "b,1,0.5,0.5,0.5,0.5,0.5,0.5,0.5,0.5,0.5,ok\n");
}

static const char *const nasty[] = {"0",      "1",      "-1",   "NA",    "",
                                    "Inf",    "-Inf",   "1e15", "1e308", "-1e308",
                                    "1e-308", "5e-324", "0.5",  "-0.0",  "1e-17"};
enum { NASTY_COUNT = sizeof nasty / sizeof nasty[0] };

/* The first rows of a file, each cell in turn replaced by each nasty number. */
static size_t nasty_cases(const char *path, gos_arena *arena, FILE *to)
{
    struct calc_table table;
    gos_str text;
    gos_error err;
    size_t count = 0;
    CHECK_OK(command_read_file(path, 64 << 20, arena, &text, &err), &err);
    CHECK_OK(calc_table_read_csv(text, arena, &table, &err), &err);
    for (size_t c = 0; c < table.column_count; c++)
        fprintf(to, "%s%.*s", c ? "," : "", GOS_ARG(table.names[c]));
    fputc('\n', to);
    for (size_t at = 0; at < table.column_count; at++) {
        double number;
        for (size_t n = 0; n < NASTY_COUNT; n++) {
            if (!calc_text_number(calc_table_cell(&table, 0, at), &number))
                break;
            for (size_t c = 0; c < table.column_count; c++) {
                gos_str cell = c == at ? gos_str_from(nasty[n]) : calc_table_cell(&table, 0, c);
                fprintf(to, "%s%.*s", c ? "," : "", GOS_ARG(cell));
            }
            fputc('\n', to);
            count++;
        }
    }
    return count;
}

/* Every case has an answer with a status, whatever its numbers; "nan" is none. */
static void nasty_check(const struct calc_method *method)
{
    char path[512], cases_path[512], *cases, *out;
    size_t cases_len, out_len, lines = 0;
    gos_error err;
    struct calc_report report;
    snprintf(path, sizeof path, GOSSET_SOURCE_DIR "/spec/stats/%s.csv", method->name);
    FILE *exists = fopen(path, "r");
    if (!exists || method->data[0]) {
        if (exists)
            fclose(exists);
        return;
    }
    fclose(exists);
    gos_arena *arena = gos_arena_open(256 << 20);
    FILE *to = open_memstream(&cases, &cases_len);
    size_t count = nasty_cases(path, arena, to);
    fclose(to);
    snprintf(cases_path, sizeof cases_path, "%s/nasty", test_folder());
    to = fopen(cases_path, "w");
    fwrite(cases, 1, cases_len, to);
    fclose(to);
    struct calc_call call = {
        .method = method, .in_path = cases_path, .to = open_memstream(&out, &out_len)};
    CHECK_OK(calc_answer(&call, &report, &err), &err);
    fclose(call.to);
    for (size_t i = 0; i < out_len; i++)
        lines += out[i] == '\n';
    CHECK_INT(lines, count + 1);
    CHECK(strstr(out, "nan") == NULL);
    free(out);
    free(cases);
    gos_arena_close(arena);
}

TEST(calc, answers_whatever_numbers_come)
{
    size_t count;
    const struct calc_method *methods = calc_methods(&count);
    for (size_t i = 0; i < count; i++)
        nasty_check(&methods[i]);
}

/* Each of these is a few lines on the library, whose own tests prove the numbers. */
TEST(calc, reaches_what_is_offered_beside_the_defaults)
{
    static const struct {
        const char *method, *cases, *want; /* somewhere in the answer */
    } rows[] = {
        {"adaptive",
         "case,n_c,mean_c,var_c,n_t,mean_t,var_t,alpha\n"
         "a,900,10,1,100,10.5,1,0.05\na,100,15,1,900,15.5,1,0.05\n",
         ",ok,2,0,0.5,0.07453559924999299,"},
        {"capped_shares", "capped_c,n_c,capped_t,n_t\n10,1000,30,1000\n", "0.00140130158096"},
        {"control_share", "treatments,sd_c,sd_t\n4,1,1\n", ",0.3333333333333333,"},
        {"dilution", "diff,se_diff,trigger_rate,n\n1,0.1,0.2,1000\n", ",0.2,0.0236643191323"},
        {"duration", "n,weekly_units\n2500,1000;1800\n", ",21,ok"},
        {"equivalence",
         "n_c,mean_c,var_c,n_t,mean_t,var_t,margin,alpha\n1000,10,1,1000,10.02,1,0.095,0.05\n",
         ",1998,0.0468444678"},
        {"interaction",
         "n_neither,mean_neither,var_neither,n_first,mean_first,var_first,n_second,mean_second,"
         "var_second,n_both,mean_both,var_both\n100,5,1,100,6,1,100,5,1,100,7,1\n",
         ",1,0.2,5,"},
        {"prior_learn", "family,lift,se\na,0.1,0.1\n", ",1,NA,insufficient_n"},
        {"seq_noninferiority",
         "n_c,mean_c,var_c,n_t,mean_t,var_t,margin_type,margin,direction,alpha,n_star\n"
         "1000,10,1,1000,10,1,absolute,0.2,increase,0.05,2000\n",
         ",ok,0.2,0.0447213595499"},
        {"slices",
         "family,attribute,diff,se_diff,p\na,c,1,1,0.3\na,d,3,1,0.003\na,c,3,1,0.003\n"
         "a,c,0,2,1\na,d,NA,NA,NA\n",
         "a,c,3,1,0.003,0.012,0.8,2.2,1.34164078649987"},
        {"uniformity", "p_values\n0.1;0.9;0.5\n", ",3,0.23333333333333"},
        {"units_missing", "n,se_diff,delta,alpha,power\n1000,0.1,0.2,0.05,0.8\n", ",963,ok"},
        {"winners_curse", "power,alpha\n0.5,0.05\n", ",1.40706575"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char *out;
        gos_error err;
        CHECK_OK(answer(rows[i].method, rows[i].cases, false, &out, &err), &err);
        if (!strstr(out, rows[i].want))
            fail_msg("%s: found %s, wanted %s", rows[i].method, out, rows[i].want);
        free(out);
    }
}
