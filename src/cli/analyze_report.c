/* What the files answered, scored and written as JSON. */
#include "cli/analyze.h"

#include "base/time.h"
#include "jobs/doctor.h"

#include <math.h>

static bool find_control(const struct analyze_call *call, const struct sheet_answer *answer,
                         uint32_t *out, gos_error *err)
{
    *out = 0;
    gos_str wanted = call->control.len > 0 ? call->control : GOS_LIT("control");
    for (uint32_t v = 0; v < answer->variant_count; v++) {
        if (str_equal_nocase(answer->variants[v], wanted)) {
            *out = v;
            return true;
        }
    }
    if (call->control.len == 0)
        return true;
    return gos_fail(err, GOS_BAD_INPUT, "", "there is no variant \"%.*s\"; the first is \"%.*s\"",
                    GOS_ARG(wanted), GOS_ARG(answer->variants[0]));
}

/* "NAME=W,NAME=W": names may hold anything but the last = and commas. */
static bool read_weights(const struct analyze_call *call, const struct sheet_answer *answer,
                         double *weights, gos_error *err)
{
    gos_str rest = call->weights;
    for (uint32_t v = 0; v < answer->variant_count; v++)
        weights[v] = call->weights.len > 0 ? 0 : 1;
    while (rest.len > 0) {
        gos_str item = str_cut(&rest, ','), name = item;
        double weight = (double)NAN;
        while (name.len > 0 && name.data[name.len - 1] != '=')
            name.len--;
        bool found = false;
        bool read = name.len > 0 &&
                    str_read_double((gos_str){item.data + name.len, item.len - name.len}, &weight);
        for (uint32_t v = 0; read && v < answer->variant_count; v++) {
            if (gos_str_equal(answer->variants[v], (gos_str){name.data, name.len - 1})) {
                weights[v] = weight;
                found = true;
            }
        }
        if (!found || weight < 0)
            return gos_fail(err, GOS_BAD_INPUT, "",
                            "\"%.*s\" is not VARIANT=WEIGHT with a variant of the file",
                            GOS_ARG(item));
    }
    return true;
}

static bool make_question(const struct analyze_call *call, const struct sheet_answer *answer,
                          gos_arena *arena, struct scorecard_question *out, gos_error *err)
{
    uint32_t count = call->question.plan_count;
    double *weights = gos_arena_array(arena, answer->variant_count, sizeof *weights, err);
    struct scorecard_metric *metrics = gos_arena_array(arena, count + 1, sizeof *metrics, err);
    *out = (struct scorecard_question){
        .variants = answer->variants,
        .weights = weights,
        .units = answer->units,
        .variant_count = answer->variant_count,
        .metrics = metrics,
        .metric_count = count,
        .alpha = call->alpha,
        .mode = GOS_MODE_FIXED,
        .adjust = GOS_ADJUST_LIN,
    };
    if (!weights || !metrics || !find_control(call, answer, &out->control, err) ||
        !read_weights(call, answer, weights, err))
        return false;
    for (uint32_t m = 0; m < count; m++) {
        size_t first = (size_t)m * answer->variant_count;
        metrics[m] = (struct scorecard_metric){
            .plan = &call->plans[m],
            .role = ROLE_PRIMARY,
            .margin = (double)NAN,
            .cells = &answer->cells[first],
            .clusters = answer->clusters ? &answer->clusters[first] : NULL,
            .cap = answer->caps[m],
        };
        if (answer->clusters && call->plans[m].kind != PLAN_MEAN &&
            call->plans[m].kind != PLAN_PROPORTION)
            return gos_fail(err, GOS_BAD_INPUT, "",
                            "\"%.*s\" is a %s; by cluster there are means and proportions, so "
                            "take the cluster as --unit",
                            GOS_ARG(call->plans[m].name), plan_kind_name(call->plans[m].kind));
    }
    return true;
}

static void write_health(const struct scorecard *scorecard, const struct sheet_answer *sheet,
                         int64_t now_ms, gos_arena *arena, struct json_writer *json)
{
    const struct ledger_answer answer = {.units = sheet->units,
                                         .crossovers = sheet->crossovers,
                                         .cells = sheet->cells,
                                         .first_exposure = TIME_NONE,
                                         .last_exposure = TIME_NONE,
                                         .caps = sheet->caps};
    const struct doctor_visit visit = {.scorecard = scorecard, .answer = &answer, .now_ms = now_ms};
    json_name(json, "health");
    doctor_write(&visit, arena, json);
    json_name(json, "srm");
    json_open_object(json);
    json_put_double(json, "p_value", scorecard->sample_ratio.p_value);
    json_put_double(json, "chi_square", scorecard->sample_ratio.chisq);
    json_put_double(json, "df", scorecard->sample_ratio.df);
    json_name(json, "alarm");
    json_bool(json, scorecard->sample_ratio.alarm);
    json_close_object(json);
}

static bool write_report(const struct scorecard *scorecard, const struct sheet_answer *sheet,
                         int64_t now_ms, gos_arena *arena, gos_str *out, gos_error *err)
{
    struct scorecard_stamp stamp = {
        .computed_at = now_ms, .window_start = now_ms, .window_end = now_ms};
    struct result *rows = NULL;
    struct text text;
    struct json_writer json;
    uint32_t count = 0;
    if (!scorecard_rows(scorecard, &stamp, arena, &rows, &count, err))
        return false;
    text_init(&text, arena);
    json_writer_init(&json, &text);
    json_open_object(&json);
    json_name(&json, "results");
    json_open_array(&json);
    for (uint32_t i = 0; i < count; i++)
        result_write(&rows[i], &json);
    json_close_array(&json);
    write_health(scorecard, sheet, now_ms, arena, &json);
    json_put_double(&json, "rows", (double)sheet->rows);
    json_put_double(&json, "rows_without_variant", (double)sheet->unassigned);
    json_close_object(&json);
    *out = text_str(&text);
    return text_ok(&text, err);
}

bool analyze_report(const struct analyze_call *call, int64_t now_ms, gos_arena *arena, gos_str *out,
                    gos_error *err)
{
    struct sheet_answer sheet;
    struct scorecard_question question;
    struct scorecard scorecard;
    return sheet_compute(&call->question, arena, &sheet, err) &&
           make_question(call, &sheet, arena, &question, err) &&
           scorecard_compute(&question, arena, &scorecard, err) &&
           write_report(&scorecard, &sheet, now_ms, arena, out, err);
}
