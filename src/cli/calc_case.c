/* Reading the inputs of a case by name, and putting its answers. */
#include "cli/calc.h"

#include "base/text.h"
#include "cli/calc_groups.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static size_t table_row(const struct calc *calc)
{
    return calc->rows[calc->row];
}

static void fail_at(gos_error *err, gos_code code, size_t row, const char *column,
                    const char *format, va_list arguments)
{
    char pointer[GOS_POINTER_BYTES], message[GOS_MESSAGE_BYTES];
    snprintf(pointer, sizeof pointer, "/%zu/%s", row, column);
    vsnprintf(message, sizeof message, format, arguments);
    gos_fail(err, code, pointer, "row %zu, column %s: %s", row + 1, column, message);
}

static void fail_case(struct calc *calc, gos_code code, const char *column, const char *format,
                      va_list arguments)
{
    if (!calc->has_failed)
        fail_at(&calc->case_err, code, table_row(calc), column, format, arguments);
    calc->has_case_failed = calc->has_case_failed || !calc->has_failed;
    calc->has_failed = true;
}

void calc_fail(struct calc *calc, const char *column, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    fail_case(calc, GOS_BAD_INPUT, column, format, arguments);
    va_end(arguments);
}

static void fail_with(struct calc *calc, gos_code code, const char *column, const char *format, ...)
    __attribute__((format(printf, 4, 5)));
static void fail_with(struct calc *calc, gos_code code, const char *column, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    fail_case(calc, code, column, format, arguments);
    va_end(arguments);
}

void calc_fail_with(struct calc *calc, const gos_error *err)
{
    fail_with(calc, err->code, err->pointer[0] == '/' ? err->pointer + 1 : "?", "%s", err->message);
}

