/* Runs a method over its cases and writes the answers in kind. */
#include "base/text.h"
#include "cli/calc_groups.h"
#include "cli/calc_write.h"
#include "cli/command.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { CALC_MAX_MIB = 8192, CASE_MAX_MIB = 2048 };

/* Takes a word off `*rest`; its mark ('=' answer, '?' optional, or 0) into `*out_mark`. */
bool calc_column_take(gos_str *rest, gos_str *out, char *out_mark)
{
    *out = str_cut(rest, ' ');
    if (out->len == 0)
        return false;
    *out_mark = out->data[0] == '=' || out->data[0] == '?' ? out->data[0] : 0;
    if (*out_mark)
        *out = (gos_str){out->data + 1, out->len - 1};
    return true;
}

/* A call with its tables. */
struct calc_run {
    const struct calc_call *call;
    const struct calc_method *method;
    struct calc_table in;
    struct calc_table data;
    gos_arena *arena;
};

static bool columns_check(const struct calc_run *call, gos_error *err)
{
    gos_str rest = gos_str_from(call->method->columns), name;
    char mark;
    while (calc_column_take(&rest, &name, &mark)) {
        if (mark == 0 && calc_table_find(&call->in, name) < 0)
            return gos_fail(err, GOS_BAD_INPUT, "", "column %.*s is missing: %s needs it",
                            GOS_ARG(name), call->method->name);
    }
    rest = gos_str_from(call->method->data);
    while (call->method->data[0] && calc_column_take(&rest, &name, &mark)) {
        if (mark == 0 && calc_table_find(&call->data, name) < 0)
            return gos_fail(err, GOS_BAD_INPUT, "", "column %.*s is missing in the data of %s",
                            GOS_ARG(name), call->method->name);
    }
    return true;
}

/* What no row of the case can be answered with: why, and the first of them in words. */
static void case_fail(struct calc *calc, struct calc_report *report)
{
    uint32_t status = calc->case_err.code == GOS_UNREACHABLE ? GOS_STATUS_UNREACHABLE
                      : calc->case_err.code == GOS_TOO_LARGE ? GOS_STATUS_TOO_LARGE
                      : calc->case_err.code == GOS_INTERNAL  ? GOS_STATUS_UNSOLVED
                                                             : GOS_STATUS_INVALID_INPUT;
    for (size_t i = 0; i < calc->row_count * calc->out_count; i++)
        calc->out[i] = (struct calc_cell){.number = NAN};
    for (calc->row = 0; calc->row < calc->row_count; calc->row++)
        calc_put_status(calc, status);
    calc->has_failed = calc->has_case_failed = false;
    if (report->failed++ == 0)
        report->first = calc->case_err;
}

/* A method that says nothing of its status has answered, or the case had no numbers. */
static void status_settle(struct calc *calc)
{
    for (calc->row = 0; calc->row < calc->row_count; calc->row++) {
        if (!calc_has_status(calc))
            calc_put_status(calc, calc->is_invalid ? GOS_STATUS_INVALID_INPUT : 0);
    }
}

static bool case_run(struct calc *calc, const struct calc_layout *layout,
                     struct calc_report *report)
{
    gos_arena_mark mark = gos_arena_mark_take(calc->arena);
    size_t cells = calc->row_count * calc->out_count;
    calc->out = gos_arena_array(calc->arena, cells, sizeof *calc->out, calc->err);
    if (!calc->out)
        return false;
    for (size_t i = 0; i < cells; i++)
        calc->out[i].number = NAN;
    calc->row = 0;
    calc->is_invalid = false;
    calc->method->run(calc);
    report->cases++;
    if (calc->has_case_failed)
        case_fail(calc, report);
    status_settle(calc);
    bool done = !calc->has_failed && calc_write_rows(calc, layout);
    gos_arena_mark_return(calc->arena, mark);
    return done;
}

