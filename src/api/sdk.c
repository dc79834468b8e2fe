/* GET /sdk/v1/ruleset: an environment's rules for programs that decide themselves. Never for keys
 * of clients. */
#include "api/sdk_copies.h"

#define BLOCK_TYPE "application/x-gosset-ruleset"

static bool wants_block(const struct http_request *request)
{
    gos_str list = http_header(request, "accept");
    while (list.len > 0) {
        gos_str one = str_cut(&list, ',');
        if (str_equal_nocase(str_trim(str_cut(&one, ';')), GOS_LIT(BLOCK_TYPE)))
            return true;
    }
    return false;
}

static enum sdk_coding coding_of(const struct http_request *request)
{
    if (http_takes_coding(request, GOS_LIT("zstd")))
        return SDK_ZSTD;
    return http_takes_coding(request, GOS_LIT("gzip")) ? SDK_GZIP : SDK_PLAIN;
}

/* Fills the answer from the copies that are kept. */
static bool answer_pinned(struct http_request *request, struct http_response *response,
                          const struct publisher_pin *pin, gos_error *err)
{
    static const char *const names[SDK_CODING_COUNT] = {[SDK_GZIP] = "gzip", [SDK_ZSTD] = "zstd"};
    struct api *api = api_of(request);
    enum sdk_coding coding = coding_of(request);
    bool is_block = wants_block(request);
    if (!sdk_copies_get(api->sdk_copies, api->catalog, api_environment(request), pin,
                        is_block ? SDK_BLOCK : SDK_DOCUMENT, coding, request->arena,
                        &response->body, err))
        return false;
    if (is_block)
        response->content_type = GOS_LIT(BLOCK_TYPE);
    if (names[coding])
        http_add(request, response, "Content-Encoding", gos_str_from(names[coding]));
    return true;
}

void api_sdk_ruleset(struct http_request *request, struct http_response *response)
{
    gos_error err;
    struct publisher_pin pin;
    struct publisher *publisher = api_of(request)->publisher;
    if (!publisher_pin(publisher, api_environment(request), &pin, &err)) {
        http_fail(request, response, &err);
        return;
    }
    gos_str etag =
        gos_arena_print(request->arena, "\"%.*s\"", GOS_ARG(gos_ruleset_hash(pin.rules)));
    bool is_known = http_etag_matches(request, etag);
    bool done = is_known || answer_pinned(request, response, &pin, &err);
    publisher_unpin(publisher, &pin);
    if (!done) {
        http_fail(request, response, &err);
        return;
    }
    http_add(request, response, "ETag", etag);
    http_add(request, response, "Vary", GOS_LIT("Accept, Accept-Encoding"));
    http_add(request, response, "Cache-Control", GOS_LIT("no-cache"));
    if (is_known)
        response->status = 304;
}
