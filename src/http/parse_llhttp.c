/* The parser of request heads, by llhttp; it is given each head whole, so spans come in one piece.
 */
#include "http/parse.h"

#include <llhttp.h>

struct parse {
    struct parsed_head *out;
    size_t capacity;
    bool complete;
};

static int on_url(llhttp_t *parser, const char *at, size_t len)
{
    struct parse *parse = parser->data;
    parse->out->target = (gos_str){at, len};
    return 0;
}

static int on_field(llhttp_t *parser, const char *at, size_t len)
{
    struct parse *parse = parser->data;
    if (parse->out->header_count == parse->capacity)
        return -1;
    parse->out->headers[parse->out->header_count++].name = (gos_str){at, len};
    return 0;
}

static int on_value(llhttp_t *parser, const char *at, size_t len)
{
    struct parse *parse = parser->data;
    if (parse->out->header_count == 0)
        return -1;
    parse->out->headers[parse->out->header_count - 1].value = str_trim((gos_str){at, len});
    return 0;
}

/* The body is read by others, so the parser's work ends here. */
static int on_complete(llhttp_t *parser)
{
    struct parse *parse = parser->data;
    parse->complete = true;
    return HPE_PAUSED;
}

static const llhttp_settings_t settings = {
    .on_url = on_url,
    .on_header_field = on_field,
    .on_header_value = on_value,
    .on_headers_complete = on_complete,
};

bool parse_head(gos_str head, const struct head_facts *facts, gos_arena *arena,
                struct parsed_head *out, gos_error *err)
{
    *out = (struct parsed_head){0};
    out->headers = gos_arena_array(arena, facts->header_count + 1, sizeof *out->headers, err);
    if (!out->headers)
        return false;
    struct parse parse = {out, facts->header_count, false};
    llhttp_t parser;
    llhttp_init(&parser, HTTP_REQUEST, &settings);
    parser.data = &parse;
    llhttp_errno_t status = llhttp_execute(&parser, head.data, head.len);
    if (status != HPE_PAUSED || !parse.complete)
        return gos_fail(err, GOS_BAD_INPUT, "", "malformed request: %s",
                        parser.reason && parser.reason[0] ? parser.reason : "the head is refused");
    bool same = out->header_count == facts->header_count &&
                parser.content_length == facts->content_length &&
                ((parser.flags & F_CHUNKED) != 0) == facts->is_chunked;
    if (!same)
        return gos_fail(err, GOS_BAD_INPUT, "", "malformed request: its length is ambiguous");
    out->method = gos_str_from(llhttp_method_name((llhttp_method_t)parser.method));
    return true;
}
