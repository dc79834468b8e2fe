/* One case's rows as text, handed to the stream at once. */
#include "cli/calc_write.h"

#include "base/json.h"
#include "base/text.h"

#include <math.h>

static void column_add(struct calc_layout *layout, gos_str name, int in_column, size_t out_column)
{
    layout->names[layout->count] = name;
    layout->in_column[layout->count] = in_column;
    layout->out_column[layout->count++] = out_column;
}

static void answer_add(struct calc *calc, struct calc_layout *layout, gos_str name)
{
    column_add(layout, name, -1, calc->out_count);
    calc->out_names[calc->out_count++] = name;
}

void calc_layout_make(struct calc *calc, bool is_json, struct calc_layout *layout)
{
    gos_str rest = gos_str_from(calc->method->columns), name;
    bool used[CALC_COLUMNS_MAX] = {false}, has_status = false;
    char mark;
    *layout = (struct calc_layout){.is_json = is_json};
    while (calc_column_take(&rest, &name, &mark)) {
        int at = calc_table_find(calc->in, name);
        if (at >= 0)
            used[at] = true;
        if (mark == '=')
            answer_add(calc, layout, name);
        else if (at >= 0)
            column_add(layout, name, at, 0);
        has_status = has_status || gos_str_equal(name, GOS_LIT("status"));
    }
    if (!has_status) {
        int at = calc_table_find(calc->in, GOS_LIT("status"));
        if (at >= 0)
            used[at] = true;
        answer_add(calc, layout, GOS_LIT("status"));
    }
    for (size_t i = 0; i < calc->in->column_count; i++) {
        if (!used[i])
            column_add(layout, calc->in->names[i], (int)i, 0);
    }
}

static void add_csv_text(struct text *line, gos_str text)
{
    bool quoted = false;
    for (size_t i = 0; i < text.len; i++) {
        char c = text.data[i];
        quoted = quoted || c == ',' || c == '"' || c == '\r' || c == '\n';
    }
    if (!quoted) {
        text_add(line, text);
        return;
    }
    text_add_char(line, '"');
    for (size_t i = 0; i < text.len; i++) {
        if (text.data[i] == '"')
            text_add_char(line, '"');
        text_add_char(line, text.data[i]);
    }
    text_add_char(line, '"');
}

static gos_str number_text(double value, char out[32])
{
    if (isnan(value))
        return GOS_LIT("NA");
    if (isinf(value))
        return value > 0 ? GOS_LIT("Inf") : GOS_LIT("-Inf");
    return (gos_str){out, double_write(value, out)};
}

static const struct calc_cell *answer_at(const struct calc *calc, const struct calc_layout *layout,
                                         size_t row, size_t i)
{
    return &calc->out[row * calc->out_count + layout->out_column[i]];
}

static void write_csv_row(const struct calc *calc, const struct calc_layout *layout, size_t row,
                          struct text *to)
{
    for (size_t i = 0; i < layout->count; i++) {
        char number[32];
        if (i > 0)
            text_add_char(to, ',');
        if (layout->in_column[i] >= 0) {
            add_csv_text(to,
                         calc_table_cell(calc->in, calc->rows[row], (size_t)layout->in_column[i]));
            continue;
        }
        const struct calc_cell *cell = answer_at(calc, layout, row, i);
        add_csv_text(to, cell->text.data ? cell->text : number_text(cell->number, number));
    }
    text_add_char(to, '\n');
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

static void write_json_row(const struct calc *calc, const struct calc_layout *layout, size_t row,
                           struct text *to)
{
    struct json_writer writer;
    json_writer_init(&writer, to);
    json_open_object(&writer);
    for (size_t i = 0; i < layout->count; i++) {
        char number[32];
        json_name_str(&writer, layout->names[i]);
        if (layout->in_column[i] >= 0) {
            gos_str cell = calc_table_cell(calc->in, calc->rows[row], (size_t)layout->in_column[i]);
            json_cell(&writer, cell, memchr(cell.data, ';', cell.len) != NULL);
            continue;
        }
        const struct calc_cell *cell = answer_at(calc, layout, row, i);
        json_cell(&writer, cell->text.data ? cell->text : number_text(cell->number, number),
                  cell->is_list);
    }
    json_close_object(&writer);
    text_add_char(to, '\n');
}

static bool text_send(struct calc *calc, const struct text *text)
{
    if (!text_ok(text, calc->err))
        return false;
    return fwrite(text->data, 1, text->len, calc->to) == text->len ||
           gos_fail(calc->err, GOS_STORE_FAILED, "", "the answers cannot be written");
}

bool calc_write_header(struct calc *calc, const struct calc_layout *layout)
{
    struct text line;
    if (layout->is_json)
        return true;
    text_init(&line, calc->arena);
    for (size_t i = 0; i < layout->count; i++) {
        if (i > 0)
            text_add_char(&line, ',');
        add_csv_text(&line, layout->names[i]);
    }
    text_add_char(&line, '\n');
    return text_send(calc, &line);
}

bool calc_write_rows(struct calc *calc, const struct calc_layout *layout)
{
    struct text lines;
    text_init(&lines, calc->arena);
    for (size_t row = 0; row < calc->row_count; row++) {
        if (layout->is_json)
            write_json_row(calc, layout, row, &lines);
        else
            write_csv_row(calc, layout, row, &lines);
    }
    return text_send(calc, &lines);
}
