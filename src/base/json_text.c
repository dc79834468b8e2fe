/* Decodes JSON's quoted texts. */
#include "base/json_text.h"

#include "base/text.h"

/* The end of the bytes that stand for themselves: before a quote, backslash or anything wrong. */
static const char *skip_plain(const char *at, const char *end)
{
    while (at < end) {
        unsigned char c = (unsigned char)*at;
        if (c == '"' || c == '\\' || c < 0x20)
            return at;
        if (c < 0x80) {
            at++;
            continue;
        }
        size_t len = str_utf8_char(at, (size_t)(end - at));
        if (len == 0)
            return at;
        at += len;
    }
    return at;
}

static const char *fail(struct json_text_fault *fault, const char *at, const char *what)
{
    *fault = (struct json_text_fault){at, what};
    return NULL;
}

/* What a byte that cannot stand in a text does wrong. */
static const char *fail_byte(struct json_text_fault *fault, const char *at, const char *end)
{
    if (at == end)
        return fail(fault, at, "the JSON ends inside a text,");
    if ((unsigned char)*at < 0x20)
        return fail(fault, at, "a control character that is not escaped");
    return fail(fault, at, "bytes that are not UTF-8");
}

static int hex_value(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* Four hexadecimal digits, or -1. */
static int32_t hex4(const char *at, const char *end)
{
    int32_t value = 0;
    if (end - at < 4)
        return -1;
    for (int i = 0; i < 4; i++) {
        int digit = hex_value(at[i]);
        if (digit < 0)
            return -1;
        value = value * 16 + digit;
    }
    return value;
}

static char *put_utf8(char *out, uint32_t c)
{
    if (c < 0x80) {
        *out++ = (char)c;
    } else if (c < 0x800) {
        *out++ = (char)(0xC0 | c >> 6);
        *out++ = (char)(0x80 | (c & 0x3F));
    } else if (c < 0x10000) {
        *out++ = (char)(0xE0 | c >> 12);
        *out++ = (char)(0x80 | (c >> 6 & 0x3F));
        *out++ = (char)(0x80 | (c & 0x3F));
    } else {
        *out++ = (char)(0xF0 | c >> 18);
        *out++ = (char)(0x80 | (c >> 12 & 0x3F));
        *out++ = (char)(0x80 | (c >> 6 & 0x3F));
        *out++ = (char)(0x80 | (c & 0x3F));
    }
    return out;
}

/* Behind "\u": one character or a pair of surrogates. */
static const char *read_unicode(const char *at, const char *end, char **out,
                                struct json_text_fault *fault)
{
    int32_t first = hex4(at, end);
    if (first < 0)
        return fail(fault, at, "an escape \\u without four hexadecimal digits");
    if (first < 0xD800 || first > 0xDFFF) {
        *out = put_utf8(*out, (uint32_t)first);
        return at + 4;
    }
    int32_t second =
        first <= 0xDBFF && end - at >= 6 && at[4] == '\\' && at[5] == 'u' ? hex4(at + 6, end) : -1;
    if (second < 0xDC00 || second > 0xDFFF)
        return fail(fault, at, "half a surrogate pair");
    *out =
        put_utf8(*out, 0x10000 + ((uint32_t)(first - 0xD800) << 10) + (uint32_t)(second - 0xDC00));
    return at + 10;
}

/* Behind a backslash. */
static const char *read_escape(const char *at, const char *end, char **out,
                               struct json_text_fault *fault)
{
    static const char NAMES[] = "\"\\/bfnrt";
    static const char MEANS[] = "\"\\/\b\f\n\r\t";
    if (at < end && *at == 'u')
        return read_unicode(at + 1, end, out, fault);
    const char *name = at < end && *at ? strchr(NAMES, *at) : NULL;
    if (!name)
        return fail(fault, at, "an escape that JSON does not have");
    *(*out)++ = MEANS[name - NAMES];
    return at + 1;
}

/* Where the text ends at the latest, so that its decoded form has room. */
static size_t bytes_before_quote(const char *at, const char *end)
{
    const char *start = at;
    while (at < end && *at != '"')
        at += *at == '\\' && end - at > 1 ? 2 : 1;
    return (size_t)(at - start);
}

static const char *read_escaped(const char *start, const char *at, const char *end,
                                gos_arena *arena, gos_str *out, struct json_text_fault *fault)
{
    char *data = gos_arena_take(arena, bytes_before_quote(start, end), NULL);
    if (!data)
        return fail(fault, at, NULL);
    char *to = data;
    const char *from = start;
    for (;;) {
        memcpy(to, from, (size_t)(at - from));
        to += at - from;
        if (at < end && *at == '"')
            break;
        if (at == end || *at != '\\')
            return fail_byte(fault, at, end);
        from = read_escape(at + 1, end, &to, fault);
        if (!from)
            return NULL;
        at = skip_plain(from, end);
    }
    *out = (gos_str){data, (size_t)(to - data)};
    return at + 1;
}

const char *json_text_read(const char *at, const char *end, gos_arena *arena, gos_str *out,
                           struct json_text_fault *fault)
{
    const char *start = at + 1;
    at = skip_plain(start, end);
    if (at < end && *at == '"') {
        *out = (gos_str){start, (size_t)(at - start)};
        return at + 1;
    }
    if (at < end && *at == '\\')
        return read_escaped(start, at, end, arena, out, fault);
    return fail_byte(fault, at, end);
}
