/* The strict look at a request head: line by line, one rule after the other, bytes only. */
#include "http/head.h"

#include "base/text.h"
#include "http/http.h"

/* More digits than any length we could take, few enough never to overflow 64 bits. */
enum { LENGTH_DIGITS_MAX = 15, METHOD_BYTES_MAX = 20 };

/* What has been seen of the lines so far. */
struct seen {
    struct head_facts facts;
    unsigned host_count;
    unsigned length_count;
    unsigned coding_count;
};

enum head_end head_find_end(gos_str data, size_t *scanned)
{
    while (*scanned < data.len) {
        const char *lf = memchr(data.data + *scanned, '\n', data.len - *scanned);
        if (!lf) {
            *scanned = data.len;
            return HEAD_MORE;
        }
        size_t at = (size_t)(lf - data.data);
        if (at == 0 || lf[-1] != '\r')
            return HEAD_BARE_LF;
        *scanned = at + 1;
        if (at >= 3 && lf[-2] == '\n')
            return HEAD_COMPLETE;
    }
    return HEAD_MORE;
}

/* RFC 9110, 5.6.2 */
static bool is_token_char(unsigned char c)
{
    static const char others[] = "!#$%&'*+-.^_`|~";
    bool alphanumeric = (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
    return alphanumeric || (c != 0 && memchr(others, c, sizeof others - 1) != NULL);
}

static size_t token_len(gos_str text)
{
    size_t len = 0;
    while (len < text.len && is_token_char((unsigned char)text.data[len]))
        len++;
    return len;
}

static bool bad(gos_error *err, const char *what)
{
    return gos_fail(err, GOS_BAD_INPUT, "", "malformed request: %s", what);
}

/* Cuts the next line off, without its CRLF. A CR or LF that stands alone is none. */
static bool line_cut(gos_str *rest, gos_str *out, gos_error *err)
{
    const char *cr = memchr(rest->data, '\r', rest->len);
    const char *lf = memchr(rest->data, '\n', rest->len);
    if (!cr || lf != cr + 1)
        return bad(err, "a line must end in CR LF, and neither may stand alone");
    size_t len = (size_t)(cr - rest->data);
    *out = (gos_str){rest->data, len};
    *rest = (gos_str){rest->data + len + 2, rest->len - len - 2};
    return true;
}

static bool target_check(gos_str target, gos_error *err)
{
    if (target.len == 0)
        return bad(err, "there is no request target");
    for (size_t i = 0; i < target.len; i++) {
        unsigned char c = (unsigned char)target.data[i];
        if (c <= ' ' || c == 0x7f)
            return bad(err, "the request target holds a control character");
    }
    return true;
}

static bool request_line_check(gos_str line, struct seen *seen, gos_error *err)
{
    size_t method_len = token_len(line);
    if (method_len == 0 || method_len > METHOD_BYTES_MAX || method_len == line.len ||
        line.data[method_len] != ' ')
        return bad(err, "the first line must be METHOD target HTTP/1.1");
    gos_str rest = {line.data + method_len + 1, line.len - method_len - 1};
    gos_str target = str_cut(&rest, ' ');
    if (!target_check(target, err))
        return false;
    seen->facts.is_http10 = gos_str_equal(rest, GOS_LIT("HTTP/1.0"));
    seen->facts.keeps_alive = !seen->facts.is_http10;
    if (!seen->facts.is_http10 && !gos_str_equal(rest, GOS_LIT("HTTP/1.1")))
        return bad(err, "the version must be HTTP/1.1 or HTTP/1.0");
    return true;
}

static bool host_note(gos_str value, struct seen *seen, gos_error *err)
{
    if (++seen->host_count > 1)
        return bad(err, "there is more than one Host");
    for (size_t i = 0; i < value.len; i++) {
        if (strchr(" \t,/@?#\\", value.data[i]))
            return bad(err, "Host is not a host name with an optional port");
    }
    return true;
}

static bool length_note(gos_str value, struct seen *seen, gos_error *err)
{
    if (++seen->length_count > 1)
        return bad(err, "there is more than one Content-Length");
    if (value.len == 0 || value.len > LENGTH_DIGITS_MAX)
        return bad(err, "Content-Length is not a whole number of at most 15 digits");
    uint64_t length = 0;
    for (size_t i = 0; i < value.len; i++) {
        if (value.data[i] < '0' || value.data[i] > '9')
            return bad(err, "Content-Length is not a whole number of at most 15 digits");
        length = length * 10 + (uint64_t)(value.data[i] - '0');
    }
    seen->facts.has_length = true;
    seen->facts.content_length = length;
    return true;
}

static bool coding_note(gos_str value, struct seen *seen, gos_error *err)
{
    if (++seen->coding_count > 1 || !str_equal_nocase(value, GOS_LIT("chunked")))
        return bad(err, "Transfer-Encoding may only be chunked, once");
    seen->facts.is_chunked = true;
    return true;
}

/* Connection is a list of words of which two matter here. Upgrade is ignored. */
static void connection_note(gos_str value, struct seen *seen)
{
    while (value.len > 0) {
        gos_str word = str_trim(str_cut(&value, ','));
        if (str_equal_nocase(word, GOS_LIT("close")))
            seen->facts.keeps_alive = false;
        else if (str_equal_nocase(word, GOS_LIT("keep-alive")) && seen->facts.is_http10)
            seen->facts.keeps_alive = true;
    }
}

/* The names that frame the message; told apart by length first, as this is done for each line. */
static bool header_note(gos_str name, gos_str value, struct seen *seen, gos_error *err)
{
    switch (name.len) {
    case 4:
        return str_equal_nocase(name, GOS_LIT("host")) ? host_note(value, seen, err) : true;
    case 6:
        if (str_equal_nocase(name, GOS_LIT("expect")))
            seen->facts.expects_continue = str_equal_nocase(value, GOS_LIT("100-continue"));
        return true;
    case 10:
        if (str_equal_nocase(name, GOS_LIT("connection")))
            connection_note(value, seen);
        return true;
    case 14:
        return str_equal_nocase(name, GOS_LIT("content-length")) ? length_note(value, seen, err)
                                                                 : true;
    case 17:
        return str_equal_nocase(name, GOS_LIT("transfer-encoding")) ? coding_note(value, seen, err)
                                                                    : true;
    default:
        return true;
    }
}

static bool header_check(gos_str line, struct seen *seen, gos_error *err)
{
    if (line.data[0] == ' ' || line.data[0] == '\t')
        return bad(err, "a header line is folded");
    size_t name_len = token_len(line);
    if (name_len == 0 || name_len == line.len || line.data[name_len] != ':')
        return bad(err, "a header must be a name, directly followed by a colon");
    gos_str value = {line.data + name_len + 1, line.len - name_len - 1};
    for (size_t i = 0; i < value.len; i++) {
        unsigned char c = (unsigned char)value.data[i];
        if ((c < ' ' && c != '\t') || c == 0x7f)
            return bad(err, "a header value holds a control character");
    }
    if (++seen->facts.header_count > HTTP_HEADERS_MAX)
        return gos_fail(err, GOS_HEAD_TOO_LARGE, "", "more than %d headers", HTTP_HEADERS_MAX);
    return header_note((gos_str){line.data, name_len}, str_trim(value), seen, err);
}

bool head_check(gos_str head, struct head_facts *out, gos_error *err)
{
    struct seen seen = {0};
    gos_str line;
    if (!line_cut(&head, &line, err) || !request_line_check(line, &seen, err))
        return false;
    while (line_cut(&head, &line, err)) {
        if (line.len == 0)
            break;
        if (!header_check(line, &seen, err))
            return false;
    }
    if (line.len != 0 || head.len != 0)
        return bad(err, "the head does not end in an empty line");
    if (seen.host_count == 0 && !seen.facts.is_http10)
        return bad(err, "there is no Host");
    if (seen.coding_count > 0 && (seen.length_count > 0 || seen.facts.is_http10))
        return bad(err, "chunked is not possible with Content-Length or HTTP/1.0");
    *out = seen.facts;
    return true;
}
