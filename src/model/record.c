/*
 * The reader of field tables. It walks the table, not the input, so its depth is that of the
 * tables; the values of free JSON are bounded by the JSON reader.
 */
#include "model/record.h"

#include "base/limits.h"
#include "base/time.h"
#include "base/uuid.h"

#include <assert.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

struct reader {
    const struct record_reading *top;
    gos_arena *arena;
    struct json_writer out;
    char pointer[GOS_POINTER_BYTES];
    gos_error *err;
};

static bool record_write(struct reader *reader, const struct record *record,
                         const struct json *input, const struct json *stored);

const struct field *record_find(const struct record *record, gos_str name)
{
    for (size_t i = 0; i < record->field_count; i++) {
        if (gos_str_equal(name, gos_str_from(record->fields[i].name)))
            return &record->fields[i];
    }
    return NULL;
}

static bool key_byte(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
           c == '_' || c == '-' || c == ':';
}

bool record_is_key(gos_str text)
{
    if (text.len == 0 || text.len > KEY_BYTES_MAX || strchr("._-:", text.data[0]))
        return false;
    for (size_t i = 0; i < text.len; i++) {
        if (!key_byte(text.data[i]))
            return false;
    }
    return !str_contains(text, GOS_LIT(".."));
}

static bool wrong(struct reader *reader, const struct field *field, const struct json *value,
                  const char *wanted)
{
    return gos_fail(reader->err, GOS_BAD_INPUT, reader->pointer, "\"%s\" is %s; it must be %s",
                    field->name, json_type_name(value->type), wanted);
}

static bool expect(struct reader *reader, const struct field *field, const struct json *value,
                   enum json_type type)
{
    return value->type == type || wrong(reader, field, value, json_type_name(type));
}

static bool write_bool(struct reader *reader, const struct field *field, const struct json *value)
{
    if (!expect(reader, field, value, JSON_BOOL))
        return false;
    json_bool(&reader->out, value->boolean);
    return true;
}

static bool write_number(struct reader *reader, const struct field *field, const struct json *value)
{
    if (!expect(reader, field, value, JSON_NUMBER))
        return false;
    if (value->number < field->min || value->number > field->max)
        return gos_fail(reader->err, GOS_BAD_INPUT, reader->pointer,
                        "\"%s\" is %.*s; it must be between %.15g and %.15g", field->name,
                        GOS_ARG(value->text), field->min, field->max);
    json_value(&reader->out, value);
    return true;
}

static bool write_integer(struct reader *reader, const struct field *field,
                          const struct json *value)
{
    int64_t number;
    if (!expect(reader, field, value, JSON_NUMBER))
        return false;
    if (!json_is_integer(value, &number))
        return gos_fail(reader->err, GOS_BAD_INPUT, reader->pointer,
                        "\"%s\" is %.*s; it must be a whole number", field->name,
                        GOS_ARG(value->text));
    if ((double)number < field->min || (double)number > field->max)
        return gos_fail(reader->err, GOS_BAD_INPUT, reader->pointer,
                        "\"%s\" is %" PRId64 "; it must be between %.15g and %.15g", field->name,
                        number, field->min, field->max);
    json_int(&reader->out, number);
    return true;
}

static bool check_length(struct reader *reader, const struct field *field, gos_str text)
{
    if ((double)text.len >= field->min && (double)text.len <= field->max)
        return true;
    if (text.len == 0)
        return gos_fail(reader->err, GOS_BAD_INPUT, reader->pointer, "\"%s\" is empty",
                        field->name);
    return gos_fail(reader->err, GOS_BAD_INPUT, reader->pointer,
                    "\"%s\" has %zu bytes; it must have %.0f to %.0f", field->name, text.len,
                    field->min, field->max);
}

static bool check_line(struct reader *reader, const struct field *field, gos_str text)
{
    if (!check_length(reader, field, text))
        return false;
    for (size_t i = 0; i < text.len; i++) {
        if ((unsigned char)text.data[i] < 0x20 || text.data[i] == 0x7f)
            return gos_fail(reader->err, GOS_BAD_INPUT, reader->pointer,
                            "\"%s\" holds a control character; it must be one line of text",
                            field->name);
    }
    if (str_trim(text).len != text.len)
        return gos_fail(reader->err, GOS_BAD_INPUT, reader->pointer,
                        "\"%s\" begins or ends with a blank", field->name);
    return true;
}

