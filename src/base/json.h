/*
 * Strict JSON (RFC 8259) in an arena. Reading copies nothing that needs no decoding: texts without
 * escapes point into the input, which must outlive the tree.
 */
#ifndef BASE_JSON_H
#define BASE_JSON_H

#include "base/text.h"
#include "gosset/base.h"

enum json_type { JSON_NULL, JSON_BOOL, JSON_NUMBER, JSON_STRING, JSON_ARRAY, JSON_OBJECT };

/* One value. `text` is the decoded string, or the number exactly as it was written. */
struct json {
    enum json_type type;
    uint32_t count; /* elements of an array, members of an object */
    bool boolean;
    double number;
    gos_str text;
    struct json *items; /* elements, or the values of members */
    gos_str *names;     /* names of members, in the order of the input */
};

/*
 * Reads exactly one value and nothing behind it.
 *
 * Errors  BAD_JSON with the pointer of the innermost value begun, and the byte offset in the
 *         message: malformed, bad UTF-8, lone surrogate, duplicate member, number outside double,
 *         control character, deeper than JSON_DEPTH_MAX, text behind the value. TOO_LARGE: arena.
 */
bool json_read(gos_str input, gos_arena *arena, const struct json **out, gos_error *err);

/* The member of an object, or NULL; NULL also when `value` is NULL or no object. */
const struct json *json_find(const struct json *value, gos_str name);
/* The text of a member; empty when there is none, or it is no text. */
gos_str json_find_text(const struct json *value, const char *name);
/* The member's number; NaN when it is missing or of another type. */
double json_find_number(const struct json *value, const char *name);
/* A member as people read it: its text, or a number as it is spelled; else `otherwise`. */
gos_str json_shown(const struct json *value, const char *name, const char *otherwise);
/* The value that a JSON Pointer names, or NULL. */
const struct json *json_at(const struct json *value, gos_str pointer);
/* The number at a JSON Pointer; NaN when there is none. */
double json_number_at(const struct json *value, const char *pointer);
/* Whether a number is a whole one within +-(2^53-1), as most consumers need; out may be NULL. */
bool json_is_integer(const struct json *value, int64_t *out);
/* Equal as JSON: member order does not matter, 1 equals 1.0. */
bool json_equal(const struct json *a, const struct json *b);
/* "null", "true or false", "a number", "a text", "a list", "an object": for messages. */
const char *json_type_name(enum json_type type);

/* Appends `segment` to `pointer` (at most GOS_POINTER_BYTES), escaped by RFC 6901. */
void json_pointer_add(char *pointer, gos_str segment);
void json_pointer_add_index(char *pointer, size_t index);

/*
 * Writing. The commas take care of themselves; names and values must alternate inside objects
 * (asserted). A failed text stays failed: check text_ok once at the end.
 */
struct json_writer {
    struct text *out;
    uint32_t depth;
    bool first[JSON_WRITE_DEPTH_MAX];
    bool named;
};

void json_writer_init(struct json_writer *writer, struct text *out);
void json_open_object(struct json_writer *writer);
void json_close_object(struct json_writer *writer);
void json_open_array(struct json_writer *writer);
void json_close_array(struct json_writer *writer);
void json_name(struct json_writer *writer, const char *name);
void json_name_str(struct json_writer *writer, gos_str name);
void json_null(struct json_writer *writer);
void json_bool(struct json_writer *writer, bool value);
void json_int(struct json_writer *writer, int64_t value);
/* The shortest form that reads back to the same double; null when it is NaN or infinite. */
void json_double(struct json_writer *writer, double value);
void json_text(struct json_writer *writer, gos_str value);
/* A value as it stands; numbers keep their spelling. NULL writes null. */
void json_value(struct json_writer *writer, const struct json *value);
/* A member of an object: its name and its value. */
void json_put_bool(struct json_writer *writer, const char *name, bool value);
void json_put_int(struct json_writer *writer, const char *name, int64_t value);
void json_put_double(struct json_writer *writer, const char *name, double value);
void json_put_text(struct json_writer *writer, const char *name, gos_str value);
/* {"lower": …, "upper": …} */
void json_put_interval(struct json_writer *writer, const char *name, double lower, double upper);
/* The value as text in the arena; data NULL when it does not fit. */
gos_str json_print(gos_arena *arena, const struct json *value);
/* JSON text that is already known to be well-formed. */
void json_raw(struct json_writer *writer, gos_str json);

#endif
