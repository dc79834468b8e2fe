/* The tolerances of every method, and the comparison by them. */
#include "calc_cases.h"

#include "cli/calc.h"
#include "cli/command.h"

#include "test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* |found - wanted| <= relative * |wanted| + absolute + by_scale * |the row's `scale` column|. */
struct tolerance {
    const char *method;
    const char *column; /* beginning of its name */
    double relative;
    double absolute;
    double by_scale;
    const char *scale;
};

static const struct tolerance tolerances[] = {
    {"bandit", "", 1e-9, 1e-13, 0, NULL},
    {"bayes_beta", "cred", 1e-12, 0, 0, NULL},
    {"bayes_beta", "post", 1e-12, 0, 0, NULL},
    {"bayes_beta", "", 1e-9, 1e-13, 0, NULL},
    {"cuped", "", 1e-9, 0, 1e-11, "se_raw"},
    {"dist_discrete", "", 1e-12, 1e-15, 0, NULL},
    {"dist_nct", "", 1e-9, 1e-13, 0, NULL},
    {"dist_normal", "", 1e-13, 0, 0, NULL},
    {"exact_uncond", "", 0, 1e-7, 0, NULL},
    {"fisher", "", 1e-10, 0, 0, NULL},
    {"lift_ci", "", 1e-11, 0, 1e-12, "se_delta"},
    {"mde", "", 1e-8, 0, 0, NULL},
    {"multitest", "", 1e-14, 0, 0, NULL},
    {"noninferiority", "bound", 1e-11, 0, 1e-11, "mean_c"},
    {"poststrat", "p", 1e-12, 0, 0, NULL},
    {"power_t", "power", 1e-9, 1e-13, 0, NULL},
    {"proportions", "", 1e-11, 1e-16, 0, NULL},
    {"quantile", "ci", 1e-11, 0, 1e-11, "se_diff"},
    {"ratio", "", 1e-9, 0, 0, NULL},
    {"seq_asympcs", "cs", 1e-11, 0, 1e-11, "se"},
    {"seq_asympcs", "bound", 1e-11, 0, 1e-11, "se"},
    {"seq_group_bounds", "cum", 0, 1e-9, 0, NULL},
    {"seq_group_bounds", "nominal", 0, 1e-9, 0, NULL},
    {"seq_group_bounds", "", 0, 1e-7, 0, NULL},
    {"seq_group_power", "", 0, 1e-9, 0, NULL},
    {"seq_peeking_inflation", "", 0, 1e-9, 0, NULL},
    {"seq_power", "n_total", 1e-8, 0, 0, NULL},
    {"size_mean", "n_c_two", 1e-8, 0, 0, NULL},
    {"size_prop", "n1_pooled_two", 1e-8, 0, 0, NULL},
    {"size_t", "n_per_arm", 1e-8, 0, 0, NULL},
    {"srm", "chisq", 1e-12, 1e-20, 0, NULL},
    {"welch", "ci", 1e-11, 0, 1e-11, "se"},
    {"welch", "bound", 1e-11, 0, 1e-11, "se"},
    {"", "", 1e-12, 0, 0, NULL},
};

static const struct tolerance *tolerance_of(const char *method, const char *column)
{
    const struct tolerance *t = tolerances;
    while (t->method[0] &&
           (strcmp(t->method, method) != 0 || strncmp(t->column, column, strlen(t->column)) != 0))
        t++;
    return t;
}

static double scale_of(const struct calc_table *table, size_t row, const char *scale)
{
    double value = 0;
    int at = scale ? calc_table_find(table, gos_str_from(scale)) : -1;
    if (at < 0 || !calc_text_number(calc_table_cell(table, row, (size_t)at), &value) ||
        isnan(value))
        return 0;
    return fabs(value);
}

/* One number, or one element of a list. */
static bool is_near(double found, double wanted, const struct tolerance *t, double scale)
{
    if (isnan(wanted) || isnan(found))
        return isnan(wanted) && isnan(found);
    if (isinf(wanted) || isinf(found))
        return wanted == found;
    if (fabs(wanted) < 1e-300)
        return fabs(found) < 1e-299;
    return fabs(found - wanted) <= t->relative * fabs(wanted) + t->absolute + t->by_scale * scale;
}

static gos_str part_take(gos_str *rest)
{
    const char *at = memchr(rest->data, ';', rest->len);
    size_t len = at ? (size_t)(at - rest->data) : rest->len;
    gos_str part = {rest->data, len};
    *rest = (gos_str){rest->data + len + (at != NULL), rest->len - len - (at != NULL)};
    return part;
}

static bool is_same(gos_str found, gos_str wanted, const struct tolerance *t, double scale)
{
    do {
        gos_str a = part_take(&found), b = part_take(&wanted);
        double x, y;
        if (!calc_text_number(a, &x) || !calc_text_number(b, &y)) {
            if (!gos_str_equal(a, b))
                return false;
        } else if (!is_near(x, y, t, scale)) {
            return false;
        }
    } while (wanted.len > 0 && found.len > 0);
    return wanted.len == found.len;
}

static size_t row_check(const struct calc_method *method, const char *file,
                        const struct calc_table *found, const struct calc_table *wanted, size_t row)
{
    gos_str rest = gos_str_from(method->columns), name;
    size_t compared = 0;
    char mark, column[64];
    while (calc_column_take(&rest, &name, &mark)) {
        snprintf(column, sizeof column, "%.*s", GOS_ARG(name));
        int at_found = calc_table_find(found, name), at_wanted = calc_table_find(wanted, name);
        if (mark != '=' || at_wanted < 0)
            continue;
        gos_str a = calc_table_cell(found, row, (size_t)at_found);
        gos_str b = calc_table_cell(wanted, row, (size_t)at_wanted);
        const struct tolerance *t = tolerance_of(method->name, column);
        if (!is_same(a, b, t, scale_of(wanted, row, t->scale)))
            fail_msg("%s, row %zu, column %s: found %.*s, wanted %.*s", file, row + 1, column,
                     GOS_ARG(a), GOS_ARG(b));
        compared++;
    }
    return compared;
}

size_t calc_cases_check(const char *folder, const char *name, const char *file, const char *data)
{
    char path[512], data_path[512], *answers = NULL;
    size_t answers_len = 0, compared = 0;
    gos_error err;
    snprintf(path, sizeof path, "%s/%s", folder, file);
    snprintf(data_path, sizeof data_path, "%s/%s", folder, data ? data : "");
    struct calc_call call = {
        .method = calc_method_find(name),
        .in_path = path,
        .data_path = data ? data_path : NULL,
        .to = open_memstream(&answers, &answers_len),
    };
    CHECK(call.method != NULL);
    struct calc_report report;
    CHECK_OK(calc_answer(&call, &report, &err), &err);
    CHECK_INT(report.failed, 0);
    fclose(call.to);
    gos_arena *arena = gos_arena_open(256 << 20);
    struct calc_table found, wanted;
    CHECK_OK(calc_table_read_csv((gos_str){answers, answers_len}, arena, &found, &err), &err);
    gos_str text;
    CHECK_OK(command_read_file(path, 64 << 20, arena, &text, &err), &err);
    CHECK_OK(calc_table_read_csv(text, arena, &wanted, &err), &err);
    CHECK_INT(found.row_count, wanted.row_count);
    for (size_t row = 0; row < wanted.row_count; row++)
        compared += row_check(call.method, file, &found, &wanted, row);
    gos_arena_close(arena);
    free(answers);
    return compared;
}