static bool write_line(struct reader *reader, const struct field *field, const struct json *value)
{
    if (!expect(reader, field, value, JSON_STRING) || !check_line(reader, field, value->text))
        return false;
    json_text(&reader->out, value->text);
    return true;
}

static bool write_text(struct reader *reader, const struct field *field, const struct json *value)
{
    if (!expect(reader, field, value, JSON_STRING) || !check_length(reader, field, value->text))
        return false;
    json_text(&reader->out, value->text);
    return true;
}

static bool write_key(struct reader *reader, const struct field *field, const struct json *value)
{
    if (!expect(reader, field, value, JSON_STRING))
        return false;
    if (!record_is_key(value->text))
        return gos_fail(reader->err, GOS_BAD_INPUT, reader->pointer,
                        "\"%s\" must be 1 to %d letters, digits or . _ - : without \"..\", "
                        "beginning with a letter or digit",
                        field->name, KEY_BYTES_MAX);
    json_text(&reader->out, value->text);
    return true;
}

static bool write_word(struct reader *reader, const struct field *field, const struct json *value)
{
    if (!expect(reader, field, value, JSON_STRING))
        return false;
    gos_str rest = gos_str_from(field->words);
    while (rest.len > 0) {
        if (gos_str_equal(str_cut(&rest, '|'), value->text)) {
            json_text(&reader->out, value->text);
            return true;
        }
    }
    return gos_fail(reader->err, GOS_BAD_INPUT, reader->pointer,
                    "\"%s\" is \"%.*s\"; it must be one of %s", field->name,
                    (int)(value->text.len < 40 ? value->text.len : 40), value->text.data,
                    field->words);
}

static bool write_time(struct reader *reader, const struct field *field, const struct json *value)
{
    int64_t ms;
    char text[TIME_TEXT_BYTES];
    if (!expect(reader, field, value, JSON_STRING))
        return false;
    if (!time_read(value->text, &ms))
        return gos_fail(reader->err, GOS_BAD_INPUT, reader->pointer,
                        "\"%s\" is no date; it must be like 2026-01-31T09:00:00Z or 2026-01-31",
                        field->name);
    size_t len = time_write(ms, text);
    json_text(&reader->out, (gos_str){text, len});
    return true;
}

static bool write_uuid(struct reader *reader, const struct field *field, const struct json *value)
{
    struct uuid uuid;
    char text[UUID_TEXT_BYTES];
    if (!expect(reader, field, value, JSON_STRING))
        return false;
    if (!uuid_read(value->text, &uuid))
        return gos_fail(reader->err, GOS_BAD_INPUT, reader->pointer,
                        "\"%s\" is no UUID of 36 characters", field->name);
    uuid_write(&uuid, text);
    json_text(&reader->out, gos_str_from(text));
    return true;
}

static bool write_json(struct reader *reader, const struct field *field, const struct json *value)
{
    (void)field;
    json_value(&reader->out, value);
    return true;
}

static bool write_object(struct reader *reader, const struct field *field, const struct json *value)
{
    if (!expect(reader, field, value, JSON_OBJECT))
        return false;
    json_value(&reader->out, value);
    return true;
}

static bool check_count(struct reader *reader, const struct field *field, const struct json *value)
{
    if ((double)value->count >= field->min && (double)value->count <= field->max)
        return true;
    return gos_fail(reader->err, GOS_BAD_INPUT, reader->pointer,
                    "\"%s\" has %" PRIu32 " entries; it must have %.0f to %.0f", field->name,
                    value->count, field->min, field->max);
}

static bool write_list(struct reader *reader, const struct field *field, const struct json *value)
{
    if (!expect(reader, field, value, JSON_ARRAY) || !check_count(reader, field, value))
        return false;
    json_value(&reader->out, value);
    return true;
}

/* Goes to a member or element of the value at hand; `step_back` returns. */
static size_t step_to(struct reader *reader, gos_str name)
{
    size_t len = strlen(reader->pointer);
    json_pointer_add(reader->pointer, name);
    return len;
}

static size_t step_to_index(struct reader *reader, size_t index)
{
    size_t len = strlen(reader->pointer);
    json_pointer_add_index(reader->pointer, index);
    return len;
}

