/* Errors: filling them, and what errors.def says of each code. */
#include "gosset/base.h"

#include <assert.h>
#include <stdio.h>

struct code_row {
    const char *name;
    int http;
    int exit;
    const char *ofrep;
};

static const struct code_row CODES[] = {
#define ERR(code, http, exit, ofrep) {#code, http, exit, ofrep},
#include "gosset/errors.def"
#undef ERR
};

static const struct code_row *code_row(gos_code code)
{
    size_t count = sizeof CODES / sizeof CODES[0];
    assert((size_t)code < count);
    return (size_t)code < count ? &CODES[code] : &CODES[GOS_INTERNAL];
}

/* Ends `text` before a character of which only the first bytes fitted. */
static void cut_at_character(char *text, size_t len)
{
    size_t start = len;
    while (start > 0 && ((unsigned char)text[start - 1] & 0xC0) == 0x80)
        start--;
    if (start == 0)
        return;
    unsigned char lead = (unsigned char)text[start - 1];
    size_t need = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : lead >= 0xC0 ? 2 : 1;
    if (len - (start - 1) < need)
        text[start - 1] = 0;
}

static void copy_cut(char *out, size_t capacity, const char *from)
{
    size_t len = strlen(from);
    if (len < capacity) {
        memcpy(out, from, len + 1);
        return;
    }
    memcpy(out, from, capacity - 1);
    out[capacity - 1] = 0;
    cut_at_character(out, capacity - 1);
}

bool gos_fail_va(gos_error *err, gos_code code, const char *pointer, const char *format,
                 va_list arguments)
{
    if (!err)
        return false;
    err->code = code;
    /* `pointer` may be a part of the message's arguments or err->pointer itself. */
    char place[GOS_POINTER_BYTES];
    copy_cut(place, sizeof place, pointer ? pointer : "");
    char message[GOS_MESSAGE_BYTES];
    int len = vsnprintf(message, sizeof message, format, arguments);
    if (len < 0)
        message[0] = 0;
    else if ((size_t)len >= sizeof message)
        cut_at_character(message, sizeof message - 1);
    memcpy(err->message, message, sizeof message);
    memcpy(err->pointer, place, sizeof place);
    return false;
}

bool gos_fail(gos_error *err, gos_code code, const char *pointer, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    gos_fail_va(err, code, pointer, format, arguments);
    va_end(arguments);
    return false;
}

bool gos_fail_below(gos_error *err, const char *prefix)
{
    if (!err)
        return false;
    char whole[GOS_POINTER_BYTES * 2];
    snprintf(whole, sizeof whole, "%.*s%s", GOS_POINTER_BYTES - 1, prefix, err->pointer);
    copy_cut(err->pointer, sizeof err->pointer, whole);
    return false;
}

const char *gos_code_name(gos_code code)
{
    return code_row(code)->name;
}

int gos_code_http(gos_code code)
{
    return code_row(code)->http;
}

int gos_code_exit(gos_code code)
{
    return code_row(code)->exit;
}

const char *gos_code_ofrep(gos_code code)
{
    return code_row(code)->ofrep;
}
