/* Runs a method over its cases and writes the answers in kind. */
#include "base/json.h"
#include "base/text.h"
#include "cli/calc.h"
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

static bool has_column(const struct calc_table *table, gos_str name)
{
    for (size_t i = 0; i < table->column_count; i++) {
        if (gos_str_equal(table->names[i], name))
            return true;
    }
    return false;
}

static bool columns_check(const struct calc_run *call, gos_error *err)
{
    gos_str rest = gos_str_from(call->method->columns), name;
    char mark;
    while (calc_column_take(&rest, &name, &mark)) {
        if (mark == 0 && !has_column(&call->in, name))
            return gos_fail(err, GOS_BAD_INPUT, "", "column %.*s is missing: %s needs it",
                            GOS_ARG(name), call->method->name);
    }
    rest = gos_str_from(call->method->data);
    while (call->method->data[0] && calc_column_take(&rest, &name, &mark)) {
        if (mark == 0 && !has_column(&call->data, name))
            return gos_fail(err, GOS_BAD_INPUT, "", "column %.*s is missing in the data of %s",
                            GOS_ARG(name), call->method->name);
    }
    return true;
}

/* The answer's columns: those of the method in its order, then what else came in. */
struct layout {
    size_t count;
    gos_str names[2 * CALC_COLUMNS_MAX];
    int in_column[2 * CALC_COLUMNS_MAX]; /* copied from there, or -1 */
    size_t out_column[2 * CALC_COLUMNS_MAX];
};

static void layout_make(const struct calc_run *call, struct calc *calc, struct layout *layout)
{
    gos_str rest = gos_str_from(call->method->columns), name;
    bool used[CALC_COLUMNS_MAX] = {false};
    char mark;
    layout->count = 0;
    while (calc_column_take(&rest, &name, &mark)) {
        char text[64];
        snprintf(text, sizeof text, "%.*s", GOS_ARG(name));
        int at = calc_table_find(&call->in, text);
        if (at >= 0)
            used[at] = true;
        if (mark != '=' && at < 0)
            continue;
        layout->names[layout->count] = name;
        layout->in_column[layout->count] = mark == '=' ? -1 : at;
        layout->out_column[layout->count++] = calc->out_count;
        if (mark == '=')
            calc->out_names[calc->out_count++] = name;
    }
    for (size_t i = 0; i < call->in.column_count; i++) {
        if (used[i])
            continue;
        layout->names[layout->count] = call->in.names[i];
        layout->in_column[layout->count++] = (int)i;
    }
}

static void write_csv_text(gos_str text, FILE *to)
{
    bool quoted = false;
    for (size_t i = 0; i < text.len; i++)
        quoted = quoted || strchr(",\"\r\n", text.data[i]);
    if (!quoted) {
        fwrite(text.data, 1, text.len, to);
        return;
    }
    fputc('"', to);
    for (size_t i = 0; i < text.len; i++) {
        if (text.data[i] == '"')
            fputc('"', to);
        fputc(text.data[i], to);
    }
    fputc('"', to);
}

static gos_str number_text(double value, char out[32])
{
    if (isnan(value))
        return GOS_LIT("NA");
    if (isinf(value))
        return value > 0 ? GOS_LIT("Inf") : GOS_LIT("-Inf");
    return (gos_str){out, double_write(value, out)};
}

static void write_csv_row(const struct calc *calc, const struct layout *layout, size_t row)
{
    for (size_t i = 0; i < layout->count; i++) {
        char number[32];
        if (i > 0)
            fputc(',', calc->to);
        if (layout->in_column[i] >= 0) {
            write_csv_text(calc_table_cell(calc->in, calc->rows[row], (size_t)layout->in_column[i]),
                           calc->to);
            continue;
        }
        const struct calc_cell *cell = &calc->out[row * calc->out_count + layout->out_column[i]];
        write_csv_text(cell->text.data ? cell->text : number_text(cell->number, number), calc->to);
    }
    fputc('\n', calc->to);
}

/* A cell that reads as a number is one; a list is a list; infinities are texts. */
static void json_cell(struct json_writer *writer, gos_str text, bool is_list)
{
    double value;
    if (is_list) {
        json_open_array(writer);
        while (text.len > 0)
            json_cell(writer, str_cut(&text, ';'), false);
        json_close_array(writer);
    } else if (calc_text_is_missing(text)) {
        json_null(writer);
    } else if (calc_text_number(text, &value) && isfinite(value)) {
        json_double(writer, value);
    } else {
        json_text(writer, text);
    }
}