static void step_back(struct reader *reader, size_t len)
{
    reader->pointer[len] = 0;
}

static bool check_different(struct reader *reader, const struct json *list, size_t index)
{
    for (size_t i = 0; i < index; i++) {
        if (gos_str_equal(list->items[i].text, list->items[index].text))
            return gos_fail(reader->err, GOS_BAD_INPUT, reader->pointer, "\"%.*s\" is named twice",
                            GOS_ARG(list->items[index].text));
    }
    return true;
}

static const struct field line_of_list = {.name = "entry", .min = 1, .max = NAME_BYTES_MAX};

static bool write_lines(struct reader *reader, const struct field *field, const struct json *value)
{
    if (!expect(reader, field, value, JSON_ARRAY) || !check_count(reader, field, value))
        return false;
    json_open_array(&reader->out);
    for (size_t i = 0; i < value->count; i++) {
        size_t back = step_to_index(reader, i);
        if (!write_line(reader, &line_of_list, &value->items[i]) ||
            !check_different(reader, value, i))
            return false;
        step_back(reader, back);
    }
    json_close_array(&reader->out);
    return true;
}

static bool write_records(struct reader *reader, const struct field *field,
                          const struct json *value)
{
    if (!expect(reader, field, value, JSON_ARRAY) || !check_count(reader, field, value))
        return false;
    json_open_array(&reader->out);
    for (size_t i = 0; i < value->count; i++) {
        size_t back = step_to_index(reader, i);
        if (!record_write(reader, field->of, &value->items[i], NULL))
            return false;
        step_back(reader, back);
    }
    json_close_array(&reader->out);
    return true;
}

static const struct field number_of_map = {.name = "share", .min = 0, .max = 1e15};
static const struct field text_of_map = {.name = "entry", .min = 1, .max = NAME_BYTES_MAX};

static bool write_member(struct reader *reader, const struct field *field, const struct json *value)
{
    switch (field->type) {
    case FIELD_NUMBERS:
        return write_number(reader, &number_of_map, value);
    case FIELD_NAMES:
        return write_line(reader, &text_of_map, value);
    default:
        return record_write(reader, field->of, value, NULL);
    }
}

static bool write_map(struct reader *reader, const struct field *field, const struct json *value)
{
    if (!expect(reader, field, value, JSON_OBJECT) || !check_count(reader, field, value))
        return false;
    json_open_object(&reader->out);
    for (size_t i = 0; i < value->count; i++) {
        size_t back = step_to(reader, value->names[i]);
        if (value->names[i].len == 0 || value->names[i].len > UNIT_BYTES_MAX)
            return gos_fail(reader->err, GOS_BAD_INPUT, reader->pointer,
                            "a name in \"%s\" has %zu bytes; it must have 1 to %d", field->name,
                            value->names[i].len, UNIT_BYTES_MAX);
        json_name_str(&reader->out, value->names[i]);
        if (!write_member(reader, field, &value->items[i]))
            return false;
        step_back(reader, back);
    }
    json_close_object(&reader->out);
    return true;
}

typedef bool value_write(struct reader *reader, const struct field *field,
                         const struct json *value);

static value_write *const writers[FIELD_TYPE_COUNT] = {
    [FIELD_BOOL] = write_bool, [FIELD_INTEGER] = write_integer, [FIELD_NUMBER] = write_number,
    [FIELD_LINE] = write_line, [FIELD_TEXT] = write_text,       [FIELD_KEY] = write_key,
    [FIELD_WORD] = write_word, [FIELD_TIME] = write_time,       [FIELD_UUID] = write_uuid,
    [FIELD_JSON] = write_json, [FIELD_OBJECT] = write_object,   [FIELD_LINES] = write_lines,
    [FIELD_LIST] = write_list, [FIELD_RECORDS] = write_records, [FIELD_NUMBERS] = write_map,
    [FIELD_NAMED] = write_map, [FIELD_NAMES] = write_map,
};

/* What the input repeats of a given field must be what was there before, or what will be. */
static bool check_given(struct reader *reader, const struct field *field, const struct json *input,
                        gos_str given)
{
    const struct json *before = json_find(reader->top->before, gos_str_from(field->name));
    const struct json *after = NULL;
    if (!json_read(given, reader->arena, &after, reader->err))
        return false;
    if ((before && json_equal(input, before)) || json_equal(input, after))
        return true;
    return gos_fail(reader->err, GOS_BAD_INPUT, reader->pointer,
                    "\"%s\" is set by gosset and cannot be changed", field->name);
}

