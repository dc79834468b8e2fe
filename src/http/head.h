/*
 * The strict look at a request head before the parser sees it. What two readers of one connection
 * could understand differently is refused here, so that no request can hide inside another.
 */
#ifndef HTTP_HEAD_H
#define HTTP_HEAD_H

#include "gosset/base.h"

/* How the message goes on behind its head. */
struct head_facts {
    size_t header_count;
    uint64_t content_length; /* 0 when absent */
    bool has_length;
    bool is_chunked;
    bool is_http10;
    bool keeps_alive;
    bool expects_continue;
};

enum head_end { HEAD_MORE, HEAD_COMPLETE, HEAD_BARE_LF };

/*
 * Looks for the empty line that ends a head. `*scanned` says how much of `data` was looked at
 * before (0 at first) and is moved on; when complete it is the length of the head.
 */
enum head_end head_find_end(gos_str data, size_t *scanned);

/*
 * Checks a complete head, its empty line included.
 *
 * Errors  BAD_INPUT: control bytes, bare CR or LF, folded lines, blanks before a colon, no or
 *         several Hosts, several or non-decimal Content-Lengths, any Transfer-Encoding but exactly
 *         one "chunked", both of the two, another version. HEAD_TOO_LARGE: HTTP_HEADERS_MAX.
 */
bool head_check(gos_str head, struct head_facts *out, gos_error *err);

#endif
