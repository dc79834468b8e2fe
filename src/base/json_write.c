/* Writes JSON. Commas are placed by what came before; texts escape what RFC 8259 demands. */
#include "base/json.h"

#include <assert.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>

void json_writer_init(struct json_writer *writer, struct text *out)
{
    *writer = (struct json_writer){.out = out};
    writer->first[0] = true;
}

/* Before any value: the comma, unless a name has just been written or it is the first. */
static void begin_value(struct json_writer *writer)
{
    if (writer->named)
        writer->named = false;
    else if (!writer->first[writer->depth])
        text_add_char(writer->out, ',');
    writer->first[writer->depth] = false;
}

static void open_with(struct json_writer *writer, char c)
{
    begin_value(writer);
    text_add_char(writer->out, c);
    assert(writer->depth + 1 < JSON_WRITE_DEPTH_MAX);
    if (writer->depth + 1 >= JSON_WRITE_DEPTH_MAX) {
        writer->out->failed = true;
        return;
    }
    writer->first[++writer->depth] = true;
}

static void close_with(struct json_writer *writer, char c)
{
    assert(writer->depth > 0);
    assert(!writer->named);
    if (writer->depth > 0)
        writer->depth--;
    text_add_char(writer->out, c);
}

void json_open_object(struct json_writer *writer)
{
    open_with(writer, '{');
}

void json_close_object(struct json_writer *writer)
{
    close_with(writer, '}');
}

void json_open_array(struct json_writer *writer)
{
    open_with(writer, '[');
}

void json_close_array(struct json_writer *writer)
{
    close_with(writer, ']');
}

/* The letter of a short escape, or 0. */
static char escape_letter(unsigned char c)
{
    switch (c) {
    case '"':
    case '\\':
        return (char)c;
    case '\b':
        return 'b';
    case '\f':
        return 'f';
    case '\n':
        return 'n';
    case '\r':
        return 'r';
    case '\t':
        return 't';
    default:
        return 0;
    }
}

static void write_escape(struct text *out, unsigned char c)
{
    char letter = escape_letter(c);
    if (letter) {
        text_add(out, (gos_str){(char[]){'\\', letter}, 2});
        return;
    }
    char code[8];
    int len = snprintf(code, sizeof code, "\\u%04x", c);
    text_add(out, (gos_str){code, (size_t)len});
}

static bool is_plain(unsigned char c)
{
    return c >= 0x20 && c != '"' && c != '\\';
}

/* In front of its first byte that needs an escape. */
static size_t plain_len(gos_str value)
{
    size_t len = 0;
    while (len < value.len && is_plain((unsigned char)value.data[len]))
        len++;
    return len;
}

static void write_text(struct text *out, gos_str value)
{
    text_add_char(out, '"');
    for (;;) {
        size_t len = plain_len(value);
        text_add(out, (gos_str){value.data, len});
        if (len == value.len)
            break;
        write_escape(out, (unsigned char)value.data[len]);
        value = (gos_str){value.data + len + 1, value.len - len - 1};
    }
    text_add_char(out, '"');
}

void json_name_str(struct json_writer *writer, gos_str name)
{
    assert(!writer->named);
    begin_value(writer);
    write_text(writer->out, name);
    text_add_char(writer->out, ':');
    writer->named = true;
}

void json_name(struct json_writer *writer, const char *name)
{
    json_name_str(writer, gos_str_from(name));
}

void json_raw(struct json_writer *writer, gos_str json)
{
    begin_value(writer);
    text_add(writer->out, json);
}

void json_null(struct json_writer *writer)
{
    json_raw(writer, GOS_LIT("null"));
}

void json_bool(struct json_writer *writer, bool value)
{
    json_raw(writer, value ? GOS_LIT("true") : GOS_LIT("false"));
}

void json_int(struct json_writer *writer, int64_t value)
{
    char text[24];
    int len = snprintf(text, sizeof text, "%" PRId64, value);
    json_raw(writer, (gos_str){text, (size_t)len});
}

void json_double(struct json_writer *writer, double value)
{
    char text[32];
    if (isfinite(value))
        json_raw(writer, (gos_str){text, double_write(value, text)});
    else
        json_null(writer);
}

void json_text(struct json_writer *writer, gos_str value)
{
    begin_value(writer);
    write_text(writer->out, value);
}

static void write_scalar(struct json_writer *writer, const struct json *value)
{
    switch (value->type) {
    case JSON_BOOL:
        json_bool(writer, value->boolean);
        break;
    case JSON_NUMBER:
        json_raw(writer, value->text);
        break;
    case JSON_STRING:
        json_text(writer, value->text);
        break;
    default:
        json_null(writer);
        break;
    }
}

static void write_open(struct json_writer *writer, const struct json *value)
{
    open_with(writer, value->type == JSON_OBJECT ? '{' : '[');
}

/* Walks with its own stack: where each open container stands. */
void json_value(struct json_writer *writer, const struct json *value)
{
    struct {
        const struct json *container;
        uint32_t next;
    } stack[JSON_WRITE_DEPTH_MAX];
    uint32_t depth = 0;
    for (;;) {
        if (!value || value->type < JSON_ARRAY) {
            write_scalar(writer, value ? value : &(struct json){.type = JSON_NULL});
        } else {
            write_open(writer, value);
            if (writer->out->failed || depth == JSON_WRITE_DEPTH_MAX)
                return;
            stack[depth].container = value;
            stack[depth++].next = 0;
        }
        while (depth > 0 && stack[depth - 1].next == stack[depth - 1].container->count) {
            close_with(writer, stack[depth - 1].container->type == JSON_OBJECT ? '}' : ']');
            depth--;
        }
        if (depth == 0)
            return;
        const struct json *container = stack[depth - 1].container;
        uint32_t index = stack[depth - 1].next++;
        if (container->type == JSON_OBJECT)
            json_name_str(writer, container->names[index]);
        value = &container->items[index];
    }
}

gos_str json_print(gos_arena *arena, const struct json *value)
{
    struct json_writer writer;
    struct text text;
    text_init(&text, arena);
    json_writer_init(&writer, &text);
    json_value(&writer, value);
    return text_ok(&text, NULL) ? text_str(&text) : (gos_str){NULL, 0};
}

void json_put_bool(struct json_writer *writer, const char *name, bool value)
{
    json_name(writer, name);
    json_bool(writer, value);
}

void json_put_int(struct json_writer *writer, const char *name, int64_t value)
{
    json_name(writer, name);
    json_int(writer, value);
}

void json_put_double(struct json_writer *writer, const char *name, double value)
{
    json_name(writer, name);
    json_double(writer, value);
}

void json_put_text(struct json_writer *writer, const char *name, gos_str value)
{
    json_name(writer, name);
    json_text(writer, value);
}

void json_put_interval(struct json_writer *writer, const char *name, double lower, double upper)
{
    json_name(writer, name);
    json_open_object(writer);
    json_put_double(writer, "lower", lower);
    json_put_double(writer, "upper", upper);
    json_close_object(writer);
}
