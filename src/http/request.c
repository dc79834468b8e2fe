/* What handlers ask of a request. */
#include "http/http.h"

#include <assert.h>

static gos_str field_find(const struct http_field *fields, size_t count, const char *name)
{
    gos_str wanted = gos_str_from(name);
    for (size_t i = 0; i < count; i++) {
        if (gos_str_equal(fields[i].name, wanted))
            return fields[i].value.data ? fields[i].value : GOS_LIT("");
    }
    return (gos_str){NULL, 0};
}

gos_str http_header(const struct http_request *request, const char *name)
{
    gos_str wanted = gos_str_from(name);
    for (size_t i = 0; i < request->header_count; i++) {
        const struct http_field *field = &request->headers[i];
        if (field->name.len == wanted.len && str_equal_nocase(field->name, wanted))
            return field->value.data ? field->value : GOS_LIT("");
    }
    return (gos_str){NULL, 0};
}

gos_str http_param(const struct http_request *request, const char *name)
{
    gos_str value = field_find(request->params, request->param_count, name);
    assert(value.data);
    return value;
}

gos_str http_query(const struct http_request *request, const char *name)
{
    return field_find(request->queries, request->query_count, name);
}

gos_str http_query_text(const struct http_request *request, const char *name)
{
    gos_str value = http_query(request, name);
    return value.data ? value : GOS_LIT("");
}

bool http_query_int(const struct http_request *request, const char *name, int64_t least,
                    int64_t most, int64_t otherwise, int64_t *out, gos_error *err)
{
    gos_str text = http_query(request, name);
    *out = otherwise;
    if (!text.data)
        return true;
    if (str_read_int(text, out) && *out >= least && *out <= most)
        return true;
    char pointer[GOS_POINTER_BYTES] = "/";
    strncat(pointer, name, sizeof pointer - 2);
    return gos_fail(err, GOS_BAD_INPUT, pointer, "%.*s is not a whole number between %lld and %lld",
                    GOS_ARG(text), (long long)least, (long long)most);
}

/* What stands behind "Scheme " in Authorization, without blanks around it. */
static gos_str credentials(const struct http_request *request, gos_str scheme)
{
    gos_str value = http_header(request, "authorization");
    gos_str word = value.data ? str_cut(&value, ' ') : value;
    if (!word.data || !str_equal_nocase(word, scheme))
        return (gos_str){NULL, 0};
    return str_trim(value);
}

gos_str http_bearer(const struct http_request *request)
{
    gos_str token = credentials(request, GOS_LIT("bearer"));
    return token.data ? token : http_header(request, "x-api-key");
}

static int base64_value(char c)
{
    if (c >= 'A' && c <= 'Z')
        return c - 'A';
    if (c >= 'a' && c <= 'z')
        return c - 'a' + 26;
    if (c >= '0' && c <= '9')
        return c - '0' + 52;
    return c == '+' ? 62 : c == '/' ? 63 : -1;
}

/* RFC 4648, with or without padding. */
static bool base64_read(gos_str text, gos_arena *arena, gos_str *out)
{
    while (text.len > 0 && text.data[text.len - 1] == '=')
        text.len--;
    unsigned char *bytes = gos_arena_take(arena, text.len + 1, NULL);
    if (!bytes || text.len % 4 == 1)
        return false;
    uint32_t bits = 0;
    size_t len = 0;
    for (size_t i = 0; i < text.len; i++) {
        int value = base64_value(text.data[i]);
        if (value < 0)
            return false;
        bits = bits << 6 | (uint32_t)value;
        if (i % 4 == 0) /* the first digit of four does not complete a byte */
            continue;
        bytes[len++] = (unsigned char)(bits >> (6 - 2 * (i % 4)));
    }
    *out = (gos_str){(const char *)bytes, len};
    return true;
}

bool http_basic(const struct http_request *request, gos_str *out_user, gos_str *out_password)
{
    gos_str coded = credentials(request, GOS_LIT("basic"));
    gos_str plain;
    if (!coded.data || !base64_read(coded, request->arena, &plain) ||
        !memchr(plain.data, ':', plain.len))
        return false;
    *out_user = str_cut(&plain, ':');
    *out_password = plain;
    return true;
}

static gos_str etag_opaque(gos_str etag)
{
    return str_starts_with(etag, GOS_LIT("W/")) ? (gos_str){etag.data + 2, etag.len - 2} : etag;
}

/* Cuts the next entity tag off a list; commas may stand inside the quotes. */
static gos_str etag_cut(gos_str *list)
{
    size_t at = 0;
    bool is_quoted = false;
    while (at < list->len && (is_quoted || list->data[at] != ',')) {
        is_quoted ^= list->data[at] == '"';
        at++;
    }
    gos_str etag = {list->data, at};
    size_t gone = at < list->len ? at + 1 : at;
    *list = (gos_str){list->data + gone, list->len - gone};
    return str_trim(etag);
}

bool http_etag_matches(const struct http_request *request, gos_str etag)
{
    gos_str list = http_header(request, "if-none-match");
    while (list.len > 0) {
        gos_str one = etag_cut(&list);
        if (gos_str_equal(one, GOS_LIT("*")) || gos_str_equal(etag_opaque(one), etag_opaque(etag)))
            return true;
    }
    return false;
}
