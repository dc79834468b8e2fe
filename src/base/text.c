/* Text that grows in an arena. */
#include "base/text.h"

#include "base/arena.h"

#include <stdio.h>

enum { TEXT_BYTES_FIRST = 64 };

void text_init(struct text *text, gos_arena *arena)
{
    *text = (struct text){.arena = arena};
}

static char *text_fail(struct text *text)
{
    text->failed = true;
    return NULL;
}

static char *text_grow(struct text *text, size_t bytes)
{
    if (text->failed)
        return NULL;
    size_t wanted = text->capacity ? text->capacity : TEXT_BYTES_FIRST;
    while (wanted - text->len < bytes) {
        if (wanted > SIZE_MAX / 2)
            return text_fail(text);
        wanted *= 2;
    }
    if (text->data && arena_extend(text->arena, text->data, text->capacity, wanted)) {
        text->capacity = wanted;
        return text->data + text->len;
    }
    char *data = gos_arena_take(text->arena, wanted, NULL);
    if (!data)
        return text_fail(text);
    if (text->len)
        memcpy(data, text->data, text->len);
    text->data = data;
    text->capacity = wanted;
    return data + text->len;
}

char *text_reserve(struct text *text, size_t bytes)
{
    if (bytes <= text->capacity - text->len && !text->failed)
        return text->data + text->len;
    return text_grow(text, bytes);
}

void text_add(struct text *text, gos_str part)
{
    if (part.len == 0)
        return;
    char *out = text_reserve(text, part.len);
    if (!out)
        return;
    memcpy(out, part.data, part.len);
    text->len += part.len;
}

void text_add_char(struct text *text, char c)
{
    char *out = text->len < text->capacity && !text->failed ? text->data + text->len
                                                            : text_reserve(text, 1);
    if (!out)
        return;
    *out = c;
    text->len++;
}

void text_print(struct text *text, const char *format, ...)
{
    char small[256];
    va_list arguments;
    va_start(arguments, format);
    int len = vsnprintf(small, sizeof small, format, arguments);
    va_end(arguments);
    if (len < 0) {
        text->failed = true;
        return;
    }
    if ((size_t)len < sizeof small) {
        text_add(text, (gos_str){small, (size_t)len});
        return;
    }
    char *out = text_reserve(text, (size_t)len + 1);
    if (!out)
        return;
    va_start(arguments, format);
    vsnprintf(out, (size_t)len + 1, format, arguments);
    va_end(arguments);
    text->len += (size_t)len;
}

bool text_ok(const struct text *text, gos_error *err)
{
    if (text->failed)
        return gos_fail(err, GOS_TOO_LARGE, "", "the answer is larger than its memory limit");
    return true;
}

gos_str text_str(const struct text *text)
{
    return (gos_str){text->data ? text->data : "", text->len};
}
