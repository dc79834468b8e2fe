/* Answers with the files of the bundle: cached for ever when hashed, else asked for again. */
#include "app/pages.h"

#include "app/bundle.h"
#include "base/text.h"

static void guard(struct http_request *request, struct http_response *response)
{
    http_add(request, response, "Content-Security-Policy", bundle_policy());
    http_add(request, response, "X-Content-Type-Options", GOS_LIT("nosniff"));
    http_add(request, response, "Referrer-Policy", GOS_LIT("no-referrer"));
}

static void answer_file(struct http_request *request, struct http_response *response,
                        const struct bundle_file *file)
{
    gos_str etag = gos_str_from(file->etag);
    http_add(request, response, "ETag", etag);
    http_add(request, response, "Vary", GOS_LIT("Accept-Encoding"));
    http_add(request, response, "Cache-Control",
             file->is_hashed ? GOS_LIT("public, max-age=31536000, immutable")
                             : GOS_LIT("no-cache"));
    if (http_etag_matches(request, etag)) {
        response->status = 304;
        response->content_type = (gos_str){NULL, 0};
        return;
    }
    response->content_type = gos_str_from(file->content_type);
    response->body = (gos_str){(const char *)file->data, file->len};
    if (file->gzip && http_takes_coding(request, GOS_LIT("gzip"))) {
        http_add(request, response, "Content-Encoding", GOS_LIT("gzip"));
        response->body = (gos_str){(const char *)file->gzip, file->gzip_len};
    }
}

/* Addresses in a page are relative: below "/gosset" without its '/' they would miss the prefix. */
static void answer_slash(struct http_request *request, struct http_response *response)
{
    response->status = 308;
    response->content_type = GOS_LIT("");
    http_add(request, response, "Location",
             gos_arena_print(request->arena, "%.*s/", GOS_ARG(request->bare_base)));
}

static void page_get(struct http_request *request, struct http_response *response)
{
    guard(request, response);
    if (request->bare_base.len > 0) {
        answer_slash(request, response);
        return;
    }
    const struct bundle_file *file = bundle_find(request->path);
    if (file) {
        answer_file(request, response, file);
        return;
    }
    if (gos_str_equal(request->path, GOS_LIT("/"))) {
        response->content_type = GOS_LIT("text/html; charset=utf-8");
        response->body = bundle_absent_page();
        return;
    }
    gos_error err;
    gos_fail(&err, GOS_NOT_FOUND, "", "there is no page %.*s", GOS_ARG(request->path));
    http_fail(request, response, &err);
}

#define PAGE(pattern)                                                                              \
    {                                                                                              \
        "GET", pattern, 0, HTTP_LOOP, 0, page_get, NULL, NULL, NULL, NULL, NULL                    \
    }

const struct http_route page_routes[] = {
    PAGE("/"),
    PAGE("/icon.svg"),
    PAGE("/assets/{name...}"),
};
const size_t page_route_count = sizeof page_routes / sizeof page_routes[0];