/* A text that cannot be read is not a case but a broken file. */
static void refuse(struct calc *calc, const char *column, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
static void refuse(struct calc *calc, const char *column, const char *format, ...)
{
    va_list arguments;
    if (calc->has_failed && !calc->has_case_failed)
        return;
    va_start(arguments, format);
    fail_at(calc->err, GOS_BAD_INPUT, table_row(calc), column, format, arguments);
    va_end(arguments);
    calc->has_failed = true;
    calc->has_case_failed = false;
}

static double number_from(struct calc *calc, gos_str cell, const char *column)
{
    double value = NAN;
    if (!calc_text_number(cell, &value))
        refuse(calc, column, "\"%.*s\" is not a number", GOS_ARG(cell));
    return value;
}

/* Where `name` stands among `names`, looked for from `*next` on; `count` when it does not. */
static size_t column_find(const gos_str *names, size_t count, const char *name, size_t *next)
{
    gos_str wanted = gos_str_from(name);
    for (size_t i = 0, at = *next; i < count; i++, at++) {
        at = at < count ? at : 0;
        if (gos_str_equal(names[at], wanted)) {
            *next = at + 1;
            return at;
        }
    }
    return count;
}

gos_str calc_text(struct calc *calc, const char *column)
{
    const struct calc_table *in = calc->in;
    size_t at = column_find(in->names, in->column_count, column, &calc->next_in);
    return at == in->column_count ? GOS_LIT("NA") : calc_table_cell(in, table_row(calc), at);
}

double calc_real(struct calc *calc, const char *column)
{
    double value = number_from(calc, calc_text(calc, column), column);
    calc->is_invalid = calc->is_invalid || isnan(value);
    return value;
}

double calc_number(struct calc *calc, const char *column)
{
    double value = calc_real(calc, column);
    calc->is_invalid = calc->is_invalid || !isfinite(value);
    return value;
}

double calc_number_or(struct calc *calc, const char *column, double missing)
{
    double value = number_from(calc, calc_text(calc, column), column);
    return isnan(value) ? missing : value;
}

double calc_count(struct calc *calc, const char *column)
{
    double value = calc_number(calc, column);
    if (!isfinite(value))
        return 0;
    if (value >= 0 && value <= 1e15 && value == floor(value))
        return value;
    calc_fail(calc, column, "%.17g is not a whole number from 0 to 1e15", value);
    return 0;
}

double calc_between(struct calc *calc, const char *column, double low, double high)
{
    double value = calc_number(calc, column);
    if (!(value > low && value < high))
        calc_fail(calc, column, "%.17g is not between %g and %g", value, low, high);
    return value;
}

double calc_positive(struct calc *calc, const char *column)
{
    double value = calc_number(calc, column);
    if (isfinite(value) && !(value > 0))
        calc_fail(calc, column, "%.17g is not positive", value);
    return value;
}

int calc_choice(struct calc *calc, const char *column, const char *const *names)
{
    gos_str text = calc_text(calc, column);
    if (calc_text_is_missing(text)) {
        calc->is_invalid = true;
        return 0;
    }
    for (int i = 0; names[i]; i++) {
        if (gos_str_equal(text, gos_str_from(names[i])))
            return i;
    }
    refuse(calc, column, "\"%.*s\" is not one of the known names, such as \"%s\"", GOS_ARG(text),
           names[0]);
    return 0;
}

double *calc_list(struct calc *calc, const char *column, size_t *out_count)
{
    gos_str rest = calc_text(calc, column);
    size_t capacity = 1, count = 0;
    for (size_t i = 0; i < rest.len; i++)
        capacity += rest.data[i] == ';';
    double *values = gos_arena_array(calc->arena, capacity, sizeof(double), calc->err);
    *out_count = 0;
    if (!values) {
        calc->has_failed = true;
        return NULL;
    }
    for (bool more = rest.len > 0; more;) {
        more = memchr(rest.data, ';', rest.len) != NULL;
        values[count] = number_from(calc, str_trim(str_cut(&rest, ';')), column);
        calc->is_invalid = calc->is_invalid || !isfinite(values[count]);
        count++;
    }
    *out_count = count;
    return values;
}

const size_t *calc_data_rows(struct calc *calc, size_t *out_count)
{
    const struct calc_groups *groups = calc->data_cases;
    if (groups) {
        size_t group = calc_groups_find(groups, calc_text(calc, "case"));
        *out_count = group < groups->count ? groups->first[group + 1] - groups->first[group] : 0;
        return group < groups->count ? groups->rows + groups->first[group] : groups->rows;
    }
    *out_count = calc->data->row_count;
    size_t *rows = gos_arena_array(calc->arena, *out_count + 1, sizeof(size_t), calc->err);
    calc->has_failed = calc->has_failed || !rows;
    for (size_t row = 0; rows && row < *out_count; row++)
        rows[row] = row;
    return rows;
}

double calc_data_number(struct calc *calc, size_t row, const char *column)
{
    const struct calc_table *data = calc->data;
    size_t at = column_find(data->names, data->column_count, column, &calc->next_in);
    double value = NAN;
    gos_str cell = at < data->column_count ? calc_table_cell(data, row, at) : GOS_LIT("NA");
    if (!calc_text_number(cell, &value) && !calc->has_failed) {
        calc->has_failed = true;
        gos_fail(calc->err, GOS_BAD_INPUT, "", "data row %zu, column %s: \"%.*s\" is not a number",
                 row + 1, column, GOS_ARG(cell));
    }
    calc->is_invalid = calc->is_invalid || !isfinite(value);
    return value;
}

static struct calc_cell *answer(struct calc *calc, const char *column)
{
    size_t at = column_find(calc->out_names, calc->out_count, column, &calc->next_out);
    return at < calc->out_count ? &calc->out[calc->row * calc->out_count + at] : NULL;
}

void calc_put(struct calc *calc, const char *column, double value)
{
    struct calc_cell *cell = answer(calc, column);
    if (cell)
        *cell = (struct calc_cell){.number = value == 0 ? 0 : value};
}

void calc_put_text(struct calc *calc, const char *column, gos_str text)
{
    struct calc_cell *cell = answer(calc, column);
    if (cell)
        *cell = (struct calc_cell){.number = NAN, .text = text};
}

void calc_put_list(struct calc *calc, const char *column, const double *values, size_t count)
{
    struct calc_cell *cell = answer(calc, column);
    struct text list;
    text_init(&list, calc->arena);
    for (size_t i = 0; i < count; i++) {
        char number[32] = "NA";
        if (i > 0)
            text_add_char(&list, ';');
        if (isinf(values[i]))
            text_add(&list, values[i] > 0 ? GOS_LIT("Inf") : GOS_LIT("-Inf"));
        else if (isnan(values[i]) || double_write(values[i] == 0 ? 0 : values[i], number))
            text_add(&list, gos_str_from(number));
    }
    if (cell)
        *cell = (struct calc_cell){.number = NAN, .text = text_str(&list), .is_list = true};
}

void calc_put_status(struct calc *calc, uint32_t status)
{
    char text[GOS_STATUS_TEXT_BYTES];
    gos_status_text(status, text);
    calc_put_text(calc, "status", gos_arena_text(calc->arena, gos_str_from(text), NULL));
}

bool calc_has_status(struct calc *calc)
{
    const struct calc_cell *cell = answer(calc, "status");
    return !cell || cell->text.data;
}
