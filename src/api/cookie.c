/* Cookies as RFC 6265 has them: pairs of name=value, separated by "; ". */
#include "api/cookie.h"

#include "api/forwarded.h"

#include <inttypes.h>

gos_str cookie_find(gos_str header, gos_str name)
{
    while (header.len > 0) {
        gos_str value = str_trim(str_cut(&header, ';'));
        gos_str found = value;
        if (str_contains(value, GOS_LIT("=")) && gos_str_equal(str_cut(&found, '='), name))
            return found.data ? found : GOS_LIT("");
    }
    return (gos_str){NULL, 0};
}

gos_str cookie_token(const struct http_request *request)
{
    return cookie_find(http_header(request, "Cookie"), GOS_LIT("gosset_session"));
}

void cookie_set(struct http_request *request, struct http_response *response, gos_str token,
                int64_t seconds)
{
    http_add(request, response, "Set-Cookie",
             gos_arena_print(request->arena,
                             "gosset_session=%.*s; Path=/; Max-Age=%" PRId64
                             "; HttpOnly; SameSite=Strict%s",
                             GOS_ARG(token), seconds, forwarded_is_tls(request) ? "; Secure" : ""));
}
