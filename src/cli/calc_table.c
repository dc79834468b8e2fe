/* Reading tables of cases. */
#include "cli/calc_table.h"

#include "base/json.h"
#include "base/number.h"
#include "base/text.h"

#include <math.h>

/* Takes one cell off `rest`, with its separator; `*out_last` when the line ends behind it. */
static bool cell_take(gos_str *rest, gos_arena *arena, gos_str *out, bool *out_last)
{
    size_t i = 0;
    if (rest->len > 0 && rest->data[0] == '"') {
        char *data = gos_arena_take(arena, rest->len, NULL);
        size_t len = 0;
        if (!data)
            return false;
        for (i = 1; i < rest->len; i++) {
            if (rest->data[i] == '"' && !(i + 1 < rest->len && rest->data[i + 1] == '"'))
                break;
            i += rest->data[i] == '"';
            data[len++] = rest->data[i];
        }
        if (i == rest->len)
            return false;
        *out = (gos_str){data, len};
        i++;
    } else {
        while (i < rest->len && rest->data[i] != ',' && rest->data[i] != '\n')
            i++;
        *out = str_trim((gos_str){rest->data, i});
    }
    while (i < rest->len && rest->data[i] != ',' && rest->data[i] != '\n')
        i++;
    *out_last = i == rest->len || rest->data[i] == '\n';
    i += i < rest->len;
    *rest = (gos_str){rest->data + i, rest->len - i};
    return true;
}

static void blank_lines_skip(gos_str *rest)
{
    for (;;) {
        size_t i = 0;
        while (i < rest->len && (rest->data[i] == ' ' || rest->data[i] == '\r'))
            i++;
        if (i == rest->len || rest->data[i] != '\n')
            return;
        *rest = (gos_str){rest->data + i + 1, rest->len - i - 1};
    }
}

static bool header_read(gos_str *rest, gos_arena *arena, struct calc_table *out, gos_error *err)
{
    bool last = false;
    if (str_starts_with(*rest, GOS_LIT("\xef\xbb\xbf")))
        *rest = (gos_str){rest->data + 3, rest->len - 3};
    blank_lines_skip(rest);
    if (str_trim(*rest).len == 0)
        return gos_fail(err, GOS_BAD_INPUT, "", "the input is empty: a header line is needed");
    while (!last) {
        if (out->column_count == CALC_COLUMNS_MAX)
            return gos_fail(err, GOS_TOO_LARGE, "", "more than %d columns", CALC_COLUMNS_MAX);
        if (!cell_take(rest, arena, &out->names[out->column_count++], &last))
            return gos_fail(err, GOS_BAD_INPUT, "", "the header has a quote that does not end");
        gos_str name = out->names[out->column_count - 1];
        if (calc_table_find(out, name) + 1 < (int)out->column_count)
            return gos_fail(err, GOS_BAD_INPUT, "", "the column %.*s stands there twice",
                            GOS_ARG(name));
    }
    return true;
}

static size_t lines_count(gos_str text)
{
    size_t count = 1;
    for (size_t i = 0; i < text.len; i++)
        count += text.data[i] == '\n';
    return count;
}

static bool row_read(gos_str *rest, gos_arena *arena, struct calc_table *out, gos_error *err)
{
    gos_str *cells = out->cells + out->row_count * out->column_count, cell;
    size_t count = 0;
    char pointer[32] = "";
    json_pointer_add_index(pointer, out->row_count);
    for (bool last = false; !last; count++) {
        if (!cell_take(rest, arena, &cell, &last))
            return gos_fail(err, GOS_BAD_INPUT, pointer, "row %zu has a quote that does not end",
                            out->row_count + 1);
        if (count < out->column_count)
            cells[count] = cell;
    }
    if (count != out->column_count)
        return gos_fail(err, GOS_BAD_INPUT, pointer, "row %zu has %zu cells, the header has %zu",
                        out->row_count + 1, count, out->column_count);
    out->row_count++;
    return true;
}