static bool cases_run(struct calc_run *call, struct calc_report *report, gos_error *err)
{
    struct calc calc = {.method = call->method, .in = &call->in, .to = call->call->to, .err = err};
    struct calc_layout layout;
    struct calc_groups cases, data;
    int group = calc_table_find(&call->in, gos_str_from(call->method->group));
    if (!calc_groups_make(&call->in, group, call->arena, &cases, err))
        return false;
    if (call->method->data[0]) {
        int at = calc_table_find(&call->data, GOS_LIT("case"));
        if (at >= 0 && !calc_groups_make(&call->data, at, call->arena, &data, err))
            return false;
        calc.data = &call->data;
        calc.data_cases = at >= 0 ? &data : NULL;
    }
    calc_layout_make(&calc, call->call->is_json, &layout);
    calc.arena = gos_arena_open((size_t)CASE_MAX_MIB << 20);
    if (!calc.arena)
        return gos_fail(err, GOS_OUT_OF_MEMORY, "", "no memory for a case");
    bool going = calc_write_header(&calc, &layout);
    for (size_t i = 0; going && i < cases.count; i++) {
        calc.rows = cases.rows + cases.first[i];
        calc.row_count = group < 0 ? 1 : cases.first[i + 1] - cases.first[i];
        going = case_run(&calc, &layout, report);
    }
    gos_arena_close(calc.arena);
    return going;
}

static bool table_read(const char *path, bool is_json, gos_arena *arena, struct calc_table *out,
                       gos_error *err)
{
    gos_str input;
    if (!command_read_file(path, (size_t)CALC_MAX_MIB << 18, arena, &input, err))
        return false;
    gos_str start = str_trim(input);
    if (is_json || (start.len > 0 && start.data[0] == '{'))
        return calc_table_read_jsonl(input, arena, out, err);
    return calc_table_read_csv(input, arena, out, err);
}

/* Raw rows on standard input: one case for each value of their column "case", in order. */
static bool cases_from_data(struct calc_run *call, gos_error *err)
{
    int at = calc_table_find(&call->data, GOS_LIT("case"));
    struct calc_groups cases = {.count = call->data.row_count > 0};
    if (at >= 0 && !calc_groups_make(&call->data, at, call->arena, &cases, err))
        return false;
    gos_str *cells = gos_arena_array(call->arena, cases.count + 1, sizeof *cells, err);
    if (!cells)
        return false;
    for (size_t i = 0; i < cases.count; i++)
        cells[i] = at < 0 ? GOS_LIT("1")
                          : calc_table_cell(&call->data, cases.rows[cases.first[i]], (size_t)at);
    call->in = (struct calc_table){.column_count = 1, .row_count = cases.count, .cells = cells};
    call->in.names[0] = GOS_LIT("case");
    return true;
}

static bool tables_read(struct calc_run *call, gos_error *err)
{
    if (!table_read(call->call->in_path, call->call->is_json, call->arena, &call->in, err))
        return false;
    if (!call->method->data[0])
        return true;
    if (call->call->data_path)
        return table_read(call->call->data_path, false, call->arena, &call->data, err);
    gos_str rest = gos_str_from(call->method->data), name;
    char mark;
    while (calc_column_take(&rest, &name, &mark)) {
        if (mark == 0 && calc_table_find(&call->in, name) < 0)
            return gos_fail(err, GOS_BAD_INPUT, "",
                            "column %.*s is missing: %s needs raw data, either as its input or "
                            "beside its cases by --data FILE",
                            GOS_ARG(name), call->method->name);
    }
    call->data = call->in;
    return cases_from_data(call, err);
}

bool calc_answer(const struct calc_call *call, struct calc_report *report, gos_error *err)
{
    struct calc_run run = {.call = call, .method = call->method};
    *report = (struct calc_report){0};
    run.arena = gos_arena_open((size_t)CALC_MAX_MIB << 20);
    if (!run.arena)
        return gos_fail(err, GOS_OUT_OF_MEMORY, "", "no memory for the cases");
    bool done = tables_read(&run, err) && columns_check(&run, err) && cases_run(&run, report, err);
    gos_arena_close(run.arena);
    fflush(call->to);
    return done;
}
