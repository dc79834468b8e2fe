/* A walk over the members of a canonical body, which has no blanks between its values. */
#include "model/segment.h"

#include "base/text.h"

#include <inttypes.h>

/* Where the text that begins at `at` ends: behind its second quote. */
static size_t text_end(gos_str body, size_t at)
{
    for (at++; at < body.len; at++) {
        const char *quote = memchr(body.data + at, '"', body.len - at);
        if (!quote)
            return body.len;
        size_t slashes = 0;
        at = (size_t)(quote - body.data);
        while (slashes < at && body.data[at - 1 - slashes] == '\\')
            slashes++;
        if (slashes % 2 == 0)
            return at + 1;
    }
    return body.len;
}

/* Where the value that begins at `at` ends, and how many elements it has when it is a list. */
static size_t value_end(gos_str body, size_t at, int64_t *out_count)
{
    size_t depth = 0, begin = at;
    *out_count = 0;
    while (at < body.len) {
        char c = body.data[at];
        if (depth == 0 && (c == ',' || c == '}'))
            break;
        *out_count += depth == 1 && c == ',';
        depth += c == '[' || c == '{';
        depth -= c == ']' || c == '}';
        at = c == '"' ? text_end(body, at) : at + 1;
    }
    *out_count += at > begin + 2;
    return at;
}

struct member {
    gos_str name;  /* with its quotes */
    gos_str whole; /* with its name */
    int64_t count;
};

/* The member that begins at *at; false at the end. */
static bool member_next(gos_str body, size_t *at, struct member *out)
{
    size_t begin = *at;
    if (begin >= body.len || body.data[begin] != '"')
        return false;
    size_t colon = text_end(body, begin);
    size_t end = value_end(body, colon + 1, &out->count);
    if (end >= body.len)
        return false;
    out->name = (gos_str){body.data + begin, colon - begin};
    out->whole = (gos_str){body.data + begin, end - begin};
    *at = end + 1;
    return true;
}

static bool is_cut(const struct member *member, int64_t most)
{
    return member->count > most && (gos_str_equal(member->name, GOS_LIT("\"include\"")) ||
                                    gos_str_equal(member->name, GOS_LIT("\"exclude\"")));
}

bool segment_cut(gos_str body, int64_t most, gos_arena *arena, gos_str *out, gos_error *err)
{
    struct text text;
    struct member member;
    bool cuts = false;
    *out = body;
    for (size_t at = 1; !cuts && member_next(body, &at, &member);)
        cuts = is_cut(&member, most);
    if (!cuts)
        return true;
    text_init(&text, arena);
    for (size_t at = 1; member_next(body, &at, &member);) {
        text_add_char(&text, text.len == 0 ? '{' : ',');
        if (is_cut(&member, most))
            text_print(&text, "%.*s_count\":%" PRId64, (int)member.name.len - 1, member.name.data,
                       member.count);
        else
            text_add(&text, member.whole);
    }
    text_add_char(&text, '}');
    *out = text_str(&text);
    return text_ok(&text, err);
}
