/* Looking into JSON trees, and JSON Pointers. */
#include "base/json.h"

#include "base/limits.h"

#include <math.h>
#include <stdio.h>

#define INTEGER_MAX INT64_C(9007199254740991) /* 2^53 - 1 */

const struct json *json_find(const struct json *value, gos_str name)
{
    if (!value || value->type != JSON_OBJECT)
        return NULL;
    for (uint32_t i = 0; i < value->count; i++) {
        if (gos_str_equal(value->names[i], name))
            return &value->items[i];
    }
    return NULL;
}

/* Whether a segment of a pointer, with its escapes, names `name`. */
static bool segment_is(gos_str segment, gos_str name)
{
    size_t k = 0;
    for (size_t i = 0; i < segment.len; i++, k++) {
        char c = segment.data[i];
        if (c == '~') {
            if (++i == segment.len || (segment.data[i] != '0' && segment.data[i] != '1'))
                return false;
            c = segment.data[i] == '0' ? '~' : '/';
        }
        if (k >= name.len || name.data[k] != c)
            return false;
    }
    return k == name.len;
}

static const struct json *step(const struct json *value, gos_str segment)
{
    if (value->type == JSON_OBJECT) {
        for (uint32_t i = 0; i < value->count; i++) {
            if (segment_is(segment, value->names[i]))
                return &value->items[i];
        }
        return NULL;
    }
    int64_t index = 0;
    bool is_index = value->type == JSON_ARRAY && str_read_int(segment, &index) &&
                    segment.data[0] != '-' && (segment.data[0] != '0' || segment.len == 1);
    return is_index && index < (int64_t)value->count ? &value->items[index] : NULL;
}

gos_str json_find_text(const struct json *value, const char *name)
{
    const struct json *member = json_find(value, gos_str_from(name));
    return member && member->type == JSON_STRING ? member->text : GOS_LIT("");
}

static double number_of(const struct json *value)
{
    return value && value->type == JSON_NUMBER ? value->number : (double)NAN;
}

double json_find_number(const struct json *value, const char *name)
{
    return number_of(json_find(value, gos_str_from(name)));
}

gos_str json_shown(const struct json *value, const char *name, const char *otherwise)
{
    const struct json *member = json_find(value, gos_str_from(name));
    return member && (member->type == JSON_STRING || member->type == JSON_NUMBER)
               ? member->text
               : gos_str_from(otherwise);
}

const struct json *json_at(const struct json *value, gos_str pointer)
{
    if (pointer.len == 0)
        return value;
    if (pointer.data[0] != '/')
        return NULL;
    while (value && pointer.len) {
        gos_str rest = {pointer.data + 1, pointer.len - 1};
        gos_str segment = str_cut(&rest, '/');
        /* The slash stays in front of the next segment. */
        size_t gone = 1 + segment.len;
        pointer = (gos_str){pointer.data + gone, pointer.len - gone};
        value = step(value, segment);
    }
    return value;
}

double json_number_at(const struct json *value, const char *pointer)
{
    return number_of(json_at(value, gos_str_from(pointer)));
}

bool json_is_integer(const struct json *value, int64_t *out)
{
    if (!value || value->type != JSON_NUMBER || value->number != trunc(value->number) ||
        fabs(value->number) > (double)INTEGER_MAX)
        return false;
    if (out)
        *out = (int64_t)value->number;
    return true;
}

static bool scalar_equal(const struct json *a, const struct json *b)
{
    switch (a->type) {
    case JSON_BOOL:
        return a->boolean == b->boolean;
    case JSON_NUMBER:
        return a->number == b->number;
    case JSON_STRING:
        return gos_str_equal(a->text, b->text);
    default:
        return true;
    }
}

/* The partner of a's child `index` in b: members by name, first where they stand in a. */
static const struct json *partner(const struct json *a, const struct json *b, uint32_t index)
{
    if (a->type == JSON_ARRAY || gos_str_equal(a->names[index], b->names[index]))
        return &b->items[index];
    return json_find(b, a->names[index]);
}

bool json_equal(const struct json *a, const struct json *b)
{
    struct {
        const struct json *a, *b;
        uint32_t next;
    } stack[JSON_DEPTH_MAX + 1];
    uint32_t depth = 0;
    for (;;) {
        if (!a || !b || a->type != b->type)
            return a == b;
        bool is_container = a->type == JSON_ARRAY || a->type == JSON_OBJECT;
        if (is_container ? a->count != b->count || depth > JSON_DEPTH_MAX : !scalar_equal(a, b))
            return false;
        if (is_container) {
            stack[depth].a = a;
            stack[depth].b = b;
            stack[depth++].next = 0;
        }
        while (depth > 0 && stack[depth - 1].next == stack[depth - 1].a->count)
            depth--;
        if (depth == 0)
            return true;
        uint32_t index = stack[depth - 1].next++;
        a = &stack[depth - 1].a->items[index];
        b = partner(stack[depth - 1].a, stack[depth - 1].b, index);
    }
}

const char *json_type_name(enum json_type type)
{
    switch (type) {
    case JSON_NULL:
        return "null";
    case JSON_BOOL:
        return "true or false";
    case JSON_NUMBER:
        return "a number";
    case JSON_STRING:
        return "a text";
    case JSON_ARRAY:
        return "a list";
    case JSON_OBJECT:
        return "an object";
    }
    return "nothing";
}

/* A pointer that would be too long stays at the longest whole segment. */
void json_pointer_add(char *pointer, gos_str segment)
{
    size_t len = strlen(pointer);
    size_t at = len;
    if (at + 1 >= GOS_POINTER_BYTES)
        return;
    pointer[at++] = '/';
    for (size_t i = 0; i < segment.len; i++) {
        char c = segment.data[i];
        bool is_escaped = c == '~' || c == '/';
        if (c == 0 || at + (is_escaped ? 2 : 1) >= GOS_POINTER_BYTES) {
            pointer[len] = 0;
            return;
        }
        pointer[at++] = is_escaped ? '~' : c;
        if (is_escaped)
            pointer[at++] = c == '~' ? '0' : '1';
    }
    pointer[at] = 0;
}

void json_pointer_add_index(char *pointer, size_t index)
{
    char text[24];
    int len = snprintf(text, sizeof text, "%zu", index);
    json_pointer_add(pointer, (gos_str){text, (size_t)len});
}
