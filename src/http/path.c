/* Percent-decoding of paths and queries. */
#include "http/path.h"

static int hex_value(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    char lower = (char)(c | 0x20);
    return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

/* The byte that an escape at `at` stands for, or -1 when there is no valid escape. */
static int escape_at(gos_str raw, size_t at)
{
    if (raw.data[at] != '%' || at + 2 >= raw.len)
        return -1;
    int high = hex_value(raw.data[at + 1]);
    int low = hex_value(raw.data[at + 2]);
    return high < 0 || low < 0 ? -1 : high * 16 + low;
}

static bool has_escapes(gos_str raw, bool is_query)
{
    return memchr(raw.data, '%', raw.len) || (is_query && memchr(raw.data, '+', raw.len));
}

bool path_decode(gos_str raw, bool is_query, gos_arena *arena, gos_str *out, gos_error *err)
{
    *out = raw;
    if (raw.len > 0 && has_escapes(raw, is_query)) {
        char *decoded = gos_arena_take(arena, raw.len, err);
        if (!decoded)
            return false;
        size_t len = 0;
        for (size_t i = 0; i < raw.len; i++) {
            int escaped = escape_at(raw, i);
            char plain = is_query && raw.data[i] == '+' ? ' ' : raw.data[i];
            decoded[len++] = escaped >= 0 ? (char)escaped : plain;
            i += escaped >= 0 ? 2 : 0;
        }
        *out = (gos_str){decoded, len};
    }
    if (!str_is_utf8(*out) || (out->len > 0 && memchr(out->data, 0, out->len)))
        return gos_fail(err, GOS_BAD_INPUT, "", "the %s is not UTF-8 text after percent-decoding",
                        is_query ? "query" : "path");
    return true;
}

static size_t count_fields(gos_str query)
{
    size_t count = 1;
    for (size_t i = 0; i < query.len; i++)
        count += query.data[i] == '&';
    return count;
}

bool path_read_query(gos_str query, gos_arena *arena, struct http_field **out, size_t *out_count,
                     gos_error *err)
{
    *out = NULL;
    *out_count = 0;
    if (query.len == 0)
        return true;
    size_t count = count_fields(query);
    if (count > HTTP_QUERIES_MAX)
        return gos_fail(err, GOS_TOO_LARGE, "", "%zu query parameters, at most %d", count,
                        HTTP_QUERIES_MAX);
    struct http_field *fields = gos_arena_array(arena, count, sizeof *fields, err);
    if (!fields)
        return false;
    size_t used = 0;
    while (query.len > 0) {
        gos_str value = str_cut(&query, '&');
        if (value.len == 0)
            continue;
        gos_str name = str_cut(&value, '=');
        if (!path_decode(name, true, arena, &fields[used].name, err) ||
            !path_decode(value, true, arena, &fields[used].value, err))
            return false;
        used++;
    }
    *out = fields;
    *out_count = used;
    return true;
}

static gos_str from(gos_str text, size_t at)
{
    return (gos_str){text.data + at, text.len - at};
}

/* "http://host/x" -> "/x"; "http://host" -> "/". */
static bool cut_authority(gos_str *target)
{
    size_t scheme = str_starts_with(*target, GOS_LIT("http://"))    ? 7
                    : str_starts_with(*target, GOS_LIT("https://")) ? 8
                                                                    : 0;
    if (scheme == 0)
        return false;
    gos_str rest = from(*target, scheme);
    size_t at = 0;
    while (at < rest.len && rest.data[at] != '/' && rest.data[at] != '?')
        at++;
    *target = from(rest, at);
    return true;
}

bool path_split_target(gos_str target, gos_str *out_path, gos_str *out_query)
{
    bool is_plain =
        target.len > 0 && (target.data[0] == '/' || gos_str_equal(target, GOS_LIT("*")));
    if (!is_plain && !cut_authority(&target))
        return false;
    while (target.len > 1 && target.data[0] == '/' && target.data[1] == '/')
        target = from(target, 1);
    *out_path = str_cut(&target, '?');
    *out_query = target;
    if (out_path->len == 0 || gos_str_equal(*out_path, GOS_LIT("*")))
        *out_path = GOS_LIT("/");
    return true;
}