/* A given field: what gosset says is written; what the input says must not differ. */
static bool field_write_given(struct reader *reader, const struct field *field,
                              const struct json *input)
{
    gos_str given = reader->top->given(reader->top->given_context, field);
    if (!given.data)
        return gos_fail(reader->err, GOS_TOO_LARGE, reader->pointer,
                        "the definition does not fit into its memory");
    if (input && !reader->top->import && !check_given(reader, field, input, given))
        return false;
    json_name(&reader->out, field->name);
    json_raw(&reader->out, given);
    return true;
}

static bool is_given(const struct reader *reader, const struct field *field,
                     const struct json *input)
{
    if (!(field->rules & FIELD_GIVEN))
        return false;
    bool taken = reader->top->taking && (field->rules & FIELD_TAKEN);
    return !(taken && input && input->type != JSON_NULL);
}

static bool field_write_default(struct reader *reader, const struct field *field)
{
    static const struct json empty = {.type = JSON_OBJECT};
    if (field->rules & FIELD_REQUIRED)
        return gos_fail(reader->err, GOS_BAD_INPUT, reader->pointer, "\"%s\" is missing",
                        field->name);
    bool is_record =
        field->type == FIELD_RECORD && !(field->rules & (FIELD_NULLABLE | FIELD_OPTIONAL));
    if (!field->fallback && !is_record && !(field->rules & FIELD_NULLABLE))
        return true;
    json_name(&reader->out, field->name);
    if (is_record)
        return record_write(reader, field->of, &empty, NULL);
    json_raw(&reader->out, gos_str_from(field->fallback ? field->fallback : "null"));
    return true;
}

static bool field_write(struct reader *reader, const struct field *field, const struct json *input,
                        const struct json *stored)
{
    if (field->rules & FIELD_SHOWN)
        return true;
    if (is_given(reader, field, input))
        return field_write_given(reader, field, input);
    const struct json *value = input ? input : stored;
    if (!value && (field->rules & FIELD_KEPT))
        value = json_find(reader->top->before, gos_str_from(field->name));
    if (!value || value->type == JSON_NULL)
        return field_write_default(reader, field);
    json_name(&reader->out, field->name);
    if (field->type == FIELD_RECORD)
        return record_write(reader, field->of, value, input ? stored : NULL);
    return writers[field->type](reader, field, value);
}

static bool refuse_unknown(struct reader *reader, const struct record *record,
                           const struct json *input)
{
    for (size_t i = 0; i < input->count; i++) {
        if (record_find(record, input->names[i]))
            continue;
        json_pointer_add(reader->pointer, input->names[i]);
        return gos_fail(reader->err, GOS_BAD_INPUT, reader->pointer,
                        "\"%.*s\" is not a field of %s",
                        (int)(input->names[i].len < 80 ? input->names[i].len : 80),
                        input->names[i].data, record->phrase);
    }
    return true;
}

static bool record_write(struct reader *reader, const struct record *record,
                         const struct json *input, const struct json *stored)
{
    if (input->type != JSON_OBJECT)
        return gos_fail(reader->err, GOS_BAD_INPUT, reader->pointer,
                        "%s must be an object with fields; this is %s", record->phrase,
                        json_type_name(input->type));
    if (!refuse_unknown(reader, record, input))
        return false;
    json_open_object(&reader->out);
    for (size_t i = 0; i < record->field_count; i++) {
        const struct field *field = &record->fields[i];
        gos_str name = gos_str_from(field->name);
        size_t back = step_to(reader, name);
        if (!field_write(reader, field, json_find(input, name), json_find(stored, name)))
            return false;
        step_back(reader, back);
    }
    json_close_object(&reader->out);
    return true;
}

bool record_read(const struct record_reading *reading, struct text *out, gos_error *err)
{
    struct reader reader = {.top = reading, .arena = out->arena, .err = err};
    json_writer_init(&reader.out, out);
    return record_write(&reader, reading->record, reading->input, reading->stored) &&
           text_ok(out, err);
}