static bool write_json_row(const struct calc *calc, const struct layout *layout, size_t row)
{
    struct text line;
    struct json_writer writer;
    text_init(&line, calc->arena);
    json_writer_init(&writer, &line);
    json_open_object(&writer);
    for (size_t i = 0; i < layout->count; i++) {
        char number[32];
        json_name_str(&writer, layout->names[i]);
        if (layout->in_column[i] >= 0) {
            gos_str cell = calc_table_cell(calc->in, calc->rows[row], (size_t)layout->in_column[i]);
            json_cell(&writer, cell, memchr(cell.data, ';', cell.len) != NULL);
            continue;
        }
        const struct calc_cell *cell = &calc->out[row * calc->out_count + layout->out_column[i]];
        json_cell(&writer, cell->text.data ? cell->text : number_text(cell->number, number),
                  cell->is_list);
    }
    json_close_object(&writer);
    fwrite(line.data, 1, line.len, calc->to);
    fputc('\n', calc->to);
    return text_ok(&line, calc->err);
}

static void write_header(const struct layout *layout, FILE *to)
{
    for (size_t i = 0; i < layout->count; i++) {
        if (i > 0)
            fputc(',', to);
        write_csv_text(layout->names[i], to);
    }
    fputc('\n', to);
}

/* The rows that share the group cell of row `first`, which is the first of them. */
static size_t group_rows(const struct calc_table *in, int column, size_t first, size_t *rows,
                         bool *done)
{
    size_t count = 0;
    gos_str key = column < 0 ? GOS_LIT("") : calc_table_cell(in, first, (size_t)column);
    for (size_t row = first; row < in->row_count; row++) {
        if (row == first ||
            (column >= 0 && gos_str_equal(calc_table_cell(in, row, (size_t)column), key))) {
            rows[count++] = row;
            done[row] = true;
        }
        if (column < 0)
            break;
    }
    return count;
}

static bool case_run(struct calc *calc, const struct layout *layout, bool is_json)
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
    for (size_t row = 0; !calc->has_failed && row < calc->row_count; row++) {
        if (!is_json)
            write_csv_row(calc, layout, row);
        else if (!write_json_row(calc, layout, row))
            calc->has_failed = true;
    }
    gos_arena_mark_return(calc->arena, mark);
    return !calc->has_failed;
}

static bool cases_run(struct calc_run *call, gos_error *err)
{
    struct calc calc = {.method = call->method, .in = &call->in, .to = call->call->to, .err = err};
    struct layout layout;
    int group = calc_table_find(&call->in, call->method->group);
    size_t *rows = gos_arena_array(call->arena, call->in.row_count + 1, sizeof *rows, err);
    bool *done = gos_arena_array(call->arena, call->in.row_count + 1, sizeof *done, err);
    if (!rows || !done)
        return false;
    layout_make(call, &calc, &layout);
    calc.data = call->method->data[0] ? &call->data : NULL;
    calc.rows = rows;
    calc.arena = gos_arena_open((size_t)CASE_MAX_MIB << 20);
    if (!calc.arena)
        return gos_fail(err, GOS_OUT_OF_MEMORY, "", "no memory for a case");
    if (!call->call->is_json)
        write_header(&layout, calc.to);
    bool going = true;
    for (size_t row = 0; going && row < call->in.row_count; row++) {
        if (done[row])
            continue;
        calc.row_count = group_rows(&call->in, group, row, rows, done);
        going = case_run(&calc, &layout, call->call->is_json);
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
    int at = calc_table_find(&call->data, "case");
    size_t count = 0;
    gos_str *cells = gos_arena_array(call->arena, call->data.row_count + 1, sizeof *cells, err);
    if (!cells)
        return false;
    for (size_t row = 0; row < call->data.row_count; row++) {
        gos_str name = at < 0 ? GOS_LIT("1") : calc_table_cell(&call->data, row, (size_t)at);
        size_t i = count > 0 && gos_str_equal(cells[count - 1], name) ? count - 1 : 0;
        while (i < count && !gos_str_equal(cells[i], name))
            i++;
        if (i == count)
            cells[count++] = name;
    }
    call->in = (struct calc_table){.column_count = 1, .row_count = count, .cells = cells};
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
        if (mark == 0 && !has_column(&call->in, name))
            return gos_fail(err, GOS_BAD_INPUT, "",
                            "column %.*s is missing: %s needs raw data, either as its input or "
                            "beside its cases by --data FILE",
                            GOS_ARG(name), call->method->name);
    }
    call->data = call->in;
    return cases_from_data(call, err);
}

bool calc_answer(const struct calc_call *call, gos_error *err)
{
    struct calc_run run = {.call = call, .method = call->method};
    run.arena = gos_arena_open((size_t)CALC_MAX_MIB << 20);
    if (!run.arena)
        return gos_fail(err, GOS_OUT_OF_MEMORY, "", "no memory for the cases");
    bool done = tables_read(&run, err) && columns_check(&run, err) && cases_run(&run, err);
    gos_arena_close(run.arena);
    fflush(call->to);
    return done;
}
