/* From the bytes of a head that head_check has passed to method, target and headers. */
#ifndef HTTP_PARSE_H
#define HTTP_PARSE_H

#include "http/head.h"
#include "http/http.h"

struct parsed_head {
    gos_str method;
    gos_str target;
    struct http_field *headers;
    size_t header_count;
};

/* Text points into `head`. BAD_INPUT when the parser refuses, or reads other framing than `facts`.
 */
bool parse_head(gos_str head, const struct head_facts *facts, gos_arena *arena,
                struct parsed_head *out, gos_error *err);

#endif
