/*
 * Text, memory and errors: what every other public header stands on.
 * No globals, no I/O, no clock. Nothing here is shared between threads unless it says so.
 */
#ifndef GOSSET_BASE_H
#define GOSSET_BASE_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Text: UTF-8 bytes with their length. Owns nothing and need not end in NUL. */
typedef struct gos_str {
    const char *data;
    size_t len;
} gos_str;

/* A string literal as gos_str. */
#define GOS_LIT(text) ((gos_str){"" text, sizeof(text) - 1})
/* For printf: printf("%.*s", GOS_ARG(name)). */
#define GOS_ARG(str) (int)(str).len, (str).data

/* The text of a NUL-terminated string; empty for NULL. */
static inline gos_str gos_str_from(const char *text)
{
    return (gos_str){text ? text : "", text ? strlen(text) : 0};
}

static inline bool gos_str_equal(gos_str a, gos_str b)
{
    return a.len == b.len && (a.len == 0 || memcmp(a.data, b.data, a.len) == 0);
}

/* What can go wrong: one row of errors.def each. GOS_OK is 0. */
typedef enum gos_code {
#define ERR(code, http, exit, ofrep) GOS_##code,
#include "gosset/errors.def"
#undef ERR
} gos_code;

enum { GOS_MESSAGE_BYTES = 320, GOS_POINTER_BYTES = 192 };

/* Filled by whatever returns false; all of it is text for the person who can mend the cause. */
typedef struct gos_error {
    gos_code code;
    char message[GOS_MESSAGE_BYTES]; /* one sentence: what was found, what is allowed */
    char pointer[GOS_POINTER_BYTES]; /* JSON Pointer to the field, "" for the whole input */
} gos_error;

/*
 * Fills `err` and returns false, so that failing is one statement.
 *
 * pointer  JSON Pointer (RFC 6901) of the field, "" for the whole input; cut off when too long
 * format   printf's; cut off at a whole character when longer than GOS_MESSAGE_BYTES
 * `err` may be NULL: then only the answer counts.
 */
bool gos_fail(gos_error *err, gos_code code, const char *pointer, const char *format, ...)
    __attribute__((format(printf, 4, 5)));
bool gos_fail_va(gos_error *err, gos_code code, const char *pointer, const char *format,
                 va_list arguments) __attribute__((format(printf, 4, 0)));
/* Puts `prefix` in front of the pointer of an error that came from a part; returns false. */
bool gos_fail_below(gos_error *err, const char *prefix);

/* The code as clients see it, such as "BAD_INPUT". Never NULL. */
const char *gos_code_name(gos_code code);
/* The HTTP status, the exit status of the command line, and the OFREP errorCode of a code. */
int gos_code_http(gos_code code);
int gos_code_exit(gos_code code);
const char *gos_code_ofrep(gos_code code);

/*
 * Memory that is taken piece by piece and given back at once. It grows in blocks up to a limit.
 * One thread at a time.
 */
typedef struct gos_arena gos_arena;

/* A mark to which an arena can go back. */
typedef struct gos_arena_mark {
    void *block;
    size_t used;
    size_t taken;
} gos_arena_mark;

/* An empty arena that holds at most `bytes_max` bytes; NULL when the machine has no memory. */
gos_arena *gos_arena_open(size_t bytes_max);
/* Gives everything back. NULL is harmless. */
void gos_arena_close(gos_arena *arena);
/* Forgets all content, and keeps the first block for the next use. */
void gos_arena_reset(gos_arena *arena);
/* Bytes taken since the start or the last reset. */
size_t gos_arena_used(const gos_arena *arena);
gos_arena_mark gos_arena_mark_take(const gos_arena *arena);
/* Forgets what was taken after the mark. */
void gos_arena_mark_return(gos_arena *arena, gos_arena_mark mark);

/*
 * `bytes` zeroed bytes, aligned for any type, valid until the arena is reset or closed.
 * NULL with TOO_LARGE in `err` when the limit is passed, or OUT_OF_MEMORY. `err` may be NULL.
 */
void *gos_arena_take(gos_arena *arena, size_t bytes, gos_error *err);
/* The same for `count` elements of `size` bytes; TOO_LARGE when the product overflows. */
void *gos_arena_array(gos_arena *arena, size_t count, size_t size, gos_error *err);
/* A copy of `text` in the arena, with a NUL behind it; data is NULL when it does not fit. */
gos_str gos_arena_text(gos_arena *arena, gos_str text, gos_error *err);
/* printf into the arena, NUL-terminated; data is NULL when it does not fit. */
gos_str gos_arena_print(gos_arena *arena, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

#ifdef __cplusplus
}
#endif

#endif
