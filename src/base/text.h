/* Text that grows in an arena. One failed append marks it failed; ask text_ok once at the end. */
#ifndef BASE_TEXT_H
#define BASE_TEXT_H

#include "gosset/base.h"

enum { JSON_WRITE_DEPTH_MAX = 96 };

struct text {
    gos_arena *arena;
    char *data;
    size_t len;
    size_t capacity;
    bool failed;
};

void text_init(struct text *text, gos_arena *arena);
void text_add(struct text *text, gos_str part);
void text_add_char(struct text *text, char c);
void text_print(struct text *text, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* Grows so that `bytes` more can be written at data + len by the caller; NULL when it cannot. */
char *text_reserve(struct text *text, size_t bytes);
/* False, with TOO_LARGE in `err`, when any append did not fit. */
bool text_ok(const struct text *text, gos_error *err);
gos_str text_str(const struct text *text);

/* Comparisons and searches on gos_str. */
int str_compare(gos_str a, gos_str b);
bool str_starts_with(gos_str text, gos_str prefix);
bool str_ends_with(gos_str text, gos_str suffix);
bool str_contains(gos_str text, gos_str part);
/* Letter case aside, of ASCII letters only; other bytes count as they are. */
bool str_equal_nocase(gos_str a, gos_str b);
int str_compare_nocase(gos_str a, gos_str b);
gos_str str_trim(gos_str text);
/* Cuts `*rest` at the first `separator`: returns what stands before it, leaves what stands behind.
 */
gos_str str_cut(gos_str *rest, char separator);
/* Whole decimal number with optional minus and nothing else; false when it is not one or overflows.
 */
bool str_read_int(gos_str text, int64_t *out);
/* A finite decimal number and nothing else, read independently of the locale. */
bool str_read_double(gos_str text, double *out);
/* Bytes of the well-formed UTF-8 character at `data`, 1 to 4; 0 when there is none. */
size_t str_utf8_char(const char *data, size_t len);
/* Well-formed UTF-8 without surrogates and over-long forms. */
bool str_is_utf8(gos_str text);
/* The shortest text that reads back to the same double, e.g. 0.1; at most 32 bytes with NUL. */
size_t double_write(double value, char out[32]);

#endif