bool calc_table_read_csv(gos_str input, gos_arena *arena, struct calc_table *out, gos_error *err)
{
    *out = (struct calc_table){0};
    if (!header_read(&input, arena, out, err))
        return false;
    size_t cells = lines_count(input) * out->column_count;
    out->cells = gos_arena_array(arena, cells, sizeof *out->cells, err);
    if (!out->cells)
        return false;
    for (blank_lines_skip(&input); input.len > 0; blank_lines_skip(&input)) {
        if (str_trim(input).len == 0)
            return true;
        if (!row_read(&input, arena, out, err))
            return false;
    }
    return true;
}

/* A JSON value as a cell. */
static gos_str cell_from_json(const struct json *value, gos_arena *arena)
{
    if (!value || value->type == JSON_NULL)
        return GOS_LIT("NA");
    if (value->type == JSON_BOOL)
        return value->boolean ? GOS_LIT("1") : GOS_LIT("0");
    if (value->type != JSON_ARRAY)
        return value->text;
    struct text list;
    text_init(&list, arena);
    for (uint32_t i = 0; i < value->count; i++) {
        if (i > 0)
            text_add_char(&list, ';');
        text_add(&list, value->items[i].type == JSON_NULL ? GOS_LIT("NA") : value->items[i].text);
    }
    return text_str(&list);
}

static bool names_add(struct calc_table *table, const struct json *object, gos_error *err)
{
    for (uint32_t i = 0; i < object->count; i++) {
        size_t at = 0;
        while (at < table->column_count && !gos_str_equal(table->names[at], object->names[i]))
            at++;
        if (at < table->column_count)
            continue;
        if (at == CALC_COLUMNS_MAX)
            return gos_fail(err, GOS_TOO_LARGE, "", "more than %d names", CALC_COLUMNS_MAX);
        table->names[table->column_count++] = object->names[i];
    }
    return true;
}

bool calc_table_read_jsonl(gos_str input, gos_arena *arena, struct calc_table *out, gos_error *err)
{
    *out = (struct calc_table){0};
    size_t lines = lines_count(input);
    const struct json **objects = gos_arena_array(arena, lines, sizeof(struct json *), err);
    if (!objects)
        return false;
    while (input.len > 0) {
        gos_str line = str_trim(str_cut(&input, '\n'));
        char pointer[32] = "";
        json_pointer_add_index(pointer, out->row_count);
        if (line.len == 0)
            continue;
        if (!json_read(line, arena, &objects[out->row_count], err))
            return gos_fail_below(err, pointer);
        if (objects[out->row_count]->type != JSON_OBJECT)
            return gos_fail(err, GOS_BAD_INPUT, pointer, "row %zu is not an object",
                            out->row_count + 1);
        if (!names_add(out, objects[out->row_count++], err))
            return false;
    }
    if (out->row_count == 0)
        return gos_fail(err, GOS_BAD_INPUT, "", "the input is empty: a JSON object is needed");
    out->cells = gos_arena_array(arena, out->row_count * out->column_count, sizeof(gos_str), err);
    for (size_t row = 0; out->cells && row < out->row_count; row++) {
        for (size_t column = 0; column < out->column_count; column++)
            out->cells[row * out->column_count + column] =
                cell_from_json(json_find(objects[row], out->names[column]), arena);
    }
    return out->cells != NULL;
}

int calc_table_find(const struct calc_table *table, gos_str name)
{
    for (size_t i = 0; i < table->column_count; i++) {
        if (gos_str_equal(table->names[i], name))
            return (int)i;
    }
    return -1;
}

bool calc_text_is_missing(gos_str text)
{
    return text.len == 0 || str_equal_nocase(text, GOS_LIT("NA")) ||
           str_equal_nocase(text, GOS_LIT("NaN")) || str_equal_nocase(text, GOS_LIT("null"));
}

bool calc_text_number(gos_str text, double *out)
{
    gos_str bare = text;
    bool negative = str_starts_with(text, GOS_LIT("-"));
    if (negative || str_starts_with(text, GOS_LIT("+")))
        bare = (gos_str){text.data + 1, text.len - 1};
    if (calc_text_is_missing(text)) {
        *out = NAN;
        return true;
    }
    if (str_equal_nocase(bare, GOS_LIT("Inf")) || str_equal_nocase(bare, GOS_LIT("Infinity"))) {
        *out = negative ? -INFINITY : INFINITY;
        return true;
    }
    size_t len = number_read(text, false, out);
    return len > 0 && len == text.len;
}
